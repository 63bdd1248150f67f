"""Parallel coordinates: an axis a column, a line a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from runreport.report.charts.chart import Row
from runreport.report.charts.filled import (
    MOST_PARALLEL,
    Asked,
    Filled,
    finite_runs,
    is_placed,
    most_of,
    row_of,
)
from runreport.report.charts.forms import Form
from runreport.report.charts.looks import Coloured, ramp
from runreport.report.charts.texts import ChartText
from runreport.report.shown import Shown, apart, show_text
from runreport.report.tables.columns import Column
from runreport.report.tables.kinds import placed, sort_places, spread_of
from runreport.report.tables.table import show_value


def fill_parallel(text: ChartText, asked: Asked) -> Filled | None:
    table = asked.table
    names = [name for name in text["x"].split(",") if name in table.columns]
    own = finite_runs(table, text["c"], asked.numbers)
    if len(own) < 2 or not names:
        return None
    runs = own[: most_of(text, asked, MOST_PARALLEL)]
    colours = ramp(table, table.columns[text["c"]], runs)
    chosen = [table.columns[name] for name in names if name != text["c"]]
    chosen.append(table.columns[text["c"]])
    axes = [*zip(axis_names(chosen), chosen, strict=True)]
    rows: list[Row] = []
    for axis, column in axes:
        rows += _axis_rows(axis, column, runs, asked, colours)
    return Filled(
        Form("parallel", "word", "linear", colours.kind),
        rows,
        runs,
        len(own),
        {"color": colours.title},
        colours,
        axes=axes,
    )


def _axis_rows(
    axis: str, column: Column, runs: Sequence[int], asked: Asked, colours: Coloured
) -> Iterator[Row]:
    """A row a run that has a value on an axis, and one for each end of the axis."""
    own = [n for n in runs if is_placed(column.values[n])]
    if not own:
        return
    values = [column.values[n] for n in own]
    order = sort_places(values, column.ordered)
    at: Sequence[float]
    if column.is_numeric:
        spread = spread_of(values)
        at = [placed(float(v), spread) for v in values]  # type: ignore[arg-type]
    else:
        ranks = {v: rank for rank, v in enumerate(dict.fromkeys(values[place] for place in order))}
        at = [ranks[value] for value in values]
    for number, place in zip(own, at, strict=True):
        yield row_of(asked, number, colours, axis=axis, at=place)
    ends = apart([end_text(column)(values[place]) for place in (order[0], order[-1])])
    for end, label in enumerate(ends):
        yield {"axis": axis, "end": end, "label": label}


def axis_names(columns: Sequence[Column]) -> list[str]:
    """What the axes of parallel coordinates are called: in full where several have one label."""
    counts = Counter(column.label for column in columns)
    return [c.label if counts[c.label] == 1 else c.name for c in columns]


def end_text(column: Column) -> Callable[[Any], Shown]:
    """How the ends of a column's axis are written."""
    return partial(show_value, column) if column.is_numeric else show_text
