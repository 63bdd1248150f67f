"""The page of a project's rules: what becomes of each now, and what did at earlier commits."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from runreport.errors import ConfigError
from runreport.numbers import MISSING, ROUGH, format_number, told_apart
from runreport.query.samples import RunFact, Runs, Side
from runreport.report.checks.forms import differences
from runreport.report.checks.history import Moment, judged_history, key_of
from runreport.report.checks.judging import MARKS, REGRESSED, Asked, Outcome, judged
from runreport.report.checks.rules import refuse_contradictions, rule_of
from runreport.report.config import Config
from runreport.report.formatting import plural
from runreport.report.links import Moment as Time
from runreport.report.links import RunLink, moment
from runreport.report.redaction import Redactor

FOLDER = "checks"


@dataclass(frozen=True, slots=True)
class CheckedCommit:
    """A rule at one commit."""

    commit: str
    """Its first digits; empty where none was recorded."""
    time: Time
    status: str
    head: float
    base: float
    """Means; NaN where there is none."""
    head_text: str
    base_text: str


@dataclass(frozen=True, slots=True)
class CheckedRule:
    """A rule, for the runs of one group."""

    name: str
    status: str
    experiment: str
    group: str
    """What its runs agree in, and others do not."""
    metric: str
    commit: str
    """Of the runs that are checked; several between commas, empty where none was recorded."""
    head: str
    base: str
    """Means, each with how many values it is of, or a limit; a dash where there is none."""
    difference: str
    reason: str
    runs: tuple[RunLink, ...]
    """Those that are checked."""
    commits: tuple[CheckedCommit, ...]
    """Oldest first, this one last."""


@dataclass(frozen=True, slots=True)
class CheckPage:
    """The rules of a project."""

    folder: str
    verdict: str
    rules: tuple[CheckedRule, ...]
    """Those that regressed first."""
    problems: tuple[str, ...]
    """Why rules could not be judged."""
    as_of: Time
    """When the last of the checked runs started."""

    @property
    def regressed(self) -> tuple[CheckedRule, ...]:
        """Rules that were broken."""
        return tuple(rule for rule in self.rules if rule.status == REGRESSED)


def make_check_page(
    config: Config,
    runs: Runs,
    redactor: Redactor,
    link: Callable[[RunFact], RunLink | None],
    now_ms: int,
    known: frozenset[str] | None = None,
) -> CheckPage | None:
    """The page of a config's rules; None where it has none.

    Args:
        runs: with what is not published: rules ask for it.
        link: a run as pages mention it; None of one that no page shows.
        known: ids of runs that are not checked; None checks those of the newest commit.
    """
    if not config.checks:
        return None
    rules, problems = [], []
    for number, table in enumerate(config.checks, 1):
        try:
            rules.append(rule_of(table, f"[[check]] {number}", config))
        except ConfigError as error:
            problems.append(str(error))
    try:
        refuse_contradictions(rules)
    except ConfigError as error:
        problems.append(str(error))
    baselines = {name: config.for_experiment(name).baseline or "" for name in runs.by_experiment}
    asked = Asked(runs, baselines, now_ms=now_ms)
    outcomes, wrong = judged(rules, replace(asked, known=known))
    problems += map(str, wrong)
    moments = judged_history(rules, asked, {own.experiment for own in outcomes})
    order = [*MARKS]
    counts = [(word, sum(own.status == word for own in outcomes)) for word in order]
    told = [f"{count} {word}" for word, count in counts if count]
    if problems:
        told.append(f"{plural(len(problems), 'rule')} that cannot be judged")
    checked = [run.started for own in outcomes for run in own.head.runs]
    return CheckPage(
        FOLDER,
        ", ".join(told),
        tuple(
            _rule(own, moments, redactor, link)
            for own in sorted(outcomes, key=lambda own: order.index(own.status))
        ),
        tuple(redactor.text(problem, "checks") for problem in problems),
        moment(max(checked, default=None)),
    )


def _rule(
    outcome: Outcome,
    moments: Sequence[Moment],
    redactor: Redactor,
    link: Callable[[RunFact], RunLink | None],
) -> CheckedRule:
    group = ", ".join(
        f"{redactor.name(key, 'names')} {redactor.value(value, f'params.{key}', key)}"
        for key, value in outcome.group
    )
    return CheckedRule(
        redactor.text(outcome.rule.name, "checks"),
        outcome.status,
        redactor.name(outcome.experiment, "experiment names") if outcome.experiment else "",
        group,
        redactor.name(outcome.rule.metric, "names"),
        ", ".join(dict.fromkeys(_short(run.commit) for run in outcome.head.runs if run.commit)),
        _amount(outcome.head),
        _amount(outcome.base) if outcome.base.runs else format_number(_limit(outcome)),
        _difference(outcome),
        redactor.text(outcome.reason, "checks"),
        tuple(own for run in outcome.head.runs if (own := link(run)) is not None),
        tuple(_commits(outcome, moments)),
    )


def _amount(side: Side) -> str:
    if not side.values and not side.lost:
        return MISSING
    lost = f", {side.lost} NaN or infinite" if side.lost else ""
    return f"{format_number(side.mean) if side.values else 'NaN'} (n {len(side.values)}{lost})"


def _difference(outcome: Outcome) -> str:
    size, low, high = differences(outcome)
    if math.isnan(size):
        return MISSING
    ends = f" ({format_number(low, ROUGH)} to {format_number(high, ROUGH)})"
    sign = "+" if size > 0 else ""
    told = f"{sign}{format_number(size, ROUGH)}{ends if math.isfinite(low) else ''}"
    return told.replace("-", "−")


def _commits(outcome: Outcome, moments: Sequence[Moment]) -> list[CheckedCommit]:
    key = key_of(outcome)
    known = [(then.last, then.outcomes[key]) for then in moments if key in then.outcomes]
    # A commit without runs of this group left the rule as it was before.
    own = [
        (last, then)
        for last, then in known
        if any(run.commit == last.commit and (run.commit or run == last) for run in then.head.runs)
    ]
    heads = told_apart([_finite(then.head.mean) for _, then in own])
    bases = told_apart([_finite(_reference(then)) for _, then in own])
    return [
        CheckedCommit(
            _short(last.commit), moment(last.started), then.status, then.head.mean,
            _reference(then), head, base,
        )
        for (last, then), head, base in zip(own, heads, bases, strict=True)
    ]  # fmt: skip


def _reference(outcome: Outcome) -> float:
    """What the head is compared with."""
    limit = _limit(outcome)
    return outcome.base.mean if limit is None else limit


def _short(commit: str) -> str:
    return f"{commit[:8]}{'+' * commit.endswith('+')}"


def _limit(outcome: Outcome) -> float | None:
    """The number that the head may not fall short of; None where a rule compares with runs."""
    rule = outcome.rule
    if not isinstance(rule.against, float):
        return None
    room = rule.room(rule.against)
    return rule.against + (room if rule.direction == "min" else -room)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
