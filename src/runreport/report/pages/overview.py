"""The first page: what is new, what is best, what failed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runreport.entities import RunStatus
from runreport.numbers import format_number
from runreport.report.config import Config
from runreport.report.deltas import NONE, Delta, delta
from runreport.report.formatting import plural
from runreport.report.links import Moment, RunLink, ViewLink, moment
from runreport.report.notes import render_note
from runreport.report.pages.experiment import BestRun, ShownExperiment, best_run, contenders
from runreport.report.pages.history import ChangeRow, HistoryPage
from runreport.report.pages.notes import Notes
from runreport.report.tables.run_table import run_link, status_counts
from runreport.report.tables.table import Table

NEW_MS = 7 * 24 * 3600 * 1000
"""A run is new for this long before "as of"."""
MOST_NEW, MOST_FAILED = 5, 3


@dataclass(frozen=True, slots=True)
class Record:
    """The best run of an experiment, and what it is better than."""

    best: BestRun
    is_new: bool
    gain: Delta
    """To the best of the runs that started before it."""


@dataclass(frozen=True, slots=True)
class ExperimentCard:
    """An experiment as the overview shows it."""

    name: str
    url: str
    runs: int
    new: int
    counts: tuple[tuple[str, int], ...]
    last_started: Moment
    metric: str
    record: Record | None
    """None where nobody knows which values are better."""
    trend: tuple[float, ...]
    """The primary metric of its runs, oldest first; NaN where a run has none."""
    trend_text: str
    """What a drawing of it shows."""
    change: ChangeRow | None
    """The last change of that metric."""
    history: str
    """URL of its history from the site's root; empty where it has none."""


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """The first page: what is new, what is best, what failed."""

    description_html: str
    runs: int
    counts: tuple[tuple[str, int], ...]
    new: tuple[RunLink, ...]
    new_total: int
    failed: tuple[RunLink, ...]
    failed_total: int
    cards: tuple[ExperimentCard, ...]
    """Those with the newest runs first."""
    views: tuple[ViewLink, ...]
    notes: tuple[tuple[str, str], ...]
    """Title and URL from the root."""


def make_overview(
    config: Config,
    found: Sequence[ShownExperiment],
    as_of: int | None,
    views: tuple[ViewLink, ...],
    notes: Notes,
    histories: Mapping[str, HistoryPage],
) -> OverviewPage:
    """The page model of the overview."""
    new: list[tuple[int, str, Table, int]] = []
    failed: list[tuple[int, str, Table, int]] = []
    statuses: list[object] = []
    for one in found:
        table = one.table
        starts, states = table.values("start_time"), table.values("status")
        statuses += states
        for number, (started, status) in enumerate(zip(starts, states, strict=True)):
            if not isinstance(started, int) or as_of is None:
                continue
            if _is_new(started, as_of):
                new.append((-started, one.name, table, number))
            if status in (RunStatus.FAILED, RunStatus.KILLED):
                failed.append((-started, one.name, table, number))
    newest_first = sorted(found, key=lambda one: _last_started(one.table) or -1, reverse=True)
    return OverviewPage(
        description_html=render_note(config.description) if config.description else "",
        runs=len(statuses),
        counts=status_counts(statuses),
        new=_links(new, MOST_NEW),
        new_total=len(new),
        failed=_links(failed, MOST_FAILED),
        failed_total=len(failed),
        cards=tuple(_card(one, as_of, histories.get(one.identity)) for one in newest_first),
        views=views,
        notes=tuple((page.title, f"{page.folder}/index.html") for page in notes.pages),
    )


def _card(one: ShownExperiment, as_of: int | None, history: HistoryPage | None) -> ExperimentCard:
    table = one.table
    started = [v for v in table.values("start_time") if isinstance(v, int)]
    trend = tuple(math.nan if score is None else score for score in reversed(table.scores))
    return ExperimentCard(
        name=one.name,
        url=f"{one.folder}/index.html",
        runs=len(table.labels),
        new=sum(_is_new(value, as_of) for value in started),
        counts=status_counts(table.values("status")),
        last_started=moment(_last_started(table)),
        metric=table.primary,
        record=_record(table, as_of),
        trend=trend,
        trend_text=_trend_text(table.primary, trend),
        change=None if history is None else history.last,
        history="" if history is None else f"{history.folder}/index.html",
    )


def _last_started(table: Table) -> int | None:
    return max((v for v in table.values("start_time") if isinstance(v, int)), default=None)


def _is_new(started: int, as_of: int | None) -> bool:
    return as_of is not None and started > as_of - NEW_MS


def _record(table: Table, as_of: int | None) -> Record | None:
    ranked = contenders(table)
    best = best_run(table, ranked)
    if best is None:
        return None
    starts, number = table.values("start_time"), ranked[0]
    started = starts[number]
    other = next((n for n in ranked if _is_before(starts[n], started)), None)
    gain = NONE
    if other is not None:
        gain = delta(table.scores[number], table.scores[other], table.direction)
    return Record(best, isinstance(started, int) and _is_new(started, as_of), gain)


def _is_before(start: object, other: object) -> bool:
    return isinstance(start, int) and isinstance(other, int) and start < other


def _trend_text(metric: str, trend: Sequence[float]) -> str:
    finite = [value for value in trend if math.isfinite(value)]
    if len(finite) < 2:
        return ""
    low, high = format_number(min(finite)), format_number(max(finite))
    return f"{metric} of {plural(len(finite), 'run')}, oldest first: {low} to {high}"


def _links(entries: list[tuple[int, str, Table, int]], most: int) -> tuple[RunLink, ...]:
    """The newest of some runs."""
    newest = sorted(entries, key=lambda entry: (entry[0], entry[1], entry[3]))[:most]
    return tuple(run_link(table, number, name) for _, name, table, number in newest)
