"""Charts of any type over chosen runs, filled and told in words."""

from __future__ import annotations

from collections.abc import Sequence

from runreport.report.charts.chart import WIDE, Chart, Row, Spec, is_drawable
from runreport.report.charts.curve_charts import several_text
from runreport.report.charts.curves import Curve, ends_of
from runreport.report.charts.filled import Asked, Filled
from runreport.report.charts.filling import fill
from runreport.report.charts.limits import limited, limits_text
from runreport.report.charts.pointed import pointed
from runreport.report.charts.templates import painted, template, titled
from runreport.report.charts.texts import ChartText
from runreport.report.formatting import full_time, plural
from runreport.report.shown import MISSING_VALUE, Shown, show_number
from runreport.report.tables.table import Table, cell

LISTED = 100
_HIDDEN = ("href", "end", "label", "at", "raw", "y_order")


def make_chart(
    text: ChartText, name: str, asked: Asked, *, order: str = "first", is_wide: bool = False
) -> Chart | None:
    """A chart of some runs; None where none of them has the values.

    Args:
        name: names the picture; unique on its page.
        order: best, newest or first: what the runs are that are drawn where not all are.
    """
    filled = fill(text, asked)
    if filled is None:
        return None
    rows = [row for row in filled.rows if is_drawable(row)]
    title = text["title"] or title_of(text, asked.table, filled)
    shows = shows_text(
        len({*filled.runs}),
        filled.usable,
        len(asked.numbers) if asked.total is None else asked.total,
        order,
        asked.table.primary,
    )
    if filled.colours.note:
        shows += f"; {filled.colours.note}"
    if out := limits_text(filled.limits, filled.titles, is_time=filled.is_time):
        shows += f"; {out}"
    hue = f", coloured by {filled.colours.title}" if filled.colours.title else ""
    columns, cells = _told(filled, rows, asked.table)
    return Chart(
        name,
        title,
        f"{title}{hue}, {shows}.",
        chart_spec(filled, is_wide=is_wide),
        tuple(rows),
        columns,
        cells,
        {"type": text.type, **text.fields},
        shows,
        tuple(dict.fromkeys(filled.runs)),
        len({*filled.runs}) < filled.usable,
        pointed(filled, rows, asked.table.labels),
    )


def title_of(text: ChartText, table: Table, filled: Filled) -> str:
    """What a chart is called where nobody gave it a title."""
    x, y, color = (table.label(text[field]) for field in ("x", "y", "c"))
    if text.type == "line":
        metric = several_text([own.removeprefix("metrics.") for own in text["y"].split(",")])
        axis = "time" if text["x"] in ("time", "relative") else (
            "order" if filled.titles["x"] == "Order" else "steps"
        )  # fmt: skip
        return f"{metric} over {axis}"
    if text["x"] == "run_name":
        x = "Run"
    return {
        "scatter": f"{y} against {x}",
        "histogram": f"Runs by {x}",
        "heatmap": f"{color} by {x} and {y}",
        "parallel": f"Settings and {color}, run by run",
    }.get(text.type, f"{y} by {x}")


def shows_text(drawn: int, usable: int, total: int, order: str, metric: str) -> str:
    """Which runs a chart shows: ``73 runs``, ``120 of 301 runs``, ``best 6 of 73 runs by loss``.

    Args:
        drawn: runs in the picture.
        usable: runs that have the values.
        total: runs that were asked for.
    """
    if drawn == total:
        return plural(total, "run")
    told = f"{drawn:,} of {plural(total, 'run')}"
    if drawn == usable:
        return told
    return f"{order} {told} by {metric}" if order == "best" else f"{order} {told}"


def chart_spec(filled: Filled, *, is_wide: bool = False) -> Spec:
    """The template of a form with titles, looks, ticks and size."""
    spec: Spec = titled(template(filled.form.name), filled.titles)
    if is_wide or filled.form.type == "parallel":
        spec["width"] = WIDE
    if filled.colours.texts:
        painted(spec, filled.colours.texts, filled.colours.looks)
    x = spec.get("encoding", {}).get("x", {})
    if filled.ticks:
        x["axis"]["values"] = [*filled.ticks]
    for transform in spec.get("transform", ()) if filled.step is not None else ():
        if "bin" in transform:
            transform["bin"] = {"step": filled.step}
    if filled.form.x == "symlog":
        x["scale"]["constant"] = filled.least
        for param in spec.get("params", ()):
            param["value"] = filled.least
    if filled.form.type == "box":
        # A box plot has several layers, of which the outliers' would come first.
        x["scale"] = {"domain": [*dict.fromkeys(row["x"] for row in filled.rows)]}
    for layer in spec.get("layer", [spec]) if filled.is_log_x else ():
        own = layer["encoding"]["x"]
        own["scale"] = {**(own.get("scale") or {}), "type": "log"}
    return limited(spec, filled.limits)


def _told(
    filled: Filled, rows: Sequence[Row], table: Table
) -> tuple[tuple[str, ...], tuple[tuple[Shown, ...], ...]]:
    """What is drawn, in words: headers and cells."""
    if filled.form.type == "line":
        return _curve_table(filled, table)
    if filled.form.type == "parallel":
        return _axes_table(filled, table)
    names = {"run": "Run", **filled.titles, "low": "− std", "high": "+ std", "n": "Runs",
             "value": filled.titles.get("color", "")}  # fmt: skip
    told = [name for name in rows[0] if name not in _HIDDEN] if rows else []

    def shown(row: Row, name: str) -> Shown:
        value = row.get(name)
        if not isinstance(value, int | float):
            return MISSING_VALUE if value is None else Shown(str(value))
        is_time = filled.is_time and name == "x"
        return Shown(full_time(int(value))) if is_time else show_number(value)

    return (
        tuple(names.get(name, name) for name in told),
        tuple(tuple(shown(row, name) for name in told) for row in rows[:LISTED]),
    )


def _curve_table(
    filled: Filled, table: Table
) -> tuple[tuple[str, ...], tuple[tuple[Shown, ...], ...]]:
    named = [*dict.fromkeys(str(row["run"]) for row in filled.rows if "run" in row)]
    names = named if len(named) == len(filled.runs) else [table.labels[n] for n in filled.runs]

    def row(name: str, curve: Curve) -> tuple[Shown, ...]:
        last, low, high = ends_of(curve)
        return (
            Shown(name),
            Shown(
                f"{curve.steps[0]:,} to {curve.steps[-1]:,}"
                if curve.has_steps
                else MISSING_VALUE.text
            ),
            Shown(f"{curve.logged:,}"),
            *map(show_number, (curve.values[0], last, low, high)),
        )

    return (
        ("Run", "Steps", "Points", "First", "Last", "Min", "Max"),
        tuple(row(name, c) for name, c in zip(names, filled.curves, strict=True)),
    )


def _axes_table(
    filled: Filled, table: Table
) -> tuple[tuple[str, ...], tuple[tuple[Shown, ...], ...]]:
    return (
        ("Run", *(name for name, _ in filled.axes)),
        tuple(
            (Shown(table.labels[n]), *(cell(column, n) for _, column in filled.axes))
            for n in filled.runs[:LISTED]
        ),
    )
