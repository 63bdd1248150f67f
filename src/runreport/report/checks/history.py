"""What became of rules at each of the last commits, as if each had been the newest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from runreport.query.samples import RunFact, Settings
from runreport.report.checks.judging import Asked, Outcome, judged
from runreport.report.checks.rules import Rule

MOST = 20
"""Commits that are looked back."""
_MOST_JUDGED = 400
"""Rules times commits."""
Key = tuple[str, str, Settings]


@dataclass(frozen=True, slots=True)
class Moment:
    """A commit, or a run where none was recorded."""

    last: RunFact
    """Its last run."""
    outcomes: dict[Key, Outcome]
    """By rule, experiment and settings."""


def key_of(outcome: Outcome) -> Key:
    """What an outcome is known by at any time."""
    return outcome.rule.name, outcome.experiment, outcome.settings


def judged_history(
    rules: Sequence[Rule], asked: Asked, experiments: Collection[str]
) -> list[Moment]:
    """The last commits, the newest last; a rule that could not be judged yet is not among them.

    Args:
        experiments: whose commits they are.
    """
    if not rules:
        return []
    every = asked.runs.by_experiment
    runs = sorted(
        (run for name in experiments for run in every.get(name, ())),
        key=lambda run: (run.started, run.run_id),
    )
    lasts: dict[str, RunFact] = {}
    for run in reversed(runs):
        lasts.setdefault(run.commit or run.run_id, run)
    chosen = [*lasts.values()][: min(MOST, max(1, _MOST_JUDGED // len(rules)))]
    moments = []
    for last in reversed(chosen):
        then = replace(asked, runs=asked.runs.until(last))
        outcomes, _ = judged(rules, then)
        moments.append(Moment(last, {key_of(own): own for own in outcomes}))
    return moments
