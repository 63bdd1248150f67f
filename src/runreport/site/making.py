"""Making the files of a site, and noting what each was made from, for the next build."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping

import pyarrow as pa

from runreport.report.assemble import Report
from runreport.report.findings import Finding
from runreport.site.files import SiteFile
from runreport.site.memory import MARKER, Memory, Part, digest_of, forget
from runreport.site.published import Published
from runreport.site.render import Pages
from runreport.site.update import SiteUpdate, content_digest

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


class Making:
    """One build of a site: all of it, or what has changed."""

    def __init__(
        self, report: Report, pages: Pages, keys: Mapping[int, str], progress: Progress | None
    ) -> None:
        """Prepare.

        Args:
            keys: of the runs' pages, by the runs' numbers.
        """
        self.report, self.pages, self.progress = report, pages, progress
        self.keys = keys
        self.parts: dict[str, Part] = {}
        """The files of runs, by folder, and of scripts of details, by path."""
        self.digests: dict[str, tuple[str, int]] = {}
        """Digest and size of all other files."""

    def all_files(self) -> Iterator[SiteFile]:
        """Every file of the site, data and runs before the indexes."""
        yield from self._noted(self.pages.assets())
        for files in self._runs({}, ""):
            yield from files
        yield from self._noted(self.pages.indexes())

    def update(self, target: str, earlier: Memory) -> Published:
        """Bring a site up to date in place."""
        parts, digests = earlier.parts or {}, earlier.digests or {}
        self.pages.pictures = dict(earlier.pictures or {})
        # Made before the first file is touched, so that an error leaves the site as it was.
        indexes = list(self._noted(self.pages.indexes()))
        forget(target)
        site = SiteUpdate(target, digests)
        for file in self._noted(self.pages.assets()):
            site.put(file)
        for files in self._runs(parts, target):
            for file in files:
                site.put(file)
        for file in indexes:
            site.put(file)
        before = {*digests, *(path for part in parts.values() for path in part.files)}
        now = {*self.digests, *(path for part in self.parts.values() for path in part.files)}
        site.remove(sorted(before - now - {MARKER}))
        return self.published(target, len(site.written))

    def published(self, target: str, written: int) -> Published:
        """What the site comes to."""
        sizes = {path: size for path, (_, size) in self.digests.items()}
        for part in self.parts.values():
            sizes.update(part.files)
        pages = sum(path.endswith(".html") for path in sizes)
        return Published(target, len(sizes) + 1, pages, sum(sizes.values()), written)

    def _noted(self, files: Iterator[SiteFile]) -> Iterator[SiteFile]:
        for file in files:
            self.digests[file.path] = (content_digest(file.content), len(file.content))
            yield file

    def _runs(self, earlier: Mapping[str, Part], target: str) -> Iterator[list[SiteFile]]:
        """The files of each run that is not as an earlier build made it.

        Args:
            earlier: what that build made.
            target: where it lies.
        """
        runs = self.report.run_pages
        folders = runs.folders()
        changed = []
        for number in runs.own.to_pylist():
            part = earlier.get(folders[number])
            key = digest_of(self.keys[number])
            if part is not None and part.key == key and _is_there(target, part):
                self._keep(folders[number], part)
            else:
                changed.append(number)
        total = len(changed)
        numbers = pa.array(changed, runs.numbers.type)
        pages = runs.make(numbers)
        for done, number in enumerate(changed):
            if self.progress is not None:
                self.progress("Writing", done, total)
            before = self.report.findings  # a page's files are redacted while it is made
            files = list(self.pages.run(next(pages)))
            self._note(folders[number], digest_of(self.keys[number]), files, before)
            yield files
        for path, members in runs.blocks() if self.pages.theme.has_scripts else ():
            key = digest_of(*(self.keys[number] for number in members.to_pylist()))
            part = earlier.get(path)
            if part is not None and part.key == key and _is_there(target, part):
                self._keep(path, part)
                continue
            before = self.report.findings
            files = list(self.pages.details(path, members))
            self._note(path, key, files, before)
            yield files

    def _keep(self, name: str, part: Part) -> None:
        self.parts[name] = part
        redactor = self.report.run_pages.redactor
        redactor.add(Finding(*finding) for finding in part.findings)

    def _note(
        self, name: str, key: str, files: list[SiteFile], before: tuple[Finding, ...]
    ) -> None:
        new = self.report.run_pages.redactor.found_since(before)
        findings = tuple((one.kind, one.place, one.count) for one in new)
        self.parts[name] = Part(key, {file.path: len(file.content) for file in files}, findings)


def _is_there(target: str, part: Part) -> bool:
    return all(os.path.isfile(os.path.join(target, path)) for path in part.files)
