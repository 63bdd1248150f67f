"""Between which numbers the axes of a chart lie, where somebody said: ``xlim=10..20;ylim=..0.5``.

``static/js/charts/limits.js`` does the same for charts that a reader draws.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runreport.numbers import format_number, full_number
from runreport.report.charts.chart import Row, Spec
from runreport.report.formatting import format_time, full_time

CLIP = "clip"
"""Limits of y that leave out its outermost numbers."""
LEAST_CLIPPED = 20
"""Of fewer numbers none is an outlier."""
_OUTERMOST = 0.01
"""Share of the numbers that is left out at each end."""
_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_LIMITS = re.compile(rf"({_NUMBER})?\.\.({_NUMBER})?")
Ends = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Limits:
    """The ends of the axes; None where the data says."""

    x: Ends = (None, None)
    y: Ends = (None, None)
    is_clipped: bool = False
    """Whether those of y leave out its outermost numbers."""


NO_LIMITS = Limits()


def read_ends(text: str) -> Ends | None:
    """``10..20``, ``10..`` or ``..20``; None where a text is no such thing."""
    match = _LIMITS.fullmatch(text)
    if match is None or match[1] is match[2] is None:
        return None
    low, high = (None if end is None else float(end) for end in match.groups())
    if any(end is not None and not math.isfinite(end) for end in (low, high)):
        return None
    return None if low is not None and high is not None and low >= high else (low, high)


def limits_of(x: str, y: str, rows: Sequence[Row], *, is_log: tuple[bool, bool]) -> Limits:
    """The limits that a chart's fields ask for.

    Args:
        is_log: whether x and y are logarithmic, so that no end is 0 or less.
    """
    across, down = (
        _above_zero(read_ends(text) or (None, None), is_log=own)
        for text, own in zip((x, y), is_log, strict=True)
    )
    if y != CLIP:
        return Limits(across, down)
    numbers = sorted(
        float(v) for row in rows if isinstance(v := row.get("y"), int | float) and math.isfinite(v)
    )
    last = len(numbers) - 1
    if len(numbers) < LEAST_CLIPPED:
        return Limits(across)
    low = numbers[math.floor(_OUTERMOST * last)]
    high = numbers[math.ceil((1 - _OUTERMOST) * last)]
    is_clipped = low < high and (low > numbers[0] or high < numbers[-1])
    return Limits(across, (low, high) if is_clipped else (None, None), is_clipped)


def _above_zero(ends: Ends, *, is_log: bool) -> Ends:
    low, high = (None if is_log and end is not None and end <= 0 else end for end in ends)
    return low, high


def limited(spec: Spec, limits: Limits) -> Spec:
    """A spec whose axes have limits and whose marks end there; changed in place."""
    for channel, ends in (("x", limits.x), ("y", limits.y)):
        for layer in spec.get("layer", [spec]) if ends != (None, None) else ():
            one = layer.get("encoding", {}).get(channel)
            if not isinstance(one, dict) or one.get("type") not in ("quantitative", "temporal"):
                continue
            scale = {**(one.get("scale") or {}), "nice": False, "zero": False}
            if one["type"] == "temporal" or scale.get("type") in ("log", "symlog"):
                scale.pop("zero")
            for name, end in zip(("domainMin", "domainMax"), ends, strict=True):
                if end is not None:
                    scale[name] = _written(end, one["type"])
            one["scale"] = scale
            mark = layer.get("mark", spec.get("mark"))
            layer["mark"] = {**mark, "clip": True} if isinstance(mark, dict) else {
                "type": mark, "clip": True
            }  # fmt: skip
    return spec


def _written(end: float, kind: str) -> float | dict[str, str]:
    """An end as a spec has it: one of times as an expression, since the interpreter that pages
    use makes no date of a number."""
    return {"expr": f"{end:.0f}"} if kind == "temporal" else end


def end_of(scale: Mapping[str, Any], name: str) -> float | None:
    """``domainMin`` or ``domainMax`` of a scale as a number; None where it has none."""
    end = scale.get(name)
    return float(end["expr"]) if isinstance(end, dict) else end


def limits_text(limits: Limits, titles: Mapping[str, str], *, is_time: bool) -> str:
    """What a chart does not show; empty where it shows all."""
    told = []
    if limits.x != (None, None):
        told.append(f"{titles.get('x') or 'x'} {_range(limits.x, is_time=is_time)}")
    if limits.is_clipped:
        told.append(f"the outermost 2 % of {titles.get('y') or 'y'} lie outside")
    elif limits.y != (None, None):
        told.append(f"{titles.get('y') or 'y'} {_range(limits.y)}")
    return "; ".join(told)


def _range(ends: Ends, *, is_time: bool = False) -> str:
    low, high = (None if end is None else _end_text(end, is_time=is_time) for end in ends)
    if low is not None and low == high:  # which differ in what a short spelling leaves out
        low, high = (None if e is None else _whole_text(e, is_time=is_time) for e in ends)
    if low is None:
        return f"up to {high}"
    return f"from {low}" if high is None else f"{low} to {high}"


def _end_text(end: float, *, is_time: bool) -> str:
    return format_time(int(end)) if is_time else format_number(end)


def _whole_text(end: float, *, is_time: bool) -> str:
    return full_time(int(end)) if is_time else full_number(end)
