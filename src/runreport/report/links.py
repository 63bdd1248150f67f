"""Runs, versions and times as pages mention them.

Every text of a page model is plain text unless its name ends in ``_html``; templates escape the
rest."""

from __future__ import annotations

from dataclasses import dataclass

from runreport.report.formatting import format_time, iso_time
from runreport.report.shown import EMPTY, Shown


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

    @property
    def shown(self) -> Shown:
        """Its value as a cell shows it."""
        return self.value if isinstance(self.value, Shown) else Shown(self.value)


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
class ViewLink:
    """A saved comparison as other pages mention it."""

    name: str
    url: str
    """From the site's root."""
    runs: int


def moment(time_ms: int | None) -> Moment:
    """A time for a page."""
    return Moment(format_time(time_ms), iso_time(time_ms))


@dataclass(frozen=True, slots=True)
class SiteInfo:
    """What every page knows of the whole site."""

    title: str
    as_of: Moment
    version: str
    notices: tuple[str, ...]
    """What of the archive had to be left out."""
    home: str = ""
    """The way to the site's first page from anywhere on its host; empty: nobody said."""
