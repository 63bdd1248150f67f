"""Page models of registered models: the list, a model with its versions, one version."""

from __future__ import annotations

from dataclasses import dataclass

from runreport.report.charts.chart import Chart
from runreport.report.pages.values import Field, Moment, RunLink, VersionLink
from runreport.report.shown import Shown


@dataclass(frozen=True, slots=True)
class BestVersion:
    """The best version of a model by the metric and direction that the config names."""

    link: VersionLink
    metric: str
    value: Shown
    direction: str
    """``highest`` or ``lowest``."""


@dataclass(frozen=True, slots=True)
class VersionColumn:
    """A column of a model's table of versions."""

    label: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version as a row of that table."""

    link: VersionLink
    registered: Moment
    run: RunLink | None
    """None where its run is deleted or gone."""
    cells: tuple[Shown, ...]
    description: str


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One thing about all compared versions."""

    name: str
    values: tuple[Shown, ...]
    """One a version; empty where it has none."""
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class ComparedGroup:
    """Metrics, hyperparameters, signature, requirements or files of all compared versions."""

    title: str
    rows: tuple[ComparedRow, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Versions side by side."""

    versions: tuple[VersionLink, ...]
    """The columns, newest first."""
    groups: tuple[ComparedGroup, ...]
    left_out: int = 0
    """Older versions that have no column."""


@dataclass(frozen=True, slots=True)
class ModelPage:
    """A registered model: what is best, the metric over versions, the table of versions."""

    name: str
    folder: str
    description_html: str
    tags: tuple[Field, ...]
    aliases: tuple[tuple[str, VersionLink], ...]
    latest: VersionLink | None
    updated: Moment
    best: BestVersion | None
    charts: tuple[Chart, ...]
    columns: tuple[VersionColumn, ...]
    rows: tuple[VersionRow, ...]
    comparison: Comparison | None
    """None where there is only one version."""


@dataclass(frozen=True, slots=True)
class SignaturePart:
    """The inputs, outputs or params of a signature."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class VersionPage:
    """One version: where it comes from, what it takes and gives, what it needs."""

    link: VersionLink
    folder: str
    model_url: str
    description_html: str
    tags: tuple[Field, ...]
    registered: Moment
    run: RunLink | None
    source: str
    flavors: str
    size: str
    problem: str
    """Why its files cannot be shown; empty where they can."""
    metrics: tuple[Field, ...]
    params: tuple[Field, ...]
    signature: tuple[SignaturePart, ...]
    requirements: tuple[str, ...]
    files: tuple[Field, ...]
    """Path, and size with the start of the digest."""
    uri: str
    """What `load_model` takes."""
    before: Comparison | None
    """What differs from the version before it."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A model as the list and the overview show it."""

    name: str
    url: str
    latest: VersionLink | None
    aliases: tuple[tuple[str, VersionLink], ...]
    versions: int
    updated: Moment
    best: BestVersion | None
    trend: tuple[float, ...]
    """The primary metric of its versions, oldest first; NaN where one has none."""
    metric: str
    latest_value: Shown
    """The metric of the latest version."""
    description: str
