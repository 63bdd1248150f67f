"""Reading a whole archive: every event, which journals live, and what had to be left out.

Nothing is repaired and nothing hidden: a damaged file costs its own facts and leaves a notice.
A seal or a compaction may go on meanwhile: what it replaces is deleted only after its own file is
there, so that listing again until nothing turns up that may have replaced some finds every fact.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive import schema
from runreport.archive.believing import believe, believed
from runreport.archive.clock import wall_ms
from runreport.archive.coverage import Coverage, recovered_summaries, resolve
from runreport.archive.facts import read_facts
from runreport.archive.intervals import parse_ranges, ranges_text, subtract, unite
from runreport.archive.journal import SILENCE_MS, JournalName
from runreport.archive.layout import SEGMENTS, SegmentName, parse_segment
from runreport.archive.live import (
    JournalPart,
    journal_notices,
    live_events,
    read_journals,
    unpurged,
    unsealed,
)
from runreport.archive.notices import Notice
from runreport.archive.purged import is_purged, read_purged, without_purged
from runreport.archive.replaced import replaced_writers, without_writers
from runreport.archive.segment import Segment, read_all_points, read_points, read_segment
from runreport.archive.segment_cache import SegmentSource
from runreport.archive.storage import Storage, StoredFile, StrangeEntry
from runreport.errors import ArchiveError

MAX_LISTINGS = 20
"""An archive in which something new turns up more often is read as it is by then."""

MISSING = "it is missing"
"""What is said of a metrics file that is gone."""

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
    replaced: frozenset[str] = frozenset()
    """Writers whose facts another one tells with more; see `archive.replaced`."""
    files: tuple[Segment, ...] = ()
    """All segments that may be believed, those whose facts count elsewhere among them."""
    checked: frozenset[str] = frozenset()
    """Paths of the segments whose metrics files were found sound before and are as they were."""

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
        return counting_points(self.storage, segment, self.purged, self.replaced)


def counting_points(
    storage: Storage, segment: Segment, purged: frozenset[str], replaced: frozenset[str]
) -> pa.Table:
    """The metric points of a segment, without those that were purged or that others tell with
    more; see `read_points`."""
    points = without_purged(read_points(storage, segment), purged)
    return without_writers(points, replaced) if replaced else points


@dataclass(frozen=True, slots=True)
class SegmentFiles:
    """The segments that were found, before it is decided what of them counts."""

    sound: tuple[Segment, ...]
    """Each may be believed."""
    leftover_metrics: tuple[StoredFile, ...]
    """Metrics files that no events file commits, and whose facts may stand elsewhere."""
    notices: tuple[Notice, ...]
    damaged_but_held: tuple[SegmentName, ...] = ()
    """Damaged events files that were compacted before: what they held stands elsewhere."""
    without_metrics: frozenset[str] = frozenset()
    """Paths of the segments whose metrics file is gone."""

    def metrics_missing(self, counting: Iterable[Segment]) -> Iterator[Notice]:
        """A notice for each metrics file that is gone and whose points stand nowhere else.

        Args:
            counting: the segments of which something counts.
        """
        for segment in counting:
            if segment.path in self.without_metrics:
                place = segment.metrics_path or segment.path
                yield Notice(place, MISSING, "its curves are left out")


def read_archive(
    storage: Storage,
    *,
    now_ms: int | None = None,
    silence_ms: int = SILENCE_MS,
    progress: Progress | None = None,
    cache: SegmentSource | None = None,
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
    unsealed_ranges = {part.name: part.content.ranges for part in live}
    for _ in range(MAX_LISTINGS):
        files = read_segments(storage, progress=progress, cache=cache)
        points_of = _PointsOf(storage)
        coverage = resolve(files.sound, points_of, unsealed_ranges)
        summaries = recovered_summaries(points_of, coverage.segments)
        if not points_of.has_missed:
            break
    journals = tuple(unpurged(unsealed(part, coverage), purged) for part in live)
    facts, problems = read_facts(storage)
    loose = [fact for fact in facts if not is_purged(fact.writer_id, purged)]
    loose += live_events(journals)
    loose += summaries
    visible = coverage.segments
    if purged:
        visible = tuple(replace(s, events=without_purged(s.events, purged)) for s in visible)
    replaced = replaced_writers(s.events for s in visible if s.name.is_compacted)
    if replaced:
        visible = tuple(
            replace(s, events=without_writers(s.events, replaced)) if s.name.is_compacted else s
            for s in visible
        )
    segments = tuple(s for s in visible if s.events.num_rows or s.recovered is not None)
    coded = [segment.events for segment in segments if segment.name.is_compacted]
    plain = [segment.events for segment in segments if not segment.name.is_compacted]
    plain.append(schema.event_table(loose))
    coded.append(pa.concat_tables(plain).combine_chunks().cast(schema.CODED_EVENTS))
    notices = {
        *live_notices,
        *(notice for part in live for notice in journal_notices(part, coverage)),
        *files.notices,
        *files.metrics_missing(segments),
        *lost_facts(coverage, {part.name for part in live}),
        *(Notice(path, problem, "this fact is left out") for path, problem in problems),
    }
    told = tuple(sorted(notices))
    checked = frozenset() if cache is None else cache.checked
    return Snapshot(
        storage, tuple(coded), segments, journals, told, purged, replaced, files.sound, checked
    )


class _PointsOf:
    """Gives all points of a segment, and knows whether some were compacted before it came."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.has_missed = False

    def __call__(self, segment: Segment) -> pa.Table:
        """See `read_all_points`."""
        try:
            return read_all_points(self._storage, segment)
        except FileNotFoundError:
            self.has_missed |= segment.is_whole  # it was there when the segment was read
            raise


def lost_facts(coverage: Coverage, live: Collection[JournalName]) -> Iterator[Notice]:
    """A notice for each journal of which facts are missing that its writer did not report.

    Args:
        live: journals that are still there, which are named themselves.
    """
    parts = coverage.parts
    begins_late = pc.greater(parts.column("first_seq"), 0)
    gapped = parts.filter(pc.or_(begins_late, pc.not_equal(parts.column("gaps"), "")))
    if gapped.num_rows == 0:
        return
    ends = {
        (row["writer_id"], row["number"]): row["last_seq"]
        for row in _of_writers(parts, gapped).to_pylist()
    }
    for part in gapped.to_pylist():
        name = JournalName(part["writer_id"], part["number"])
        gaps = parse_ranges(part["gaps"])
        before = -1 if name.number == 0 else ends.get((name.writer_id, name.number - 1))
        if before is not None:
            gaps.append((before + 1, part["first_seq"] - 1))
        missed = subtract(unite(gaps), parse_ranges(part["lost"]))
        if missed and name not in live:
            count = sum(high - low + 1 for low, high in missed)
            words = "fact" if count == 1 else "facts"
            problem = f"{count:,} {words} of it ({ranges_text(missed)}) are in no file"
            yield Notice(name.path, problem, "they are lost unless an intact copy is merged")


def _of_writers(parts: pa.Table, wanted: pa.Table) -> pa.Table:
    writers = pc.unique(wanted.column("writer_id"))
    return parts.filter(pc.is_in(parts.column("writer_id"), value_set=writers))


def read_segments(
    storage: Storage,
    *,
    progress: Progress | None = None,
    cache: SegmentSource | None = None,
    settle: bool = True,
) -> SegmentFiles:
    """Read every events file.

    Args:
        settle: list again until nothing new turns up, so that nothing is missed which is replaced
            meanwhile. Off where it does not matter what was missed.
    """
    found = _Found(storage, progress, cache)
    found.read_all(MAX_LISTINGS if settle else 1)
    suspects = found.uncommitted()
    if suspects and settle:  # sealed just now? Then the next listing has what commits them.
        found.read_all(MAX_LISTINGS)
        suspects &= found.uncommitted()
    files = found.finish(suspects)
    if cache is not None:
        cache.keep(storage, files.sound, found.files)
    return files


class _Found:
    """What some listings of the segments have brought up so far."""

    def __init__(
        self,
        storage: Storage,
        progress: Progress | None,
        cache: SegmentSource | None,
    ) -> None:
        self.storage, self.progress, self.cache = storage, progress, cache
        self.sound: dict[SegmentName, Segment] = {}
        self.damaged: dict[SegmentName, Notice] = {}
        self.strange: set[Notice] = set()
        self.metrics: dict[SegmentName, StoredFile] = {}
        self.files: dict[str, StoredFile] = {}
        self.sizes: dict[str, int] = {}
        self.seen: set[SegmentName] = set()
        self.done = 0

    def read_all(self, listings: int) -> None:
        """List and read until nothing turns up that may have replaced what was missed."""
        for _ in range(listings):
            if not self._read_new():
                break

    def _read_new(self) -> bool:
        """List the segments and read those that no earlier listing had.

        Returns:
            Whether something may be missed: a segment was compacted before it was read, or one
            was there that may have replaced some. New seals alone do not count, or reading would
            never end while many runs are logged: their journals were read before.
        """
        is_first = not self.seen
        fresh = []
        self.metrics = {}
        odd: list[StrangeEntry] = []
        for file in self.storage.list(SEGMENTS, odd):
            name = parse_segment(file.path)
            self.files.setdefault(file.path, file)  # as it was before it was read
            self.sizes[file.path] = file.size_bytes
            if name is None or name.path != file.path:
                self.strange.add(Notice(file.path, "it is no segment file", "it is left out"))
            elif name.table == "metrics":
                self.metrics[name] = file
            elif name not in self.seen:
                fresh.append(name)
        self.strange |= {strange_notice(entry) for entry in odd}
        fresh.sort(key=lambda name: name.path)
        self.seen.update(fresh)
        compacted = [name for name in fresh if name.is_compacted]
        self._read(compacted)
        self._read([name for name in fresh if not name.is_compacted])
        return bool(fresh) and (is_first or bool(compacted) or not all(map(self._is_read, fresh)))

    def _is_read(self, name: SegmentName) -> bool:
        """Whether all that a segment holds was there when it was read."""
        return name in self.damaged or (name in self.sound and self.sound[name].is_whole)

    def _read(self, names: list[SegmentName]) -> None:
        read: dict[SegmentName, Segment] = {}
        for name, found in zip(names, self._each(names), strict=True):
            if isinstance(found, Segment):
                read[name] = found
            elif isinstance(found, ArchiveError):
                self._leave_out(name, found)
            self.done += 1
            if self.progress is not None:
                self.progress(self.done, len(self.seen))
        for name, judged in zip(read, believe(list(read.values())), strict=True):
            if isinstance(judged, Segment):
                is_whole = self._is_whole(judged)
                is_told = judged.is_whole == is_whole
                self.sound[name] = judged if is_told else replace(judged, is_whole=is_whole)
            else:
                self._leave_out(name, judged)

    def _leave_out(self, name: SegmentName, error: ArchiveError) -> None:
        problem = str(error).rstrip(".")
        self.damaged[name] = Notice(name.path, problem, "its facts are left out")

    def _each(self, names: list[SegmentName]) -> Iterator[Segment | ArchiveError | None]:
        """What reading each gave; None for one that was compacted since it was listed."""

        def read(name: SegmentName) -> Segment | ArchiveError | None:
            try:
                found = self._open(name)
                # Small ones are judged together, large ones side by side.
                return believed(found) if name.is_compacted else found
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

    def _open(self, name: SegmentName) -> Segment:
        if self.cache is None:
            return read_segment(self.storage, name)
        return self.cache.read(self.storage, name, self.files[name.path])

    def _is_whole(self, segment: Segment) -> bool:
        """Whether a segment's metrics file is there, as long as its footer says."""
        metrics, path = segment.footer.metrics, segment.metrics_path
        if metrics is None or path is None:
            return True
        if path not in self.sizes:  # a listing may miss a file that is made while it runs
            with suppress(OSError), self.storage.open(path) as file:
                self.sizes[path] = file.seek(0, os.SEEK_END)
        return self.sizes.get(path) == metrics.size_bytes

    def finish(self, uncommitted: set[SegmentName]) -> SegmentFiles:
        """What it all comes to.

        Args:
            uncommitted: metrics files whose facts are lost.
        """
        held = self._digests_held()
        damaged = [notice for name, notice in self.damaged.items() if name.digest not in held]
        problem = "no events file commits this metrics file"
        lost = [Notice(name.path, problem, "it is left out") for name in uncommitted]
        return SegmentFiles(
            tuple(self.sound.values()),
            tuple(self.metrics[name] for name in self._loose() if self._is_leftover(name)),
            (*self.strange, *damaged, *lost),
            tuple(name for name in self.damaged if name.digest in held),
            frozenset(s.path for s in self.sound.values() if self._is_missing(s)),
        )

    def _digests_held(self) -> set[str]:
        """Of the events files that whole compacted segments were made of."""
        if not self.damaged:
            return set()
        return {
            digest
            for segment in self.sound.values()
            if segment.footer.compacted is not None and segment.is_whole
            for digest in segment.footer.compacted.column("digest").to_pylist()
        }

    def _is_missing(self, segment: Segment) -> bool:
        """Whether a metrics file is gone, and not just being replaced with its segment."""
        if segment.is_whole or segment.metrics_path in self.sizes:
            return False
        return self.storage.exists(segment.path)

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
        names = (*self.sound, *self.damaged)
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


def strange_notice(entry: StrangeEntry) -> Notice:
    """What to say of something that is no file."""
    return Notice(entry.path, f"it is {entry.what}, not a file", "it is not opened")
