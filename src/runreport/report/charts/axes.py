"""How the axes of a drawn chart are labelled: no two ticks alike, no tick rounded to nothing.

``static/js/charts/axes.js`` does the same for charts that a reader draws.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from runreport.numbers import LARGEST
from runreport.report.charts.chart import Row, Spec
from runreport.report.charts.limits import end_of
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
    layers = layers_of(spec)
    encodings = [layer["encoding"] for layer in layers]
    for channel, guide in _GUIDES:
        own, fields = _measured(spec, encodings, channel, guide)
        numbers = _in_sight(_numbers(rows, fields), own, channel)
        for encoding in own:
            one = encoding[channel]
            changed = _guide(one, guide, numbers, is_made=one["field"] in _made(spec))
            if changed:
                encoding[channel] = {**one, guide: {**(one.get(guide) or {}), **changed}}
    return with_layers(spec, layers)


def layers_of(spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The layers of a spec, of which encodings can be replaced without changing it."""
    return [
        {**layer, "encoding": dict(layer.get("encoding", {}))}
        for layer in spec.get("layer", [spec])
    ]


def with_layers(spec: Mapping[str, Any], layers: list[dict[str, Any]]) -> dict[str, Any]:
    """A spec with other layers."""
    return {**spec, "layer": layers} if "layer" in spec else layers[0]


def _made(spec: Mapping[str, Any]) -> Mapping[str, str]:
    """Fields that the spec makes, each with the field of the rows whose numbers it is like."""
    return (spec.get("usermeta") or {}).get("of", {})  # type: ignore[no-any-return]


def _measured(
    spec: Mapping[str, Any], encodings: Sequence[dict[str, Any]], channel: str, guide: str
) -> tuple[list[dict[str, Any]], set[str]]:
    """The encodings that have an axis or ramp of numbers or times, and the fields of the rows that
    lie on it."""
    own = [e for e in encodings if _is_measured(e.get(channel), guide)]
    named = [e[c]["field"] for e in own for c in (channel, f"{channel}2") if c in e]
    return own, {_made(spec).get(field, field) for field in named}


def _numbers(rows: Sequence[Row], fields: set[str]) -> list[float]:
    return [
        value
        for row in rows
        for field in fields
        if isinstance(value := row.get(field), int | float) and math.isfinite(value)
    ]


def _in_sight(
    numbers: list[float], encodings: Sequence[dict[str, Any]], channel: str
) -> list[float]:
    """The numbers between the limits of an axis, and these; all where it has none."""
    scales = [encoding[channel].get("scale") or {} for encoding in encodings]
    least, most = (
        next((end for scale in scales if (end := end_of(scale, name)) is not None), None)
        for name in ("domainMin", "domainMax")
    )
    if least is None and most is None:
        return numbers
    low, high = -math.inf if least is None else least, math.inf if most is None else most
    ends = [end for end in (least, most) if end is not None]
    return [number for number in numbers if low <= number <= high] + ends


def _is_measured(one: Any, guide: str) -> bool:
    """Whether a channel has an axis or a ramp of numbers or times."""
    return (
        isinstance(one, Mapping)
        and bool(one.get("field"))
        and one.get("type") in ("quantitative", "temporal")
        and one.get(guide, {}) is not None
    )


def _guide(
    one: Mapping[str, Any], guide: str, numbers: Sequence[float], *, is_made: bool
) -> dict[str, Any]:
    """What an axis or ramp gets for its numbers."""
    span = max(numbers, default=0.0) - min(numbers, default=0.0)
    if one["type"] == "temporal":
        return {"format": CALENDAR if span > DAY_MS else CLOCK}
    ticks: Sequence[float] = (one.get(guide) or {}).get("values") or ()
    found: dict[str, Any] = {}
    is_plain = guide == "axis" and not is_made and not one.get("aggregate")
    if is_plain and numbers and span <= _SAME * max(map(abs, numbers)):
        ticks = numbers[:1]  # of one value d3 knows no step, and would label 0.37 as 0
        found["values"] = [ticks[0]]
    is_log = one.get("scale", {}).get("type") == "log"
    # The legend of a ramp over decades has labels at its ends, which are any numbers.
    if is_log and guide == "legend" and numbers:
        ticks = [float(f"{end:.4g}") for end in (min(numbers), max(numbers))]
    form = axis_format(numbers, ticks, is_log=is_log)
    return {**found, "format": form} if form else found


def tamed(spec: Spec, rows: Sequence[Row]) -> tuple[Spec, list[Row]]:
    """A spec and rows to compute with: numbers whose range no float holds are divided, and the
    title of their axis says by what."""
    layers = layers_of(spec)
    encodings = [layer["encoding"] for layer in layers]
    wild: set[str] = set()
    for channel, guide in _GUIDES:
        own, fields = _measured(spec, encodings, channel, guide)
        if not _is_wild(_numbers(rows, fields)):
            continue
        wild |= fields
        for encoding in own:
            one = encoding[channel]
            changed = {**one, "title": f"{one.get('title') or channel}, in 1e{_TAMING}"}
            constant = (one.get("scale") or {}).get("constant")
            if constant:
                changed["scale"] = {**one["scale"], "constant": _divided(constant)}
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
    tame = with_layers(spec, layers)
    if "x" in wild and "params" in tame:  # the least amount of a range that begins with zero
        params = [{**param, "value": _divided(param["value"])} for param in tame["params"]]
        tame = {**tame, "params": params}
    return tame, divided


def _is_wild(numbers: Sequence[float]) -> bool:
    """Whether the range or the sum of some numbers is more than a float can hold."""
    if not numbers:
        return False
    largest = float(max(map(abs, numbers)))
    return not math.isfinite((max(numbers) - min(numbers)) * 2.0 + largest * len(numbers))


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
