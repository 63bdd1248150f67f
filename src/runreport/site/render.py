"""Render: a report and a theme become site files, one at a time, without touching the disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateError
from markupsafe import Markup

from runreport.errors import ConfigError
from runreport.report.assemble import Report
from runreport.report.charts.chart import Chart, vega_lite_version
from runreport.report.charts.templates import chart_templates
from runreport.report.findings import NOT_SHOWN
from runreport.report.fit_text import fit
from runreport.report.models.page import ModelPage
from runreport.report.models.version import VersionPage
from runreport.report.pages.about import PARQUET
from runreport.report.pages.experiment import ExperimentPage
from runreport.report.pages.note_bodies import NoteBody
from runreport.report.runs.page import RunPage
from runreport.report.runs.record import details_script, run_json, run_script
from runreport.report.tables.column_scripts import DataScript, latest_script, script_json
from runreport.report.tables.run_table import RunTable
from runreport.report.urls import up
from runreport.site.chart_svg import NotDrawn, chart_svg
from runreport.site.environment import SECURITY_POLICY, make_environment
from runreport.site.files import SiteFile, text_file
from runreport.site.memory import digest_of
from runreport.site.narrow import narrow
from runreport.site.scripts import theme_scripts
from runreport.site.theme import Asset, Theme, hashed_asset
from runreport.site.told import told_files


@dataclass(frozen=True, slots=True)
class Assets:
    """Where the theme's files lie in the site, from its root."""

    stylesheet: str
    script: str | None
    added: tuple[str, ...] = ()
    """Scripts that a theme adds to every page."""


class Pages:
    """Renders pages with the environment they share."""

    def __init__(self, report: Report, theme: Theme) -> None:
        """Prepare to render.

        Raises:
            ConfigError: the theme lacks a file.
        """
        self.report = report
        self.theme = theme
        self.pictures: dict[str, str] = {}
        """Charts as SVG, by what they show; those of an earlier build are not drawn again."""
        self.drawn: dict[str, str] = {}
        """The charts that this build shows."""
        self.data_file = "run.js" if theme.has_scripts else "run.json"
        """What a run's data are called, beside its page."""
        self._files, assets = _theme_files(theme)
        self.environment = make_environment(theme)
        self.environment.globals.update(
            site=report.site,
            policy=SECURITY_POLICY,
            assets=assets,
            data_file=self.data_file,
            options=theme.options,
        )

    def assets(self) -> Iterator[SiteFile]:
        """The theme's files, and what stands for the whole site."""
        for asset in self._files:
            yield SiteFile(asset.path, asset.content)
        yield SiteFile(".nojekyll", b"")

    def details(self, path: str, numbers: Any) -> Iterator[SiteFile]:
        """A script of what pages of some runs would say."""
        pages = list(self.report.run_pages.make(numbers))
        yield text_file(path, details_script(page.data for page in pages))
        for page in pages:
            yield from self._packages(page)

    def indexes(self) -> Iterator[SiteFile]:
        """All pages that a new run may change, and their data."""
        report = self.report
        for experiment in report.experiments:
            yield from self.experiment(experiment)
        for evaluations in report.evaluations:
            yield self.page(
                f"{evaluations.folder}/index.html",
                "evaluations.html",
                nav=evaluations.experiment,
                page=evaluations,
            )
        yield from self.models()
        yield from self.activity()
        yield from told_files(report)
        yield from self.listings()
        yield from self.views()
        for note in report.notes.pages:
            for published in note.files:
                yield SiteFile(f"{note.folder}/{published.path}", published.content)
            yield from self._chart_script(note.folder, note.body.chart_script)
            yield self.page(
                f"{note.folder}/index.html",
                "note.html",
                nav="notes",
                page=note,
                pictures=self._pictures(note.body.charts),
            )
        yield self.page("n/index.html", "notes.html", nav="notes", page=report.notes)
        if report.checks is not None:
            own = report.checks
            yield self.page(f"{own.folder}/index.html", "checks.html", nav="checks", page=own)
        yield self.page("about/index.html", "about.html", nav="about", page=report.about)
        if self.theme.has_scripts:
            yield text_file("site.js", report.site_script)
            yield self.page("r/view.html", "view.html", nav="")
        yield self.page("404.html", "404.html", nav="")
        yield self.page(
            "index.html",
            "overview.html",
            nav="overview",
            page=report.overview,
            models=report.models.cards,
            review=report.review,
            checks=report.checks,
        )

    def activity(self) -> Iterator[SiteFile]:
        """The runs of all experiments."""
        page = self.report.activity
        yield from self._data(page.table)
        yield self.page(
            f"{page.table.folder}/index.html",
            "activity.html",
            nav="activity",
            page=page,
            rows=page.table.rows,
        )

    def listings(self) -> Iterator[SiteFile]:
        """The pages of tags and jobs."""
        for folder, title, groups in (
            ("t", "Tags", self.report.tags),
            ("j", "Jobs", self.report.jobs),
        ):
            for group in groups:
                for one in group.listings:
                    yield self.page(
                        f"{one.folder}/index.html",
                        "listing.html",
                        nav=folder,
                        page=one,
                        parent=(title, f"{folder}/index.html"),
                    )
            yield self.page(
                f"{folder}/index.html", "listings.html", nav=folder, title=title, groups=groups
            )

    def views(self) -> Iterator[SiteFile]:
        """The page that compares runs, and the saved comparisons."""
        for view in self.report.views:
            yield from self._chart_script(view.folder, view.chart_script)
            yield self.page(
                f"{view.folder}/index.html",
                "saved_view.html",
                nav="compare",
                page=view,
                pictures=self._pictures(view.charts),
            )
        yield self.page(
            "compare/index.html",
            "compare.html",
            nav="compare",
            views=self.report.views,
            review=self.report.review,
        )
        if self.report.review is not None:
            own = self.report.review
            yield self.page(f"{own.folder}/index.html", "review.html", nav="compare", page=own)

    def _chart_script(self, folder: str, script: DataScript | None) -> Iterator[SiteFile]:
        if self.theme.has_scripts and script is not None:
            yield text_file(f"{folder}/{script.name}", script.content)

    def _pictures(self, charts: Iterable[Chart]) -> dict[str, Markup]:
        found = {}
        for chart in charts:
            try:
                found[chart.name] = self._both(chart)
            except (NotDrawn, ValueError) as error:
                redactor = self.report.run_pages.redactor
                redactor.tell(f"{NOT_SHOWN}: {error}", f"chart {chart.title}")
                found[chart.name] = Markup(
                    '<p class="note">This chart could not be drawn: {}.</p>'
                ).format(str(error).rstrip("."))
        return found

    def _both(self, chart: Chart) -> Markup:
        """A chart for wide screens and for small ones; for all where only one can be drawn."""
        wide = self._picture(chart)
        try:
            small = self._picture(narrow(chart))
        except (NotDrawn, ValueError):
            return wide
        return Markup('<div class="wide">{}</div><div class="narrow">{}</div>').format(wide, small)

    def _picture(self, chart: Chart) -> Markup:
        key = digest_of(script_json((chart.name, chart.spec, chart.rows)))
        text = self.pictures.get(key)
        if text is None:
            text = chart_svg(chart, vega_lite_version(chart.spec))
        self.drawn[key] = str(text)
        return Markup(text)

    def _data(self, table: RunTable) -> Iterator[SiteFile]:
        """The scripts of a run table."""
        if not self.theme.has_scripts:
            return
        latest = latest_script(table.manifest, table.folder)
        for script in (*table.scripts, table.manifest, latest):
            yield text_file(f"{table.folder}/data/{script.name}", script.content)

    def page(self, path: str, template: str, **values: Any) -> SiteFile:
        """One page.

        Raises:
            BuildError: the template cannot be rendered.
        """
        try:
            text = self.environment.get_template(template).render(up=up(path), path=path, **values)
        except RecursionError as error:
            raise ConfigError(
                f"Template {template} extends or includes itself without end. The one of a parent "
                f'is named with its theme: {{% extends "default/{template}" %}}.'
            ) from error
        except Exception as error:
            if self.theme.is_built_in and not isinstance(error, TemplateError):
                raise
            place = getattr(error, "filename", None) or template
            line = getattr(error, "lineno", None)
            where = f"Template {place}{f', line {line}' if line else ''}"
            raise ConfigError(f"{where}: {type(error).__name__}: {error}") from error
        return SiteFile(path, fit(text).encode())

    def run(self, page: RunPage) -> Iterator[SiteFile]:
        """A run's page with the files beside it."""
        folder = page.folder
        for published in page.published:
            yield SiteFile(f"{folder}/{published.path}", published.content)
        told = run_script(page.data) if self.theme.has_scripts else run_json(page.data)
        yield text_file(f"{folder}/{self.data_file}", told)
        yield from self._packages(page)
        if page.reproduction.diff:
            yield text_file(f"{folder}/uncommitted.diff", page.reproduction.diff_text)
        for script in page.later_scripts if self.theme.has_scripts else ():
            yield text_file(f"{folder}/{script.name}", script.content)
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
        note = self.report.run_note(page)
        yield from self._body_script(folder, note)
        yield self.page(
            f"{folder}/index.html",
            "run.html",
            nav=page.experiment,
            page=page,
            note=note,
            pictures=self._pictures(note.charts if note else ()),
        )

    def _packages(self, page: RunPage) -> Iterator[SiteFile]:
        """What lists its packages, for all runs that had the same."""
        own = page.packages
        if own is None:
            return
        if own.requirements:
            yield text_file(own.requirements_path, own.requirements, is_shared=True)
        if self.theme.has_scripts:
            yield text_file(own.script_path, own.script, is_shared=True)

    def models(self) -> Iterator[SiteFile]:
        """The list of registered models, their pages and those of their versions."""
        models = self.report.models
        for page, versions in models.pages:
            for version in versions:
                yield from self._described(version, "version.html")
            yield from self._described(page, "model.html", page.charts)
        yield self.page("m/index.html", "models.html", nav="models", models=models.cards)

    def _described(
        self, page: ModelPage | VersionPage, template: str, charts: tuple[Chart, ...] = ()
    ) -> Iterator[SiteFile]:
        """The page of a model or version, with what was written on it."""
        body = self.report.described.get(page.folder)
        yield from self._body_script(page.folder, body)
        yield self.page(
            f"{page.folder}/index.html",
            template,
            nav="models",
            page=page,
            body=body,
            pictures=self._pictures((*charts, *(body.charts if body else ()))),
        )

    def _body_script(self, folder: str, body: NoteBody | None) -> Iterator[SiteFile]:
        return self._chart_script(folder, body.chart_script if body else None)

    def experiment(self, page: ExperimentPage) -> Iterator[SiteFile]:
        """An experiment's pages, data scripts included."""
        folder, table = page.folder, page.table
        yield from self._data(table)
        if self.theme.has_scripts and page.chart_script is not None:
            yield text_file(f"{folder}/data/{page.chart_script.name}", page.chart_script.content)
        yield SiteFile(f"{folder}/data/{PARQUET}", page.parquet)
        if page.history is not None:
            yield self.page(
                f"{page.history.folder}/index.html",
                "history.html",
                nav=page.name,
                page=page.history,
            )
        pictures = self._pictures(
            (*page.charts, *(page.description.charts if page.description else ()))
        )
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


def _theme_files(theme: Theme) -> tuple[tuple[Asset, ...], Assets]:
    """The files of a theme, and where pages find them."""
    stylesheet = theme.stylesheet()
    icon = Asset("static/icon.svg", theme.read("static/icon.svg"))
    if not theme.has_scripts:
        return (stylesheet, icon), Assets(stylesheet.path, None)
    content = f"runreport.specs({script_json(chart_templates())});\n"
    vendor = theme.chart_scripts()
    scripts = theme_scripts(theme, hashed_asset("specs", "js", content.encode()), vendor)
    added = tuple(asset.path for asset in scripts.added)
    assets = Assets(stylesheet.path, scripts.first.path, added)
    return (stylesheet, icon, scripts.first, *scripts.added, *scripts.later, *vendor), assets
