"""How the axes of a drawn chart are labelled: no two ticks alike, no tick rounded to nothing.

``static/js/chart_axes.js`` does the same for charts that a reader draws.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from runreport.numbers import LARGEST
from runreport.report.charts import Row, Spec
from runreport.report.formatting import duration_unit

CLOCK = {
    "year": "%Y",
    "quarter": "%Y-%m",
    "month": "%Y-%m",
    "week": "%Y-%m-%d",
    "date": "%Y-%m-%d",
    "hours": "%H:%M",
    "minutes": "%H:%M",
    "seconds": "%H:%M:%S",
    "milliseconds": "%H:%M:%S.%L",
}
"""How an axis of times writes a tick, by the unit that it begins; d3's own way is 12 PM."""
_GUIDES = (("x", "axis"), ("y", "axis"), ("color", "legend"))


def fit_axes(spec: Mapping[str, Any], rows: Sequence[Mapping[str, object]]) -> dict[str, Any]:
    """A spec whose axes and ramps have the number format that the rows ask for."""
    layers = [dict(layer, encoding=dict(layer["encoding"])) for layer in spec.get("layer", [spec])]
    for channel, guide in _GUIDES:
        own = [
            (layer["encoding"], one)
            for layer in layers
            if (one := layer["encoding"].get(channel))
            and one.get("field")
            and one.get("type") == "quantitative"
            and one.get(guide, {}) is not None
        ]
        if not own:
            continue
        others = [layer["encoding"].get(f"{channel}2", {}) for layer in layers]
        fields = {one.get("field") for one in (*(one for _, one in own), *others)}
        numbers = [
            value
            for row in rows
            for field in fields
            if isinstance(value := row.get(field), int | float) and math.isfinite(value)
        ]
        first = own[0][1]
        ticks = (first.get(guide) or {}).get("values") or ()
        form = axis_format(numbers, ticks, is_log=first.get("scale", {}).get("type") == "log")
        if form:
            for encoding, one in own:
                encoding[channel] = {**one, guide: {**(one.get(guide) or {}), "format": form}}
    return {**spec, "layer": layers} if "layer" in spec else layers[0]


def axis_format(numbers: Sequence[float], ticks: Sequence[float], *, is_log: bool) -> str:
    """A number format of d3 for an axis; empty where its own, which goes by the steps, will do.

    Args:
        numbers: what lies on the axis.
        ticks: where they were put on purpose.
    """
    largest = max((abs(value) for value in numbers), default=0)
    is_far = largest != 0 and not 1e-5 <= largest < LARGEST
    if ticks:
        digits = _digits_for(ticks)
        return f".{digits - 1}~e" if is_far else f",.{digits}~r"
    if is_log:
        return ",~g"
    return "~e" if is_far else ""


def _digits_for(ticks: Sequence[float]) -> int:
    """Significant digits that say ticks exactly, or, beyond twelve, that tell them apart."""

    def rounded(digits: int) -> list[float]:
        return [float(f"{tick:.{digits - 1}e}") for tick in ticks]

    for digits in range(3, 13):
        if rounded(digits) == [*ticks]:
            return digits
    apart = (digits for digits in range(4, 17) if len({*rounded(digits)}) == len(ticks))
    return next(apart, 17)


def utc_axis(title: str, **scale: object) -> Spec:
    """An axis of times."""
    return {
        "field": "x",
        "type": "temporal",
        "title": title,
        "scale": {"type": "utc", **scale},
        "axis": {"grid": False, "format": CLOCK, "labelOverlap": True},
    }


def scaled(spec: Spec, scale: str) -> Spec:
    """A spec with the scale that was asked for its metric."""
    if scale == "log":
        for layer in spec.get("layer", [spec]):
            layer["encoding"]["y"]["scale"] = {"type": "log", "nice": False}
    return spec


def in_unit(rows: Sequence[Row], title: str) -> tuple[list[Row], str]:
    """Spans of time in the unit that suits the longest, and the title that names it.

    Args:
        rows: their ``x`` are milliseconds.
    """
    spans = [value for row in rows if isinstance(value := row["x"], int | float)]
    unit, size = duration_unit(max(spans, default=0))
    divided: list[Row] = [
        {**row, "x": x / size if isinstance(x := row["x"], int | float) else x} for row in rows
    ]
    return divided, f"{title}, {unit}"
