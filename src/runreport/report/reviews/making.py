"""Making a review: two sets of runs become what the one has that the other has not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from runreport.query.samples import RunFact
from runreport.report.config import Config
from runreport.report.reviews.facts import (
    Evaluated,
    alone_rows,
    code_rows,
    environment_rows,
    model_rows,
    score_rows,
    setting_rows,
)
from runreport.report.reviews.metrics import Compared, metric_rows
from runreport.report.reviews.review import FAILED, FactRow, MetricRow, Review, ScoreRow
from runreport.report.reviews.runs import changed_runs, reaching, run_rows
from runreport.report.reviews.settings import Matched, matched
from runreport.report.reviews.sides import ReviewSide, Sides, shared_fields
from runreport.report.reviews.wording import Wording


def make_review(
    base: ReviewSide,
    head: ReviewSide,
    config: Config,
    *,
    group: Sequence[str] = (),
    now_ms: int = 0,
) -> Review:
    """What the runs of a head have that those of a base have not.

    Args:
        config: says which metrics are primary, which values are better, where the site lies.
        group: fields in which runs that are compared agree; empty: all params but the seed.
        now_ms: for filters.

    Raises:
        ConfigError, InvalidFilter: a filter or field names what there is not.
    """
    words = Wording(head.redactor.joined(base.redactor))
    sides = Sides(base, head, words, config)
    fields = shared_fields(base, head, group)
    own, theirs = (side.chosen(fields, now_ms) for side in (head, base))
    known, kept = (
        {run.run_id for runs in side.values() for run in runs} for side in (theirs, own)
    )
    is_one = base.runs is head.runs
    others = set() if is_one else changed_runs(base, head, known & kept)
    new = {name: [run for run in runs if run.run_id not in known] for name, runs in own.items()}
    gone = {name: [run for run in runs if run.run_id not in kept] for name, runs in theirs.items()}
    went_on = {name: [run for run in runs if run.run_id in others] for name, runs in own.items()}
    ever = set(head.runs.index.attribute("run_id").to_pylist())
    is_continued = not (sides.is_chosen or base.is_elsewhere or known.isdisjoint(ever))
    parts = []
    for name, runs in new.items():
        heads = _by_start([*runs, *went_on[name]])
        if heads:
            parts.append(_of_experiment(sides, name, _bases(name, heads, own, theirs), heads))
    compared = [one for part in parts for one in part.compared]
    metrics, lacking = metric_rows(compared, base.runs, head.runs)
    notices = (str(notice) for side in (base, head) for notice in side.snapshot.notices)
    return Review(
        base=words.label(base.label, base.runs.asked(base.filter, now_ms)),
        head=words.label(head.label, head.runs.asked(head.filter, now_ms)),
        known=frozenset(known),
        runs=(len(known), len(kept)),
        new_total=sum(map(len, new.values())),
        failed=sum(run.status in FAILED for runs in new.values() for run in runs),
        new=tuple(run_rows(sides, head, new)),
        gone_total=sum(map(len, gone.values())) if is_continued else 0,
        gone=tuple(run_rows(sides, base, gone)) if is_continued else (),
        went_on_total=sum(map(len, went_on.values())),
        went_on=tuple(run_rows(sides, head, went_on)),
        metrics=tuple(_published(row, words) for row in metrics),
        lacking=tuple(
            replace(row, experiment=words.name(row.experiment), what=words.name(row.what))
            for row in lacking
        ),
        settings=_each(row for part in parts for row in part.settings),
        alone=_each(row for part in parts for row in part.alone),
        environment=_each(row for part in parts for row in part.environment),
        code=_each(row for part in parts for row in part.code),
        models=tuple(model_rows(base.runs.index.registry, head.runs.index.registry, words)),
        scores=tuple(row for part in parts for row in part.scores),
        notices=tuple(words.text(notice) for notice in dict.fromkeys(notices)),
        site=f"{config.url.rstrip('/')}/" if config.url else "",
    )


def _bases(
    name: str,
    heads: Sequence[RunFact],
    own: Mapping[str, list[RunFact]],
    theirs: Mapping[str, list[RunFact]],
) -> list[RunFact]:
    """The runs of a base that those of an experiment are compared with: of the same experiment, or
    of the only one on either side, whatever it is called, and what they were themselves."""
    found = theirs.get(name, [])
    if not found and len(own) == len(theirs) == 1:
        (found,) = theirs.values()
    ids = {run.run_id for run in heads} - {run.run_id for run in found}
    before = (run for runs in theirs.values() for run in runs if run.run_id in ids) if ids else ()
    return _by_start([*found, *before])


def _published(row: MetricRow, words: Wording) -> MetricRow:
    """A row as a site may show it."""
    return replace(
        row,
        experiment=words.name(row.experiment),
        metric=words.name(row.metric),
        group=words.settings(row.group),
    )


def _each(rows: Iterable[FactRow]) -> tuple[FactRow, ...]:
    """Rows, each once."""
    return tuple(dict.fromkeys(rows))


@dataclass(frozen=True, slots=True)
class _Part:
    """What a review says of one experiment."""

    compared: tuple[Compared, ...]
    settings: tuple[FactRow, ...]
    alone: tuple[FactRow, ...]
    environment: tuple[FactRow, ...]
    code: tuple[FactRow, ...]
    scores: tuple[ScoreRow, ...]


def _of_experiment(sides: Sides, name: str, bases: list[RunFact], heads: list[RunFact]) -> _Part:
    reached = reaching(sides.base.runs, sides.head.runs, bases, heads)
    found = matched(bases, heads, is_newest=not sides.is_chosen, reached=reached)
    words, shown = sides.words, sides.words.name(name)
    config = sides.config.for_experiment(name)
    theirs = _by_start(run for match in found.matches for run in match.bases)
    own = _by_start(run for match in found.matches for run in match.heads)
    both = ((sides.base.runs.index, theirs), (sides.head.runs.index, own))
    is_any = bool(found.matches)
    return _Part(
        tuple(Compared(name, one, found.label(one.settings), config) for one in found.matches),
        tuple(setting_rows(shown, found, words)),
        tuple(alone_rows(shown, found, words)),
        tuple(environment_rows(shown, *both, words)) if is_any else (),
        tuple(code_rows(shown, *both, words)) if is_any else (),
        tuple(_scores(sides, shown, bases, [*own, *_alone(found)])),
    )


def _alone(found: Matched) -> list[RunFact]:
    return [run for _, runs in found.alone for run in runs]


def _scores(
    sides: Sides, shown: str, bases: Sequence[RunFact], heads: Iterable[RunFact]
) -> list[ScoreRow]:
    """What became of evaluations, with other settings, too: they were asked the same."""
    redactor = sides.words.redactor
    before, after = (
        Evaluated(side.runs.index, side.snapshot.storage, redactor).newest(_by_start(runs))
        for side, runs in ((sides.base, bases), (sides.head, heads))
    )
    return score_rows(shown, before, after, sides.words)


def _by_start(runs: Iterable[RunFact]) -> list[RunFact]:
    return sorted(runs, key=lambda run: (run.started, run.run_id))
