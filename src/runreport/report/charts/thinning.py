"""Curves in few buckets that tell what the points in them were: how many, their mean and range.

A mean of buckets, weighted by their counts, is the mean of the points; a spike stays in the range;
numbers that lie on no axis stay a gap. Choosing points instead (min-max, M4, LTTB) keeps the look
of a curve, but every mean of what is left is wrong: a metric that is 1 once in 100 steps is 1 in
half of the points that such a choice keeps.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

MAX_BUCKETS = 500
"""Of a curve that a page carries."""


@dataclass(frozen=True, slots=True)
class Buckets:
    """Points of a curve that follow each other, put together; a value of each list a bucket."""

    steps: Sequence[float]
    times: Sequence[int]
    counts: Sequence[int]
    """Finite values."""
    means: Sequence[float]
    """NaN or infinite where there is no finite value; so are the next two."""
    lows: Sequence[float]
    highs: Sequence[float]
    lost: Sequence[int]
    """Values that are not finite."""
    spreads: Sequence[float]
    """The standard deviation of the finite values, 0 of one."""


def of_points(steps: Sequence[float], times: Sequence[int], values: Sequence[float]) -> Buckets:
    """A bucket a point."""
    counts = [*map(int, map(math.isfinite, values))]
    lost = [1 - count for count in counts]
    return Buckets(steps, times, counts, values, values, values, lost, [0.0] * len(counts))


def by_step(buckets: Buckets, marks: Sequence[int]) -> tuple[Buckets, list[int]]:
    """A bucket for each step, and the marked places among them.

    Args:
        buckets: sorted by step.
    """
    starts = [place for place, step in enumerate(buckets.steps)
              if place == 0 or step != buckets.steps[place - 1]]  # fmt: skip
    return _joined(buckets, starts, marks)


def thinned(
    buckets: Buckets, marks: Sequence[int] = (), limit: int = MAX_BUCKETS
) -> tuple[Buckets, list[int]]:
    """At most ``limit`` buckets of about equally many places, and the marked places among them.

    The first and the last point stay alone. A gap stays one, however short; of very many gaps the
    longest do.
    """
    return _joined(buckets, [*_starts(buckets.counts, limit)], marks)


def _starts(counts: Sequence[int], limit: int) -> Iterator[int]:
    last = len(counts) - 1
    parts = []
    start = 1
    for is_some, group in groupby(counts[1:last], bool):
        length = sum(1 for _ in group)
        parts.append((start, length, is_some))
        start += length
    if len(parts) > limit // 2:
        parts = _without_short_gaps(parts, limit // 4)
    room = limit - 2 - len(parts)
    size = max(1, math.ceil(sum(length for _, length, is_some in parts if is_some) / room))
    yield 0
    for start, length, is_some in parts:
        pieces = math.ceil(length / size) if is_some else 1
        yield from (start + piece * length // pieces for piece in range(pieces))
    yield last


_Part = tuple[int, int, bool]
"""The first place of a part, its length, and whether it has values rather than being a gap."""


def _without_short_gaps(parts: Sequence[_Part], most: int) -> list[_Part]:
    """Parts of which only the longest gaps stay, the others among the values around them."""
    gaps = sorted((part for part in parts if not part[2]), key=lambda part: -part[1])
    kept = {start for start, _, _ in gaps[:most]}
    found: list[_Part] = []
    for start, length, is_some in parts:
        is_value = is_some or start not in kept
        if found and is_value and found[-1][2]:
            first, before, _ = found[-1]
            found[-1] = (first, before + length, True)
        else:
            found.append((start, length, is_value))
    return found


def _joined(
    buckets: Buckets, starts: Sequence[int], marks: Sequence[int]
) -> tuple[Buckets, list[int]]:
    """Buckets from each start to the next put together."""
    rows = [
        _one(buckets, start, end)
        for start, end in zip(starts, [*starts[1:], len(buckets.steps)], strict=True)
    ]
    moved = sorted({bisect_right(starts, mark) - 1 for mark in marks})
    return Buckets(*map(list, zip(*rows, strict=True))), moved


_Row = tuple[float, int, int, float, float, float, int, float]


def _one(buckets: Buckets, start: int, end: int) -> _Row:
    if end - start == 1:
        return (
            buckets.steps[start], buckets.times[start], buckets.counts[start],
            buckets.means[start], buckets.lows[start], buckets.highs[start], buckets.lost[start],
            buckets.spreads[start],
        )  # fmt: skip
    step: float = sum(buckets.steps[start:end]) / (end - start)
    if step.is_integer():
        step = int(step)
    time = sum(buckets.times[start:end]) // (end - start)
    counts, lost = buckets.counts[start:end], sum(buckets.lost[start:end])
    count = sum(counts)
    if not count:
        return step, time, 0, math.nan, math.nan, math.nan, lost, 0.0
    means, lows, highs = (
        own[start:end] if not lost else _counted(own[start:end], counts)
        for own in (buckets.means, buckets.lows, buckets.highs)
    )
    low, high = min(lows), max(highs)
    weights = [own for own in counts if own]
    mean = min(max(_mean(means, weights, count), low), high)
    spreads = _counted(buckets.spreads[start:end], counts)
    return step, time, count, mean, low, high, lost, spread_of(means, spreads, weights, mean)


def spread_of(
    means: Sequence[float], spreads: Sequence[float], counts: Sequence[int], mean: float
) -> float:
    """The standard deviation of values of which parts have these means, deviations and counts."""
    largest = max(*(abs(one - mean) for one in means), *spreads)  # squares of 1e200 fit no float
    if not largest or not math.isfinite(largest):
        return 0.0
    total = math.fsum(
        count * (((one - mean) / largest) ** 2 + (spread / largest) ** 2)
        for one, spread, count in zip(means, spreads, counts, strict=True)
    )
    return largest * math.sqrt(total / sum(counts))


def _counted(values: Sequence[float], counts: Sequence[int]) -> list[float]:
    return [value for value, count in zip(values, counts, strict=True) if count]


def _mean(means: Sequence[float], counts: Sequence[int], count: int) -> float:
    if not math.isfinite(max(map(abs, means)) * float(count)):  # near the largest numbers
        return math.fsum(mean * (own / count) for mean, own in zip(means, counts, strict=True))
    if count == len(means):
        return math.fsum(means) / count
    return math.fsum(mean * own for mean, own in zip(means, counts, strict=True)) / count
