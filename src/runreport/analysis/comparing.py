"""Whether one sample is worse than another, and how sure one can be of it."""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

from runreport.analysis.student import t_quantile, t_tail

LEVEL = 0.05
"""The chance that any of the comparisons that are made together is called clear by chance."""
MOST_EXACT = 25_000
"""Ways to divide values among two samples that are looked at: all, or as many of more."""
ROUNDING = 1e-12
"""Relative; what differs by less differs by the last digits of its numbers."""
_ENOUGH = 200
"""Divisions as great as the one there is, of which no more need be found."""
LEAST_PAIRS = 7
"""Of fewer pairs no difference is clearer than once in a hundred times by chance."""
LEAST_VALUES = 3
"""Values of a side of which fewer tell nothing, however many the other side has."""
_MOST_SIGNED = 7
"""Pairs up to which all ways to turn them round are looked at."""
_WELCH_FROM = 8
"""Values of each sample from which on the means are normal enough for Welch's test."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How much worse a sample is than another."""

    effect: float
    """The mean of the one less that of the other."""
    low: float
    high: float
    """The ends of its interval."""
    p: float
    """The chance of an effect as large, or larger, where there is none beyond the tolerance."""
    least_p: float
    """What it would be at best with as many values: above the level nothing can be shown."""
    test: str
    """Which test it is, in words."""
    alone_p: float = 1.0
    """What it would be if no value resembled the one before it: where this is small and ``p`` is
    not, more values would tell."""


def worse(
    base: Sequence[float],
    head: Sequence[float],
    tolerance: float = 0.0,
    *,
    paired: bool = False,
    level: float = 0.95,
) -> Verdict:
    """Whether the values of a sample are greater than those of another by more than a tolerance.

    Values that follow each other in time may resemble each other; the effect has to be as clear
    as if there were only as many values as they are worth then.

    Args:
        base, head: finite, in the order of time; greater is worse.
        paired: values at one place belong together, as those of one seed do.
        level: of the interval.
    """
    largest = max(map(abs, (*base, *head))) or 1.0
    # Squares of 1e200 fit no float; a power of two takes no digit away.
    unit = 1.0 if 1e-100 < largest < 1e100 else math.ldexp(1.0, math.frexp(largest)[1])
    one, other = ([value / unit for value in own] for own in (base, head))
    # What differs by the last digits of its numbers is on the limit, not beyond it.
    scaled = _scaled(one, other, (tolerance + ROUNDING * largest) / unit, paired, level)
    return replace(
        scaled,
        effect=scaled.effect * unit,
        low=scaled.low * unit,
        high=scaled.high * unit,
    )


def differs(
    base: Sequence[float], head: Sequence[float], *, paired: bool = False, level: float = 0.95
) -> Verdict:
    """Whether the values of a sample are others than those of another, greater or less.

    Args:
        base, head, paired, level: see `worse`.
    """
    up = worse(base, head, paired=paired, level=level)
    down = worse([-value for value in base], [-value for value in head], paired=paired)
    return replace(
        up,
        p=min(1.0, 2 * min(up.p, down.p)),
        least_p=min(1.0, 2 * up.least_p),
        alone_p=min(1.0, 2 * min(up.alone_p, down.alone_p)),
    )


def cost_of(base: int, head: int, *, paired: bool = False) -> int:
    """How many divisions of values `worse` looks at; 0 where a formula tells.

    Args:
        base, head: how many values each sample has.
    """
    if paired:
        return 2**base if base <= _MOST_SIGNED else 0
    if not LEAST_VALUES <= min(base, head) < _WELCH_FROM:
        return 0
    return min(MOST_EXACT, math.comb(base + head, head))


def _scaled(
    base: Sequence[float], head: Sequence[float], tolerance: float, paired: bool, level: float
) -> Verdict:
    if paired:
        return _of_pairs(base, head, tolerance, level)
    effect = statistics.fmean(head) - statistics.fmean(base)
    fewest = min(len(base), len(head))
    if fewest < 2:
        return Verdict(effect, -math.inf, math.inf, 1.0, 1.0, "one value tells nothing")
    low, high, by_means = _of_means(base, head, tolerance, level, _following(base, head))
    ways = math.comb(len(base) + len(head), len(head))
    if fewest < LEAST_VALUES:
        told = f"fewer than {LEAST_VALUES} values tell nothing"
        return Verdict(effect, low, high, 1.0, 1.0, told)
    if fewest >= _WELCH_FROM:
        _, _, alone = _of_means(base, head, tolerance, level, 0.0)
        return Verdict(effect, low, high, by_means, 0.0, "Welch", alone)
    shifted = [value + tolerance for value in base]
    if _following(base, head) <= 0:
        by_means = 0.0
    if ways > MOST_EXACT:
        by_ways, test, least = _of_some_ways(shifted, head), "sampled permutation", 1 / MOST_EXACT
    else:
        by_ways, test, least = _of_ways(shifted, head), "permutation", 1 / ways
    return Verdict(effect, low, high, max(by_ways, by_means), least, test, by_ways)


def _of_pairs(
    base: Sequence[float], head: Sequence[float], tolerance: float, level: float
) -> Verdict:
    """Of pairs the signs of their differences may be the other way round."""
    differences = [b - a for a, b in zip(base, head, strict=True)]
    effect, count = statistics.fmean(differences), len(differences)
    spread = statistics.stdev(differences) if count > 1 else math.inf
    reach = t_quantile(level, count - 1) * spread / math.sqrt(count) if count > 1 else math.inf
    shifted = [difference - tolerance for difference in differences]
    observed = math.fsum(shifted)
    sums = [0.0]
    if count <= _MOST_SIGNED:
        for value in map(abs, shifted):
            sums = [total + sign * value for total in sums for sign in (1, -1)]
        near = _near(observed, shifted)
        p = sum(total >= near for total in sums) / len(sums)
        least, test = 1 / len(sums), "paired permutation"
    else:
        p = (
            _above((effect - tolerance) / (spread / math.sqrt(count)), count - 1)
            if spread
            else (0.0 if effect > tolerance else 1.0)
        )
        least, test = 0.0, "paired t"
    return Verdict(effect, effect - reach, effect + reach, p, least, test, p)


def _of_ways(base: Sequence[float], head: Sequence[float]) -> float:
    """The share of all divisions of the values in which the second part is as great."""
    pooled = [*base, *head]
    near = _near(math.fsum(head), pooled)
    ways = list(combinations(pooled, len(head)))
    return sum(math.fsum(own) >= near for own in ways) / len(ways)


def _of_some_ways(base: Sequence[float], head: Sequence[float]) -> float:
    """The same of as many divisions as are looked at, drawn at random, always the same ones.

    Where many are as great it is told sooner: after as many of these as are enough (Besag and
    Clifford, 1991), which is no less of a chance.
    """
    pooled = [*base, *head]
    total, near = math.fsum(pooled), _near(math.fsum(head), pooled)
    rng = random.Random(len(pooled))
    is_other = len(head) > len(base)  # the smaller part is drawn in less time
    size, limit = (len(base), total - near) if is_other else (len(head), near)
    hits = 0
    for drawn in range(1, MOST_EXACT):
        own = sum(rng.sample(pooled, size))
        hits += own <= limit if is_other else own >= limit
        if hits == _ENOUGH:
            return hits / drawn
    return (hits + 1) / MOST_EXACT


def _near(observed: float, values: Sequence[float]) -> float:
    """From where on a sum of some values counts as one that is as great as another."""
    return observed - ROUNDING * math.fsum(map(abs, values))


def _of_means(
    base: Sequence[float], head: Sequence[float], tolerance: float, level: float, share: float
) -> tuple[float, float, float]:
    """Interval and p of the difference of the means, of as many values as these are worth.

    Args:
        share: how much of a value is that of the one before it.
    """
    worth = (1 - share) / (1 + share)
    effect = statistics.fmean(head) - statistics.fmean(base)
    parts = [statistics.variance(own) / (len(own) * worth) for own in (base, head)]
    error = math.sqrt(sum(parts))
    if not error:
        return effect, effect, 0.0 if effect > tolerance else 1.0
    freedom = 1 / sum(
        (part / sum(parts)) ** 2 / max(len(own) * worth - 1, 0.5)
        for part, own in zip(parts, (base, head), strict=True)
    )
    reach = t_quantile(level, freedom) * error
    return effect - reach, effect + reach, _above((effect - tolerance) / error, freedom)


def _above(t: float, freedom: float) -> float:
    tail = t_tail(t, freedom) / 2
    return tail if t > 0 else 1 - tail


def _following(base: Sequence[float], head: Sequence[float]) -> float:
    """How much of a value is that of the one before it, 0 to 0.6; 0 where that is not clear."""
    products = squares = 0.0
    count = 0
    for own in (base, head):
        mean = statistics.fmean(own)
        rest = [value - mean for value in own]
        products += math.fsum(a * b for a, b in pairwise(rest))
        squares += math.fsum(value * value for value in rest)
        count += len(own)
    if not squares:
        return 0.0
    # A mean that is taken away takes as much again as 2 of the values, and what is left is no more
    # certain than a deviation: with few values it is rather taken for more than for less.
    share = products / squares + 2 / count
    return min(0.6, share + 0.75 / math.sqrt(count)) if share > 0 else 0.0


def corrected(chances: Sequence[float]) -> list[float]:
    """What several chances come to together (Holm, 1979): the smallest counts as often as there
    are any, the next once less, and so on."""
    order = sorted(range(len(chances)), key=chances.__getitem__)
    found, reached = [0.0] * len(chances), 0.0
    for rank, place in enumerate(order):
        reached = max(reached, min(1.0, chances[place] * (len(chances) - rank)))
        found[place] = reached
    return found


def corrected_able(verdicts: Mapping[int, Verdict]) -> dict[int, float]:
    """What the chances of those verdicts come to together that could be clear: the others are no
    comparisons that could be so by chance, and are left out."""
    able = [place for place, verdict in verdicts.items() if verdict.least_p <= LEVEL]
    return dict(zip(able, corrected([verdicts[place].p for place in able]), strict=True))
