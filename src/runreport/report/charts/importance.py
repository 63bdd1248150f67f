"""Which params go with a metric: the share of its variance that lies between a param's values.

Epsilon squared (Kelley, "An unbiased correlation ratio measure", PNAS 1935): eta squared
corrected for what chance alone would give a param of so many values. Numbers of more than eight
values are put into at most six groups of about equal size first, equal values into one. The
interval is the 5 % to 95 % of random halves of the runs (delete-half jackknife, Shao and Wu 1989;
resampling with replacement would count runs twice and find structure in noise), drawn with a seed
that the build fixes. It says what goes together, nothing about cause.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from runreport.report.aside import Aside, here
from runreport.report.tables.columns import Column

LEAST_RUNS = 8
"""Fewer runs tell nothing."""
MOST_RUNS = 400
"""Newest runs that are looked at."""
MOST_PARAMS = 12
"""Params that get an interval."""
RESAMPLES = 60
_GROUPS = 6
_DISTINCT = 8


@dataclass(frozen=True, slots=True)
class Importance:
    """How much of a metric's variance a param explains."""

    param: str
    column: str
    """``params.lr``."""
    share: float
    """0 to 1."""
    low: float
    high: float
    runs: int


def begin_importance(
    params: Sequence[Column], scores: Sequence[float | None], aside: Aside = here
) -> Callable[[], tuple[Importance, ...]]:
    """Begin to rank params; what is returned waits for them by the share they explain, greatest
    first, at most `MOST_PARAMS`.

    Args:
        params: those in which runs differ; all of them are looked at.
        scores: the metric of each run; None, NaN and infinities are left out.
        aside: who draws the random halves.
    """
    coded = [(column, *_coded(column.values, scores)) for column in params]
    shares = [
        (_explained(codes, own, range(len(own))), column, codes, own)
        for column, codes, own in coded
        if _tells(codes, own)
    ]
    shares.sort(key=lambda one: (-one[0], one[1].label))
    told = shares[:MOST_PARAMS]
    if not told:
        return lambda: ()
    given = [(column.name, codes, own) for _, column, codes, own in told]
    intervals = aside(repr(given), share_intervals, given)

    def finished() -> tuple[Importance, ...]:
        return tuple(
            Importance(
                column.label, column.name, share, min(low, share), max(high, share), len(own)
            )
            for (share, column, _, own), (low, high) in zip(told, intervals(), strict=True)
        )

    return finished


def explained_share(values: Sequence[object], scores: Sequence[float | None]) -> float | None:
    """Epsilon squared of one param; None where too few runs have it, or too many different
    ones."""
    codes, own = _coded(values, scores)
    return _explained(codes, own, range(len(own))) if _tells(codes, own) else None


def _tells(codes: Sequence[int], scores: Sequence[float]) -> bool:
    return len(scores) >= LEAST_RUNS and 2 <= len({*codes}) <= len(scores) // 2


def share_intervals(
    params: Sequence[tuple[str, Sequence[int], Sequence[float]]],
) -> list[tuple[float, float]]:
    """The interval of each param's share.

    Args:
        params: column, and the groups and scores of its runs.
    """
    return [_interval(*param) for param in params]


def _interval(column: str, codes: Sequence[int], scores: Sequence[float]) -> tuple[float, float]:
    count = len(scores)
    rng = random.Random(f"{column} {count}")
    drawn = sorted(
        _explained(codes, scores, rng.sample(range(count), count // 2)) for _ in range(RESAMPLES)
    )
    return drawn[RESAMPLES // 20], drawn[-1 - RESAMPLES // 20]


def _coded(
    values: Sequence[object], scores: Sequence[float | None]
) -> tuple[list[int], list[float]]:
    """The group of each usable run, and its score."""
    usable = (
        (value, score)
        for value, score in zip(values, scores, strict=True)
        if value is not None and score is not None and math.isfinite(score)
    )
    pairs = list(islice(usable, MOST_RUNS))
    kinds = {value for value, _ in pairs}
    if len(kinds) > _DISTINCT and all(isinstance(value, int | float) for value in kinds):
        ranks: dict[object, int] = {}
        for place, value in enumerate(sorted(value for value, _ in pairs)):  # type: ignore[type-var]
            ranks.setdefault(value, place * _GROUPS // len(pairs))
        return [ranks[value] for value, _ in pairs], [score for _, score in pairs]
    order = {value: code for code, value in enumerate(sorted(kinds, key=str))}
    return [order[value] for value, _ in pairs], [score for _, score in pairs]


def _explained(codes: Sequence[int], scores: Sequence[float], drawn: Sequence[int]) -> float:
    """Epsilon squared of the drawn runs, not below 0."""
    scale = max((abs(scores[place]) for place in drawn), default=0.0) or 1.0
    sums: dict[int, float] = {}
    counts: dict[int, int] = {}
    total = squares = 0.0
    for place in drawn:
        code, score = codes[place], scores[place] / scale  # squares of 1e200 fit no float
        sums[code] = sums.get(code, 0.0) + score
        counts[code] = counts.get(code, 0) + 1
        total += score
        squares += score * score
    n, groups = len(drawn), len(sums)
    whole = squares - total * total / n
    if whole <= 1e-12 * squares or n <= groups:
        return 0.0
    between = sum(own * own / counts[code] for code, own in sums.items()) - total * total / n
    share = 1 - (1 - between / whole) * (n - 1) / (n - groups)
    return min(1.0, max(0.0, share))
