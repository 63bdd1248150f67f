"""The work of tasks about runs: page models to files in the stage, in whichever process."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any

from runreport.build.part import Part
from runreport.query.points import PointReader
from runreport.report.config import Config
from runreport.report.links import SiteInfo
from runreport.report.pages.described import run_note
from runreport.report.pages.note_blocks import NoteGround
from runreport.report.redaction import Redactor
from runreport.report.runs.batch import RunBatch, restored
from runreport.report.runs.page import RunPage
from runreport.report.runs.pages import RunPages
from runreport.site.files import SiteFile
from runreport.site.pictures import Pictures
from runreport.site.publish import write_file
from runreport.site.rendering import Assets, Renderer
from runreport.site.run_files import details_files, run_files
from runreport.site.theme import Theme


@dataclass(frozen=True, slots=True)
class RunGround:
    """What all tasks of a build share."""

    token: str
    """Of this build and no other, so that a worker prepares for it once."""
    stage: str
    """The folder into which files are written."""
    theme: Theme
    site: SiteInfo
    assets: Assets
    config: Config
    redactor: Mapping[str, Any]
    """What it knows; see `Redactor.knowledge`."""


@dataclass(frozen=True, slots=True)
class RunWork:
    """Runs whose pages are to be made."""

    ground: RunGround
    batch: RunBatch
    keys: Mapping[str, str]
    """Keys of the parts by their names, in the order of the batch: of the folders of runs, or of
    one script of details."""
    script: str = ""
    """The path of the script that is to hold them; empty: they have pages."""


def make_runs(work: RunWork) -> dict[str, Part]:
    """Write the files of some runs to the stage; what they are, by the names of the parts."""
    # Whoever makes pages in several threads makes them one after the other: what the tasks of a
    # process share is not theirs alone otherwise, and pages are made by Python anyway.
    with _alone, _without_collections():
        return _made(work)


_alone = Lock()


@contextmanager
def _without_collections() -> Iterator[None]:
    """Page models are trees, freed as soon as they are written; looking for circles among them
    takes a fifth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _made(work: RunWork) -> dict[str, Part]:
    maker = _maker(work.ground)
    points = maker.points(work.batch)
    runs, own = restored(work.batch, maker.ground.config, maker.redactor, points)
    pages = runs.make(own)
    if work.script:
        files = details_files(maker.renderer, work.script, pages)
        return {work.script: maker.written(files, work.keys[work.script])}
    return {name: maker.written(maker.files(pages, runs), key) for name, key in work.keys.items()}


def forget_ground() -> None:
    """A build is over: what its tasks shared is not needed any more."""
    _makers.clear()


class _Maker:
    """What the tasks of one build share in one process."""

    def __init__(self, ground: RunGround) -> None:
        self.ground = ground
        self.redactor = Redactor(**ground.redactor)
        self.renderer = Renderer(ground.theme, ground.site, ground.assets)
        self.pictures = Pictures(self.redactor)
        self._points: PointReader | None = None

    def points(self, batch: RunBatch) -> PointReader:
        """A reader that goes on from batch to batch: runs of a segment follow each other."""
        if self._points is None:
            self._points = PointReader(batch.points)
        self._points.turn_to(batch.points)
        return self._points

    def files(self, pages: Iterator[RunPage], runs: RunPages) -> Iterator[SiteFile]:
        """The next run's page with the files beside it; its note asks for no other runs."""
        page = next(pages)
        alone = NoteGround(runs.index, {}, runs.curves, 0, lambda *_: None)
        note = run_note(page, alone, self.redactor)
        yield from run_files(self.renderer, self.pictures, page, note)

    def written(self, files: Iterator[SiteFile], key: str) -> Part:
        """Files in the stage, and what was redacted while they were made."""
        return write_part(files, key, self.ground.stage, self.redactor)


def write_part(files: Iterator[SiteFile], key: str, stage: str, redactor: Redactor) -> Part:
    """Write files to the stage; what they are, and what was redacted while they were made.

    Args:
        files: made one by one while they are written.
    """
    before = redactor.findings
    sizes = {}
    for file in files:
        write_file(stage, file)
        sizes[file.path] = len(file.content)
    new = redactor.found_since(before)
    return Part(key, sizes, tuple((one.kind, one.place, one.count) for one in new))


_makers: dict[str, _Maker] = {}
"""That of the build whose tasks came last, by its token."""


def _maker(ground: RunGround) -> _Maker:
    if ground.token not in _makers:
        _makers.clear()
        _makers[ground.token] = _Maker(ground)
    return _makers[ground.token]
