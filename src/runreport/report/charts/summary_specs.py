"""Specs of charts that sum runs up: bars, box plots, histograms, heat maps.

As in `specs`, a spec says all that a chart means: means, deviations, quartiles and bins are
Vega-Lite's, so that the built chart and the live one have the same numbers.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from runreport.report.charts.channels import (
    amount_channel,
    category_channel,
    color_channels,
    y_options,
)
from runreport.report.charts.chart import Spec
from runreport.report.charts.forms import Form
from runreport.report.charts.specs import TIP, blank, finish
from runreport.report.tables.kinds import MOST_BINS


def bar_spec(form: Form) -> Spec:
    """A bar a run; or the mean of a metric for each text, a whisker of one standard deviation on
    it where it is of several runs.

    Rows, in the order of the axis: ``run``, ``href``, ``x`` (text), ``y``, ``color``.
    """
    side = {} if form.color in ("none", "run") else {"xOffset": alt.XOffset("color:N", sort=None)}
    if form.x == "run":
        colors = color_channels(form.color, "fillOpacity")
        if form.color == "run":
            colors = {name: _without_legend(one) for name, one in colors.items()}
        return finish(
            blank()
            .mark_bar(tooltip=TIP)
            .encode(x=category_channel(), y=alt.Y("y:Q", title="{y}"), **colors)
        )
    base = (
        blank()
        .transform_aggregate(mean="mean(y)", std="stdev(y)", n="count()", groupby=["x", "color"])
        .transform_calculate(
            low="datum.mean - (datum.n > 1 ? datum.std : 0)",
            high="datum.mean + (datum.n > 1 ? datum.std : 0)",
        )
        .encode(x=category_channel(), **side)
    )
    title = {"title": "{y}, mean ± std"}
    bars = base.mark_bar(tooltip=TIP).encode(
        y=alt.Y("mean:Q", **title), **color_channels(form.color, "fillOpacity")
    )
    spans = base.transform_filter("datum.n > 1")
    rules = spans.mark_rule(color="var(--fg)").encode(y=alt.Y("low:Q", **title), y2="high:Q")
    ends = [
        spans.mark_tick(color="var(--fg)", size=8, thickness=1).encode(
            y=alt.Y(f"{end}:Q", **title)
        )
        for end in ("low", "high")
    ]
    return finish(alt.layer(bars, rules, *ends), mean="y", low="y", high="y")


def box_spec(form: Form) -> Spec:
    """Median, quartiles and whiskers of 1.5 times their distance (Tukey), outliers as points.

    Rows, in the order of the axis: ``run``, ``x`` (text), ``y``, ``color``.
    """
    side = {} if form.color == "none" else {"xOffset": alt.XOffset("color:N", sort=None)}
    chart = blank()
    if form.y == "log":
        chart = chart.transform_filter("datum.y > 0")
    chart = chart.mark_boxplot(size=24, median={"color": "var(--bg)"}, rule={"color": "var(--fg)"})
    return finish(
        chart.encode(
            x=category_channel(),
            y=alt.Y("y:Q", **y_options(form)),
            **color_channels(form.color, "fillOpacity"),
            **side,
        )
    )


def histogram_spec(form: Form) -> Spec:
    """How many runs lie in each of at most 20 equal ranges; of a param that spans decades, ranges
    of equal ratio.

    Rows: ``run``, ``x`` (number), ``color``.
    """
    chart = blank()
    bins = alt.Bin(maxbins=MOST_BINS)
    scale: dict[str, Any] = {}
    if form.x == "log":
        chart = (
            chart.transform_filter("datum.x > 0")
            .transform_calculate(power="log(datum.x) / LN10")
            .transform_bin(["first", "last"], "power", bin=bins)
            .transform_calculate(low="pow(10, datum.first)", high="pow(10, datum.last)")
        )
        scale = {"scale": alt.Scale(type="log", nice=False)}
    elif form.x == "symlog":
        chart = (
            chart.add_params(alt.param(name="least", value=1))
            .transform_calculate(power="log(1 + datum.x / least) / LN10")
            .transform_bin(["first", "last"], "power", bin=bins)
            .transform_calculate(
                low="least * (pow(10, datum.first) - 1)", high="least * (pow(10, datum.last) - 1)"
            )
        )
        scale = {"scale": alt.Scale(type="symlog", constant=1, nice=False)}
    else:
        chart = chart.transform_bin(["low", "high"], "x", bin=bins)
    chart = chart.transform_aggregate(n="count()", groupby=["low", "high", "color"])
    axis = alt.Axis(grid=False, labelOverlap=True)
    return finish(
        chart.mark_bar(stroke="var(--bg)", strokeWidth=1, tooltip=TIP).encode(
            x=alt.X("low:Q", title="{x}", bin="binned", axis=axis, **scale),
            x2="high:Q",
            y=alt.Y("n:Q", title="Runs", axis=alt.Axis(tickMinStep=1), stack="zero"),
            **color_channels(form.color, "fillOpacity"),
        ),
        low="x",
        high="x",
    )


def heatmap_spec(form: Form) -> Spec:
    """The mean of a metric where two values meet.

    Rows, in the order of the x axis: ``x``, ``y`` (texts), ``y_order``, ``value``, ``run``.
    """
    y = alt.Y(
        "y:N",
        title="{y}",
        sort=alt.EncodingSortField("y_order", op="min", order="descending"),
        axis=alt.Axis(grid=False),
    )
    return finish(
        blank()
        .transform_aggregate(
            mean="mean(value)", n="count()", y_order="min(y_order)", groupby=["x", "y"]
        )
        .mark_rect(stroke="var(--bg)", strokeWidth=2, tooltip=TIP)
        .encode(x=category_channel(), y=y, color=amount_channel("mean", form.color)),
        mean="value",
    )


def _without_legend(channel: Any) -> Any:
    channel.legend = None
    return channel
