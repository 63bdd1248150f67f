"""Specs of charts whose marks are runs: lines, bands, points, parallel coordinates, versions.

A spec says all that a chart means: which rows count, what is summed up and how, in which order, on
which scales. Rows have fixed fields (``run``, ``href``, ``x``, ``y``, ``color`` …), colours are
CSS variables, so that a chart follows the page's theme without being drawn again, and no
expression and no URL comes from logged data.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from runreport.report.charts.channels import (
    amount_channel,
    category_channel,
    color_channels,
    step_channel,
    x_channel,
    y_options,
)
from runreport.report.charts.chart import DATA_NAME, HEIGHT, WIDE, WIDTH, Spec
from runreport.report.charts.forms import Form

TIP = {"content": "data"}
"""A mark's tooltip: the row itself. Named fields would put logged names into expressions."""
MOST_COUNTS = 6
"""Places of a mean at which a change of its number of runs is written."""

CONFIG: Spec = {
    "background": None,
    "font": "system-ui, sans-serif",
    "padding": {"left": 4, "top": 4, "right": 12, "bottom": 4},  # a reader's font may be wider
    "view": {"stroke": None},
    "axis": {
        "domainColor": "var(--line)",
        "gridColor": "var(--line)",
        "gridOpacity": 0.6,
        "labelColor": "var(--muted)",
        "labelFontSize": 12,
        "labelLimit": 240,
        "tickColor": "var(--line)",
        "titleColor": "var(--fg)",
        "titleFontSize": 13,
        "titleFontWeight": 500,
        "titlePadding": 8,
        "titleLimit": 400,
    },
    "legend": {
        "labelColor": "var(--fg)",
        "labelFontSize": 12,
        "labelLimit": 400,
        "titleColor": "var(--muted)",
        "titleFontSize": 12,
        "titleFontWeight": 500,
        "symbolStrokeWidth": 3,
        "symbolOpacity": 1,
        "columnPadding": 20,
    },
    "aria": False,
}


def blank(width: int = WIDTH) -> Any:
    """A chart of the rows, without marks."""
    return alt.Chart(alt.NamedData(DATA_NAME), width=width, height=HEIGHT)


def finish(chart: Any, **of: str) -> Spec:
    """A spec without data, in the theme's colours.

    Args:
        of: fields that transforms make, each with the field of the rows that its numbers are like.
    """
    spec: Spec = chart.to_dict(validate=False)
    spec["config"] = CONFIG
    spec.pop("datasets", None)
    return {**spec, "usermeta": {"of": of}} if of else spec


def line_spec(form: Form) -> Spec:
    """Curves over steps or time, one a run, over the range of what they are the means of.

    Rows: ``run``, ``color``, ``x``, ``y`` (null is a gap); of a thinned curve ``low`` and
    ``high``; of a smoothed one ``raw``, what it was before; ``mark`` where another session begins
    or where a run diverged.
    """
    base = _drawn(form, blank(), "y").transform_window(
        frame=[None, None],
        before="lag(y)",
        after="lead(y)",
        groupby=["run"],
        sort=[alt.SortField("x")],
    )
    base = base.encode(
        x=step_channel(form.x), detail="run:N", **color_channels(form.color, "strokeDash")
    )
    y = y_options(form)
    has_dashes = form.color in ("run", "category")
    solid = base.encode(strokeDash=alt.value([1, 0])) if has_dashes else base
    span = _above_zero(form, solid.transform_filter("isDefined(datum.low)"))
    raw = _drawn(form, solid.transform_filter("isDefined(datum.raw)"), "raw")
    is_lone = "isValid(datum.y) && !isValid(datum.before) && !isValid(datum.after)"
    dots = solid.transform_filter(is_lone).mark_point(filled=True, size=18, tooltip=TIP)
    marks = solid.transform_filter("isValid(datum.mark) && isValid(datum.y)").mark_point(
        size=44, strokeWidth=1.5, opacity=1, tooltip=TIP
    )
    shapes = alt.Scale(domain=["diverged", "resumed"], range=["cross", "triangle-up"])
    return finish(
        alt.layer(
            span.mark_area(opacity=0.18, strokeWidth=0, clip=True).encode(
                y=alt.Y("low:Q", **y), y2="high:Q"
            ),
            raw.mark_line(strokeWidth=1, opacity=0.3, clip=True).encode(y=alt.Y("raw:Q", **y)),
            base.mark_line(strokeWidth=1.8, clip=True, tooltip=TIP).encode(y=alt.Y("y:Q", **y)),
            dots.encode(y=alt.Y("y:Q", **y)),
            marks.encode(
                y=alt.Y("y:Q", **y), shape=alt.Shape("mark:N", scale=shapes, legend=None)
            ),
        )
    )


def band_spec(form: Form) -> Spec:
    """Mean lines of groups of runs, each in a band of one standard deviation, and where the number
    of runs that a mean is of changes.

    Rows: ``color`` (the group), ``x``, ``y`` (mean), ``low``, ``high``, ``n``.
    """
    base = _drawn(form, blank(), "y").transform_window(
        before="lag(n)", groupby=["color"], sort=[alt.SortField("x")]
    )
    base = base.encode(x=step_channel(form.x), **color_channels(form.color, "strokeDash"))
    y = y_options(form, "{y}, mean ± std")
    solid = base.encode(strokeDash=alt.value([1, 0])) if form.color == "category" else base
    counts = (
        base.transform_filter("isValid(datum.before) && datum.n != datum.before")
        .transform_window(place="row_number()", groupby=["color"], sort=[alt.SortField("x")])
        .transform_filter(f"datum.place <= {MOST_COUNTS}")
        .transform_calculate(told="'n ' + datum.n")
    )
    return finish(
        alt.layer(
            _above_zero(form, solid)
            .mark_area(opacity=0.2, strokeWidth=0, clip=True)
            .encode(y=alt.Y("low:Q", **y), y2="high:Q"),
            base.mark_line(strokeWidth=1.8, clip=True, tooltip=TIP).encode(y=alt.Y("y:Q", **y)),
            counts.mark_text(dy=-9, fontSize=11).encode(y=alt.Y("y:Q", **y), text="told:N"),
        )
    )


def _drawn(form: Form, chart: Any, field: str) -> Any:
    """What of a field lies on its axis; what is not positive is a gap of a logarithmic one."""
    if form.y != "log":
        return chart
    return chart.transform_calculate(**{field: f"datum.{field} > 0 ? datum.{field} : null"})


def _above_zero(form: Form, chart: Any) -> Any:
    """Ranges; one that goes down to zero or below ends at the least value that is drawn, so that
    it does not vanish from a logarithmic axis."""
    if form.y != "log":
        return chart
    chart = chart.transform_calculate(bottom="datum.low > 0 ? datum.low : datum.y")
    return chart.transform_joinaggregate(floor="min(bottom)").transform_calculate(
        low="datum.low > 0 ? datum.low : isValid(datum.y) ? datum.floor : null",
        high="isValid(datum.y) && datum.high > 0 ? datum.high : null",
    )


def scatter_spec(form: Form) -> Spec:
    """A point a run: a metric against any other column.

    Rows: ``run``, ``href``, ``x`` (number, time or text), ``y``, ``color``.
    """
    chart = blank().transform_filter("isValid(datum.x)")
    for axis in ("x",) * (form.x == "log") + ("y",) * (form.y == "log"):
        chart = chart.transform_filter(f"datum.{axis} > 0")
    return finish(
        chart.mark_point(filled=True, size=56, opacity=0.75, tooltip=TIP).encode(
            x=x_channel(form.x),
            y=alt.Y("y:Q", **y_options(form)),
            **color_channels(form.color, "shape"),
        )
    )


def parallel_spec(form: Form) -> Spec:
    """Parallel coordinates: an axis a column, a line a run, coloured by the metric.

    Rows: ``run``, ``href``, ``axis``, ``at`` (where its value lies, in equal units), ``color``
    (the metric); and for each end of each axis a row with ``label`` (its text) and ``end`` (0 or
    1).
    """
    base = (
        blank(WIDE)
        .transform_joinaggregate(least="min(at)", most="max(at)", groupby=["axis"])
        .transform_calculate(
            place="isValid(datum.end) ? datum.end : datum.most == datum.least ? 0.5 : "
            "(datum.at / 2 - datum.least / 2) / (datum.most / 2 - datum.least / 2)"
        )  # halves: a whole range may fit no float
    )
    x = alt.X(
        "axis:N",
        title=None,
        sort=None,
        scale=alt.Scale(padding=0.15),
        axis=alt.Axis(
            labelAngle=0,
            grid=True,
            domain=False,
            ticks=False,
            labelColor="var(--fg)",
            labelLimit=110,
        ),
    )
    y = alt.Y("place:Q", axis=None, scale=alt.Scale(domain=[-0.06, 1.06], nice=False))
    lines = base.transform_filter("isValid(datum.run)").mark_line(
        strokeWidth=1.2, opacity=0.55, tooltip=TIP
    ).encode(x=x, y=y, detail="run:N", color=amount_channel("color", form.color))  # fmt: skip
    ends = base.transform_filter("isValid(datum.end)").encode(x=x, y=y, text="label:N")
    top = ends.transform_filter("datum.end == 1").mark_text(dy=-9, color="var(--muted)")
    bottom = ends.transform_filter("datum.end == 0").mark_text(dy=11, color="var(--muted)")
    return finish(alt.layer(lines, top, bottom))


def versions_spec() -> Spec:
    """A metric over the versions of a model, in the order they were registered.

    Rows, oldest version first: ``x`` (version), ``y``, ``run``.
    """
    base = blank().encode(
        x=category_channel(angle=0), y=alt.Y("y:Q", title="{y}", scale=alt.Scale(zero=False))
    )
    line = base.mark_line(strokeWidth=1.8, color="var(--c1)")
    points = base.mark_point(filled=True, size=56, color="var(--c1)", opacity=1, tooltip=TIP)
    return finish(alt.layer(line, points))
