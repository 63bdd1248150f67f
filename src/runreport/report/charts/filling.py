"""The form of a chart that was asked for, and the plain rows that fill its spec.

``static/js/charts/marks.js`` does the same in the browser; `tests/report/chart_cases.json` holds
both to it. What a chart means (what is summed up, binned, ordered, left out) its spec says.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from runreport.report.charts.axes import in_unit
from runreport.report.charts.chart import Row
from runreport.report.charts.curve_charts import fill_lines
from runreport.report.charts.filled import (
    MOST_LINES,
    MOST_MARKS,
    Asked,
    Filled,
    finite_runs,
    is_placed,
    most_of,
    row_of,
)
from runreport.report.charts.forms import Form
from runreport.report.charts.limits import limits_of
from runreport.report.charts.looks import Coloured, coloured, give_looks, ramp, run_colours
from runreport.report.charts.parallel_charts import fill_parallel
from runreport.report.charts.texts import ChartText
from runreport.report.tables.columns import Column
from runreport.report.tables.kinds import Spread, bin_step, placed, sort_places, spread_of
from runreport.report.tables.table import distinct_texts

MOST_TICKS = 8
"""Different amounts on an axis that each have a tick of their own."""


def fill(text: ChartText, asked: Asked) -> Filled | None:
    """What a chart shows of some runs; None where none of them has the values."""
    filled = _FILL[text.type](text, asked)
    if filled is not None and text["xscale"] == "log" and not filled.is_time:
        rows = [row for row in filled.rows if _is_positive(row["x"])]
        filled = replace(filled, rows=rows, is_log_x=True)
    if filled is None or not filled.rows:
        return None
    across = "" if filled.form.x == "word" else text["xlim"]
    is_log = filled.form.x == "log" or filled.is_log_x, filled.form.y == "log"
    return replace(filled, limits=limits_of(across, text["ylim"], filled.rows, is_log=is_log))


def _is_positive(x: object) -> bool:
    return isinstance(x, int | float) and x > 0


def _with_colour(colours: Coloured, numbers: Sequence[int]) -> list[int]:
    return [number for number in numbers if number in colours.values]


def _in_order(column: Column, runs: Sequence[int]) -> list[int]:
    """Runs in the order of their values in a column."""
    places = sort_places([column.values[number] for number in runs], column.ordered)
    return [runs[place] for place in places]


def _measured(column: Column, rows: Sequence[Row], field: str) -> tuple[list[Row], str]:
    """Rows whose spans of time have a unit, and what the axis is called."""
    return (
        in_unit(rows, column.label, field)
        if column.kind == "duration"
        else ([*rows], column.label)
    )


def _scatter(text: ChartText, asked: Asked) -> Filled | None:
    table = asked.table
    x, y = table.columns.get(text["x"]), table.columns.get(text["y"])
    if x is None or y is None:
        return None
    own = finite_runs(table, text["y"], asked.numbers, text["scale"])
    own = [n for n in own if is_placed(x.values[n])]
    colours = coloured(table, text["c"], own)
    own = _with_colour(colours, own)
    runs = own[: most_of(text, asked, MOST_MARKS)]
    if not x.is_numeric:
        runs = _in_order(x, runs)
    words = {} if x.is_numeric else distinct_texts(table, text["x"], runs)
    rows: Sequence[Row] = [
        row_of(asked, n, colours, x=words.get(n, x.values[n]), y=y.values[n]) for n in runs
    ]
    rows, y_title = _measured(y, rows, "y")
    rows, x_title = _measured(x, rows, "x")
    spread = spread_of(row["x"] for row in rows) if x.is_numeric else Spread("number")
    kind = "word" if not x.is_numeric else "time" if x.kind == "time" else spread.kind
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
    own = finite_runs(table, text["y"], asked.numbers, "" if is_bar else text["scale"])
    if y is None or (not is_run and text["x"] not in table.columns):
        return None
    colours = coloured(table, text["c"], own, is_discrete=True)
    runs = own[: most_of(text, asked, MOST_MARKS)]
    if is_run and is_bar and not text["c"] and (asked.looks or len(runs) <= MOST_LINES):
        if not asked.looks:
            give_looks(asked.looks, runs)
        colours = run_colours(table, runs, asked.looks)
    if not is_run:
        runs = _in_order(table.columns[text["x"]], runs)
    words = distinct_texts(table, text["x"], runs)
    rows: Sequence[Row] = [row_of(asked, n, colours, x=words[n], y=y.values[n]) for n in runs]
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
    own = finite_runs(table, text["x"], asked.numbers)
    if not own:
        return None
    colours = coloured(table, text["c"], own, is_discrete=True)
    runs = own[: most_of(text, asked, MOST_MARKS)]
    x = table.columns[text["x"]]
    rows: Sequence[Row] = [row_of(asked, n, colours, x=x.values[n]) for n in runs]
    rows, title = _measured(x, rows, "x")
    spread = spread_of(row["x"] for row in rows)
    amounts = [placed(float(row["x"]), spread) for row in rows]  # type: ignore[arg-type]
    return Filled(
        Form("histogram", spread.kind, "linear", colours.kind),
        rows,
        runs,
        len(own),
        {"x": title, "color": colours.title},
        colours,
        bin_step(amounts),
        least=spread.least,
    )


def _heatmap(text: ChartText, asked: Asked) -> Filled | None:
    table = asked.table
    own = finite_runs(table, text["c"], asked.numbers)
    names = (text["x"], text["y"])
    if not own or not {*names} <= {*table.columns}:
        return None
    runs = own[: most_of(text, asked, MOST_MARKS)]
    across, down = (table.columns[name] for name in names)
    runs = _in_order(across, runs)
    order = {run: rank for rank, run in enumerate(_in_order(down, runs))}
    x, y = (distinct_texts(table, name, runs) for name in names)
    metric = table.columns[text["c"]]
    plain = Coloured("none", {})
    rows: Sequence[Row] = [
        row_of(asked, n, plain, x=x[n], y=y[n], y_order=order[n], value=metric.values[n])
        for n in runs
    ]
    rows, title = _measured(metric, rows, "value")
    return Filled(
        Form("heatmap", "word", "linear", ramp(table, metric, runs).kind),
        rows,
        runs,
        len(own),
        {"x": across.label, "y": down.label, "color": title},
        plain,
    )


_FILL: Mapping[str, Callable[[ChartText, Asked], Filled | None]] = {
    "line": fill_lines,
    "bar": _by_category,
    "scatter": _scatter,
    "box": _by_category,
    "parallel": fill_parallel,
    "histogram": _histogram,
    "heatmap": _heatmap,
}
