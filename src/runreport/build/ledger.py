"""The ledger of a build: which files the site has, and in which parts they were made."""

from __future__ import annotations

from collections.abc import Mapping

from runreport.build.part import Part, sizes_of
from runreport.errors import BuildError
from runreport.site.digests import content_digest
from runreport.site.files import SiteFile, is_shared
from runreport.site.published import Published


class Ledger:
    """What a build has made or found to be as it would make it."""

    def __init__(self) -> None:
        self.parts: dict[str, Part] = {}
        """The files of runs, by folder, and of scripts of details, by path."""
        self.digests: dict[str, tuple[str, int]] = {}
        """Digest and size of all other files, by path."""
        self._folded: dict[str, str] = {}

    def note(self, file: SiteFile) -> tuple[str, int]:
        """Count a file of no part; its digest and size.

        Raises:
            BuildError: another file wants its path.
        """
        self._claim(file.path)
        entry = (content_digest(file.content), len(file.content))
        self.digests[file.path] = entry
        return entry

    def add(self, name: str, part: Part) -> None:
        """Count the files of a part.

        Raises:
            BuildError: another file wants one of their paths.
        """
        for path in part.files:
            self._claim(path)
        self.parts[name] = part

    def _claim(self, path: str) -> None:
        other = self._folded.get(path.casefold())
        if other is None:
            self._folded[path.casefold()] = path
        elif other != path or not is_shared(path):
            raise BuildError(
                f"Two files want the path {path!r} of the site (the other is {other!r})."
            )

    @property
    def sizes(self) -> Mapping[str, int]:
        """Sizes by path."""
        return sizes_of(self.digests, self.parts)

    def published(self, target: str, written: int) -> Published:
        """What the site comes to.

        Args:
            written: how many of its files were not there as they are now.
        """
        sizes = self.sizes
        pages = sum(path.endswith(".html") for path in sizes)
        largest = max(sizes, key=lambda path: (sizes[path], path), default="")
        total = sum(sizes.values())
        biggest = sizes.get(largest, 0)
        return Published(target, len(sizes) + 1, pages, total, written, largest, biggest)
