"""Curves of chosen runs and means over groups of them, as rows.

``static/js/charts/lines.js`` fills in the same.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from runreport.report.charts.chart import Row
from runreport.report.charts.curves import Curve, CurveReader, end_of
from runreport.report.charts.thinning import spread_of
from runreport.report.tables.columns import CURVES
from runreport.report.tables.table import Table

BAND_POINTS = 200
"""Places at which a mean over runs is taken."""
FIRST_DATE = 631_152_000_000
"""The beginning of 1990: what an importer has before it is no date but a time since the start."""
TITLES = {"step": "Step", "time": "Time, UTC", "relative": "Time since start"}


def curves_of(
    table: Table,
    numbers: Sequence[int],
    metric: str,
    reader: CurveReader,
    most: int,
    scale: str = "",
    axis: str = "step",
) -> list[tuple[int, Curve]]:
    """The runs that have a curve of a metric that lies on its axes, at most some, with the
    curves."""
    found: list[tuple[int, Curve]] = []
    has_any = table.values(CURVES) if CURVES in table.columns else None
    lasts = table.values(f"metrics.{metric}") if f"metrics.{metric}" in table.columns else None
    for number in numbers:
        if len(found) == most:
            break
        if lasts is None or lasts[number] is None or (has_any and has_any[number] is None):
            continue
        curve = reader.read(str(table.values("run_id")[number])).get(metric)
        if curve is None or len(curve.values) < 2:
            continue
        is_drawn = any(
            math.isfinite(value) and (value > 0 or scale != "log") for value in curve.values
        )
        if is_drawn and any(x is not None for x in places_of(curve, axis)):
            found.append((number, curve))
    return found


def step_title(curves: Sequence[Curve], axis: str) -> str:
    """What the axis of curves is called."""
    if axis != "step" or all(curve.has_steps for curve in curves):
        return TITLES[axis]
    if any(curve.has_steps for curve in curves):
        return "Step, or order where none was logged"
    return "Order"


def line_rows(
    found: Sequence[tuple[int, Curve]],
    axis: str,
    weight: float,
    more: Callable[[int], Mapping[str, object]],
) -> list[Row]:
    """A row a point or bucket.

    Args:
        axis: step, time or relative (milliseconds since the curve's earliest point).
        weight: of smoothing, 0 for none.
        more: further fields of a run's rows.
    """
    rows: list[Row] = []
    for number, curve in found:
        values = smoothed(curve.values, counts_of(curve), weight) if weight else curve.values
        marks = dict.fromkeys(curve.resumed, "resumed")
        diverged = end_of(curve.values)
        if diverged is not None:
            marks[diverged] = "diverged"
        for place, x in enumerate(places_of(curve, axis)):
            if x is None:
                continue
            raw = curve.values[place]
            is_gap = not math.isfinite(raw)
            row = {**more(number), "x": x, "y": None if is_gap else values[place]}
            if weight:
                row["raw"] = None if is_gap else raw
            if curve.lows is not None and curve.highs is not None:
                row["low"] = None if is_gap else curve.lows[place]
                row["high"] = None if is_gap else curve.highs[place]
            if place in marks:
                row["mark"] = marks[place]
            rows.append(row)
    return rows


def places_of(curve: Curve, axis: str) -> Sequence[float | None]:
    """Where a curve's points lie; time counts from the earliest, not from the first step.

    A point whose time nobody recorded has none (0), or all have only the time since their start:
    then they are no dates.
    """
    if axis == "step":
        return curve.steps
    if max(curve.times) >= FIRST_DATE:
        times = [time if time >= FIRST_DATE else None for time in curve.times]
    else:
        times = [time if axis == "relative" and any(curve.times) else None for time in curve.times]
    if axis == "time":
        return times
    start = min((time for time in times if time is not None), default=0)
    return [None if time is None else time - start for time in times]


def counts_of(curve: Curve) -> Sequence[int]:
    """How many values each place of a curve stands for."""
    return curve.counts if curve.counts is not None else [1] * len(curve.values)


def smoothed(values: Sequence[float], counts: Sequence[int], weight: float) -> list[float]:
    """An exponential moving mean, corrected for its start (Kingma and Ba, "Adam", 2015).

    A bucket counts as often as it has values, as if each of them were its mean.

    Args:
        values: NaN and infinities stay where they are and do not count.
        weight: of what came before, 0 to below 1.
    """
    total, whole, found = 0.0, 0.0, []
    for value, count in zip(values, counts, strict=True):
        if not math.isfinite(value):
            found.append(value)
            continue
        kept = weight**count
        total = kept * total + (1 - kept) * value
        whole = kept * whole + (1 - kept)
        found.append(total / whole)
    return found


@dataclass(frozen=True, slots=True)
class Placed:
    """A curve by place: where, what, of how many values, and how far these are apart."""

    xs: Sequence[float]
    ys: Sequence[float]
    counts: Sequence[int]
    spreads: Sequence[float]


def placed_curve(curve: Curve, axis: str) -> Placed:
    """A curve in the order of its places, which times need not be in."""
    xs = places_of(curve, axis)
    finite = map(math.isfinite, curve.values)
    counts = [own if is_one else 0 for own, is_one in zip(counts_of(curve), finite, strict=True)]
    spreads = curve.spreads or [0.0] * len(xs)
    known = {place: x for place, x in enumerate(xs) if x is not None}
    order = sorted(known, key=known.__getitem__)
    return Placed(
        [known[place] for place in order],
        [curve.values[place] for place in order],
        [counts[place] for place in order],
        [spreads[place] for place in order],
    )


def band(curves: Sequence[Placed]) -> Iterator[dict[str, float]]:
    """Mean, one standard deviation (of a sample) and number of the curves along x.

    Places are all that some curve has; of more than `BAND_POINTS` as many that follow each other
    are one. There a curve has the mean of its values, weighted by their counts; where it has none,
    what lies between its neighbours; before its first and after its last nothing.

    Args:
        curves: places growing; NaN counts nowhere.
    """
    places = sorted({x for curve in curves for x in curve.xs})
    stride = max(1, math.ceil(len(places) / BAND_POINTS))
    for start in range(0, len(places), stride):
        own = places[start : start + stride]
        x = own[0] / 2 + own[-1] / 2
        found = [_value_in(curve, own[0], own[-1], x) for curve in curves]
        values = [(value, spread) for value, spread in found if math.isfinite(value)]
        if values:
            count = len(values)
            mean = math.fsum(value / count for value, _ in values)
            std = _deviation([value - mean for value, _ in values], [own for _, own in values])
            yield {"x": x, "y": mean, "low": mean - std, "high": mean + std, "n": count}


def _deviation(differences: Sequence[float], spreads: Sequence[float]) -> float:
    """The standard deviation of a sample of runs, 0 of one: between their means, and within what
    each of these is the mean of."""
    largest = max(*map(abs, differences), *spreads)  # squares of 1e200 fit no float
    count = len(differences)
    if count < 2 or not largest:
        return 0.0
    between = math.fsum((one / largest) ** 2 for one in differences) / (count - 1)
    within = math.fsum((one / largest) ** 2 for one in spreads) / count
    return largest * math.sqrt(between + within)


def _value_in(curve: Placed, low: float, high: float, x: float) -> tuple[float, float]:
    """A curve's mean between two places, and the deviation of the values there."""
    start, end = bisect.bisect_left(curve.xs, low), bisect.bisect_right(curve.xs, high)
    total = sum(curve.counts[start:end])
    if not total:
        return (value_at(curve.xs, curve.ys, x) if start == end else math.nan), 0.0
    own = [place for place in range(start, end) if curve.counts[place]]
    means, counts = [curve.ys[place] for place in own], [curve.counts[place] for place in own]
    spreads = [curve.spreads[place] for place in own]
    mean = math.fsum(value * (count / total) for value, count in zip(means, counts, strict=True))
    return mean, spread_of(means, spreads, counts, mean)


def value_at(xs: Sequence[float], ys: Sequence[float], x: float) -> float:
    """A curve between its points; NaN before the first and after the last."""
    if not xs or x < xs[0] or x > xs[-1]:
        return math.nan
    place = bisect.bisect_right(xs, x) - 1
    if xs[place] == x or place + 1 == len(xs):
        return ys[place]
    share = (x - xs[place]) / (xs[place + 1] - xs[place])
    return ys[place] + (ys[place + 1] - ys[place]) * share
