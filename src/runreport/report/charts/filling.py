"""The form of a chart that was asked for, and the plain rows that fill its spec.

``static/js/chart_rows.js`` does the same in the browser; `tests/report/chart_cases.json` holds
both to it. What a chart means (what is summed up, binned, ordered, left out) its spec says.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from runreport.report.charts.axes import in_unit
from runreport.report.charts.chart import Row
from runreport.report.charts.curves import Curve, CurveReader
from runreport.report.charts.forms import Form
from runreport.report.charts.line_rows import (
    band,
    curves_of,
    line_rows,
    placed_curve,
    step_title,
)
from runreport.report.charts.looks import Coloured, coloured, give_looks, grouped, run_colours
from runreport.report.charts.texts import ChartText
from runreport.report.shown import Shown, apart, show_text
from runreport.report.tables.columns import Column
from runreport.report.tables.kinds import Spread, bin_step, placed, sort_places, spread_of
from runreport.report.tables.table import Table, distinct_texts, show_value

MOST_MARKS = 400
"""Runs of a built chart of points, bars or boxes; the live chart shows more."""
MOST_LINES = 18
ALL = 5000
"""Runs of a chart of all of them."""
MOST_BAND = 300
"""Runs of a mean."""
MOST_PARALLEL = 120
MOST_TICKS = 8
"""Different amounts on an axis that each have a tick of their own."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What charts of a page are drawn of."""

    table: Table
    numbers: Sequence[int]
    """Runs, in the order of drawing."""
    reader: CurveReader
    looks: dict[int, int] = field(default_factory=dict)
    """Of the runs that have one on this page; charts of curves give more."""
    most: int | None = None
    """Runs of a chart, where not as many as its type can show."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A form, and what goes into its spec."""

    form: Form
    rows: Sequence[Row]
    runs: Sequence[int]
    """That have the values and are drawn."""
    usable: int
    """That have the values."""
    titles: Mapping[str, str]
    colours: Coloured
    step: float | None = None
    """The width of a histogram's ranges; None leaves it to Vega."""
    ticks: Sequence[float] = ()
    """Where those of x are put."""
    least: float = 0.0
    """From where on a ``symlog`` axis is logarithmic."""
    is_time: bool = False
    """Whether x is milliseconds since the epoch."""
    curves: Sequence[Curve] = ()
    axes: Sequence[tuple[str, Column]] = ()
    """Of parallel coordinates, with what they are called."""


def fill(text: ChartText, asked: Asked) -> Filled | None:
    """What a chart shows of some runs; None where none of them has the values."""
    filled = _FILL[text.type](text, asked)
    return filled if filled is not None and filled.rows else None


def _finite(table: Table, name: str, numbers: Sequence[int], scale: str = "") -> list[int]:
    """The runs that have a number in a column that lies on its axis; a date is no amount."""
    column = table.columns.get(name)
    if column is None or column.kind == "time":
        return []
    values = column.values
    return [
        n
        for n in numbers
        if isinstance(v := values[n], int | float)
        and math.isfinite(v)
        and (v > 0 or scale != "log")
    ]


def _most(text: ChartText, asked: Asked, most: int) -> int:
    """How many runs a chart shows."""
    return ALL if text["runs"] == "all" else asked.most or most


def _row(asked: Asked, number: int, colours: Coloured, **more: object) -> dict[str, object]:
    row: dict[str, object] = {
        "run": asked.table.labels[number], "href": asked.table.url_of(number), **more
    }  # fmt: skip
    if colours.kind != "none":
        row["color"] = colours.values[number]
    return row


def _with_colour(colours: Coloured, numbers: Sequence[int]) -> list[int]:
    return [number for number in numbers if number in colours.values]


def _measured(column: Column, rows: Sequence[Row], field: str) -> tuple[list[Row], str]:
    """Rows whose spans of time have a unit, and what the axis is called."""
    return (
        in_unit(rows, column.label, field)
        if column.kind == "duration"
        else ([*rows], column.label)
    )


def _line(text: ChartText, asked: Asked) -> Filled | None:
    table = asked.table
    if text["g"]:
        return _band(text, asked)
    metric = text["y"].removeprefix("metrics.")
    every = curves_of(table, asked.numbers, metric, asked.reader, _most(text, asked, MOST_LINES))
    runs = [number for number, _ in every]
    colours = coloured(table, text["c"], runs)
    if colours.kind == "none":
        give_looks(asked.looks, runs)
        colours = replace(run_colours(table, runs, asked.looks), note=colours.note)
    found = [(number, curve) for number, curve in every if number in colours.values]
    axis = text["x"] or "step"
    rows = line_rows(found, axis, float(text["smooth"] or 0), lambda n: _row(asked, n, colours))
    if all(row["y"] is None for row in rows):
        return None
    curves = [curve for _, curve in found]
    title = step_title(curves, axis)
    if axis == "relative":
        rows, title = in_unit(rows, title)
    return Filled(
        Form(
            "line", "time" if axis == "time" else "number", text["scale"] or "linear", colours.kind
        ),
        rows,
        [number for number, _ in found],
        _usable(asked, text["y"], len(found), _most(text, asked, MOST_LINES)),
        {"x": title, "y": metric, "color": colours.title},
        colours,
        is_time=axis == "time",
        curves=curves,
    )


def _usable(asked: Asked, name: str, found: int, most: int) -> int:
    """Runs that have a curve; beyond the most that are read, those that have the metric."""
    column = asked.table.columns.get(name)
    if found < most or column is None:
        return found
    return sum(column.values[n] is not None for n in asked.numbers)


def _band(text: ChartText, asked: Asked) -> Filled | None:
    table = asked.table
    metric = text["y"].removeprefix("metrics.")
    found = curves_of(table, asked.numbers, metric, asked.reader, MOST_BAND)
    colours = grouped(table, text["g"], [number for number, _ in found])
    axis = "step" if text["x"] in ("", "step") else "relative"
    groups: dict[object, list[Curve]] = {group: [] for group in colours.texts}
    for number, curve in found:
        groups[colours.values[number]].append(curve)
    rows: list[Row] = []
    labels = []
    for group, curves in groups.items():
        points = [*band([placed_curve(curve, axis) for curve in curves])]
        labels.append(f"{group} ({_runs_of(points, len(curves))})")
        rows += [{"color": labels[-1], **point} for point in points]
    title = step_title([curve for _, curve in found], axis)
    if axis == "relative":
        rows, title = in_unit(rows, title)
    return Filled(
        Form("band", "number", text["scale"] or "linear", colours.kind),
        rows,
        [number for number, _ in found],
        _usable(asked, text["y"], len(found), MOST_BAND),
        {"x": title, "y": metric, "color": colours.title},
        replace(colours, texts=tuple(labels)),
        curves=[curve for _, curve in found],
    )


def _runs_of(points: Sequence[Mapping[str, float]], most: int) -> str:
    """``n 3``, or ``n 1 to 3`` where fewer runs come as far as others."""
    least = min((int(point["n"]) for point in points), default=most)
    return f"n {most}" if least == most else f"n {least} to {most}"


def _scatter(text: ChartText, asked: Asked) -> Filled | None:
    table = asked.table
    x, y = table.columns.get(text["x"]), table.columns.get(text["y"])
    if x is None or y is None:
        return None
    own = _finite(table, text["y"], asked.numbers, text["scale"])
    own = [n for n in own if _is_placed(x.values[n])]
    colours = coloured(table, text["c"], own)
    own = _with_colour(colours, own)
    runs = own[: _most(text, asked, MOST_MARKS)]
    words = {} if x.is_numeric else distinct_texts(table, text["x"], runs)
    rows: Sequence[Row] = [
        _row(asked, n, colours, x=words.get(n, x.values[n]), y=y.values[n]) for n in runs
    ]
    rows, y_title = _measured(y, rows, "y")
    rows, x_title = _measured(x, rows, "x")
    spread = spread_of(row["x"] for row in rows) if x.is_numeric else Spread("number")
    kind = "word" if not x.is_numeric else "time" if x.kind == "time" else spread.kind
    if kind == "word":
        rows = [rows[place] for place in sort_places([x.values[n] for n in runs], x.ordered)]
    return Filled(
        Form("scatter", kind, text["scale"] or "linear", colours.kind),
        rows,
        runs,
        len(own),
        {
            "x": f"{x_title}, UTC" if kind == "time" else x_title,
            "y": y_title,
            "color": colours.title,
        },
        colours,
        ticks=ticks_of(kind, rows),
        least=spread.least,
        is_time=kind == "time",
    )


def _is_placed(value: object) -> bool:
    return value is not None and not (isinstance(value, float) and not math.isfinite(value))


def ticks_of(kind: str, rows: Sequence[Row]) -> Sequence[float]:
    """Where the ticks of an axis are put: on each of few amounts, else as the scale has them; zero
    and powers of ten on an axis that is logarithmic from the least amount on."""
    if kind not in ("number", "log", "symlog"):
        return ()
    amounts = sorted({v for row in rows if isinstance(v := row["x"], int | float)})
    if len(amounts) <= MOST_TICKS:
        return amounts
    if kind != "symlog":
        return ()
    first, last = math.ceil(math.log10(amounts[1])), math.floor(math.log10(amounts[-1]))
    return [0, *(float(f"1e{power}") for power in range(first, last + 1))]


def _by_category(text: ChartText, asked: Asked) -> Filled | None:
    table = asked.table
    y = table.columns.get(text["y"])
    is_run = text["x"] == "run_name"
    is_bar = text.type == "bar"
    own = _finite(table, text["y"], asked.numbers, "" if is_bar else text["scale"])
    if y is None or (not is_run and text["x"] not in table.columns):
        return None
    colours = coloured(table, text["c"], own, is_discrete=True)
    runs = own[: _most(text, asked, MOST_MARKS)]
    if (
        is_run
        and not text["c"]
        and text.type == "bar"
        and (asked.looks or len(runs) <= MOST_LINES)
    ):
        if not asked.looks:
            give_looks(asked.looks, runs)
        colours = run_colours(table, runs, asked.looks)
    if not is_run:
        column = table.columns[text["x"]]
        runs = [
            runs[place] for place in sort_places([column.values[n] for n in runs], column.ordered)
        ]
    words = distinct_texts(table, text["x"], runs)
    rows: Sequence[Row] = [_row(asked, n, colours, x=words[n], y=y.values[n]) for n in runs]
    rows, y_title = _measured(y, rows, "y")
    x_title = "Run" if is_run else table.label(text["x"])
    return Filled(
        Form(
            text.type,
            "run" if is_bar and is_run else "word",
            "linear" if is_bar else text["scale"] or "linear",
            colours.kind,
        ),
        rows,
        runs,
        len(own),
        {"x": x_title, "y": y_title, "color": colours.title},
        colours,
    )


def _histogram(text: ChartText, asked: Asked) -> Filled | None:
    table = asked.table
    own = _finite(table, text["x"], asked.numbers)
    if not own:
        return None
    colours = coloured(table, text["c"], own, is_discrete=True)
    runs = own[: _most(text, asked, MOST_MARKS)]
    x = table.columns[text["x"]]
    rows: Sequence[Row] = [_row(asked, n, colours, x=x.values[n]) for n in runs]
    rows, title = _measured(x, rows, "x")
    spread = spread_of(row["x"] for row in rows)
    if spread.kind == "symlog":
        spread = Spread("number")
    amounts = [placed(float(row["x"]), spread) for row in rows]  # type: ignore[arg-type]
    return Filled(
        Form("histogram", spread.kind, "linear", colours.kind),
        rows,
        runs,
        len(own),
        {"x": title, "color": colours.title},
        colours,
        bin_step(amounts),
    )


def _heatmap(text: ChartText, asked: Asked) -> Filled | None:
    table = asked.table
    own = _finite(table, text["c"], asked.numbers)
    names = (text["x"], text["y"])
    if not own or not {*names} <= {*table.columns}:
        return None
    runs = own[: _most(text, asked, MOST_MARKS)]
    across, down = (table.columns[name] for name in names)
    runs = [runs[p] for p in sort_places([across.values[n] for n in runs], across.ordered)]
    ranks = sort_places([down.values[n] for n in runs], down.ordered)
    order = {runs[place]: rank for rank, place in enumerate(ranks)}
    x, y = (distinct_texts(table, name, runs) for name in names)
    metric = table.columns[text["c"]]
    plain = Coloured("none", {})
    rows: Sequence[Row] = [
        _row(asked, n, plain, x=x[n], y=y[n], y_order=order[n], value=metric.values[n])
        for n in runs
    ]
    rows, title = _measured(metric, rows, "value")
    return Filled(
        Form("heatmap", "word", "linear", coloured(table, text["c"], runs).kind),
        rows,
        runs,
        len(own),
        {"x": across.label, "y": down.label, "color": title},
        plain,
    )


def _parallel(text: ChartText, asked: Asked) -> Filled | None:
    table = asked.table
    names = [name for name in text["x"].split(",") if name in table.columns]
    own = _finite(table, text["c"], asked.numbers)
    if len(own) < 2 or not names:
        return None
    runs = own[: _most(text, asked, MOST_PARALLEL)]
    colours = coloured(table, text["c"], runs)
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
    own = [n for n in runs if _is_placed(column.values[n])]
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
        yield _row(asked, number, colours, axis=axis, at=place)
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


_FILL: Mapping[str, Callable[[ChartText, Asked], Filled | None]] = {
    "line": _line,
    "bar": _by_category,
    "scatter": _scatter,
    "box": _by_category,
    "parallel": _parallel,
    "histogram": _histogram,
    "heatmap": _heatmap,
}
