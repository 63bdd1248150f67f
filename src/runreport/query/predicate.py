"""A filter's syntax tree to a Boolean column: which runs of an index it keeps, in what order.

Two-valued throughout: a comparison with what a run does not have is false, so `NOT params.a = 'x'`
finds the runs without ``a`` and `params.a != 'x'` does not.
"""

from __future__ import annotations

import operator as operators
import re
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from runreport.query.arrow import arange, as_array
from runreport.query.index import RunIndex
from runreport.query.operands import EXACT, NUMBER
from runreport.query.syntax import And, Comparison, Field, Moment, Node, Not, Operand, Ordering

_COMPARE = {
    "=": pc.equal,
    "!=": pc.not_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
    "<": pc.less,
    "<=": pc.less_equal,
}
_EXACT = {
    "=": operators.eq,
    "!=": operators.ne,
    ">": operators.gt,
    ">=": operators.ge,
    "<": operators.lt,
    "<=": operators.le,
}
_NUMBER = rf"^{NUMBER}$"
_NOT_FINITE = r"^[+-]?(?i:inf|infinity|nan)$"


def evaluate(node: Node, test: Callable[[Comparison], pa.Array], rows: int) -> pa.Array:
    """Which of some rows a filter keeps.

    Args:
        test: which rows meet one comparison; Boolean without nulls.
    """
    if isinstance(node, Comparison):
        return test(node)
    if isinstance(node, Not):
        return pc.invert(evaluate(node.part, test, rows))
    found = pa.repeat(isinstance(node, And), rows)
    join = pc.and_ if isinstance(node, And) else pc.or_
    for part in node.parts:
        found = join(found, evaluate(part, test, rows))
    return found


def matching_runs(index: RunIndex, node: Node, artifact_root: str, now_ms: int) -> pa.Array:
    """A Boolean for each run: whether the filter keeps it.

    A missing key matches only IS NULL, not even ``!=``; NaN matches only ``!=`` and NOT IN.

    Args:
        now_ms: what ``now`` stands for.
    """

    def test(comparison: Comparison) -> pa.Array:
        if comparison.field.entity == "dataset":
            return _uses_dataset(index, comparison, now_ms)
        return compare(run_column(index, comparison.field, artifact_root), comparison, now_ms)

    return evaluate(node, test, index.runs.num_rows)


def run_column(index: RunIndex, field: Field, artifact_root: str) -> pa.Array:
    """A field's values, a place for each run, null where a run has none."""
    if field.entity == "metric":
        return _metric_column(index, field)
    if field.entity in ("param", "tag"):
        return index.long_column(f"{field.entity}s", field.key, "value")
    if field.key == "experiment_name":
        return experiment_names(index)
    if field.key == "artifact_uri":
        return pc.binary_join_element_wise(f"{artifact_root}/", index.attribute("run_id"), "")
    if field.key == "duration":
        length = pc.subtract(index.attribute("end_time"), index.attribute("start_time"))
        return pc.divide(pc.cast(pc.max_element_wise(length, 0, skip_nulls=False), "double"), 1000)
    return index.attribute(field.key)


def experiment_names(index: RunIndex) -> pa.Array:
    """The name of each run's experiment."""
    ids = pc.dictionary_encode(index.attribute("experiment_id"))
    names = [index.experiments[one].name for one in ids.dictionary.to_pylist()]
    return pa.DictionaryArray.from_arrays(ids.indices, pa.array(names, pa.string()))


def _metric_column(index: RunIndex, field: Field) -> pa.Array:
    """A metric that is itself called ``loss.min`` goes before the minimum of ``loss``, run by run,
    where the name was written as one."""
    if not field.statistic:
        return index.long_column("metrics", field.key, "last")
    statistic = index.statistic(field.key, field.statistic)
    if not field.is_bare:
        return statistic
    own = index.long_column("metrics", f"{field.key}.{field.statistic}", "last")
    return pc.coalesce(own, statistic)


def compare(values: pa.Array, comparison: Comparison, now_ms: int = 0) -> pa.Array:
    """Whether each value meets a comparison; null only meets IS NULL."""
    operator = comparison.operator
    if operator == "IS NULL":
        return pc.is_null(values)
    if operator == "IS NOT NULL":
        return pc.is_valid(values)
    if pa.types.is_dictionary(values.type):  # each distinct text is looked at once
        found = compare(values.dictionary, comparison, now_ms).take(values.indices)
        return pc.fill_null(found, False)
    operands = [_resolved(value, now_ms) for value in comparison.values]
    if comparison.is_numeric and pa.types.is_string(values.type):
        if any(not isinstance(value, str) and abs(value) >= EXACT for value in operands):
            return _compare_exactly(values, operator, operands)
        values = as_numbers(values)
    operands = [float(value) if isinstance(value, int) else value for value in operands]
    if pa.types.is_integer(values.type):
        values = pc.cast(values, pa.float64(), safe=False)
    if operator.startswith("NOT "):
        found = pc.invert(_meets(values, operator.removeprefix("NOT "), operands))
    else:
        found = _meets(values, operator, operands)
    return pc.fill_null(pc.and_(found, pc.is_valid(values)), False)


def _meets(values: pa.Array, operator: str, operands: Sequence[str | float]) -> pa.Array:
    if operator == "IN":
        if pa.types.is_string(values.type):
            return pc.is_in(values, value_set=pa.array(operands, pa.string()))
        wanted = pa.array([value + 0.0 for value in operands], pa.float64())  # type: ignore[operator]
        return pc.is_in(pc.add(values, 0.0), value_set=wanted)  # -0.0 is 0.0 there
    if operator == "BETWEEN":
        low, high = operands
        return pc.and_(pc.greater_equal(values, low), pc.less_equal(values, high))
    if operator in ("LIKE", "ILIKE"):
        pattern = str(operands[0]).replace("\\", "\\\\")
        return pc.match_like(values, pattern, ignore_case=operator == "ILIKE")
    return _COMPARE[operator](values, operands[0])


def _compare_exactly(texts: pa.Array, operator: str, operands: Sequence[str | float]) -> pa.Array:
    """Whether each text meets a comparison with whole numbers that no float holds; Python compares
    these with floats exactly."""
    plain = operator.removeprefix("NOT ")
    meets = _exact_test(plain, operands)
    found = []
    for text, number in zip(texts.to_pylist(), as_numbers(texts).to_pylist(), strict=True):
        if number is None:
            found.append(False)
            continue
        is_whole = re.fullmatch(r"[+-]?[0-9]{1,400}", text)
        found.append(meets(int(text) if is_whole else number) is (plain == operator))
    return pa.array(found, pa.bool_())


def _exact_test(operator: str, operands: Sequence[Any]) -> Callable[[float], bool]:
    if operator == "IN":
        return lambda number: number in operands
    if operator == "BETWEEN":
        low, high = operands
        return lambda number: bool(low <= number <= high)
    compared, first = _EXACT[operator], operands[0]
    return lambda number: bool(compared(number, first))


def _resolved(value: Operand, now_ms: int) -> str | float:
    return now_ms + value.offset_ms if isinstance(value, Moment) else value


def as_numbers(texts: pa.Array) -> pa.Array:
    """Texts as float64; null where one is no number in full."""
    is_number = pc.or_(
        pc.match_substring_regex(texts, _NUMBER), pc.match_substring_regex(texts, _NOT_FINITE)
    )
    plain = pc.utf8_ltrim(pc.utf8_lower(texts), "+")
    return pc.cast(pc.if_else(is_number, plain, pa.scalar(None, pa.string())), pa.float64())


def sort_runs(
    index: RunIndex,
    numbers: pa.Array,
    orderings: Sequence[Ordering],
    artifact_root: str,
    limit: int | None = None,
) -> pa.Array:
    """Run numbers sorted; missing values last and NaN just before them in both directions.

    Ties keep the index's own order, which is start_time descending, then run_id.

    Args:
        limit: how many are wanted, from the first.
    """
    if not orderings:
        return numbers if limit is None else numbers[:limit]
    columns, keys = {}, []
    for position, ordering in enumerate(orderings):
        values = run_column(index, ordering.field, artifact_root).take(numbers)
        if pa.types.is_dictionary(values.type):
            values = pc.cast(values, pa.string())
        direction = "descending" if ordering.is_descending else "ascending"
        if values.null_count:
            columns[f"missing {position}"] = pc.cast(pc.is_null(values), pa.int8())
            keys.append((f"missing {position}", "ascending"))
        if pa.types.is_floating(values.type) and pc.any(pc.is_nan(values)).as_py():
            # Arrow sorts NaN to the end only upwards, so NaN gets a key of its own.
            is_nan = pc.fill_null(pc.is_nan(values), False)
            columns[f"nan {position}"] = pc.cast(is_nan, pa.int8())
            keys.append((f"nan {position}", "ascending"))
            values = pc.if_else(is_nan, 0.0, values)
        columns[f"value {position}"] = values
        keys.append((f"value {position}", direction))
    columns["number"] = numbers
    keys.append(("number", "ascending"))
    table = pa.table(columns)
    if limit is not None and limit < len(numbers) // 2:
        return numbers.take(pc.select_k_unstable(table, k=limit, sort_keys=keys))
    order = numbers.take(pc.sort_indices(table, sort_keys=keys))
    return order if limit is None else order[:limit]


def _uses_dataset(index: RunIndex, comparison: Comparison, now_ms: int) -> pa.Array:
    """Whether any data set of a run meets the comparison; IS NULL: whether it has none."""
    numbers = arange(index.runs.num_rows)
    if comparison.operator == "IS NULL":
        having = Comparison(comparison.field, "IS NOT NULL")
        return pc.invert(_uses_dataset(index, having, now_ms))
    column = as_array(index.datasets.column(comparison.field.key))
    rows = index.datasets.filter(compare(column, comparison, now_ms))
    return pc.is_in(numbers, value_set=as_array(rows.column("run")))
