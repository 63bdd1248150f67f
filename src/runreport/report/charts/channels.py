"""Axes and colours of charts as encodings, by the kind of what lies on them.

Titles are ``{x}``, ``{y}`` and ``{color}``, which are filled in with the rows; the ranges of
colours, dashes and shapes are whole here, and of them the looks of the drawn texts are chosen.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from runreport.report.charts.forms import Form
from runreport.report.charts.looks import LOOKS, STEPS

COLORS = [f"var(--c{number})" for number in range(1, 7)]
"""That a reader tells apart; each is used with three seconds, a dash, a shape or a shade."""
RAMP = ["#8f96a0", "#5f9fd8", "#b81998"]
"""Of amounts, from unremarkable to best; stands out from white and from the dark page."""
_RAMP_STEPS = [f"var(--r{number})" for number in range(1, STEPS + 1)]
"""Of what has an order, from little to much, in both themes."""
_STATUS = {
    "FINISHED": "finished",
    "RUNNING": "running",
    "FAILED": "failed",
    "KILLED": "warning",
    "SCHEDULED": "muted",
    "UNKNOWN": "muted",
}
_SECONDS: dict[str, list[Any]] = {
    "strokeDash": [[1, 0], [6, 3], [2, 2]],
    "shape": ["circle", "square", "triangle-up"],
    "fillOpacity": [1, 0.55, 0.25],
}


def x_channel(kind: str) -> Any:
    """The x axis of single points."""
    if kind == "time":
        return alt.X(
            "x:T",
            title="{x}",
            scale=alt.Scale(type="utc", padding=16),
            axis=alt.Axis(grid=False, labelOverlap=True),
        )
    if kind == "word":
        return alt.X(
            "x:N",
            title="{x}",
            sort=None,
            axis=alt.Axis(grid=False, labelAngle=-30, labelOverlap=True),
            scale=alt.Scale(paddingOuter=0.5),
        )
    scales: dict[str, dict[str, Any]] = {
        "number": {"zero": False},
        "log": {"type": "log"},
        "symlog": {"type": "symlog", "constant": 1},
    }
    return alt.X(
        "x:Q",
        title="{x}",
        scale=alt.Scale(nice=False, padding=16, **scales[kind]),
        axis=alt.Axis(grid=False, labelOverlap=True),
    )


def step_channel(kind: str) -> Any:
    """The x axis of curves: steps, spans of time or times."""
    if kind == "time":
        return alt.X(
            "x:T",
            title="{x}",
            scale=alt.Scale(type="utc"),
            axis=alt.Axis(grid=False, labelOverlap=True),
        )
    return alt.X(
        "x:Q",
        title="{x}",
        axis=alt.Axis(grid=False, labelOverlap=True, tickMinStep=1),
        scale=alt.Scale(nice=False, zero=False),
    )


def category_channel(field: str = "x", angle: int = -30) -> Any:
    """An axis of texts, in the order of the rows."""
    channel = alt.X if field == "x" else alt.Y
    slant = {"labelAngle": angle, "labelOverlap": True} if field == "x" else {}
    return channel(
        f"{field}:N", title=f"{{{field}}}", sort=None, axis=alt.Axis(grid=False, **slant)
    )


def y_options(form: Form, title: str = "{y}") -> dict[str, Any]:
    """Title and scale of a metric's axis."""
    is_log = form.y == "log"
    scale: dict[str, Any] = {"type": "log", "nice": False} if is_log else {"zero": False}
    return {"title": title, "scale": alt.Scale(**scale)}


def color_channels(kind: str, second: str) -> dict[str, Any]:
    """What tells runs or groups apart: a colour, and a second look where there are many.

    Args:
        second: ``strokeDash``, ``shape`` or ``fillOpacity``.
    """
    if kind == "none":
        return {"color": alt.value(COLORS[0])}
    if kind in ("run", "category"):
        legend = _legend(second, symbolLimit=LOOKS, **({"columns": 2} if kind == "run" else {}))
        ranges: dict[str, list[Any]] = {
            "color": COLORS * 3,
            second: [one for one in _SECONDS[second] for _ in COLORS],
        }
        return {
            name: _of(name)(
                "color:N", title="{color}", sort=None, legend=legend, scale=alt.Scale(range=own)
            )
            for name, own in ranges.items()
        }
    if kind == "ordered":
        return {
            "color": alt.Color(
                "color:O",
                title="{color}",
                sort=None,
                legend=_legend(second),
                scale=alt.Scale(range=_RAMP_STEPS),
            )
        }
    if kind == "status":
        colors = [f"var(--{name})" for name in _STATUS.values()]
        scale = alt.Scale(domain=[*_STATUS], range=colors)
        return {
            "color": alt.Color("color:N", title="{color}", legend=_legend(second), scale=scale)
        }
    return {"color": amount_channel("color", kind)}


def amount_channel(field: str, kind: str) -> Any:
    """A ramp of amounts; of a metric of which less is better it is turned round."""
    scale = alt.Scale(
        range=RAMP,
        type="log" if kind.startswith("log") else "linear",
        reverse=kind.endswith("-down"),
    )
    legend = alt.Legend(orient="right", type="gradient", gradientLength=140)
    return alt.Color(f"{field}:Q", title="{color}", scale=scale, legend=legend)


def _legend(second: str, **more: Any) -> Any:
    symbol = {"symbolType": "stroke"} if second == "strokeDash" else {}
    return alt.Legend(orient="bottom", **symbol, **more)


def _of(name: str) -> Any:
    return {
        "color": alt.Color,
        "strokeDash": alt.StrokeDash,
        "shape": alt.Shape,
        "fillOpacity": alt.FillOpacity,
    }[name]
