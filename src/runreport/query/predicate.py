"""Clauses to a Boolean column: which runs of an index a filter keeps, and in what order."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from runreport.query.arrow import as_array
from runreport.query.filters import Clause, Field, Ordering
from runreport.query.index import RunIndex

_COMPARE = {
    "=": pc.equal,
    "!=": pc.not_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
    "<": pc.less,
    "<=": pc.less_equal,
}


def matching_runs(index: RunIndex, clauses: Sequence[Clause], artifact_root: str) -> pa.Array:
    """A Boolean for each run: whether all clauses hold.

    A missing key matches only IS NULL, not even ``!=``; NaN matches only ``!=``.
    """
    keep = pa.repeat(True, index.runs.num_rows)
    for clause in clauses:
        keep = pc.and_(keep, _holds(index, clause, artifact_root))
    return keep


def sort_runs(
    index: RunIndex, numbers: pa.Array, orderings: Sequence[Ordering], artifact_root: str
) -> pa.Array:
    """Run numbers sorted; missing values last and NaN just before them in both directions.

    Ties keep the index's own order, which is start_time descending, then run_id.
    """
    if not orderings:
        return numbers
    columns, keys = {}, []
    for position, ordering in enumerate(orderings):
        values = run_column(index, ordering.field, artifact_root).take(numbers)
        direction = "descending" if ordering.is_descending else "ascending"
        columns[f"missing {position}"] = pc.is_null(values)
        keys.append((f"missing {position}", "ascending"))
        if pa.types.is_floating(values.type):
            # Arrow sorts NaN to the end only upwards, so NaN gets a key of its own.
            columns[f"nan {position}"] = pc.fill_null(pc.is_nan(values), False)
            keys.append((f"nan {position}", "ascending"))
            values = pc.if_else(pc.is_nan(values), 0.0, values)
        columns[f"value {position}"] = values
        keys.append((f"value {position}", direction))
    columns["number"] = numbers
    keys.append(("number", "ascending"))
    return numbers.take(pc.sort_indices(pa.table(columns), sort_keys=keys))


def run_column(index: RunIndex, field: Field, artifact_root: str) -> pa.Array:
    """A field's values, a place for each run, null where a run has none."""
    if field.entity == "metric":
        return index.long_column(index.metrics, field.key, "last")
    if field.entity == "param":
        return index.long_column(index.params, field.key, "value")
    if field.entity == "tag":
        return index.long_column(index.tags, field.key, "value")
    if field.key == "artifact_uri":
        root = pa.scalar(f"{artifact_root}/")
        return pc.binary_join_element_wise(root, as_array(index.runs.column("run_id")), "")
    return as_array(index.runs.column(field.key))


def _holds(index: RunIndex, clause: Clause, artifact_root: str) -> pa.Array:
    if clause.field.entity == "dataset":
        return _uses_dataset(index, clause)
    return compare(run_column(index, clause.field, artifact_root), clause)


def compare(values: pa.Array, clause: Clause) -> pa.Array:
    """Whether each value meets a clause; null only meets IS NULL."""
    operator, value = clause.operator, clause.value
    if operator == "IS NULL":
        return pc.is_null(values)
    if operator == "IS NOT NULL":
        return pc.is_valid(values)
    if operator in ("IN", "NOT IN"):
        assert isinstance(value, tuple)
        found = pc.is_in(values, value_set=pa.array(value, pa.string()))
        if operator == "NOT IN":
            found = pc.and_(pc.invert(found), pc.is_valid(values))
        return found
    if operator in ("LIKE", "ILIKE"):
        pattern = str(value).replace("\\", "\\\\")
        found = pc.match_like(values, pattern, ignore_case=operator == "ILIKE")
    else:
        found = _COMPARE[operator](values, value)
    return pc.fill_null(found, False)


def _uses_dataset(index: RunIndex, clause: Clause) -> pa.Array:
    """Whether any data set of a run meets the clause."""
    key = clause.field.key
    column = index.datasets.column("context" if key == "context" else key)
    rows = index.datasets.filter(compare(as_array(column), clause))
    numbers = pa.array(range(index.runs.num_rows), pa.int32())
    return pc.is_in(numbers, value_set=as_array(rows.column("run")))
