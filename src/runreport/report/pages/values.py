"""Page models: frozen values, one class a page kind, ready for a template that only loops.

Every text here is plain text unless its name ends in ``_html``; templates escape the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from runreport.report.charts.chart import Chart
from runreport.report.charts.curves import Curve
from runreport.report.charts.importance import Importance
from runreport.report.deltas import Delta
from runreport.report.evaluations.page import EvaluationPage
from runreport.report.shown import EMPTY, Shown
from runreport.report.tables.column_scripts import DataScript
from runreport.report.tables.columns import Column


@dataclass(frozen=True, slots=True)
class Moment:
    """A time, as text and as HTML's ``datetime``."""

    text: str
    iso: str


@dataclass(frozen=True, slots=True)
class Field:
    """A labelled value of a run: a param, metric or tag."""

    name: str
    value: str | Shown
    note: str = ""
    """What a reader should know of it, e.g. that two values are in conflict."""
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class MetricField:
    """A metric of a run."""

    name: str
    last: Shown
    to_baseline: Delta
    to_parent: Delta
    min: Shown
    max: Shown
    steps: str
    points: int


@dataclass(frozen=True, slots=True)
class RunLink:
    """A run as other pages mention it."""

    name: str
    url: str
    """From the site's root."""
    status: str
    started: Moment
    experiment: str = ""
    metric: Shown = EMPTY
    """Primary metric and value, or empty."""
    problem: str = ""
    """Why it failed, in a few words."""


@dataclass(frozen=True, slots=True)
class VersionLink:
    """A version as other pages mention it."""

    model: str
    version: int
    url: str
    """From the site's root."""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What of a file a page shows inline."""

    kind: str
    """image, audio, video, text, json, table, markdown, html or none."""
    source: str = ""
    """image, audio, video: URL of the file, from the page."""
    html: str = ""
    """markdown: safe HTML; html: the document of a sandboxed frame."""
    text: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    note: str = ""
    """E.g. how much of the file is shown."""


@dataclass(frozen=True, slots=True)
class OutputFile:
    """An artifact of a run."""

    path: str
    size: str
    media_type: str
    url: str
    """From the run's page; empty when the file is not published."""
    preview: Preview
    note: str = ""
    size_bytes: int = 0
    digest: str = ""
    """The same for the same content as it was logged; what it was nobody can try."""


@dataclass(frozen=True, slots=True)
class FileFolder:
    """The artifacts of a run that lie in one folder."""

    path: str
    """Empty for those in none."""
    files: tuple[OutputFile, ...]
    total: int
    """More than ``len(files)`` where a page lists not all."""
    size: str


@dataclass(frozen=True, slots=True)
class Reproduction:
    """What was recorded of how to get a run again."""

    commands: str
    """Shell commands, one a line; empty where too little is known."""
    missing: tuple[str, ...]
    """What they lack, as sentences."""
    diff: tuple[tuple[str, str], ...]
    """Lines of the uncommitted changes with ``add``, ``del``, ``head`` or nothing."""
    diff_text: str = ""
    """All of them, as a file."""


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file copied into the site beside a page."""

    path: str
    """From the run's folder."""
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CurvePicture:
    """A metric curve of a run, with the numbers a reader asks for first."""

    curve: Curve
    last: Shown
    min: Shown
    max: Shown
    note: str = ""
    """What a reader should know of how it is drawn."""


@dataclass(frozen=True, slots=True)
class RunPage:
    """One run: the eight fields first, then curves, files, note and surroundings."""

    run_id: str
    name: str
    folder: str
    """Of the page, from the site's root."""
    experiment: str
    experiment_folder: str
    experiment_url: str
    parent: RunLink | None
    baseline: RunLink | None
    """The run that the config compares the experiment's runs with."""
    job: tuple[str, str] | None
    """Kind and id of the job it ran in, and where its page lies: text and URL."""
    primary: tuple[MetricField, ...]
    """The metrics that say first how the run did."""
    source: str
    registered: tuple[VersionLink, ...]
    """The versions it was saved as."""
    started: Moment
    ended: Moment
    duration: Shown
    status: str
    status_note: str
    traceback: str
    """The end of what it said when it failed."""
    params: tuple[Field, ...]
    metrics: tuple[MetricField, ...]
    tags: tuple[Field, ...]
    files: tuple[FileFolder, ...]
    file_total: int
    datasets: tuple[Field, ...]
    curves: tuple[CurvePicture, ...]
    note_html: str
    environment: tuple[Field, ...]
    packages: tuple[Field, ...]
    reproduction: Reproduction
    requirements: str
    """The packages as pip reads them; empty where none were recorded."""
    details: Mapping[str, object] | None = field(repr=False)
    """Curves, files and packages for the scripts; None where there are none."""
    is_deleted: bool
    published: tuple[PublishedFile, ...]
    record: str
    """The run as JSON text, for download."""
    evaluation: EvaluationPage | None = None
    """Its results table, a page of its own."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A run as a row of a server-rendered table."""

    number: int
    """Place in the whole table, from 0."""
    run_id: str
    name: str
    folder: str
    """Of the data of its experiment, from the site's root."""
    url: str
    status: str
    cells: tuple[Shown, ...]
    problem: str = ""
    """Why it failed, in a few words."""
    look: int | None = None
    """Its colour in the charts of the page; None where it has none."""


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of one column, with how many runs have each."""

    name: str
    label: str
    values: tuple[tuple[Shown, int], ...]


@dataclass(frozen=True, slots=True)
class RunTable:
    """The run table of an experiment."""

    columns: tuple[Column, ...]
    """Those shown before the reader chooses."""
    rows: tuple[TableRow, ...]
    """The pre-rendered rows, all pages of them."""
    page_size: int
    runs: int
    folder: str
    """Of its page, from the site's root; its scripts lie in ``data/`` below."""
    all_columns: tuple[Column, ...]
    facets: tuple[Facet, ...]
    manifest: DataScript
    scripts: tuple[DataScript, ...]


@dataclass(frozen=True, slots=True)
class BestRun:
    """The best run of an experiment by its primary metric."""

    run: RunLink
    metric: str
    value: Shown
    direction: str
    """``highest`` or ``lowest``."""
    settings: tuple[Field, ...]
    is_guessed: bool = False
    """Whether the direction is what the metric's name says, since no config says it."""


@dataclass(frozen=True, slots=True)
class ExperimentPage:
    """One experiment: what it found, charts, and the table of its runs."""

    experiment_id: str
    name: str
    folder: str
    description_html: str
    tags: tuple[Field, ...]
    counts: tuple[tuple[str, int], ...]
    """(status, runs), as the header shows them."""
    runs: int
    active: str
    """The span of time in which its runs started."""
    primary_metric: str
    best: BestRun | None
    charts: tuple[Chart, ...]
    chart_script: DataScript | None
    importance: tuple[Importance, ...]
    """What goes with the primary metric."""
    table: RunTable
    parquet: bytes = field(repr=False)
    """Its runs as one wide table."""
    evaluations: str = ""
    """URL of its evaluations from the site's root; empty where it has none."""


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
class ViewLink:
    """A saved comparison as other pages mention it."""

    name: str
    url: str
    """From the site's root."""
    runs: int


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


@dataclass(frozen=True, slots=True)
class SiteInfo:
    """What every page knows of the whole site."""

    title: str
    as_of: Moment
    version: str
    notices: tuple[str, ...]
    """What of the archive had to be left out."""
