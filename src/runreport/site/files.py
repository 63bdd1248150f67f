"""Files of a site, before they are written."""

from __future__ import annotations

from dataclasses import dataclass, field

from runreport.report.urls import SHARED


@dataclass(frozen=True, slots=True)
class SiteFile:
    """One file of a site."""

    path: str
    """From the site's root, POSIX."""
    content: bytes = field(repr=False)


def is_shared(path: str) -> bool:
    """Whether many pages may lead to a file: its path says what it holds, and each brings it."""
    return path.startswith(f"{SHARED}/")


def text_file(path: str, text: str) -> SiteFile:
    """A file of text."""
    return SiteFile(path, text.encode(errors="replace"))
