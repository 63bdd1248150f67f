"""Assemble: a snapshot of an archive becomes a report, page models that need nothing else.

Run pages are made one at a time while the site is written, so that memory does not grow with
their number; all other pages are made at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.notices import Notice
from runreport.archive.reading import Snapshot
from runreport.archive.verify import hidden_problems
from runreport.entities import NOTE_TAG, PARENT_TAG, RunStatus
from runreport.query.arrow import arange, as_array
from runreport.query.fold import fold_snapshot
from runreport.query.index import RunIndex
from runreport.report.charts.curves import CurveReader
from runreport.report.config import Config
from runreport.report.config_advice import config_advice
from runreport.report.evaluations.listing import assemble_evaluations
from runreport.report.evaluations.page import TABLE_FILE, EvaluationsPage
from runreport.report.findings import Finding
from runreport.report.models.assembling import ModelReport, assemble_models
from runreport.report.notes import render_note
from runreport.report.pages.about import AboutPage, make_about, site_script
from runreport.report.pages.activity import ActivityPage, make_activity_page
from runreport.report.pages.experiment import (
    best_run,
    make_experiment_page,
    moment,
    run_link,
    status_counts,
)
from runreport.report.pages.listings import ListingGroup, Places, job_listings, tag_listings
from runreport.report.pages.notes import NotedRun, Notes, excerpt, gather_notes, read_notes
from runreport.report.pages.values import (
    BestRun,
    ExperimentCard,
    ExperimentPage,
    OverviewPage,
    RunLink,
    SiteInfo,
    ViewLink,
)
from runreport.report.pages.views import ViewPage, make_views
from runreport.report.redaction import make_redactor, published_config, redact_index
from runreport.report.runs.pages import RunPages
from runreport.report.shown import EMPTY
from runreport.report.tables.asked_columns import charted_names
from runreport.report.tables.paging import choose_paged, with_places
from runreport.report.tables.palette import Palette, make_palette
from runreport.report.tables.table import Table, make_table
from runreport.report.urls import experiment_folder

NEW_MS = 7 * 24 * 3600 * 1000
"""A run is new for this long before "as of"."""
LISTED = 8


@dataclass(frozen=True, slots=True)
class Report:
    """All that a site says."""

    site: SiteInfo
    overview: OverviewPage
    experiments: tuple[ExperimentPage, ...]
    activity: ActivityPage
    models: ModelReport
    evaluations: tuple[EvaluationsPage, ...]
    """Of each experiment that has any."""
    views: tuple[ViewPage, ...]
    tags: tuple[ListingGroup, ...]
    jobs: tuple[ListingGroup, ...]
    notes: Notes
    about: AboutPage
    site_script: str
    """What the header's menu and search know."""
    notices: tuple[Notice, ...]
    """What of the archive was left out, by file."""
    advice: tuple[str, ...]
    """What of the config names nothing in the archive."""
    runs: int
    """How many runs there are, each with a page or in a block of details."""
    run_pages: RunPages

    @property
    def charts(self) -> int:
        """How many comparison charts its pages show."""
        own = sum(len(page.charts) for page in self.experiments)
        return own + sum(len(view.charts) for view in self.views)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was redacted until now; complete once all run pages were made."""
        return self.run_pages.redactor.findings


@dataclass(frozen=True, slots=True)
class _Shown:
    """An experiment that the site shows."""

    identity: str
    name: str
    folder: str
    note: str
    numbers: pa.Array
    table: Table


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

    Raises:
        ConfigError: a view or the notes folder of the config names what there is not.
    """
    full = fold_snapshot(snapshot)
    redactor = make_redactor(config, full, snapshot)
    index = redact_index(full, redactor)
    config = published_config(config, redactor)
    curves = CurveReader(snapshot, redactor.known)
    notices = sorted({*snapshot.notices, *curves.read_all(), *hidden_problems(snapshot)})
    shown = arange(index.runs.num_rows).filter(pc.invert(index.is_deleted))
    as_of = now_ms if now_ms is not None else _newest(snapshot)

    palette = make_palette(index, shown)
    found = list(_shown_experiments(index, shown, config, palette))
    models = assemble_models(index, shown, snapshot.storage, redactor, config)
    baselines, advice = _baselines(found, config)
    # A theme without script has no page that could show the others.
    most = len(shown) if all_rows else config.max_run_pages
    keep = {*models.by_run, *baselines.values(), *_led_to(index)}
    paged = choose_paged([(one.numbers, one.table) for one in found], most, keep)
    found = [replace(one, table=with_places(one.table, one.numbers, paged)) for one in found]
    places = {
        number: (one.name, one.table, place)
        for one in found
        for place, number in enumerate(one.numbers.to_pylist())
    }
    names = {one.identity: (one.name, one.folder) for one in found}
    evaluations = assemble_evaluations(index, shown, snapshot.storage, redactor, names)
    evaluated = {page.experiment_url: f"{page.folder}/index.html" for page in evaluations}
    experiments = tuple(
        replace(
            make_experiment_page(
                index.experiments[one.identity],
                one.table,
                curves,
                config.for_experiment(one.name),
                one.folder,
                all_rows=all_rows,
            ),
            evaluations=evaluated.get(f"{one.folder}/index.html", ""),
        )
        for one in found
    )
    views = make_views(config, full, places, curves, as_of or 0)
    view_links = tuple(ViewLink(v.name, f"{v.folder}/index.html", v.total) for v in views)
    tags, jobs = tag_listings(index, shown, places), job_listings(index, shown, places)
    notes = gather_notes(
        read_notes(config.notes, config.folder, redactor),
        [(one.name, f"{one.folder}/index.html", one.note) for one in found],
        _noted_runs(index, places),
    )
    site = SiteInfo(
        title=config.title,
        as_of=moment(as_of),
        version=version,
        notices=tuple(redactor.text(str(notice), "file names") for notice in notices),
    )
    return Report(
        site,
        _overview(config, found, as_of, view_links, notes),
        experiments,
        make_activity_page(
            [(one.name, one.folder, one.table) for one in found], as_of, all_rows=all_rows
        ),
        models,
        evaluations,
        views,
        tags,
        jobs,
        notes,
        make_about(
            snapshot,
            experiments,
            as_of=site.as_of.text,
            version=version,
            publishes_environment=config.publish_environment,
            allows_secrets=config.allow_secrets,
        ),
        site_script(experiments, models, tags, jobs, notes, view_links),
        tuple(notices),
        (*config_advice(config, index, shown), *advice),
        len(shown),
        RunPages(
            index,
            shown,
            names,
            curves,
            snapshot,
            redactor,
            config,
            models.by_run,
            baselines,
            paged,
        ),
    )


def _shown_experiments(
    index: RunIndex, shown: pa.Array, config: Config, palette: Palette
) -> Iterator[_Shown]:
    """The experiments that have runs to show, by name."""
    folders: set[str] = set()
    charted = charted_names(config.views)
    owners = as_array(index.runs.column("experiment_id")).take(shown)
    states = index.experiments.values()
    for state in sorted(states, key=lambda state: (state.name.casefold(), state.experiment_id)):
        numbers = shown.filter(pc.equal(owners, state.experiment_id))
        if state.is_deleted or not len(numbers):
            continue
        folder = experiment_folder(state.name)
        if folder in folders:
            folder = experiment_folder(state.name, state.experiment_id)
        folders.add(folder)
        settings = config.for_experiment(state.name)
        note = settings.description or state.tags.get(NOTE_TAG, "")
        table = make_table(index, numbers, settings, folder, charted, palette)
        yield _Shown(state.experiment_id, state.name, folder, note, numbers, table)


def _baselines(found: Sequence[_Shown], config: Config) -> tuple[dict[str, str], tuple[str, ...]]:
    """The baseline of each experiment that has one, and what is to be said of the others."""
    baselines, advice = {}, []
    for one in found:
        wanted = config.for_experiment(one.name).baseline
        if not wanted:
            continue
        ids = [str(run_id) for run_id in one.table.values("run_id")]
        by_name = dict(zip(reversed(one.table.values("run_name")), reversed(ids), strict=True))
        matches = [run_id for run_id in ids if run_id.startswith(wanted)]
        if wanted in by_name:  # of several runs of one name the newest
            baselines[one.identity] = by_name[wanted]
        elif len(matches) == 1:
            baselines[one.identity] = matches[0]
        elif one.name in config.experiments and config.experiments[one.name].baseline:
            advice.append(
                f"experiments.{one.name}.baseline names {wanted!r}, but "
                + (f"{len(matches)} runs have" if matches else "no run has")
                + " this name or ID."
            )
    return baselines, tuple(advice)


def _led_to(index: RunIndex) -> set[str]:
    """The runs that pages of other runs lead to, as parents, and those with a results table."""
    parents = index.tags.filter(pc.equal(index.tags.column("key"), PARENT_TAG))
    tables = index.artifacts.filter(pc.equal(index.artifacts.column("path"), TABLE_FILE))
    evaluated = as_array(index.runs.column("run_id")).take(tables.column("run"))
    return {*parents.column("value").to_pylist(), *evaluated.to_pylist()}


def _noted_runs(index: RunIndex, places: Places) -> Iterator[NotedRun]:
    """The runs with a note, newest first."""
    rows = index.tags.filter(pc.equal(index.tags.column("key"), NOTE_TAG)).to_pylist()
    for row in sorted(rows, key=lambda row: row["run"]):
        if row["run"] in places and row["value"].strip():
            experiment, table, place = places[row["run"]]
            yield NotedRun(run_link(table, place, experiment), excerpt(row["value"]))


def _newest(snapshot: Snapshot) -> int | None:
    """The time of the newest fact, by the clock that orders facts."""
    newest = pc.max(snapshot.events.column("counter")).as_py()
    return None if newest is None else int(newest) >> 16


def _card(one: _Shown) -> ExperimentCard:
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


def _overview(
    config: Config,
    found: Sequence[_Shown],
    as_of: int | None,
    views: tuple[ViewLink, ...],
    notes: Notes,
) -> OverviewPage:
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
