"""How the axes of a drawn chart are labelled: no two ticks alike, no tick rounded to nothing.

``static/js/chart_axes.js`` does the same for charts that a reader draws.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from runreport.numbers import LARGEST
from runreport.report.charts.specs import Row, Spec
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
CALENDAR = {**CLOCK, "hours": "%m-%d %H:%M", "minutes": "%m-%d %H:%M"}
"""The same over more than a day, where an hour comes again."""
DAY_MS = 86_400_000
_TAMING = 10
"""The power of ten that numbers near the largest there are are divided by."""
_SAME = 1e-15
"""Numbers this near to each other, as a share of them, are one place on an axis."""
_GUIDES = (("x", "axis"), ("y", "axis"), ("color", "legend"))


def fit_axes(spec: Mapping[str, Any], rows: Sequence[Mapping[str, object]]) -> dict[str, Any]:
    """A spec whose axes and ramps have the number format that the rows ask for."""
    layers = [dict(layer, encoding=dict(layer["encoding"])) for layer in spec.get("layer", [spec])]
    for channel, guide in _GUIDES:
        encodings = [layer["encoding"] for layer in layers]
        own = [e for e in encodings if _is_measured(e.get(channel), guide)]
        if not own:
            continue
        others = [encoding.get(f"{channel}2", {}) for encoding in encodings]
        fields = {one.get("field") for one in (*(e[channel] for e in own), *others)}
        numbers = [
            value
            for row in rows
            for field in fields
            if isinstance(value := row.get(field), int | float) and math.isfinite(value)
        ]
        for encoding in own:
            changed = _guide(encoding[channel], guide, numbers)
            if changed:
                old = encoding[channel].get(guide) or {}
                encoding[channel] = {**encoding[channel], guide: {**old, **changed}}
    return {**spec, "layer": layers} if "layer" in spec else layers[0]


def _is_measured(one: Any, guide: str) -> bool:
    """Whether a channel has an axis or a ramp of numbers or times."""
    return (
        isinstance(one, Mapping)
        and bool(one.get("field"))
        and one.get("type") in ("quantitative", "temporal")
        and one.get(guide, {}) is not None
    )


def _guide(one: Mapping[str, Any], guide: str, numbers: Sequence[float]) -> dict[str, Any]:
    """What an axis or ramp gets for its numbers."""
    span = max(numbers, default=0.0) - min(numbers, default=0.0)
    if one["type"] == "temporal":
        return {"format": CALENDAR if span > DAY_MS else CLOCK}
    ticks: Sequence[float] = (one.get(guide) or {}).get("values") or ()
    found: dict[str, Any] = {}
    is_plain = guide == "axis" and not one.get("bin") and not one.get("aggregate")
    if is_plain and numbers and span <= _SAME * max(map(abs, numbers)):
        ticks = numbers[:1]  # of one value d3 knows no step, and would label 0.37 as 0
        found["values"] = [ticks[0]]
    form = axis_format(numbers, ticks, is_log=one.get("scale", {}).get("type") == "log")
    return {**found, "format": form} if form else found


def tamed(spec: Spec, rows: Sequence[Row]) -> tuple[Spec, list[Row]]:
    """A spec and rows to compute with: numbers whose range no float holds are divided, and the
    title of their axis says by what."""
    layers = [dict(layer, encoding=dict(layer["encoding"])) for layer in spec.get("layer", [spec])]
    encodings = [layer["encoding"] for layer in layers]
    wild: set[str] = set()
    for channel, guide in _GUIDES:
        own = [e for e in encodings if _is_measured(e.get(channel), guide)]
        fields = {e[c]["field"] for e in own for c in (channel, f"{channel}2") if e.get(c)}
        if not _is_wild(rows, fields):
            continue
        wild |= fields
        for encoding in own:
            one = encoding[channel]
            changed = {**one, "title": f"{one.get('title') or channel}, in 1e{_TAMING}"}
            ticks = (one.get(guide) or {}).get("values")
            if ticks:
                changed[guide] = {**one[guide], "values": [_divided(tick) for tick in ticks]}
            encoding[channel] = changed
    if not wild:
        return spec, [*rows]
    divided: list[Row] = [
        {key: _divided(value) if key in wild else value for key, value in row.items()}
        for row in rows
    ]
    return ({**spec, "layer": layers} if "layer" in spec else layers[0]), divided


def _is_wild(rows: Sequence[Row], fields: set[str]) -> bool:
    """Whether the range or the sum of some numbers is more than a float can hold."""
    numbers = [
        float(value)
        for row in rows
        for field in fields
        if isinstance(value := row.get(field), int | float) and math.isfinite(value)
    ]
    if not numbers:
        return False
    largest = max(map(abs, numbers))
    return not math.isfinite((max(numbers) - min(numbers)) * 2 + largest * len(numbers))


def _divided(value: object) -> object:
    return value / 10.0**_TAMING if isinstance(value, int | float) else value


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
        least = min((value for value in numbers if value > 0), default=largest)
        if largest < 10 * least:  # its ticks are those of a linear one
            digits = _digits_between(least, largest)
            return f".{digits - 1}~e" if is_far else f",.{digits}~r"
        return ",~g"
    return "~e" if is_far else ""


def _digits_between(low: float, high: float) -> int:
    """Digits that tell about ten steps from one number to another apart."""
    share = (high - low) / high if high > low else 1.0
    return min(15, 3 + math.ceil(-math.log10(share)))


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
        "axis": {"grid": False, "labelOverlap": True},
    }


def scaled(spec: Spec, scale: str) -> Spec:
    """A spec with the scale that was asked for its metric."""
    if scale == "log":
        for layer in spec.get("layer", [spec]):
            layer["encoding"]["y"]["scale"] = {"type": "log", "nice": False}
    return spec


def in_unit(rows: Sequence[Row], title: str, field: str = "x") -> tuple[list[Row], str]:
    """Spans of time in the unit that suits the longest, and the title that names it.

    Args:
        rows: their ``field`` are milliseconds.
    """
    spans = [value for row in rows if isinstance(value := row[field], int | float)]
    unit, size = duration_unit(max(spans, default=0))
    divided: list[Row] = [
        {**row, field: v / size if isinstance(v := row[field], int | float) else v} for row in rows
    ]
    return divided, f"{title}, {unit}"
