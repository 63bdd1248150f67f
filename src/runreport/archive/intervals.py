"""Ranges of numbers as a footer writes them, and what is left of some without others."""

from __future__ import annotations

from collections.abc import Sequence

Range = tuple[int, int]
"""First and last, both in it."""


def parse_ranges(text: str) -> list[Range]:
    """Ranges as a footer writes them: ``4-5 9-9``."""
    pairs = (part.split("-") for part in text.split())
    return [(int(low), int(high)) for low, high in pairs]


def ranges_text(ranges: Sequence[Range]) -> str:
    """What `parse_ranges` reads."""
    return " ".join(f"{low}-{high}" for low, high in ranges)


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
