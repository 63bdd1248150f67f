"""The files of runs: pages with what lies beside them, and scripts of those without a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from runreport.report.pages.note_bodies import NoteBody
from runreport.report.runs.page import RunPage
from runreport.report.runs.record import details_script, run_json, run_script
from runreport.site.files import SiteFile, text_file
from runreport.site.pictures import Pictures
from runreport.site.rendering import Renderer


def run_files(
    renderer: Renderer, pictures: Pictures, page: RunPage, note: NoteBody | None
) -> Iterator[SiteFile]:
    """A run's page with the files that it leads to, which come before it."""
    folder, has_scripts = page.folder, renderer.theme.has_scripts
    for published in page.published:
        yield SiteFile(published.path, published.content)
    told = run_script(page.data) if has_scripts else run_json(page.data)
    yield text_file(f"{folder}{renderer.data_ending}", told)
    yield from _packages(renderer, page)
    if page.reproduction.diff:
        yield text_file(f"{folder}/uncommitted.diff", page.reproduction.diff_text)
    for script in page.later_scripts if has_scripts else ():
        yield text_file(f"{folder}/{script.name}", script.content)
    if page.evaluation is not None:
        own = page.evaluation
        if has_scripts:
            data = own.script.content.encode(errors="replace")
            yield SiteFile(f"{own.folder}/{own.script.name}", data)
        yield renderer.page(
            f"{own.folder}/index.html",
            "evaluation.html",
            nav=page.experiment,
            page=own,
            run=page,
        )
    if has_scripts and note is not None and note.chart_script is not None:
        yield text_file(f"{folder}/{note.chart_script.name}", note.chart_script.content)
    yield renderer.page(
        page.url,
        "run.html",
        nav=page.experiment,
        page=page,
        note=note,
        pictures=pictures.of(note.charts if note else ()),
    )


def details_files(renderer: Renderer, path: str, pages: Iterable[RunPage]) -> Iterator[SiteFile]:
    """A script of what the pages of runs without one would say."""
    told = []
    for page in pages:
        yield from _packages(renderer, page)
        told.append(page.data)
    yield text_file(path, details_script(told))


def _packages(renderer: Renderer, page: RunPage) -> Iterator[SiteFile]:
    """What lists its packages, for all runs that had the same."""
    own = page.packages
    if own is None:
        return
    if own.requirements:
        yield text_file(own.requirements_path, own.requirements)
    if renderer.theme.has_scripts:
        yield text_file(own.script_path, own.script)
