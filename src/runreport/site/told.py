"""What other programs read of a site: badges and numbers of experiments, and the feed."""

from __future__ import annotations

from collections.abc import Iterator

from runreport.report.assemble import Report
from runreport.report.tables.column_scripts import script_json
from runreport.site.badges import best_badge, newest_badge
from runreport.site.feed import atom_feed
from runreport.site.files import SiteFile, text_file


def told_files(report: Report) -> Iterator[SiteFile]:
    """The files for other programs."""
    for latest in report.latest:
        text = script_json(latest.described())
        yield text_file(f"{latest.folder}/latest.json", f"{text}\n")
        yield text_file(f"{latest.folder}/badge.svg", newest_badge(latest))
        yield text_file(f"{latest.folder}/best.svg", best_badge(latest))
    yield text_file("feed.xml", atom_feed(report, report.address))
