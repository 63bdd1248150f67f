"""Files of a site, before they are written."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SiteFile:
    """One file of a site."""

    path: str
    """From the site's root, POSIX."""
    content: bytes = field(repr=False)
    is_shared: bool = False
    """Its path says what it holds, and all that lead to it bring it."""


def text_file(path: str, text: str, *, is_shared: bool = False) -> SiteFile:
    """A file of text."""
    return SiteFile(path, text.encode(errors="replace"), is_shared)
