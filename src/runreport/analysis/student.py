"""Student's t distribution, and the difference of two means with it."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


def mean_of(values: Sequence[float]) -> float:
    """The mean; of numbers whose sum fits no float, too.

    Args:
        values: finite, at least one.
    """
    try:
        return statistics.fmean(values)
    except OverflowError:
        return math.fsum(value / len(values) for value in values)


def deviation_of(values: Sequence[float]) -> float:
    """The standard deviation of a sample; of numbers whose squares fit no float, too.

    Args:
        values: finite, at least two.
    """
    largest = max(map(abs, values)) or 1.0
    return statistics.stdev([value / largest for value in values]) * largest


def t_tail(t: float, freedom: float) -> float:
    """The chance of a value of Student's t further from 0 than this one, on either side."""
    if math.isinf(t):
        return 0.0
    return _beta(freedom / (freedom + t * t), freedom / 2, 0.5)


def t_quantile(level: float, freedom: float) -> float:
    """Below and above 0 up to here lie ``level`` of all values, 0 to below 1."""
    # The normal one is less, and from there Newton's steps come nearer from one side.
    value = statistics.NormalDist().inv_cdf((1 + level) / 2)
    height = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2))
    height *= 2 / math.sqrt(freedom * math.pi)
    for _ in range(200):
        density = height * (1 + value * value / freedom) ** (-(freedom + 1) / 2)
        step = (t_tail(value, freedom) - (1 - level)) / density
        value += step
        if value > 1e12:
            return math.inf
        if abs(step) <= 1e-13 * value:
            break
    return value


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(1 - x, b, a)
    head = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    tiny = 1e-300
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1) or tiny)
    fraction = d
    for m in range(1, 500):
        for part in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / (1 + part * d or tiny)
            c = 1 + part / c or tiny
            fraction *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return head * fraction / a


@dataclass(frozen=True, slots=True)
class Difference:
    """How far the mean of one sample lies from that of another."""

    size: float
    low: float
    high: float
    """The ends of its interval; infinite where a sample has one value."""
    p: float
    """The chance of a difference as large where there is none; 1 where nothing can be told."""


def welch(before: Sequence[float], after: Sequence[float], level: float = 0.95) -> Difference:
    """The difference of two means whose samples scatter as they like (Welch, 1947).

    Args:
        before, after: finite, at least one value each.
        level: of the interval.
    """
    largest = max(map(abs, (*before, *after))) or 1.0  # squares of 1e200 fit no float
    one, other = ([value / largest for value in own] for own in (before, after))
    size = statistics.fmean(other) - statistics.fmean(one)
    if min(len(one), len(other)) < 2:
        return Difference(size * largest, -math.inf, math.inf, 1.0)
    parts = [statistics.variance(own) / len(own) for own in (one, other)]
    error = math.sqrt(sum(parts))
    if not error:
        return Difference(size * largest, size * largest, size * largest, 0.0 if size else 1.0)
    freedom = 1 / sum(
        (part / sum(parts)) ** 2 / (len(own) - 1)
        for part, own in zip(parts, (one, other), strict=True)
    )
    reach = t_quantile(level, freedom) * error
    p = t_tail(size / error, freedom)
    return Difference(size * largest, (size - reach) * largest, (size + reach) * largest, p)
