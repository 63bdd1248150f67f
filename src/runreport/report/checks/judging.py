"""Whether the runs of a job keep the rules: regressed, passed, or too few runs to tell."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from runreport.analysis.comparing import LEVEL, ROUNDING, Verdict, corrected, worse
from runreport.analysis.student import mean_of
from runreport.errors import ConfigError, InvalidFilter, RunreportError
from runreport.nearest import did_you_mean
from runreport.query.samples import (
    MAIN,
    Divided,
    RunFact,
    Runs,
    Settings,
    Side,
    newest_of,
    of_shared_seeds,
    same_settings,
    side_of,
)
from runreport.query.syntax import Field
from runreport.report.checks.rules import Rule
from runreport.report.formatting import plural
from runreport.report.tables.ranking import may_be_best

PASSED, REGRESSED, UNDECIDED = "passed", "regressed", "undecided"
MARKS = {REGRESSED: "✗", UNDECIDED: "?", PASSED: "✓"}
"""Of what may become of a rule, the most important first."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a rule for one group of runs."""

    rule: Rule
    experiment: str
    group: tuple[tuple[str, str], ...]
    """What its runs agree in, and others do not."""
    settings: Settings
    """All that they agree in."""
    status: str
    reason: str
    head: Side
    base: Side
    """Without runs where the rule compares with a number."""
    verdict: Verdict | None = None
    """Of how much worse the head is; None where nothing was tested."""
    p: float = 1.0
    """Corrected over all comparisons."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What all rules are judged by."""

    runs: Runs
    baselines: Mapping[str, str]
    """The configured baseline of each experiment, as an id, the beginning of one, or a name."""
    head: str = ""
    """Filter of the runs that are checked; empty: those of the newest commit."""
    base: str = ""
    """Filter of those that they are compared with, in place of what rules say."""
    known: frozenset[str] | None = None
    """Ids of runs that are not checked: all others are, whatever their commits; None: no such."""
    level: float = LEVEL
    """Chance of one false regression among all comparisons."""
    now_ms: int = 0


def judge(rules: Sequence[Rule], asked: Asked) -> list[Outcome]:
    """What becomes of each rule, group by group; at least one outcome a rule.

    Raises:
        ConfigError, InvalidFilter: a rule names what there is not.
    """
    found, problems = judged(rules, asked)
    if problems:
        raise problems[0]
    return found


def judged(rules: Sequence[Rule], asked: Asked) -> tuple[list[Outcome], list[RunreportError]]:
    """What becomes of the rules that can be judged, and what is wrong with the others."""
    first: list[Outcome] = []
    problems: list[RunreportError] = []
    for rule in rules:
        try:
            first += list(_of_rule(rule, asked))
        except (ConfigError, InvalidFilter) as error:
            if rule.name not in str(error):
                error = ConfigError(f"The rule {rule.name!r}: {error}")
            problems.append(error)
    tested = [at for at, outcome in enumerate(first) if outcome.verdict is not None]
    chances = corrected([first[at].verdict.p for at in tested])  # type: ignore[union-attr]
    for at, p in zip(tested, chances, strict=True):
        first[at] = _decided(first[at], p, len(tested), asked.level)
    return first, problems


def _decided(outcome: Outcome, p: float, count: int, level: float) -> Outcome:
    verdict = outcome.verdict
    assert verdict is not None
    told = f"p {p:.2g} ({verdict.test}{f', of {count} comparisons' if count > 1 else ''})"
    if outcome.status == REGRESSED:  # whatever the rest says
        return replace(outcome, p=p)
    if p <= level:
        return replace(outcome, p=p, status=REGRESSED, reason=told + outcome.reason)
    if verdict.least_p * count > level:
        sizes = f"{len(outcome.base.values)} and {len(outcome.head.values)} values"
        reason = f"{sizes} are too few to tell, {verdict.test}"
        return replace(outcome, p=p, status=UNDECIDED, reason=reason + outcome.reason)
    if verdict.alone_p * count <= level:  # clear, unless values resemble those before them
        reason = f"{told}, since values follow each other: more would tell"
        return replace(outcome, p=p, status=UNDECIDED, reason=reason + outcome.reason)
    return replace(outcome, p=p, reason=told + outcome.reason)


def _of_rule(rule: Rule, asked: Asked) -> Iterator[Outcome]:
    runs = asked.runs
    field = runs.metric(rule.metric)
    values = runs.values(field)
    by_experiment = runs.by_experiment
    if rule.experiment and rule.experiment not in by_experiment:
        hint = did_you_mean(rule.experiment, list(by_experiment))
        raise ConfigError(
            f"The rule {rule.name!r} is about the experiment {rule.experiment!r}, of which there "
            f"are no runs.{hint}"
        )
    is_any = False
    for name, every in by_experiment.items():
        if rule.experiment not in ("", name) or all(values[run.number] is None for run in every):
            continue
        for outcome in _of_experiment(rule, name, field, asked):
            is_any = True
            yield outcome
    if not is_any:
        nobody = Side((), (), 0)
        reason = f"no run that is checked has {rule.metric}"
        if asked.known is not None:
            reason = f"no new run has {rule.metric}"
        yield Outcome(rule, rule.experiment, (), (), UNDECIDED, reason, nobody, nobody)


def _of_experiment(rule: Rule, name: str, field: Field, asked: Asked) -> Iterator[Outcome]:
    values = asked.runs.values(field)
    divided = asked.runs.divided(
        name, rule.filter, asked.head, rule.group, asked.now_ms, known=asked.known
    )
    for group, own in divided.heads.items():
        base, choices = _base(rule, name, divided, group, values, asked)
        told = tuple(pair for pair in group if pair[0] in divided.varying)
        outcome = replace(_compared(rule, name, told, own, base, values), settings=group)
        if choices > 1 and outcome.verdict is not None:
            verdict = outcome.verdict
            # The best of many is so by chance, too: as many comparisons were made to choose it.
            verdict = replace(
                verdict, p=min(1.0, verdict.p * choices), least_p=verdict.least_p * choices
            )
            outcome = replace(outcome, verdict=verdict)
        yield outcome


def _base(
    rule: Rule,
    experiment: str,
    divided: Divided,
    group: Settings,
    values: Sequence[object],
    asked: Asked,
) -> tuple[list[RunFact], int]:
    """The runs that a group is compared with, and of how many they were chosen."""
    others, alike = divided.others, divided.by_group.get(group, [])
    if asked.base:
        is_base = asked.runs.matching(asked.base, asked.now_ms)
        found = [run for run in alike if is_base(run)]
        if not found and len(divided.heads) == 1:  # other settings are meant to be compared
            found = list(filter(is_base, others))
        return found, 1
    if isinstance(rule.against, float):
        return [], 1
    if rule.against == "baseline":
        return _baseline(experiment, others, asked), 1
    # A commit of which no run reached anything says nothing of what was before.
    alike = [run for run in alike if values[run.number] is not None]
    if rule.against == "main":
        return newest_of([run for run in alike if run.branch in MAIN]), 1
    if rule.against == "previous":
        return newest_of(alike), 1
    key = (rule.metric, rule.direction)
    if key not in divided.best:
        divided.best[key] = _best(rule, others, values)
    return divided.best[key]


def _baseline(experiment: str, others: list[RunFact], asked: Asked) -> list[RunFact]:
    wanted = asked.baselines.get(experiment, "")
    if not wanted:
        raise ConfigError(
            f"A rule compares {experiment!r} with its baseline, and there is none: add "
            f'baseline = "a run\'s name or ID" to [experiments.{experiment!r}].'
        )
    named = [run for run in others if run.name == wanted]
    named = named[-1:] or [run for run in others if run.run_id.startswith(wanted)]
    if len(named) != 1:
        raise ConfigError(
            f"The baseline {wanted!r} of {experiment!r} is {plural(len(named), 'run')} of those "
            "that are not checked; it must be one."
        )
    return same_settings(others, named[0].settings)


def _best(
    rule: Rule, others: list[RunFact], values: Sequence[object]
) -> tuple[list[RunFact], int]:
    """The runs of the settings and commit that were best before, and how many there are."""
    groups: dict[object, list[RunFact]] = {}
    for run in others:
        value = values[run.number]
        if may_be_best(run.status) and isinstance(value, float) and math.isfinite(value):
            groups.setdefault((run.settings, run.commit), []).append(run)
    means = {
        key: mean_of([float(values[run.number]) for run in own])  # type: ignore[arg-type]
        for key, own in groups.items()
    }
    if not means:
        return [], 1
    choose = max if rule.direction == "max" else min
    return groups[choose(means, key=means.__getitem__)], len(groups)


def _compared(
    rule: Rule,
    experiment: str,
    group: Settings,
    heads: list[RunFact],
    bases: list[RunFact],
    values: Sequence[object],
) -> Outcome:
    head, base = side_of(heads, values), side_of(bases, values)

    lacking = len(heads) - len(head.values) - head.lost

    def outcome(status: str, reason: str, verdict: Verdict | None = None) -> Outcome:
        if lacking and head.values:
            reason += f"; {plural(lacking, 'run')} of {len(heads)} without a value"
        return Outcome(rule, experiment, group, (), status, reason, head, base, verdict)

    if head.lost:
        return outcome(REGRESSED, f"{plural(head.lost, 'run')} of {len(heads)} NaN or infinite")
    if not head.values:
        failed = sum(run.status == "FAILED" for run in heads)
        why = f", {failed} failed" if failed else ""
        return outcome(UNDECIDED, f"no run of {len(heads)} has {rule.metric}{why}")
    sign = -1.0 if rule.direction == "max" else 1.0
    if isinstance(rule.against, float):
        room = rule.room(rule.against)
        slack = ROUNDING * max(abs(head.mean), abs(rule.against), abs(room))
        is_kept = sign * head.mean <= sign * rule.against + room + slack
        limit = rule.against + sign * room
        return outcome(PASSED if is_kept else REGRESSED, f"limit {limit:g}")
    if not base.values:
        return outcome(UNDECIDED, f"there is nothing to compare with: {rule.against}")
    pairs = of_shared_seeds(base, head, values, values)
    if pairs is not None:
        base, head = pairs
    one, other = ([sign * value for value in own.values] for own in (base, head))
    verdict = worse(one, other, rule.room(base.mean), paired=pairs is not None)
    return outcome(PASSED, "", verdict)
