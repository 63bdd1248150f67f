"""Charts that sum runs up: bars, box plots, histograms, heat maps, and a band over seeds.

Like those of `charts`, each is a function that returns an Altair spec for rows of data; the same
spec is drawn at build and in the browser. Means, deviations, quartiles and bins are Vega-Lite's,
so that both draw the same numbers.
"""

from __future__ import annotations

from typing import Any

from runreport.report.charts.specs import DATA_NAME, HEIGHT, RAMP, TIP, WIDTH, Spec, finish

_CATEGORY_AXIS = {"grid": False, "labelAngle": -30, "labelOverlap": True}


def bars_spec(metric: str) -> Spec:
    """A bar a run, the longest on top.

    Rows: ``run``, ``value``.
    """
    import altair as alt

    return finish(
        alt.Chart(alt.NamedData(DATA_NAME), width=WIDTH, height=alt.Step(24))
        .mark_bar(color="var(--c1)")
        .encode(
            x=alt.X("value:Q", title=metric, axis=alt.Axis(tickCount=5)),
            y=alt.Y("run:N", title=None, sort="-x", axis=alt.Axis(ticks=False, domain=False)),
        )
    )


def bar_spec(x: str, y: str, color: str | None = None) -> Spec:
    """The mean of a metric for each value, a whisker of one standard deviation on it.

    Rows: ``x`` (text), ``y``, ``color`` (text), ``run``.
    """
    import altair as alt

    base = _chart().encode(
        x=alt.X("x:N", title=x, sort=None, axis=alt.Axis(**_CATEGORY_AXIS)),
        y=alt.Y("mean(y):Q", title=f"{y}, mean"),
        **_colour(color),
    )
    bars = base.mark_bar(**_fill(color), tooltip=TIP)
    whiskers = (
        _chart()
        .mark_errorbar(extent="stdev", ticks=True, color="var(--fg)")
        .encode(x=alt.X("x:N", sort=None), y=alt.Y("y:Q", title=f"{y}, mean"))
    )
    if color is not None:  # bars of one value stand side by side, and so must their whiskers
        bars = bars.encode(xOffset=alt.XOffset("color:N", sort=None))
        whiskers = whiskers.encode(xOffset=alt.XOffset("color:N", sort=None))
    return finish(alt.layer(bars, whiskers))


def box_spec(x: str, y: str, color: str | None = None) -> Spec:
    """Median, quartiles and whiskers of 1.5 times their distance (Tukey), outliers as points.

    Rows: ``x`` (text), ``y``, ``color`` (text), ``run``.
    """
    import altair as alt

    chart = _chart().mark_boxplot(
        size=24,
        median={"color": "var(--bg)"},
        rule={"color": "var(--fg)"},
        **_fill(color),
    )
    chart = chart.encode(
        x=alt.X("x:N", title=x, sort=None, axis=alt.Axis(**_CATEGORY_AXIS)),
        y=alt.Y("y:Q", title=y, scale=alt.Scale(zero=False)),
        **_colour(color),
    )
    if color is not None:
        chart = chart.encode(xOffset=alt.XOffset("color:N", sort=None))
    return finish(chart)


def histogram_spec(x: str, color: str | None = None) -> Spec:
    """How many runs lie in each of at most 20 equal ranges.

    Rows: ``x`` (number), ``color`` (text), ``run``.
    """
    import altair as alt

    return finish(
        _chart()
        .mark_bar(**_fill(color), stroke="var(--bg)", strokeWidth=1, tooltip=TIP)
        .encode(
            x=alt.X("x:Q", title=x, bin=alt.Bin(maxbins=20), axis=alt.Axis(grid=False)),
            y=alt.Y("count():Q", title="Runs", axis=alt.Axis(tickMinStep=1)),
            **_colour(color),
        )
    )


def heatmap_spec(x: str, y: str, metric: str) -> Spec:
    """The mean of a metric where two values meet.

    Rows: ``x``, ``y`` (texts), ``value``, ``run``.
    """
    import altair as alt

    return finish(
        _chart()
        .mark_rect(stroke="var(--bg)", strokeWidth=2, tooltip=TIP)
        .encode(
            x=alt.X("x:N", title=x, sort=None, axis=alt.Axis(**_CATEGORY_AXIS)),
            y=alt.Y("y:N", title=y, sort=None, axis=alt.Axis(grid=False)),
            color=alt.Color("mean(value):Q", title=metric, scale=alt.Scale(range=RAMP)),
        )
    )


def band_spec(metric: str, x: str = "Step") -> Spec:
    """Mean lines of groups of runs, each in a band of one standard deviation.

    Rows: ``color`` (the group), ``x``, ``y`` (mean), ``low``, ``high``.
    """
    import altair as alt

    base = _chart().encode(
        x=alt.X(
            "x:Q",
            title=x,
            axis=alt.Axis(grid=False, tickMinStep=1),
            scale=alt.Scale(nice=False),
        ),
        color=alt.Color(
            "color:N", title=None, sort=None, legend=alt.Legend(orient="bottom", columns=2)
        ),
    )
    y = {"title": f"{metric}, mean ± std", "scale": alt.Scale(zero=False)}
    band = base.mark_area(opacity=0.2, clip=True).encode(y=alt.Y("low:Q", **y), y2="high:Q")
    line = base.mark_line(strokeWidth=1.8, clip=True, tooltip=TIP).encode(
        y=alt.Y("y:Q", **y),
    )
    return finish(alt.layer(band, line))


def _chart() -> Any:
    import altair as alt

    return alt.Chart(alt.NamedData(DATA_NAME), width=WIDTH, height=HEIGHT)


def _colour(color: str | None) -> dict[str, Any]:
    import altair as alt

    if color is None:
        return {}
    legend = alt.Legend(orient="bottom")
    return {"color": alt.Color("color:N", title=color, sort=None, legend=legend)}


def _fill(color: str | None) -> dict[str, Any]:
    return {} if color else {"color": "var(--c1)"}
