"""What a stretch of a series costs to describe: a level or a trend, each point by itself or after
the one before it.

Sums over any stretch come from sums over beginnings, so that a cost takes the same time however
long the stretch is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

FLOOR = 4e-4
"""Of the variance of a stretch as a share of that of the series: deviations below 2 % of the
series' own are no reason to tell stretches apart."""


class Stretches:
    """The stretches of one series."""

    def __init__(self, values: Sequence[float], price: float) -> None:
        """Prepare.

        Args:
            values: finite, with mean 0 and deviation 1.
            price: of each number that a description needs: level, trend, dependence.
        """
        n = len(values)
        times = [(place + 1) / n for place in range(n)]
        before = [values[0], *values[:-1]]
        self._price = price

        def sums(one: Sequence[float], other: Sequence[float]) -> list[float]:
            return list(accumulate((a * b for a, b in zip(one, other, strict=True)), initial=0.0))

        ones = [1.0] * n
        self._t, self._y, self._l = (sums(own, ones) for own in (times, values, before))
        self._tt, self._yy, self._ll = (sums(own, own) for own in (times, values, before))
        self._ty, self._tl = sums(times, values), sums(times, before)
        self._ly = sums(before, values)

    def cost(self, start: int, end: int) -> float:
        """The length of the shortest description of the points from one place up to another.

        Of a stretch whose points depend on the one before them the first is given.
        """
        length = end - start
        level, trend = self._apart(start, end)
        following, both = self._dependent(start + 1, end)
        price = self._price
        return min(
            _length(length, level / length) + price,
            _length(length, trend / length) + 2 * price,
            _length(length, following / (length - 1)) + 2 * price,
            _length(length, both / (length - 1)) + 3 * price,
        )

    def _apart(self, start: int, end: int) -> tuple[float, float]:
        """What a level, and a trend, leave of the sum of squares."""
        m = end - start
        t, y = self._t[end] - self._t[start], self._y[end] - self._y[start]
        tt = self._tt[end] - self._tt[start] - t * t / m
        ty = self._ty[end] - self._ty[start] - t * y / m
        yy = self._yy[end] - self._yy[start] - y * y / m
        return yy, yy - ty * ty / tt if tt > _TINY else yy

    def _dependent(self, start: int, end: int) -> tuple[float, float]:
        """The same where each point also depends on the one before it."""
        m = end - start
        t, y = self._t[end] - self._t[start], self._y[end] - self._y[start]
        before = self._l[end] - self._l[start]
        yy = self._yy[end] - self._yy[start] - y * y / m
        ll = self._ll[end] - self._ll[start] - before * before / m
        ly = self._ly[end] - self._ly[start] - before * y / m
        alone = yy - ly * ly / ll if ll > _TINY else yy
        tt = self._tt[end] - self._tt[start] - t * t / m
        ty = self._ty[end] - self._ty[start] - t * y / m
        tl = self._tl[end] - self._tl[start] - t * before / m
        whole = tt * ll - tl * tl
        if whole <= _TINY * tt * ll or tt <= _TINY:
            return alone, alone
        explained = (ty * ty * ll - 2 * ty * ly * tl + ly * ly * tt) / whole
        return alone, yy - explained


_TINY = 1e-10


def _length(count: int, variance: float) -> float:
    return count * math.log(max(variance, FLOOR))
