"""Runs in groups: what runs that agree in some fields come to, e.g. the mean over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from runreport.errors import InvalidValue
from runreport.query.index import RunIndex
from runreport.query.predicate import run_column
from runreport.query.syntax import Field

AGGREGATES = ("mean", "std", "min", "max", "n")
"""Over the runs of a group whose metric is finite: ``n`` is how many these are, ``std`` is that of
a sample (n - 1), missing for one value."""
LEFT_OUT = "left_out"
"""How many runs of a group have a metric that is NaN or infinite."""


@dataclass(frozen=True, slots=True)
class Groups:
    """Some runs, a row a group."""

    by: tuple[str, ...]
    """Names of the fields they agree in."""
    metrics: tuple[str, ...]
    """Names of the metrics that are aggregated."""
    aggregates: tuple[str, ...]
    """In the order asked for."""
    table: pa.Table
    """A column for each field of ``by``, ``runs`` (how many a group has), and ``NAME.AGGREGATE``
    for each metric and aggregate: n int64, the others float64, null where n is 0. Of a metric
    that is NaN or infinite in some run, also ``NAME.left_out``, int64."""


def group_runs(
    index: RunIndex,
    numbers: pa.Array,
    by: Sequence[Field],
    metrics: Sequence[Field],
    aggregates: Sequence[str],
    artifact_root: str = "",
) -> Groups:
    """Some runs in groups, in the order of the first run of each.

    Args:
        numbers: int32[n], the runs.
        by: runs without a field are a group of their own.
        metrics: averaged over the runs where they are finite; how many are not is counted.

    Raises:
        InvalidValue: there is no such aggregate, or nothing to group by.
    """
    for name in aggregates:
        if name not in AGGREGATES:
            raise InvalidValue(f"There is no aggregate {name!r}; use {', '.join(AGGREGATES)}.")
    if not by or not aggregates:
        raise InvalidValue("Name a field to group by, such as params.model, and an aggregate.")
    by, metrics = tuple(dict.fromkeys(by)), tuple(dict.fromkeys(metrics))
    aggregates = tuple(dict.fromkeys(aggregates))
    # Positions as names, since a field may be called anything.
    columns = {}
    for place, field in enumerate((*by, *metrics)):
        values = run_column(index, field, artifact_root).take(numbers)
        if place < len(by):
            columns[str(place)] = pc.cast(values, pa.string()) if _is_coded(values) else values
            continue
        is_finite = pc.is_finite(pc.cast(values, pa.float64(), safe=False))
        columns[str(place)] = pc.if_else(is_finite, values, pa.scalar(None, values.type))
        columns[f"{place}_{LEFT_OUT}"] = pc.cast(pc.invert(is_finite), pa.int64())
    keys = [str(place) for place in range(len(by))]
    cells = [(str(len(by) + place), name) for place in range(len(metrics)) for name in aggregates]
    wanted = [(column, _ARROW[name], _options(name)) for column, name in cells]
    groups = pa.table(columns).group_by(keys, use_threads=False)
    left_out = [(f"{len(by) + place}_{LEFT_OUT}", "sum") for place in range(len(metrics))]
    found = groups.aggregate([*wanted, *left_out, ([], "count_all")])
    named = {field.name: found.column(key) for field, key in zip(by, keys, strict=True)}
    named["runs"] = found.column("count_all")
    for column, name in cells:
        field = metrics[int(column) - len(by)]
        label = f"{field.name}.{name}"
        if label in named:
            raise InvalidValue(f"Two columns would be called {label!r}; ask for one at a time.")
        values = found.column(f"{column}_{_ARROW[name]}")
        named[label] = values if name == "n" else pc.cast(values, pa.float64(), safe=False)
    for place, (column, _) in enumerate(left_out):
        counts = pc.fill_null(found.column(f"{column}_sum"), 0)
        if pc.any(pc.greater(counts, 0)).as_py():
            named[f"{metrics[place].name}.{LEFT_OUT}"] = counts
    return Groups(
        tuple(field.name for field in by),
        tuple(field.name for field in metrics),
        aggregates,
        pa.table(named),
    )


_ARROW = {"mean": "mean", "std": "stddev", "min": "min", "max": "max", "n": "count"}


def _options(name: str) -> pc.FunctionOptions | None:
    return pc.VarianceOptions(ddof=1) if name == "std" else None


def _is_coded(values: pa.Array) -> bool:
    return bool(pa.types.is_dictionary(values.type))
