"""The first page: what is new, what is best, what failed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from runreport.entities import RunStatus
from runreport.report.config import Config
from runreport.report.links import Moment, RunLink, ViewLink, moment
from runreport.report.notes import render_note
from runreport.report.pages.experiment import BestRun, ShownExperiment, best_run
from runreport.report.pages.notes import Notes
from runreport.report.shown import EMPTY, Shown
from runreport.report.tables.run_table import run_link, status_counts
from runreport.report.tables.table import Table

NEW_MS = 7 * 24 * 3600 * 1000
"""A run is new for this long before "as of"."""
LISTED = 8


@dataclass(frozen=True, slots=True)
class ExperimentCard:
    """An experiment as the overview shows it."""

    name: str
    url: str
    runs: int
    counts: tuple[tuple[str, int], ...]
    last_started: Moment
    metric: str
    best: RunLink | None
    best_value: Shown
    trend: tuple[float, ...]
    """The primary metric of its runs, oldest first; NaN where a run has none."""


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """The first page: what is new, what is best, what failed."""

    description_html: str
    runs: int
    counts: tuple[tuple[str, int], ...]
    new: tuple[RunLink, ...]
    new_total: int
    best: tuple[BestRun, ...]
    failed: tuple[RunLink, ...]
    failed_total: int
    cards: tuple[ExperimentCard, ...]
    views: tuple[ViewLink, ...]
    notes: tuple[tuple[str, str], ...]
    """Title and URL from the root."""


def _card(one: ShownExperiment) -> ExperimentCard:
    table = one.table
    best = best_run(table)
    started = [v for v in table.values("start_time") if isinstance(v, int)]
    return ExperimentCard(
        name=one.name,
        url=f"{one.folder}/index.html",
        runs=len(table.labels),
        counts=status_counts(table.values("status")),
        last_started=moment(max(started, default=None)),
        metric=table.primary,
        best=best.run if best else None,
        best_value=best.value if best else EMPTY,
        trend=tuple(math.nan if score is None else score for score in reversed(table.scores)),
    )


def make_overview(
    config: Config,
    found: Sequence[ShownExperiment],
    as_of: int | None,
    views: tuple[ViewLink, ...],
    notes: Notes,
) -> OverviewPage:
    """The page model of the overview."""
    new: list[tuple[int, str, Table, int]] = []
    failed: list[tuple[int, str, Table, int]] = []
    best: list[BestRun] = []
    statuses: list[object] = []
    for one in found:
        table = one.table
        starts, states = table.values("start_time"), table.values("status")
        statuses += states
        for number, (started, status) in enumerate(zip(starts, states, strict=True)):
            if not isinstance(started, int) or as_of is None:
                continue
            if started > as_of - NEW_MS:
                new.append((-started, one.name, table, number))
            if status in (RunStatus.FAILED, RunStatus.KILLED):
                failed.append((-started, one.name, table, number))
        if (winner := best_run(table, one.name)) is not None:
            best.append(winner)
    return OverviewPage(
        description_html=render_note(config.description) if config.description else "",
        runs=len(statuses),
        counts=status_counts(statuses),
        new=_links(new),
        new_total=len(new),
        best=tuple(best),
        failed=_links(failed),
        failed_total=len(failed),
        cards=tuple(map(_card, found)),
        views=views,
        notes=tuple((page.title, f"{page.folder}/index.html") for page in notes.pages),
    )


def _links(entries: list[tuple[int, str, Table, int]]) -> tuple[RunLink, ...]:
    """The newest of some runs."""
    newest = sorted(entries, key=lambda entry: (entry[0], entry[1], entry[3]))[:LISTED]
    return tuple(run_link(table, number, name) for _, name, table, number in newest)
