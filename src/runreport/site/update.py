"""Update: change a published site in place, file by file, writing only what differs.

Data and pages come before the indexes that lead to them, deletions last, and each file is replaced
whole, so that a reader meets no half page and no link without its target.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Mapping

from runreport.errors import BuildError
from runreport.site.files import SiteFile
from runreport.site.publish import place_in

Digests = Mapping[str, tuple[str, int]]
"""Digest and size by path from the site's root."""


class SiteUpdate:
    """One update of a site."""

    def __init__(self, folder: str, known: Digests) -> None:
        """Prepare.

        Args:
            known: what the site's files are known to hold.
        """
        self.folder = folder
        self.known = known
        self.digests: dict[str, tuple[str, int]] = {}
        """Of all files that were put until now."""
        self.written: list[str] = []
        self._folded: dict[str, str] = {}

    def put(self, file: SiteFile) -> None:
        """Bring one file up to date.

        Raises:
            BuildError: another file wants the path, or it cannot be written.
        """
        other = self._folded.setdefault(file.path.casefold(), file.path)
        if file.is_shared and other == file.path and file.path in self.digests:
            return
        if file.path in self.digests or other != file.path:
            raise BuildError(
                f"Two files want the path {file.path!r} of the site (the other is {other!r})."
            )
        entry = (content_digest(file.content), len(file.content))
        self.digests[file.path] = entry
        place = place_in(self.folder, file.path)
        if (file.is_shared or self.known.get(file.path) == entry) and _has_size(place, entry[1]):
            return
        stage = f"{place}.new-{os.getpid()}"
        try:
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(stage, "wb") as opened:
                opened.write(file.content)
            os.replace(stage, place)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.remove(stage)
            raise BuildError(f"Could not write {place}: {error.strerror or error}.") from error
        self.written.append(file.path)

    def remove(self, paths: Iterable[str]) -> None:
        """Delete files that the site no longer has, and folders that are empty then."""
        for path in paths:
            place = place_in(self.folder, path)
            with contextlib.suppress(FileNotFoundError):
                os.remove(place)
            parent = os.path.dirname(place)
            while parent != self.folder:
                try:
                    os.rmdir(parent)
                except OSError:
                    break
                parent = os.path.dirname(parent)


def _has_size(place: str, size: int) -> bool:
    try:
        return os.path.isfile(place) and os.path.getsize(place) == size
    except OSError:
        return False


def content_digest(content: bytes) -> str:
    """A short text that changes with any byte."""
    return hashlib.blake2b(content, digest_size=12).hexdigest()
