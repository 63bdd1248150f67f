"""Where a series of numbers changes: its level, its trend, or how far it scatters.

A series is described as stretches that follow each other, each a level or a trend whose points may
depend on the one before (`segments`); of all descriptions the shortest counts, where each further
stretch has its price (Davis, Lee and Rodriguez-Yam, "Structural break estimation for
nonstationary time series models", 2006). A point where two of its stretches meet is a change only
if their values also lie apart by their ranks, which outliers and skew leave alone.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence

from runreport.analysis.ranks import rank_score
from runreport.analysis.segments import Stretches

LEAST = 8
"""Points of a stretch."""
_STRETCH = 4.0
"""The price of a further stretch, in logarithms of the number of points."""
_APART = 3.7
"""How many standard deviations the ranks of two stretches must be apart."""
_EXACT = 240
"""Places that are looked at at once; of a longer series first as many, then those around what was
found."""


def change_points(values: Sequence[float]) -> list[int]:
    """The places at which a series begins to be another, in order; empty where it does not.

    Args:
        values: in the order of time; those that are not finite are left out of the count, and keep
            their places.
    """
    places = [place for place, value in enumerate(values) if math.isfinite(value)]
    if len(places) < 2 * LEAST:
        return []
    series = _standard([values[place] for place in places])
    if series is None:
        return []
    return [places[at] for at in _confirmed(series, _shortest(series))]


def _standard(values: Sequence[float]) -> list[float] | None:
    """The series with mean 0 and deviation 1; None where all values are the same."""
    largest = max(map(abs, values)) or 1.0
    shares = [value / largest for value in values]  # squares of 1e200 fit no float
    mean, deviation = statistics.fmean(shares), statistics.pstdev(shares)
    if deviation <= 1e-12 * max(1.0, abs(mean)):
        return None
    return [(share - mean) / deviation for share in shares]


def _shortest(series: Sequence[float]) -> list[int]:
    """Where the stretches of the shortest description meet."""
    n = len(series)
    stretches = Stretches(series, math.log(n))
    stride = math.ceil(n / _EXACT)
    found = _best(stretches, range(0, n, stride), n)
    while stride > 1 and found:
        finer = max(1, stride // 8)
        around = {
            place
            for change in found
            for place in range(max(0, change - stride), min(n, change + stride + 1), finer)
        }
        found = _best(stretches, sorted({0, *found, *around}), n)
        stride = finer
    return found


def _best(stretches: Stretches, places: Sequence[int], n: int) -> list[int]:
    """Of some places those where the stretches of the shortest description meet."""
    price = _STRETCH * math.log(n)
    ends = [*places, n]
    costs = [-price] + [math.inf] * (len(ends) - 1)
    before = [0] * len(ends)
    for at, end in enumerate(ends):
        for earlier in range(at):
            start = ends[earlier]
            if end - start < LEAST:
                break
            if costs[earlier] == math.inf:
                continue
            cost = costs[earlier] + stretches.cost(start, end) + price
            if cost < costs[at]:
                costs[at], before[at] = cost, earlier
    found, at = [], before[-1]
    while at > 0:
        found.append(ends[at])
        at = before[at]
    return found[::-1]


def _confirmed(series: Sequence[float], changes: Iterable[int]) -> list[int]:
    """The changes at which the stretches on both sides lie apart, without the others."""
    found = list(changes)
    while found:
        ends = [0, *found, len(series)]
        scores = [
            abs(rank_score(series[ends[at] : change], series[change : ends[at + 2]]))
            for at, change in enumerate(found)
        ]
        least = min(range(len(found)), key=scores.__getitem__)
        if scores[least] >= _APART:
            break
        del found[least]
    return found
