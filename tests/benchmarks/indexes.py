"""The pages of a large archive but those of its runs, which would take minutes."""

from __future__ import annotations

from pathlib import Path

from runreport.report.assemble import Report
from runreport.site.pictures import Pictures
from runreport.site.publish import staged
from runreport.site.render import Pages
from runreport.site.rendering import Renderer, theme_files
from runreport.site.theme import load_theme


def publish_indexes(report: Report, folder: Path) -> None:
    """Write them to a folder."""
    theme = load_theme("default", str(folder.parent))
    files, assets = theme_files(theme)
    pages = Pages(
        report, Renderer(theme, report.site, assets), Pictures(report.run_pages.redactor)
    )
    with staged(str(folder)) as stage:
        for file in (*files, *pages.indexes()):
            stage.put(file)
        stage.replace()
