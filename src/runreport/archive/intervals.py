"""Ranges of numbers as a footer writes them, and what is left of some without others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

Range = tuple[int, int]
"""First and last, both in it."""


def parse_ranges(text: str) -> list[Range]:
    """Ranges as a footer writes them: ``4-5 9-9``.

    Raises:
        ValueError: one is none, or has a number of more than 64 bits.
    """
    pairs = (part.split("-") for part in text.split())
    ranges = [(int(low), int(high)) for low, high in pairs]
    if any(max(pair) >= 2**63 for pair in ranges):
        raise ValueError("a range has a number of more than 64 bits")
    return ranges


def ranges_text(ranges: Sequence[Range]) -> str:
    """What `parse_ranges` reads."""
    return " ".join(f"{low}-{high}" for low, high in ranges)


def unite(ranges: Iterable[Range]) -> list[Range]:
    """The same numbers as sorted ranges of which no two meet; empty ones are dropped."""
    united: list[Range] = []
    for low, high in sorted(ranges):
        if united and low <= united[-1][1] + 1:
            united[-1] = (united[-1][0], max(high, united[-1][1]))
        elif low <= high:
            united.append((low, high))
    return united


def inverse(ranges: Sequence[Range]) -> list[Range]:
    """What lies between some sorted ranges that do not meet."""
    return [(low[1] + 1, high[0] - 1) for low, high in pairwise(ranges)]


def ranges_of(numbers: Iterable[int]) -> list[Range]:
    """Some numbers as ranges, sorted."""
    ordered = sorted(numbers)
    if not ordered:
        return []
    ends = [place for place, (a, b) in enumerate(pairwise(ordered)) if b > a + 1]
    starts = [0, *(place + 1 for place in ends)]
    return [
        (ordered[start], ordered[end])
        for start, end in zip(starts, [*ends, len(ordered) - 1], strict=True)
    ]


def covers(held: Sequence[Range], wanted: Sequence[Range]) -> bool:
    """Whether all that is wanted lies in what is held."""
    return not subtract(wanted, held)


def subtract(ranges: Sequence[Range], others: Sequence[Range]) -> list[Range]:
    """What of some ranges lies in none of the others."""
    left = list(ranges)
    for low, high in others:
        cut = []
        for first, last in left:
            if last < low or first > high:
                cut.append((first, last))
                continue
            if first < low:
                cut.append((first, low - 1))
            if last > high:
                cut.append((high + 1, last))
        left = cut
    return left
