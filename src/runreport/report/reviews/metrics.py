"""Metrics of a review: what runs of the same settings reached on both sides, and how sure that is.

What is tested is chosen by the names of metrics alone, never by how far apart they are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from runreport.analysis.comparing import (
    LEVEL,
    MOST_EXACT,
    Verdict,
    corrected_able,
    cost_of,
    differs,
)
from runreport.query.samples import (
    RunFact,
    Runs,
    Settings,
    Side,
    of_shared_seeds,
    side_of,
)
from runreport.query.syntax import Field
from runreport.report.config import ExperimentConfig
from runreport.report.meaning import direction_of, importance_of_name, is_technical
from runreport.report.reviews.review import (
    BETTER,
    CHANGED,
    DIVERGED,
    SAME,
    STATES,
    UNCLEAR,
    UNDECIDED,
    UNTESTED,
    WORSE,
    Amount,
    FactRow,
    MetricRow,
)
from runreport.report.reviews.settings import Match
from runreport.report.urls import run_url

_MOST_WAYS = 40 * MOST_EXACT
"""Divisions of values that a review looks at; what costs more is not tested."""
_Own = tuple[tuple[RunFact, ...], Sequence[object]]
"""Runs, and the values of a metric by the numbers of all runs of their archive."""
_ORDER = {state: place for place, state in enumerate(STATES)}


@dataclass(frozen=True, slots=True)
class Compared:
    """The runs of an experiment of which metrics are compared."""

    experiment: str
    match: Match
    group: Settings
    """What tells these runs from others."""
    config: ExperimentConfig


@dataclass(frozen=True, slots=True)
class _Pair:
    """A metric of both sides."""

    row: MetricRow
    base: tuple[float, ...]
    head: tuple[float, ...]
    """Finite."""
    is_paired: bool


def metric_rows(
    found: Sequence[Compared],
    base: Runs,
    head: Runs,
) -> tuple[list[MetricRow], list[FactRow]]:
    """What became of each metric, the most important first, and those that one side lacks."""
    pairs, lacking = [], []
    for compared in found:
        primary = primary_of(compared.config, head, compared.match.heads)
        for name, sides in _metrics(compared.match, base, head):
            one, other = (side_of(runs, values) for runs, values in sides)
            if _is_empty(one) or _is_empty(other):
                if not is_technical(name):
                    shown = ("", "not logged") if _is_empty(other) else ("not logged", "")
                    lacking.append(FactRow(compared.experiment, name, *shown))
                continue
            shared = of_shared_seeds(one, other, *(values for _, values in sides))
            if shared is not None:  # what is tested is what is shown
                one, other = shared
            row = _row(compared, name, one, other, is_primary=name == primary)
            pairs.append(_Pair(row, one.values, other.values, shared is not None))
    pairs.sort(key=lambda pair: (not pair.row.is_primary, importance_of_name(pair.row.metric)))
    rows = _tested(pairs)
    rows.sort(key=lambda row: (_ORDER[row.state], not row.is_primary))
    return rows, list(dict.fromkeys(lacking))


def page_of(run_id: str) -> str:
    """The page of a run, from the root of its site."""
    return run_url(run_id)


def primary_of(config: ExperimentConfig, runs: Runs, own: Sequence[RunFact]) -> str:
    """The metric that some runs are about; empty where they have none."""
    held = (
        name
        for name in sorted(runs.index.keys_of("metrics"))
        if any(runs.values(Field("metric", name))[run.number] is not None for run in own)
    )
    return config.primary_metric or min(held, key=importance_of_name, default="")


def _metrics(match: Match, base: Runs, head: Runs) -> Iterator[tuple[str, list[_Own]]]:
    """The metrics of runs by name, with the runs and all values of each side."""
    for name in sorted({*base.index.keys_of("metrics"), *head.index.keys_of("metrics")}):
        field = Field("metric", name)
        sides: list[_Own] = [
            (match.bases, base.values(field)),
            (match.heads, head.values(field)),
        ]
        if any(values[run.number] is not None for runs, values in sides for run in runs):
            yield name, sides


def _is_empty(side: Side) -> bool:
    return not side.values and not side.lost


def _row(
    compared: Compared, name: str, base: Side, head: Side, *, is_primary: bool
) -> MetricRow:  # fmt: skip
    config = compared.config
    difference = head.mean - base.mean
    if not base.values or not head.values:
        difference = math.nan
    primary = config.primary_metric or (name if is_primary else None)
    return MetricRow(
        compared.experiment,
        compared.group,
        name,
        direction_of(name, primary, config.direction),
        is_primary,
        UNTESTED,
        _amount(base),
        _amount(head),
        difference,
        -math.inf,
        math.inf,
        None,
        "",
        page_of(head.runs[-1].run_id),
    )


def _amount(side: Side) -> Amount:
    ids = tuple(run.run_id for run in side.runs)
    return Amount(side.mean, len(side.values), side.lost, ids)


def _tested(pairs: Sequence[_Pair]) -> list[MetricRow]:
    """What became of metrics, those tested first that come first."""
    rows = [pair.row for pair in pairs]
    verdicts: dict[int, Verdict] = {}
    left = _MOST_WAYS
    for place, pair in enumerate(pairs):
        cost = 2 * cost_of(len(pair.base), len(pair.head), paired=pair.is_paired)
        if min(len(pair.base), len(pair.head)) and not has_diverged(pair.row) and cost <= left:
            left -= cost
            verdicts[place] = differs(pair.base, pair.head, paired=pair.is_paired)
    chances: dict[int, tuple[float, int]] = {}
    for is_primary in (True, False):
        # Apart, so that what a run is about does not pay for all that it logs.
        own = {n: own for n, own in verdicts.items() if rows[n].is_primary == is_primary}
        found = corrected_able(own)
        chances |= {place: (p, len(found)) for place, p in found.items()}
    return [
        _told(row, verdicts.get(place), *chances.get(place, (None, 0)))
        for place, row in enumerate(rows)
    ]


def _told(row: MetricRow, verdict: Verdict | None, p: float | None, count: int) -> MetricRow:
    """A row with what its test said, if there was one.

    Args:
        count: of comparisons that were corrected together.
    """
    if verdict is None:
        return replace(row, state=DIVERGED) if has_diverged(row) else row
    return replace(
        row,
        state=_state(row, verdict, p, count),
        difference=verdict.effect,
        low=verdict.low,
        high=verdict.high,
        p=p,
        test=verdict.test,
    )


def has_diverged(row: MetricRow) -> bool:
    """Whether more of the head's runs have NaN or an infinity than of the base's."""
    one, other = row.base, row.head
    return other.lost * (one.count + one.lost) > one.lost * (other.count + other.lost)


def _state(row: MetricRow, verdict: Verdict, p: float | None, count: int) -> str:
    is_sure = verdict.low == verdict.high or min(row.base.count, row.head.count) == 1
    if verdict.effect == 0 and is_sure:
        return SAME
    if p is None:
        return UNDECIDED
    if p > LEVEL:
        # Clear, unless values resemble those before them.
        is_clear_alone = verdict.alone_p * count <= LEVEL
        return UNDECIDED if verdict.least_p * count > LEVEL or is_clear_alone else UNCLEAR
    if row.direction is None:
        return CHANGED
    return BETTER if (verdict.effect > 0) == (row.direction == "max") else WORSE
