"""The engine: decides which parts of a site are stale, has them made, and notes what there is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import uuid4

import pyarrow as pa

from runreport.build.beside import Beside
from runreport.build.executor import Executor, Serial
from runreport.build.ledger import Ledger
from runreport.build.part import Part
from runreport.build.run_work import (
    RunGround,
    RunWork,
    forget_ground,
    make_runs,
    write_part,
)
from runreport.build.state import State
from runreport.build.task import Task
from runreport.report.assemble import Report
from runreport.report.findings import Finding
from runreport.report.groundwork import Groundwork
from runreport.report.runs.batch import cut_batch
from runreport.site.digests import digest_of
from runreport.site.files import SiteFile, is_shared
from runreport.site.pictures import Pictures
from runreport.site.places import Place
from runreport.site.publish import Stage
from runreport.site.render import Pages
from runreport.site.rendering import Renderer
from runreport.site.run_files import run_files
from runreport.site.state_folder import MARKER

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""
_LEAST, _MOST = 16, 256
"""Runs of one task."""
_WAVES = 4
"""Tasks for each worker where there are few runs, so that none is idle at the end for long."""
_PAYS = 200
"""Runs from which on workers are worth their start."""
_MANY_PICTURES = 8
"""From so many on, workers are worth their start for them alone."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """A part that shows runs."""

    name: str
    key: str
    numbers: tuple[int, ...]
    is_script: bool = False
    """Whether it is a script of details of runs without a page."""


class SiteBuild:
    """One build of a site: all of it, or what has changed since an earlier one."""

    def __init__(
        self,
        work: Groundwork,
        renderer: Renderer,
        keys: Mapping[int, str],
        asking: frozenset[int],
        earlier: State | None,
        executor: Executor,
        place: Place,
        stage: Stage,
        progress: Progress | None = None,
    ) -> None:
        """Begin with what pages of runs are made of.

        Args:
            keys: of the runs' pages, by the runs' numbers.
            asking: the runs whose notes ask for others, whose pages need the whole report.
            earlier: what an earlier build left in the place of the site; None to make everything
                anew.
        """
        self.site, self.runs, self.renderer = work.site, work.run_pages, renderer
        self.keys, self.asking = keys, asking
        self.earlier = earlier or State("", "", {})
        self._sizes = self.earlier.sizes
        self.executor, self.progress = executor, progress
        self.place, self.stage = place, stage
        self.beside = Beside(executor, self.earlier.made or {})
        self.pictures = Pictures(self.runs.redactor, self.beside)
        self.ledger = Ledger()
        self.changed: dict[str, None] = {}
        """Paths of the staged files, in the order in which they may be brought."""
        self._lengths: dict[str, int] = {}
        """How many runs the stale parts show, by name."""
        self._here: list[_Unit] = []
        """Stale parts that are made in this process, when the report is there."""

    def begin(self) -> Iterator[tuple[Task, Any]]:
        """Have the parts of runs made that are not as they have to be, as far as nothing but their
        own facts is needed; what is made, while others are at work."""
        stale = [unit for unit in self._units() if not self._keep(unit)]
        self._lengths = {unit.name: len(unit.numbers) for unit in stale}
        self._here = [unit for unit in stale if self._asks(unit)]
        there = [unit for unit in stale if not self._asks(unit)]
        executor = self.executor if sum(self._lengths.values()) >= _PAYS else Serial()
        return executor.results(self._tasks(there))

    def make(
        self, report: Report, files: Iterable[SiteFile], begun: Iterator[tuple[Task, Any]]
    ) -> None:
        """Stage every file that is not there as it has to be, those of runs before the indexes.

        Args:
            files: of the theme.
            begun: what `begin` gave.

        Raises:
            BuildError, ConfigError: one cannot be made.
        """
        pages = Pages(report, self.renderer, self.pictures)
        self._put([*files, SiteFile(".nojekyll", b"")])
        self._collect(begun)
        self._make_here(report)
        self.pictures.begin(pages.charts)
        self.beside.hand_over(_MANY_PICTURES)
        self._put(pages.indexes())
        forget_ground()

    @property
    def gone(self) -> list[str]:
        """Paths of files that the site has no more."""
        return sorted(self._sizes.keys() - self.ledger.sizes.keys() - {MARKER})

    def _put(self, files: Iterable[SiteFile]) -> None:
        known = self.earlier.digests or {}
        for file in files:
            entry = self.ledger.note(file)
            if known.get(file.path) != entry or not self.place.has_files({file.path: entry[1]}):
                self.stage.put(file)
                self.changed[file.path] = None

    def _collect(self, begun: Iterator[tuple[Task, Any]]) -> None:
        done, total = 0, sum(self._lengths.values())
        for _, found in begun:
            for name, part in found.items():
                self._add(name, part)
                self._note_changed(part)
                done += self._lengths[name]
            if self.progress is not None:
                self.progress("Writing", done, total)

    def _make_here(self, report: Report) -> None:
        """Make pages that show other runs, too, for which all of the report is needed."""
        numbers = [unit.numbers[0] for unit in self._here]
        pages = self.runs.make(pa.array(numbers, self.runs.numbers.type))

        def files() -> Iterator[SiteFile]:
            page = next(pages)
            yield from run_files(self.renderer, self.pictures, page, report.run_note(page))

        for unit in self._here:
            part = write_part(files(), unit.key, self.stage.folder, self.runs.redactor)
            self.ledger.add(unit.name, part)
            self._note_changed(part)

    def _note_changed(self, part: Part) -> None:
        """Count the files of a part as staged, but those that other runs had brought before."""
        has = self.place.has_files
        for path, size in part.files.items():
            is_there = is_shared(path) and self._sizes.get(path) == size and has({path: size})
            if not is_there:
                self.changed[path] = None

    def _asks(self, unit: _Unit) -> bool:
        return not unit.is_script and unit.numbers[0] in self.asking

    def _add(self, name: str, part: Part) -> None:
        """Count a part that was made elsewhere, or by an earlier build."""
        self.ledger.add(name, part)
        self.runs.redactor.add(Finding(*finding) for finding in part.findings)

    def _units(self) -> Iterator[_Unit]:
        """What runs are shown by: a page each, or a script of details for many."""
        runs = self.runs
        folders = runs.folders()
        for number in runs.own.to_pylist():
            yield _Unit(folders[number], digest_of(self.keys[number]), (number,))
        for path, members in runs.blocks() if self.renderer.theme.has_scripts else ():
            numbers = tuple(members.to_pylist())
            key = digest_of(*(self.keys[number] for number in numbers))
            yield _Unit(path, key, numbers, is_script=True)

    def _keep(self, unit: _Unit) -> bool:
        """Keep a part that is as it was made before; whether it is."""
        part = (self.earlier.parts or {}).get(unit.name)
        if part is None or part.key != unit.key or not self.place.has_files(part.files):
            return False
        self._add(unit.name, part)
        return True

    def _tasks(self, units: Sequence[_Unit]) -> Iterator[Task]:
        """Tasks that make some parts, cut out when somebody is free to do them."""
        pages = [unit for unit in units if not unit.is_script]
        share = -(-len(pages) // (self.executor.workers * _WAVES))
        size = max(_LEAST, min(_MOST, share))
        for start in range(0, len(pages), size):
            yield self._task(pages[start : start + size])
        for unit in units:
            if unit.is_script:
                yield self._task([unit])

    def _task(self, units: Sequence[_Unit]) -> Task:
        runs = self.runs
        numbers = [number for unit in units for number in unit.numbers]
        batch = cut_batch(runs, pa.array(numbers, runs.numbers.type))
        keys = {unit.name: unit.key for unit in units}
        script = units[0].name if units[0].is_script else ""
        return Task(
            f"the pages of runs from {units[0].name}",
            make_runs,
            RunWork(self._ground, batch, keys, script),
        )

    @cached_property
    def _ground(self) -> RunGround:
        return RunGround(
            uuid4().hex,
            self.stage.folder,
            self.renderer.theme,
            self.site,
            self.renderer.assets,
            self.runs.config,
            self.runs.redactor.knowledge,
        )
