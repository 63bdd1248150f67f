"""Assemble: a snapshot of an archive becomes a report, page models that need nothing else.

Run pages are made one at a time while the site is written, so that memory does not grow with
their number; all other pages are made at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.reading import Snapshot
from runreport.archive.verify import damaged_artifacts
from runreport.entities import PARENT_TAG, Run, RunStatus
from runreport.events import data_object
from runreport.query.arrow import arange, as_array
from runreport.query.fold import fold_snapshot
from runreport.query.index import RunIndex
from runreport.query.search import make_runs
from runreport.query.summaries import with_stats
from runreport.report.config import Config
from runreport.report.config_advice import config_advice
from runreport.report.curves import CurveReader
from runreport.report.evaluation_list import assemble_evaluations
from runreport.report.evaluations import EvaluationsPage
from runreport.report.experiment_page import (
    best_run,
    make_experiment_page,
    moment,
    run_link,
    status_counts,
)
from runreport.report.models import ModelReport, assemble_models
from runreport.report.notes import render_note
from runreport.report.pages import (
    BestRun,
    ExperimentCard,
    ExperimentPage,
    OverviewPage,
    RunLink,
    RunPage,
    SiteInfo,
    VersionLink,
)
from runreport.report.redaction import Finding, Redactor, private_names, redact_index
from runreport.report.run_page import RunFacts, make_run_page
from runreport.report.table import Table, make_table
from runreport.report.urls import experiment_folder

NEW_MS = 7 * 24 * 3600 * 1000
"""A run is new for this long before "as of"."""
LISTED = 8
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Report:
    """All that a site says."""

    site: SiteInfo
    overview: OverviewPage
    experiments: tuple[ExperimentPage, ...]
    models: ModelReport
    evaluations: tuple[EvaluationsPage, ...]
    """Of each experiment that has any."""
    advice: tuple[str, ...]
    """What of the config names nothing in the archive."""
    runs: int
    """How many run pages `run_pages` makes."""
    _pages: RunPages

    def run_pages(self) -> Iterator[RunPage]:
        """The run pages, newest run first."""
        return self._pages.make()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was redacted until now; complete once all run pages were made."""
        return self._pages.redactor.findings


def assemble_report(
    snapshot: Snapshot,
    config: Config,
    *,
    now_ms: int | None,
    version: str,
    all_rows: bool = False,
) -> Report:
    """The report of an archive.

    Args:
        now_ms: the "as of" of the report; None takes the time of the newest fact.
        version: of runreport, as the pages name it.
        all_rows: pre-render every row of a run table, for a theme whose pages cannot load more.
    """
    full = fold_snapshot(snapshot)
    redactor = Redactor(
        publish_environment=config.publish_environment,
        allow_secrets=config.allow_secrets,
        names=private_names(full),
    )
    index = redact_index(full, redactor)
    curves = CurveReader(snapshot)
    notices = sorted({*snapshot.notices, *curves.read_all(), *damaged_artifacts(snapshot)})
    shown = _shown_numbers(index)
    as_of = now_ms if now_ms is not None else _newest(snapshot)

    experiments, cards, tables = [], [], []
    folders: dict[str, str] = {}
    states = index.experiments.values()
    for state in sorted(states, key=lambda state: (state.name.casefold(), state.experiment_id)):
        numbers = shown.filter(
            pc.equal(as_array(index.runs.column("experiment_id")).take(shown), state.experiment_id)
        )
        if state.is_deleted or not len(numbers):
            continue
        folder = experiment_folder(state.name)
        if folder in folders.values():
            folder = experiment_folder(state.name, state.experiment_id)
        folders[state.experiment_id] = folder
        settings = config.for_experiment(state.name)
        table = make_table(index, numbers, settings)
        tables.append((state.name, table))
        experiments.append(
            make_experiment_page(state, table, curves, settings, folder, all_rows=all_rows)
        )
        cards.append(_card(state.name, folder, table))
    models = assemble_models(index, shown, snapshot.storage, redactor, config)
    site = SiteInfo(
        title=config.title,
        as_of=moment(as_of),
        version=version,
        experiments=tuple(
            (page.name, f"{page.folder}/index.html", page.runs) for page in experiments
        ),
        notices=tuple(redactor.text(str(notice), "file names") for notice in notices),
        models=len(models.cards),
    )
    names = {page.experiment_id: (page.name, page.folder) for page in experiments}
    evaluations = assemble_evaluations(index, shown, snapshot.storage, redactor, names)
    places = {page.experiment_url: f"{page.folder}/index.html" for page in evaluations}
    experiments = [
        replace(page, evaluations=places.get(f"{page.folder}/index.html", ""))
        for page in experiments
    ]
    return Report(
        site,
        _overview(config, tables, tuple(cards), as_of),
        tuple(experiments),
        models,
        evaluations,
        config_advice(config, index, shown),
        len(shown),
        RunPages(index, shown, names, curves, snapshot, redactor, config, models.by_run),
    )


@dataclass(frozen=True, slots=True)
class RunPages:
    """Makes run pages one after the other."""

    index: RunIndex
    numbers: pa.Array
    experiments: dict[str, tuple[str, str]]
    """Name and folder by id."""
    curves: CurveReader
    snapshot: Snapshot
    redactor: Redactor
    config: Config
    registered: Mapping[str, tuple[VersionLink, ...]]
    """The versions that runs were saved as, by run id."""

    def make(self) -> Iterator[RunPage]:
        """The page models, in the order of the index."""
        for start in range(0, len(self.numbers), _BATCH):
            numbers = self.numbers[start : start + _BATCH]
            for facts in self._facts(numbers):
                yield make_run_page(
                    facts,
                    *self.experiments[facts.run.info.experiment_id],
                    self.curves,
                    self.snapshot.storage,
                    self.redactor,
                    self.config,
                )

    def _facts(self, numbers: pa.Array) -> Iterator[RunFacts]:
        index = self.index
        runs = make_runs(index, numbers, "")
        parents = self._parents(runs)
        tables = ("params", "artifacts", "records")
        rows = {name: _by_run(index.rows_of(name, numbers)) for name in tables}
        # Only these runs' summaries are taken apart, not all of the index once a batch.
        rows["metrics"] = _by_run(with_stats(index.rows_of("metrics", numbers)))
        for number, run in zip(numbers.to_pylist(), runs, strict=True):
            records = rows["records"].get(number, [])
            record = data_object(records[0]["data"]) if records else {}
            yield RunFacts(
                run,
                parents.get(run.data.tags.get(PARENT_TAG, "")),
                rows["params"].get(number, []),
                rows["metrics"].get(number, []),
                rows["artifacts"].get(number, []),
                self.registered.get(run.info.run_id, ()),
                record,
            )

    def _parents(self, runs: list[Run]) -> dict[str, Run]:
        wanted = {run.data.tags.get(PARENT_TAG) for run in runs} - {None}
        ids = as_array(self.index.runs.column("run_id")).take(self.numbers)
        kept = pc.is_in(ids, value_set=pa.array(sorted(map(str, wanted)), pa.string()))
        return {
            run.info.run_id: run for run in make_runs(self.index, self.numbers.filter(kept), "")
        }


def _by_run(table: pa.Table) -> dict[int, list[dict[str, Any]]]:
    grouped: dict[int, list[dict[str, Any]]] = {}
    for row in table.to_pylist():
        grouped.setdefault(row["run"], []).append(row)
    return grouped


def _shown_numbers(index: RunIndex) -> pa.Array:
    """The runs a site shows: not deleted, and of an experiment that is not."""
    return arange(index.runs.num_rows).filter(pc.invert(index.is_deleted))


def _newest(snapshot: Snapshot) -> int | None:
    """The time of the newest fact, by the clock that orders facts."""
    newest = pc.max(snapshot.events.column("counter")).as_py()
    return None if newest is None else int(newest) >> 16


def _card(name: str, folder: str, table: Table) -> ExperimentCard:
    best = best_run(table)
    scores = table.scores
    started = [v for v in table.values("start_time") if isinstance(v, int)]
    return ExperimentCard(
        name=name,
        url=f"{folder}/index.html",
        runs=len(table.labels),
        counts=status_counts(table.values("status")),
        last_started=moment(max(started, default=None)),
        metric=table.primary,
        best=best.run if best else None,
        best_value=best.value if best else "",
        trend=tuple(math.nan if score is None else score for score in reversed(scores)),
    )


def _overview(
    config: Config,
    tables: list[tuple[str, Table]],
    cards: tuple[ExperimentCard, ...],
    as_of: int | None,
) -> OverviewPage:
    new: list[tuple[int, str, Table, int]] = []
    failed: list[tuple[int, str, Table, int]] = []
    best: list[BestRun] = []
    statuses: list[object] = []
    for name, table in tables:
        statuses += table.values("status")
        starts, states = table.values("start_time"), table.values("status")
        for number, (started, status) in enumerate(zip(starts, states, strict=True)):
            if not isinstance(started, int) or as_of is None:
                continue
            entry = (-started, name, table, number)
            if started > as_of - NEW_MS:
                new.append(entry)
            if status in (RunStatus.FAILED, RunStatus.KILLED):
                failed.append(entry)
        if (found := best_run(table, name)) is not None:
            best.append(found)
    return OverviewPage(
        description_html=render_note(config.description) if config.description else "",
        runs=len(statuses),
        counts=status_counts(statuses),
        new=_links(new),
        new_total=len(new),
        best=tuple(best),
        failed=_links(failed),
        failed_total=len(failed),
        cards=cards,
    )


def _links(entries: list[tuple[int, str, Table, int]]) -> tuple[RunLink, ...]:
    """The newest of some runs."""
    newest = sorted(entries, key=lambda entry: (entry[0], entry[1], entry[3]))[:LISTED]
    return tuple(run_link(table, number, name) for _, name, table, number in newest)
