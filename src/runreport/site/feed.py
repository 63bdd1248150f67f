"""The Atom feed of a site: new runs, new versions of models, and where metrics changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree as ET

from runreport.report.assemble import Report
from runreport.report.formatting import xml_text
from runreport.report.links import Moment

MOST_ENTRIES = 50
_ATOM = "http://www.w3.org/2005/Atom"


class Entry(NamedTuple):
    """One piece of news."""

    moment: Moment
    title: str
    url: str
    """From the site's root."""
    identity: str
    summary: str


def atom_feed(report: Report, address: str) -> str:
    """The newest entries, newest first.

    Args:
        address: where the site lies; empty where nobody said: then links are relative to the feed.
    """
    entries = sorted(
        (own for own in _entries(report) if own.moment.iso),
        key=lambda own: (own.moment.iso, own.identity),
        reverse=True,
    )[:MOST_ENTRIES]
    ET.register_namespace("", _ATOM)
    feed = ET.Element(f"{{{_ATOM}}}feed")

    def add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
        child = ET.SubElement(parent, f"{{{_ATOM}}}{tag}", attributes)
        child.text = xml_text(text) or None
        return child

    add(feed, "title", report.site.title)
    add(feed, "id", address or "urn:runreport:site")
    add(feed, "updated", report.site.as_of.iso or "1970-01-01T00:00:00Z")
    add(feed, "link", href=f"{address}index.html")
    add(feed, "link", href=f"{address}feed.xml", rel="self")
    add(add(feed, "author"), "name", report.site.title)
    for own in entries:
        entry = add(feed, "entry")
        add(entry, "title", own.title)
        add(entry, "id", f"urn:runreport:{own.identity}")
        add(entry, "updated", own.moment.iso)
        add(entry, "link", href=f"{address}{own.url}")
        if own.summary:
            add(entry, "summary", own.summary)
    ET.indent(feed)
    return ET.tostring(feed, encoding="unicode", xml_declaration=True) + "\n"


def _entries(report: Report) -> Iterator[Entry]:
    for latest in report.latest:
        for run in latest.news:
            told = f"{latest.experiment}: {run.metric or run.status.lower()}"
            yield Entry(run.started, f"Run {run.name}", run.url, f"run:{run.url}", told)
        for change in latest.history.metrics[0].changes if latest.history else ():
            history = latest.history
            assert history is not None
            yield Entry(
                change.run.started,
                f"{latest.metric} of {latest.experiment} changed by {change.delta.text}",
                f"{history.folder}/index.html",
                f"change:{change.run.url}",
                f"From {change.run.name} on: {change.before} before, {change.after} after.",
            )
    checks = report.checks
    for rule in checks.regressed if checks else ():
        assert checks is not None
        yield Entry(
            rule.runs[0].started if rule.runs else checks.as_of,
            f"Regressed: {rule.name}",
            f"{checks.folder}/index.html",
            f"check:{rule.name}:{rule.group}:{rule.runs[0].url if rule.runs else ''}",
            f"{rule.metric} of {rule.experiment}: {rule.head} against {rule.base}, {rule.reason}",
        )
    for model, versions in report.models.pages:
        for version in versions:
            yield Entry(
                version.registered,
                f"Model {model.name}, version {version.link.version}",
                version.link.url,
                f"model:{version.link.url}",
                "",
            )
