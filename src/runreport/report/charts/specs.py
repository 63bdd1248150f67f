"""Comparison charts: one function per chart that returns an Altair spec for rows of data.

The same spec is drawn as static SVG at build, with the rows given here, and in the browser with
rows and titles that the reader chose. Colours are CSS variables, so that a chart follows the
page's theme without being drawn again. No expression and no URL comes from logged data.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runreport.errors import BuildError
from runreport.report.shown import Shown, apart

Spec = dict[str, Any]
Row = Mapping[str, object]
Made = tuple[str, Spec, list[Row]] | None
"""Title, spec and rows of a chart; None where no run has the values."""

TIP = {"content": "data"}
"""A mark's tooltip: the row itself. Named fields would put logged names into expressions."""
SERIES = 6
"""Colours that a reader tells apart; further series share the muted colour."""
WIDTH = 460
WIDE = 980
HEIGHT = 260
DATA_NAME = "rows"

_CONFIG: Spec = {
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
    "range": {"category": [f"var(--c{number})" for number in range(1, SERIES + 1)]},
    "aria": False,
}
RAMP = ["#8f96a0", "#5f9fd8", "#b81998"]
"""From unremarkable to best; every colour stands out from white and from the dark page."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of a page: what is drawn, and the same in words and numbers."""

    name: str
    """curves, scatter or parallel."""
    title: str
    summary: str
    """One sentence for those who do not see the picture."""
    spec: Spec
    rows: tuple[Row, ...]
    columns: tuple[str, ...]
    """Headers of the data table below the chart."""
    table: tuple[tuple[Shown, ...], ...]
    options: Mapping[str, object]
    """What the reader can choose in the browser, and what is chosen."""


def is_drawable(row: Row) -> bool:
    """Whether nothing in a row is NaN or infinite, which lies on no axis; None is a gap."""
    return not any(isinstance(value, float) and not math.isfinite(value) for value in row.values())


def line_spec(metric: str, x: str = "Step") -> Spec:
    """Lines over steps or time, one a run.

    Rows: ``run`` (label), ``x``, ``y``; NaN values are gaps. Rows with ``raw`` instead of ``y``
    are drawn faintly below: what a smoothed line is the mean of.
    """
    import altair as alt

    base = alt.Chart(alt.NamedData(DATA_NAME), width=WIDTH, height=HEIGHT).encode(
        x=alt.X(
            "x:Q", title=x, axis=alt.Axis(grid=False, tickMinStep=1), scale=alt.Scale(nice=False)
        ),
        color=alt.Color(
            "run:N", title=None, sort=None, legend=alt.Legend(orient="bottom", columns=2)
        ),
    )
    y = {"title": metric, "scale": alt.Scale(zero=False)}
    raw = base.mark_line(strokeWidth=1, opacity=0.3, clip=True).encode(y=alt.Y("raw:Q", **y))
    line = base.mark_line(strokeWidth=1.8, clip=True, tooltip=TIP).encode(
        y=alt.Y("y:Q", **y),
    )
    return finish(alt.layer(raw, line))


def scatter_spec(
    x: str,
    y: str,
    color: str | None,
    *,
    is_numeric: bool,
    is_log: bool = False,
    ticks: Sequence[float] = (),
    width: int = WIDTH,
) -> Spec:
    """A point a run: a metric against a param.

    Rows: ``x`` (number, or text if not ``is_numeric``), ``y``, ``color`` (text), ``run``,
    ``href``.

    Args:
        is_log: logarithmic x, for params that span orders of magnitude; all must be positive.
        ticks: where to put them, for a param with few different values.
    """
    import altair as alt

    if is_numeric:
        kind = {"type": "log"} if is_log else {"zero": False}
        axis: dict[str, object] = {"values": list(ticks)} if ticks else {}
        position = alt.X(
            "x:Q",
            title=x,
            scale=alt.Scale(nice=False, padding=16, **kind),
            axis=alt.Axis(grid=False, labelOverlap=True, **axis),
        )
    else:
        position = alt.X(
            "x:N",
            title=x,
            axis=alt.Axis(grid=False, labelAngle=-30),
            scale=alt.Scale(paddingOuter=0.5),
        )
    mark: dict[str, object] = {
        "type": "point",
        "filled": True,
        "size": 56,
        "opacity": 0.75,
        "tooltip": TIP,
    }
    encoding = {
        "x": position,
        "y": alt.Y("y:Q", title=y, scale=alt.Scale(zero=False)),
    }
    if color is None:
        mark["color"] = "var(--c1)"
    else:
        legend = alt.Legend(orient="bottom")
        encoding["color"] = alt.Color("color:N", title=color, sort=None, legend=legend)
    chart = alt.Chart(alt.NamedData(DATA_NAME), width=width, height=HEIGHT)
    chart.mark = mark
    return finish(chart.encode(**encoding))


def vega_lite_version(spec: Spec) -> str:
    """``6.4`` from a spec's schema URL, which Altair writes.

    Raises:
        BuildError: it has none.
    """
    schema = str(spec.get("$schema", ""))
    version = schema.rpartition("/v")[2].removesuffix(".json")
    parts = version.split(".")
    if len(parts) < 2:
        raise BuildError(f"Chart spec has no Vega-Lite version in {schema!r}.")
    return ".".join(parts[:2])


def versions_spec(metric: str, versions: Sequence[str]) -> Spec:
    """A metric over the versions of a model, in the order they were registered.

    Rows: ``version``, ``value``, ``run``.

    Args:
        versions: oldest first.
    """
    import altair as alt

    base = alt.Chart(alt.NamedData(DATA_NAME), width=WIDTH, height=HEIGHT).encode(
        x=alt.X(
            "version:O",
            title="Version",
            sort=list(versions),
            axis=alt.Axis(grid=False, labelAngle=0, labelOverlap=True),
        ),
        y=alt.Y("value:Q", title=metric, scale=alt.Scale(zero=False)),
    )
    line = base.mark_line(strokeWidth=1.8, color="var(--c1)")
    points = base.mark_point(filled=True, size=56, color="var(--c1)", opacity=1).encode()
    return finish(alt.layer(line, points))


def parallel_spec(axes: Sequence[str], metric: str, *, is_lower_better: bool = False) -> Spec:
    """Parallel coordinates: an axis a param or metric, a line a run, coloured by the metric.

    Rows: ``run``, ``axis``, ``place`` (0-1 on the axis), ``score`` (the metric); and for each end
    of each axis a row with ``label`` (its text) and ``end`` (0 or 1) instead.
    """
    import altair as alt

    base = alt.Chart(alt.NamedData(DATA_NAME), width=WIDE, height=HEIGHT)
    x = alt.X(
        "axis:N",
        title=None,
        sort=None,
        scale=alt.Scale(padding=0.15, domain=list(axes)),
        axis=alt.Axis(
            labelAngle=0,
            grid=True,
            domain=False,
            ticks=False,
            labelColor="var(--fg)",
            labelLimit=110,
        ),
    )
    y_scale = alt.Scale(domain=[-0.06, 1.06], nice=False)
    lines = base.transform_filter("isValid(datum.run)").mark_line(
        strokeWidth=1.2, opacity=0.55, tooltip=TIP
    ).encode(
        x=x,
        y=alt.Y("place:Q", axis=None, scale=y_scale),
        detail="run:N",
        color=alt.Color(
            "score:Q",
            title=metric,
            scale=alt.Scale(range=RAMP, reverse=is_lower_better),
            legend=alt.Legend(orient="right", gradientLength=140),
        ),
    )  # fmt: skip
    labels = base.transform_filter("isValid(datum.label)").encode(
        x=x, y=alt.Y("place:Q", axis=None, scale=y_scale), text="label:N"
    )
    top = labels.transform_filter("datum.end == 1").mark_text(dy=-9, color="var(--muted)")
    bottom = labels.transform_filter("datum.end == 0").mark_text(dy=11, color="var(--muted)")
    return finish(alt.layer(lines, top, bottom))


def parallel_rows(
    runs: Sequence[str],
    axes: Sequence[tuple[str, Sequence[object], Any]],
    scores: Sequence[float | None],
) -> list[Row]:
    """Rows for `parallel_spec`.

    Args:
        runs: labels.
        axes: (name, value of each run, how a value is shown); numbers are spread over the axis by
            size, texts evenly in sorted order.
        scores: the metric of each run; runs without a finite one are left out.
    """
    rows: list[Row] = []
    for name, values, text_of in axes:
        places, low, high = _spread(values)
        for run, place, score in zip(runs, places, scores, strict=True):
            if place is not None and score is not None and math.isfinite(score):
                rows.append({"run": run, "axis": name, "place": place, "score": score})
        ends = [(end, text_of(value)) for end, value in ((0, low), (1, high)) if value is not None]
        labels = apart([shown for _, shown in ends])
        for (end, _), label in zip(ends, labels, strict=True):
            rows.append({"axis": name, "place": end, "end": end, "label": label})
    return rows


def _spread(values: Sequence[object]) -> tuple[list[float | None], object, object]:
    """Places from 0 to 1 for values, and the values at the two ends."""
    numbers = [v for v in values if isinstance(v, int | float) and math.isfinite(v)]
    if numbers:
        low, high = min(numbers), max(numbers)
        return [_place(v, low, high) for v in values], low, high
    words = sorted({str(value) for value in values if value is not None})
    if not words:
        return [None] * len(values), None, None
    steps = max(1, len(words) - 1)
    order = {word: number / steps if len(words) > 1 else 0.5 for number, word in enumerate(words)}
    return [None if v is None else order[str(v)] for v in values], words[0], words[-1]


def _place(value: object, low: float, high: float) -> float | None:
    if not isinstance(value, int | float) or not math.isfinite(value):
        return None
    if high == low:
        return 0.5
    return (value / 2 - low / 2) / (high / 2 - low / 2)  # halves: a whole range may fit no float


def finish(chart: Any) -> Spec:
    """A spec without data, in the theme's colours."""
    spec: Spec = chart.to_dict(validate=False)
    spec["config"] = _CONFIG
    spec.pop("datasets", None)
    return spec
