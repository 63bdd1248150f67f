"""Ranks of numbers, and the test of two samples by them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby


def ranks_of(values: Sequence[float]) -> list[float]:
    """The rank of each value from 1; equal ones have the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    before = 0
    for _, group in groupby(order, key=values.__getitem__):
        own = list(group)
        for place in own:
            ranks[place] = before + (len(own) + 1) / 2
        before += len(own)
    return ranks


def rank_score(left: Sequence[float], right: Sequence[float]) -> float:
    """How far two samples lie apart by their ranks (Mann and Whitney, 1947), as a standard normal
    score of the right one against the left one; 0 where nothing can be told.

    Args:
        left, right: finite numbers.
    """
    first, second = len(left), len(right)
    total = first + second
    ranks = ranks_of([*left, *right])
    same = sum(n**3 - n for n in (len(list(own)) for _, own in groupby(sorted(ranks))))
    if total < 2:
        return 0.0
    variance = first * second / 12 * (total + 1 - same / (total * (total - 1)))
    if variance <= 0:
        return 0.0
    above = sum(ranks[first:]) - second * (second + 1) / 2
    return (above - first * second / 2) / math.sqrt(variance)
