"""Render: the pages about many runs become site files, without touching the disk."""

from __future__ import annotations

from collections.abc import Iterator

from runreport.report.assemble import Report
from runreport.report.charts.chart import Chart
from runreport.report.models.page import ModelPage
from runreport.report.models.version import VersionPage
from runreport.report.pages.about import PARQUET
from runreport.report.pages.experiment import ExperimentPage
from runreport.report.pages.note_bodies import NoteBody
from runreport.report.tables.column_scripts import DataScript, latest_script
from runreport.report.tables.run_table import RunTable
from runreport.site.files import SiteFile, text_file
from runreport.site.pictures import Pictures
from runreport.site.rendering import Renderer
from runreport.site.told import told_files


class Pages:
    """The pages about many runs."""

    def __init__(self, report: Report, renderer: Renderer, pictures: Pictures) -> None:
        self.report = report
        self.renderer = renderer
        self.pictures = pictures
        self.page = renderer.page
        self.theme = renderer.theme

    @property
    def charts(self) -> Iterator[Chart]:
        """All charts of these pages."""
        report = self.report
        for page in report.experiments:
            yield from _charts_of(page)
        for body in report.bodies:
            yield from body.charts
        for view in report.views:
            yield from view.charts
        for model, _ in report.models.pages:
            yield from model.charts

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
                yield SiteFile(published.path, published.content)
            yield from self._chart_script(note.folder, note.body.chart_script)
            yield self.page(
                f"{note.folder}/index.html",
                "note.html",
                nav="notes",
                page=note,
                pictures=self.pictures.of(note.body.charts),
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
                pictures=self.pictures.of(view.charts),
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

    def _data(self, table: RunTable) -> Iterator[SiteFile]:
        """The scripts of a run table."""
        if not self.theme.has_scripts:
            return
        latest = latest_script(table.manifest, table.folder)
        for script in (*table.scripts, table.manifest, latest):
            yield text_file(f"{table.folder}/data/{script.name}", script.content)

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
            pictures=self.pictures.of((*charts, *(body.charts if body else ()))),
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
        pictures = self.pictures.of(_charts_of(page))
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


def _charts_of(page: ExperimentPage) -> tuple[Chart, ...]:
    return (*page.charts, *(page.description.charts if page.description else ()))
