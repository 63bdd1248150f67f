"""Render: a report and a theme become site files, one at a time, without touching the disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from runreport.errors import ConfigError
from runreport.report.assemble import Report
from runreport.report.charts import vega_lite_version
from runreport.report.column_scripts import script_json
from runreport.report.curves import curve_script
from runreport.report.formatting import format_size, plural
from runreport.report.pages import ExperimentPage, RunPage
from runreport.report.urls import up
from runreport.site.chart_svg import chart_svg
from runreport.site.lines import curve_svg, sparkline_svg
from runreport.site.theme import Asset, Theme

SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'"
)
STATUS_MARKS = {
    "FINISHED": ("✓", "finished"),
    "FAILED": ("✕", "failed"),
    "RUNNING": ("◐", "running"),
    "KILLED": ("■", "killed"),
    "SCHEDULED": ("–", "scheduled"),
}
"""Shape and word for each status; the colour comes from a class."""


@dataclass(frozen=True, slots=True)
class SiteFile:
    """One file of a site."""

    path: str
    """From the site's root, POSIX."""
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Assets:
    """Where the theme's files lie in the site, from its root."""

    stylesheet: str
    script: str | None
    chart_scripts: tuple[str, ...]


def render_site(report: Report, theme: Theme) -> Iterator[SiteFile]:
    """All files of the site: assets and data first, then run pages, then the indexes.

    Raises:
        BuildError: a template cannot be rendered.
    """
    stylesheet = theme.stylesheet()
    files = [stylesheet]
    script = None
    if theme.has_scripts:
        script = theme.script()
        files += [script, *theme.chart_scripts()]
    icon = Asset("static/icon.svg", theme.read("static/icon.svg"))
    for asset in (*files, icon):
        yield SiteFile(asset.path, asset.content)
    chart_scripts = tuple(asset.path for asset in files[2:])
    assets = Assets(stylesheet.path, script.path if script else None, chart_scripts)
    pages = _Pages(report, theme, assets)
    yield SiteFile(".nojekyll", b"")
    for run in report.run_pages():
        yield from pages.run(run)
    for experiment in report.experiments:
        yield from pages.experiment(experiment)
    for evaluations in report.evaluations:
        yield pages.page(
            f"{evaluations.folder}/index.html",
            "evaluations.html",
            nav=evaluations.experiment,
            page=evaluations,
        )
    yield from pages.models()
    yield pages.page("404.html", "404.html", nav="")
    yield pages.page(
        "index.html",
        "overview.html",
        nav="overview",
        page=report.overview,
        models=report.models.cards,
    )


class _Pages:
    """Renders pages with the environment they share."""

    def __init__(self, report: Report, theme: Theme, assets: Assets) -> None:
        self.report = report
        self.theme = theme
        self.assets = assets
        self.environment = Environment(
            loader=FileSystemLoader(theme.template_folders),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.filters["plural"] = plural
        self.environment.filters["size"] = format_size
        self.environment.globals.update(
            site=report.site,
            policy=SECURITY_POLICY,
            marks=STATUS_MARKS,
            assets=assets,
            curve_svg=curve_svg,
            sparkline_svg=sparkline_svg,
        )

    def page(self, path: str, template: str, **values: Any) -> SiteFile:
        """One page.

        Raises:
            BuildError: the template cannot be rendered.
        """
        try:
            text = self.environment.get_template(template).render(up=up(path), path=path, **values)
        except TemplateError as error:
            place = getattr(error, "filename", None) or template
            line = getattr(error, "lineno", "?")
            raise ConfigError(f"Template {place}, line {line}: {error}") from error
        return SiteFile(path, text.encode(errors="replace"))

    def run(self, page: RunPage) -> Iterator[SiteFile]:
        """A run's page with the files beside it."""
        folder = page.folder
        for published in page.published:
            yield SiteFile(f"{folder}/{published.path}", published.content)
        yield SiteFile(f"{folder}/run.json", page.record.encode(errors="replace"))
        if self.theme.has_scripts and page.curves:
            curves = {picture.curve.key: picture.curve for picture in page.curves}
            pairs = script_json(curve_script(curves))
            content = f"runreport.curves({script_json(page.run_id)},{pairs});\n"
            yield SiteFile(f"{folder}/curves.js", content.encode(errors="replace"))
        if page.evaluation is not None:
            own = page.evaluation
            if self.theme.has_scripts:
                data = own.script.content.encode(errors="replace")
                yield SiteFile(f"{own.folder}/{own.script.name}", data)
            yield self.page(
                f"{own.folder}/index.html",
                "evaluation.html",
                nav=page.experiment,
                page=own,
                run=page,
            )
        yield self.page(f"{folder}/index.html", "run.html", nav=page.experiment, page=page)

    def models(self) -> Iterator[SiteFile]:
        """The list of registered models, their pages and those of their versions."""
        models = self.report.models
        for page, versions in models.pages:
            for version in versions:
                yield self.page(
                    f"{version.folder}/index.html", "version.html", nav="models", page=version
                )
            pictures = {
                chart.name: chart_svg(chart, vega_lite_version(chart.spec))
                for chart in page.charts
            }
            yield self.page(
                f"{page.folder}/index.html",
                "model.html",
                nav="models",
                page=page,
                pictures=pictures,
            )
        if models.pages:
            yield self.page("m/index.html", "models.html", nav="models", models=models.cards)

    def experiment(self, page: ExperimentPage) -> Iterator[SiteFile]:
        """An experiment's pages, data scripts included."""
        folder, table = page.folder, page.table
        if self.theme.has_scripts:
            scripts = [table.manifest, *table.scripts]
            if page.chart_script is not None:
                scripts.append(page.chart_script)
            for script in scripts:
                yield SiteFile(
                    f"{folder}/data/{script.name}", script.content.encode(errors="replace")
                )
        pictures = {
            chart.name: chart_svg(chart, vega_lite_version(chart.spec)) for chart in page.charts
        }
        last = max(1, -(-len(table.rows) // table.page_size))
        for number in range(1, last + 1):
            rows = table.rows[(number - 1) * table.page_size : number * table.page_size]
            name = "index.html" if number == 1 else f"runs-{number}.html"
            yield self.page(
                f"{folder}/{name}",
                "experiment.html",
                nav=page.name,
                page=page,
                rows=rows,
                number=number,
                last=last,
                pictures=pictures,
            )
