"""The pages of a registered model and of its versions."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runreport.entities import Run
from runreport.numbers import MISSING
from runreport.registered import ModelVersion, RegisteredModel
from runreport.report.charts.chart import Chart
from runreport.report.charts.templates import template, titled
from runreport.report.config import ExperimentConfig
from runreport.report.formatting import plural
from runreport.report.links import Field, Moment, RunLink, VersionLink, moment
from runreport.report.models.comparison import Compared, Comparison, compare_versions
from runreport.report.models.files import ModelFiles
from runreport.report.shown import EMPTY, Shown, show_number, show_text
from runreport.report.urls import model_folder, run_url, version_folder
from runreport.tags import is_set_tag

_MARKS = re.compile(r"[*`]+|^#+ ")
"""What Markdown adds to words."""
SHOWN_METRICS = 4
SHOWN_PARAMS = 3
CHARTED = 4
UNNAMED = "(no name)"
COMPARED = 100
"""As many versions stand side by side."""


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
class ModelPage:
    """A registered model: what is best, the metric over versions, the table of versions."""

    name: str
    folder: str
    description: str
    """Markdown: that of the config, then its own."""
    tags: tuple[Field, ...]
    aliases: tuple[tuple[str, VersionLink], ...]
    latest: VersionLink | None
    updated: Moment
    best: BestVersion | None
    change: Comparison | None
    """In what the latest version differs from the one before it; None where there is none, or the
    run of one of them is not shown."""
    charts: tuple[Chart, ...]
    columns: tuple[VersionColumn, ...]
    rows: tuple[VersionRow, ...]
    comparison: Comparison | None
    """None where there is only one version."""


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


@dataclass(frozen=True, slots=True)
class Version:
    """One version with all that is known of it."""

    entity: ModelVersion
    run: Run | None
    """None where the site does not show it."""
    files: ModelFiles

    @property
    def link(self) -> VersionLink:
        """As other pages mention it."""
        own = self.entity
        url = f"{version_folder(own.name, own.version)}/index.html"
        return VersionLink(own.name, own.version, url, tuple(own.aliases))

    @property
    def metrics(self) -> Mapping[str, float]:
        """The last values of its run's metrics."""
        return {} if self.run is None else self.run.data.metrics

    @property
    def params(self) -> Mapping[str, str]:
        """Its run's params."""
        return {} if self.run is None else self.run.data.params


def make_model_page(
    model: RegisteredModel, versions: Sequence[Version], config: ExperimentConfig
) -> ModelPage:
    """The page of a model.

    Args:
        versions: newest first.
    """
    names = metric_names(versions, config)
    params = _varying_params(versions)
    shown = names[:SHOWN_METRICS]
    by_number = {version.entity.version: version.link for version in versions}
    note = "\n\n".join(filter(None, (config.description, model.description)))
    return ModelPage(
        name=model.name,
        folder=model_folder(model.name),
        description=note,
        tags=_tags(model.tags),
        aliases=_aliases(model, by_number),
        latest=versions[0].link if versions else None,
        updated=moment(model.last_updated_timestamp),
        best=best_version(versions, config),
        change=compare_versions(_compared(versions[:2]), config, only_different=True)
        if len(versions) > 1 and all(version.run is not None for version in versions[:2])
        else None,
        charts=tuple(_chart(versions, name) for name in _charted(versions, names)),
        columns=(
            *(VersionColumn(name, is_number=True) for name in shown),
            *(VersionColumn(name, is_number=False) for name in params),
        ),
        rows=tuple(
            VersionRow(
                link=version.link,
                registered=moment(version.entity.creation_timestamp),
                run=run_link_of(version.run),
                cells=(
                    *(show_number(version.metrics.get(name)) for name in shown),
                    *(show_text(version.params.get(name, MISSING)) for name in params),
                ),
                description=_plain_line(version.entity.description),
            )
            for version in versions
        ),
        comparison=compare_versions(
            _compared(versions[:COMPARED]),
            config,
            left_out=max(0, len(versions) - COMPARED),
        )
        if len(versions) > 1
        else None,
    )


def _compared(versions: Sequence[Version]) -> list[Compared]:
    return [(v.link, v.metrics, v.params, v.files) for v in versions]


def make_model_card(
    model: RegisteredModel, versions: Sequence[Version], config: ExperimentConfig
) -> ModelCard:
    """A model as the list shows it."""
    names = metric_names(versions, config)
    metric = names[0] if names else ""
    value = versions[0].metrics.get(metric) if versions else None
    by_number = {version.entity.version: version.link for version in versions}
    return ModelCard(
        name=model.name,
        url=f"{model_folder(model.name)}/index.html",
        latest=versions[0].link if versions else None,
        aliases=_aliases(model, by_number),
        versions=len(versions),
        updated=moment(model.last_updated_timestamp),
        best=best_version(versions, config),
        trend=tuple(version.metrics.get(metric, math.nan) for version in reversed(versions)),
        metric=metric,
        latest_value=EMPTY if value is None else show_number(value),
        description=_plain_line(model.description),
    )


def metric_names(versions: Sequence[Version], config: ExperimentConfig) -> list[str]:
    """The metrics of some versions: the configured one first, then those that most have."""
    counts: dict[str, int] = {}
    for version in versions:
        for name in version.metrics:
            counts[name] = counts.get(name, 0) + 1
    first = config.primary_metric
    return sorted(counts, key=lambda name: (name != first, -counts[name], name))


def best_version(versions: Sequence[Version], config: ExperimentConfig) -> BestVersion | None:
    """The best version; None where no rule says what best is. Of equals the newest."""
    metric, direction = config.primary_metric, config.direction
    if metric is None or direction is None:
        return None
    scored = [
        (version.metrics[metric], version)
        for version in versions
        if math.isfinite(version.metrics.get(metric, math.nan))
    ]
    if not scored:
        return None
    choose = max if direction == "max" else min
    value, best = choose(scored, key=lambda pair: pair[0])
    word = "highest" if direction == "max" else "lowest"
    return BestVersion(best.link, metric, show_number(value), word)


def run_link_of(run: Run | None) -> RunLink | None:
    """A run as these pages mention it."""
    if run is None:
        return None
    info = run.info
    url = run_url(info.run_id)
    return RunLink(info.run_name, url, info.status, moment(info.start_time))


def _aliases(
    model: RegisteredModel, links: Mapping[int, VersionLink]
) -> tuple[tuple[str, VersionLink], ...]:
    return tuple(
        (alias, links[int(number)])
        for alias, number in model.aliases.items()
        if int(number) in links
    )


def _tags(tags: Mapping[str, str]) -> tuple[Field, ...]:
    shown = sorted((k, v) for k, v in tags.items() if is_set_tag(k))
    return tuple(Field(key, show_text(value)) for key, value in shown)


def _plain_line(note: str | None) -> str:
    """The first line of a note, without Markdown's marks."""
    return _MARKS.sub("", (note or "").strip().partition("\n")[0])


def _varying_params(versions: Sequence[Version]) -> list[str]:
    """The params in which versions differ, those that most have first."""
    names: dict[str, list[str]] = {}
    for version in versions:
        for name, value in version.params.items():
            names.setdefault(name, []).append(value)
    differing = [
        name for name, values in names.items() if len({*values}) > 1 or len(values) < len(versions)
    ]
    differing.sort(key=lambda name: (-len(names[name]), name))
    return differing[:SHOWN_PARAMS]


def _charted(versions: Sequence[Version], names: Sequence[str]) -> list[str]:
    """The metrics worth a chart: those that several versions have."""
    return [
        name
        for name in names
        if sum(math.isfinite(v.metrics.get(name, math.nan)) for v in versions) > 1
    ][:CHARTED]


def _chart(versions: Sequence[Version], metric: str) -> Chart:
    oldest_first = [v for v in reversed(versions) if metric in v.metrics]
    usable = [v for v in oldest_first if math.isfinite(v.metrics[metric])]
    rows = tuple(
        {
            "x": f"v{v.entity.version}",
            "y": v.metrics[metric],
            "run": v.run.info.run_name if v.run is not None else "",
        }
        for v in usable
    )
    return Chart(
        f"versions-{metric}",
        f"{metric} over versions",
        f"{metric} of {plural(len(usable), 'version')}, oldest first.",
        titled(template("versions"), {"x": "Version", "y": metric}),
        rows,
        ("Version", metric),
        tuple(
            (Shown(f"v{v.entity.version}"), show_number(v.metrics[metric])) for v in oldest_first
        ),
        {},
    )
