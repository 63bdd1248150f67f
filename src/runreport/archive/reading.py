"""Reading a whole archive: every event, which journals live, and what had to be left out.

Nothing is repaired and nothing hidden: a damaged file costs its own facts and leaves a notice.
A seal or a compaction may go on meanwhile: what it replaces is deleted only after its own file is
there, so that listing again until nothing new turns up finds every fact.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive import schema
from runreport.archive.clock import wall_ms
from runreport.archive.coverage import recovered_summaries, resolve
from runreport.archive.facts import read_facts
from runreport.archive.journal import SILENCE_MS, JournalName
from runreport.archive.layout import SEGMENTS, SegmentName, parse_segment
from runreport.archive.live import JournalPart, live_events, read_journals, unpurged, unsealed
from runreport.archive.notices import Notice
from runreport.archive.purged import is_purged, read_purged, without_purged
from runreport.archive.segment import Segment, read_points, read_segment
from runreport.archive.segment_cache import SegmentCache
from runreport.archive.storage import Storage, StoredFile
from runreport.errors import ArchiveError, Damaged
from runreport.events import Event

MAX_LISTINGS = 20
"""An archive in which something new turns up more often is read as it is by then."""

Progress = Callable[[int, int], None]
"""Called with (files read, files in all)."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that an archive held at one moment."""

    storage: Storage
    tables: tuple[pa.Table, ...]
    """Every event, none twice, as `CODED_EVENTS`; large segments as tables of their own."""
    segments: tuple[Segment, ...]
    journals: tuple[JournalPart, ...]
    notices: tuple[Notice, ...]
    purged: frozenset[str] = frozenset()

    @property
    def events(self) -> pa.Table:
        """Every event, none twice, as `CODED_EVENTS`."""
        return pa.concat_tables(self.tables)

    @property
    def alive_runs(self) -> frozenset[str]:
        """Runs some writer of which is still at work."""
        return frozenset(
            part.content.header.run_id
            for part in self.journals
            if part.is_alive and part.content.header is not None and part.content.header.run_id
        )

    def points(self, segment: Segment) -> pa.Table:
        """The metric points of one of the segments; see `read_points`."""
        return without_purged(read_points(self.storage, segment), self.purged)


@dataclass(frozen=True, slots=True)
class SegmentFiles:
    """The segments that were found, before it is decided which of them count."""

    sound: tuple[Segment, ...]
    replaced: tuple[SegmentName, ...]
    """Events files whose facts a sound compacted segment holds; most were not opened."""
    leftover_metrics: tuple[StoredFile, ...]
    """Metrics files that no events file commits, and whose facts stand elsewhere."""
    notices: tuple[Notice, ...]


def read_archive(
    storage: Storage,
    *,
    now_ms: int | None = None,
    silence_ms: int = SILENCE_MS,
    progress: Progress | None = None,
    cache: SegmentCache | None = None,
) -> Snapshot:
    """Read all events of an archive.

    Args:
        now_ms: decides whether a journal of another host is silent for too long.
        progress: called with (files read, files in all).
        cache: what was read before, and is not read again.
    """
    now = wall_ms() if now_ms is None else now_ms
    purged = read_purged(storage)
    # Journals before segments: one that is sealed meanwhile is then read twice, never missed.
    live, live_notices = read_journals(storage, now, silence_ms)
    files = read_segments(storage, progress=progress, cache=cache)
    coverage = resolve(files.sound, {part.name: part.content.last_seq for part in live})
    journals = tuple(unpurged(unsealed(part, coverage), purged) for part in live)
    facts, problems = read_facts(storage)
    loose = [fact for fact in facts if not is_purged(fact.writer_id, purged)]
    loose += live_events(journals)
    loose += _recovered(storage, coverage.segments)
    visible = [
        replace(segment, events=without_purged(segment.events, purged))
        for segment in coverage.segments
    ]
    segments = tuple(segment for segment in visible if segment.events.num_rows)
    coded = [segment.events for segment in segments if segment.name.is_compacted]
    plain = [segment.events for segment in segments if not segment.name.is_compacted]
    plain.append(schema.event_table(loose))
    coded.append(pa.concat_tables(plain).combine_chunks().cast(schema.CODED_EVENTS))
    notices = {
        *live_notices,
        *files.notices,
        *(Notice(path, problem, "this fact is left out") for path, problem in problems),
    }
    return Snapshot(storage, tuple(coded), segments, journals, tuple(sorted(notices)), purged)


def _recovered(storage: Storage, segments: Iterable[Segment]) -> list[Event]:
    try:
        return recovered_summaries(storage, segments)
    except (Damaged, FileNotFoundError):  # its curves are missing, and named when they are read
        return []


def read_segments(
    storage: Storage, *, progress: Progress | None = None, cache: SegmentCache | None = None
) -> SegmentFiles:
    """Read every events file that is not replaced by a compacted one."""
    found = _Found(storage, progress, read_segment if cache is None else cache.read)
    found.read_all()
    suspects = found.uncommitted()
    if suspects:  # sealed just now? Then the next listing has what commits them.
        found.read_all()
        suspects &= found.uncommitted()
    files = found.finish(suspects)
    if cache is not None:
        cache.keep(storage, files.sound)
    return files


class _Found:
    """What some listings of the segments have brought up so far."""

    def __init__(
        self,
        storage: Storage,
        progress: Progress | None,
        read: Callable[[Storage, SegmentName], Segment],
    ) -> None:
        self.storage, self.progress, self.open = storage, progress, read
        self.sound: dict[SegmentName, Segment] = {}
        self.damaged: dict[SegmentName, Notice] = {}
        self.replaced: dict[SegmentName, None] = {}
        self.strange: set[Notice] = set()
        self.metrics: dict[SegmentName, StoredFile] = {}
        self.sizes: dict[str, int] = {}
        self.seen: set[SegmentName] = set()
        self.done = 0

    def read_all(self) -> None:
        """List and read until nothing new turns up."""
        for _ in range(MAX_LISTINGS):
            if not self._read_new():
                break

    def _read_new(self) -> bool:
        """List the segments and read those that no earlier listing had; whether there were any."""
        fresh = []
        self.metrics = {}
        for file in self.storage.list(SEGMENTS):
            name = parse_segment(file.path)
            self.sizes[file.path] = file.size_bytes
            if name is None or name.path != file.path:
                self.strange.add(Notice(file.path, "it is no segment file", "it is left out"))
            elif name.table == "metrics":
                self.metrics[name] = file
            elif name not in self.seen:
                fresh.append(name)
        self._judge_again()
        fresh.sort(key=lambda name: name.path)
        self.seen.update(fresh)
        # Compacted ones first, as they tell which of the others need not be opened.
        self._read([name for name in fresh if name.is_compacted])
        self._read(self._not_replaced([name for name in fresh if not name.is_compacted]))
        return bool(fresh)

    def _read(self, names: list[SegmentName]) -> None:
        for name, found in zip(names, self._each(names), strict=True):
            if isinstance(found, Segment):
                self.sound[name] = replace(found, is_whole=self._is_whole(found))
            elif isinstance(found, ArchiveError):
                problem = str(found).rstrip(".")
                self.damaged[name] = Notice(name.path, problem, "its facts are left out")
            self.done += 1
            if self.progress is not None:
                self.progress(self.done, len(self.seen))

    def _each(self, names: list[SegmentName]) -> Iterator[Segment | ArchiveError | None]:
        """What reading each gave; None for one that was compacted since it was listed."""

        def read(name: SegmentName) -> Segment | ArchiveError | None:
            try:
                return self.open(self.storage, name)
            except FileNotFoundError:
                return None
            except ArchiveError as error:
                return error

        readers = self.storage.readers
        if names and names[0].is_compacted:  # large: the time goes into unpacking them
            readers = max(readers, os.cpu_count() or 1)
        if readers == 1 or len(names) < 2:
            yield from map(read, names)
            return
        with ThreadPoolExecutor(readers) as pool:
            yield from pool.map(read, names)

    def _judge_again(self) -> None:
        """A listing may miss a file made while it runs: here a metrics file whose events file it
        had, so that a compacted segment did not count though what it replaces was deleted."""
        for name, segment in self.sound.items():
            if not segment.is_whole and self._is_whole(segment):
                self.sound[name] = replace(segment, is_whole=True)

    def _is_whole(self, segment: Segment) -> bool:
        metrics = segment.footer.metrics
        return metrics is None or self.sizes.get(segment.metrics_path or "") == metrics.size_bytes

    def _not_replaced(self, names: list[SegmentName]) -> list[SegmentName]:
        """Those of some events files that no sound compacted segment was made of."""
        digests = _digests_of(self.sound.values())
        if digests is None or not names:
            return names
        own = pa.array([name.digest for name in names])
        is_known = pc.is_in(own, value_set=digests).to_pylist()
        pairs = list(zip(names, is_known, strict=True))
        self.replaced.update((name, None) for name, known in pairs if known)
        return [name for name, known in pairs if not known]

    def finish(self, uncommitted: set[SegmentName]) -> SegmentFiles:
        """What it all comes to.

        Args:
            uncommitted: metrics files whose facts are lost.
        """
        stems = {
            stem
            for segment in self.sound.values()
            if segment.is_whole
            for stem in segment.footer.supersedes
        }
        read = [*self.sound, *self.damaged]
        kept = {*self._not_replaced([name for name in read if not name.is_compacted])}
        for name in read:
            if name.stem in stems or not (name.is_compacted or name in kept):
                self.sound.pop(name, None)
                self.damaged.pop(name, None)
                self.replaced[name] = None
        problem = "no events file commits this metrics file"
        lost = [Notice(name.path, problem, "it is left out") for name in uncommitted]
        problem = "it is missing"
        lost += [
            Notice(segment.metrics_path or "", problem, "its curves are left out")
            for segment in self.sound.values()
            if not segment.is_whole and self._is_missing(segment)
        ]
        return SegmentFiles(
            tuple(self.sound.values()),
            tuple(self.replaced),
            tuple(self.metrics[name] for name in self._loose() if self._is_leftover(name)),
            (*self.strange, *self.damaged.values(), *lost),
        )

    def _is_missing(self, segment: Segment) -> bool:
        """Whether a metrics file is gone, and not just being replaced with its segment."""
        paths = {name.path for name in self.metrics}
        return segment.metrics_path not in paths and self.storage.exists(segment.path)

    def uncommitted(self) -> set[SegmentName]:
        """Metrics files without their events file, the facts of which are nowhere else.

        One that a seal or a compaction is about to commit, or died before it did, is no loss:
        its facts are in the journal or in the segments that were to be replaced.
        """
        return {
            name
            for name in self._loose()
            if not self._is_leftover(name)
            and not self.storage.exists(JournalName(name.writer_id, name.number).path)
        }

    def _loose(self) -> list[SegmentName]:
        """The metrics files that no events file names."""
        names = (*self.sound, *self.damaged, *self.replaced)
        committed = {(name.writer_id, name.number) for name in names}
        return [n for n in self.metrics if (n.writer_id, n.number) not in committed]

    def _is_leftover(self, name: SegmentName) -> bool:
        """Whether what a loose metrics file holds stands in another file."""
        return name.is_compacted or any(
            pc.any(
                pc.and_(
                    pc.equal(segment.footer.compacted.column("writer_id"), name.writer_id),
                    pc.equal(segment.footer.compacted.column("number"), name.number),
                )
            ).as_py()
            for segment in self.sound.values()
            if segment.footer.compacted is not None and segment.is_whole
        )


def _digests_of(segments: Iterable[Segment]) -> pa.ChunkedArray | None:
    """The digests of the events files that all whole compacted segments were made of."""
    columns = [
        segment.footer.compacted.column("digest")
        for segment in segments
        if segment.footer.compacted is not None and segment.is_whole
    ]
    if not columns:
        return None
    return pa.chunked_array([chunk for column in columns for chunk in column.chunks])
