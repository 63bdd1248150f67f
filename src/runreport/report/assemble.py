"""Assemble: a snapshot of an archive becomes a report, page models that need nothing else.

Run pages are made one at a time while the site is written, so that memory does not grow with
their number; all other pages are made at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.notices import Notice
from runreport.archive.reading import Snapshot
from runreport.query.index import RunIndex
from runreport.query.samples import RunFact, Runs
from runreport.report.aside import Aside, here, ignore
from runreport.report.charts.chart import Chart
from runreport.report.charts.importance import begin_importance
from runreport.report.checks.page import CheckPage, make_check_page
from runreport.report.config import Config
from runreport.report.config_advice import config_advice
from runreport.report.evaluations.listing import EvaluationsPage
from runreport.report.findings import Finding
from runreport.report.ground import make_ground, places_of, shown_experiments
from runreport.report.groundwork import Groundwork, lay_groundwork
from runreport.report.links import RunLink, SiteInfo, ViewLink
from runreport.report.models.assembling import ModelReport
from runreport.report.pages.about import AboutPage, make_about, site_script
from runreport.report.pages.activity import ActivityPage, make_activity_page
from runreport.report.pages.described import described_models, run_note
from runreport.report.pages.experiment import (
    ExperimentPage,
    ShownExperiment,
    make_experiment_page,
)
from runreport.report.pages.history import begin_history
from runreport.report.pages.latest import Latest, make_latest
from runreport.report.pages.listings import ListingGroup, Places, job_listings, tag_listings
from runreport.report.pages.note_blocks import NoteGround, untrue_claims
from runreport.report.pages.note_bodies import NoteBody
from runreport.report.pages.note_links import link_finder
from runreport.report.pages.notes import NotedRun, Notes, excerpt, gather_notes, read_notes
from runreport.report.pages.overview import OverviewPage, make_overview
from runreport.report.pages.views import ViewPage, make_views
from runreport.report.reviews.review import Review
from runreport.report.reviews.sections import ReviewPage, review_page
from runreport.report.runs.page import RunPage
from runreport.report.runs.pages import RunPages
from runreport.report.tables.run_table import run_link
from runreport.report.tables.table import deciding
from runreport.tags import COMMIT_TAG, NOTE_TAG

Finish = Callable[[ExperimentPage], ExperimentPage]
"""Puts what was begun of an experiment on its page."""


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
    described: Mapping[str, NoteBody]
    """What was written on models and their versions, by the folders of their pages."""
    note_ground: NoteGround
    """What blocks of notes are made of."""
    latest: tuple[Latest, ...]
    """What each experiment has reached, for badges, scripts and the feed."""
    address: str
    """Where the site will lie; empty where nobody said."""
    checks: CheckPage | None
    """The rules of the config; None where it has none."""
    review: ReviewPage | None = None
    """What its runs have that those of a base have not, where one was asked for."""

    @property
    def bodies(self) -> tuple[NoteBody, ...]:
        """What was written, with what its blocks ask for."""
        described = (page.description for page in self.experiments)
        return (
            *(note.body for note in self.notes.pages),
            *(body for body in described if body is not None),
            *self.described.values(),
        )

    def run_note(self, page: RunPage) -> NoteBody | None:
        """The note of a run, made when its page is."""
        return run_note(page, self.note_ground, self.run_pages.redactor)

    @property
    def charts(self) -> int:
        """How many comparison charts its pages show."""
        own = sum(len(page.charts) for page in self.experiments)
        noted = sum(len(body.charts) for body in self.bodies)
        return own + noted + sum(len(view.charts) for view in self.views)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was redacted until now; complete once all run pages were made."""
        return self.run_pages.redactor.findings


def assemble_report(
    snapshot: Snapshot,
    config: Config,
    *,
    now_ms: int | None,
    version: str,
    all_rows: bool = False,
    review: Review | None = None,
) -> Report:
    """The report of an archive; see `lay_groundwork` and `finish_report`."""
    work = lay_groundwork(snapshot, config, now_ms=now_ms, version=version, all_rows=all_rows)
    return finish_report(work, review)


def finish_report(
    work: Groundwork,
    review: Review | None = None,
    *,
    begun: Sequence[Finish] | None = None,
    meet: Callable[[Iterable[Chart]], None] = ignore,
) -> Report:
    """The pages about many runs.

    Args:
        review: gets a page; rules check the runs that its base has not.
        begun: what `begin_experiments` gave; None: nobody does anything meanwhile.
        meet: told of charts as soon as they are there.

    Raises:
        ConfigError: a view or the notes folder of the config names what there is not.
    """
    ground, found, models = work.ground, work.found, work.models
    index, shown, config, redactor = ground.index, ground.shown, ground.config, ground.redactor
    places, now = places_of(found), ground.as_of or 0
    views = make_views(config, ground.full, places, ground.curves, now)
    view_links = tuple(ViewLink(v.name, f"{v.folder}/index.html", v.total) for v in views)
    tags, jobs = tag_listings(index, shown, places), job_listings(index, shown, places)
    find = link_finder(
        places,
        {one.name: f"{one.folder}/index.html" for one in found},
        {card.name: card.url for card in models.cards},
        {link.name: link.url for link in view_links},
    )
    begun = begin_experiments(work) if begun is None else begun
    note_ground = NoteGround(ground.full, places, ground.curves, now, find, claims=config.claims)
    pages = list(_experiments(work, note_ground, meet))
    experiments = tuple(finish(page) for finish, page in zip(begun, pages, strict=True))
    histories = {page.experiment_id: page.history for page in experiments if page.history}
    notes = gather_notes(
        read_notes(config.notes, config.folder, redactor, note_ground),
        [(one.name, f"{one.folder}/index.html", one.note) for one in found],
        _noted_runs(index, places),
    )
    known = review.known if review is not None else None
    checks = make_check_page(work.asked, Runs(ground.full), redactor, _linked(places), now, known)
    return Report(
        work.site,
        make_overview(config, found, ground.as_of, view_links, notes, histories),
        experiments,
        make_activity_page(
            [(one.name, one.folder, one.table) for one in found],
            ground.as_of,
            all_rows=work.all_rows,
        ),
        models,
        work.evaluations.pages,
        views,
        tags,
        jobs,
        notes,
        make_about(
            work.snapshot,
            experiments,
            as_of=work.site.as_of.text,
            version=work.version,
            publishes_environment=config.publish_environment,
            allows_secrets=config.allow_secrets,
        ),
        site_script(experiments, models, tags, jobs, notes, view_links),
        ground.notices,
        (
            *config_advice(config, index, shown), *work.advice, *untrue_claims(note_ground),
            *(checks.problems if checks else ()),
        ),
        len(shown),
        work.run_pages,
        described_models(models, note_ground),
        note_ground,
        tuple(
            make_latest(one.name, one.folder, one.table, histories.get(one.identity))
            for one in found
        ),
        config.url,
        checks,
        None if review is None else review_page(review, pages=_pages(index, places)),
    )  # fmt: skip


def _pages(index: RunIndex, places: Places) -> dict[str, str]:
    """Where each run is shown, by id."""
    ids = index.attribute("run_id")
    return {
        ids[number].as_py(): table.url_of(place) for number, (_, table, place) in places.items()
    }


def _commits(index: RunIndex, numbers: pa.Array) -> list[str | None]:
    return index.long_column("tags", COMMIT_TAG, "value").take(numbers).to_pylist()  # type: ignore[no-any-return]


def _linked(places: Places) -> Callable[[RunFact], RunLink | None]:
    """A run as pages mention it."""

    def link(run: RunFact) -> RunLink | None:
        if run.number not in places:
            return None
        experiment, table, place = places[run.number]
        return run_link(table, place, experiment)

    return link


def assemble_views(snapshot: Snapshot, config: Config) -> tuple[ViewPage, ...]:
    """The saved comparisons of a config, without the rest of a report.

    Raises:
        ConfigError: a view names what there is not.
    """
    ground = make_ground(snapshot, config, None)
    places = places_of(list(shown_experiments(ground)))
    return make_views(ground.config, ground.full, places, ground.curves, ground.as_of or 0)


def begin_experiments(work: Groundwork, aside: Aside = here) -> list[Finish]:
    """Begin what of each experiment takes long and needs no other page."""
    return [_begin_experiment(one, work.ground.index, aside) for one in work.found]


def _begin_experiment(one: ShownExperiment, index: RunIndex, aside: Aside) -> Finish:
    commits = _commits(index, one.numbers)
    history = begin_history(one.name, one.table, one.folder, commits, aside)
    importance = begin_importance(deciding(one.table), one.table.scores, aside)
    return lambda page: replace(page, history=history(), importance=importance())


def _experiments(
    work: Groundwork, note_ground: NoteGround, meet: Callable[[Iterable[Chart]], None]
) -> Iterator[ExperimentPage]:
    ground = work.ground
    evaluated = {
        page.experiment_url: f"{page.folder}/index.html" for page in work.evaluations.pages
    }
    for one in work.found:
        page = make_experiment_page(
            ground.index.experiments[one.identity],
            one.table,
            ground.curves,
            ground.config.for_experiment(one.name),
            one.folder,
            one.note,
            note_ground,
            all_rows=work.all_rows,
            baseline=work.baselines.get(one.identity, ""),
            meet=meet,
        )
        yield replace(page, evaluations=evaluated.get(f"{one.folder}/index.html", ""))


def _noted_runs(index: RunIndex, places: Places) -> Iterator[NotedRun]:
    """The runs with a note, newest first."""
    rows = index.tags.filter(pc.equal(index.tags.column("key"), NOTE_TAG)).to_pylist()
    for row in sorted(rows, key=lambda row: row["run"]):
        if row["run"] in places and row["value"].strip():
            experiment, table, place = places[row["run"]]
            yield NotedRun(run_link(table, place, experiment), excerpt(row["value"]))
