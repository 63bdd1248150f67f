"""Compaction: many small segments become few large ones, and no answer changes.

The new segment is committed, read back and compared before what it replaces is deleted, and its
footer names that, so a crash at any moment, or an old copy merged back, harms nothing. Its name is
made of the names of what went into it: two compactions of the same files write the same file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.agreement import disagreeing_segments
from runreport.archive.believing import believed
from runreport.archive.clock import wall_ms
from runreport.archive.coverage import Coverage, recovered_summaries, resolve
from runreport.archive.footer import PARTS, SegmentFooter
from runreport.archive.layout import COMPACTED_PREFIX, FORMAT, SEGMENTS, SegmentName, parse_segment
from runreport.archive.maintenance import exclusive
from runreport.archive.notices import Notice
from runreport.archive.ordering import sort_table
from runreport.archive.purged import read_purged, without_purged
from runreport.archive.reading import SegmentFiles, read_segments
from runreport.archive.schema import CODED_METRICS, EVENTS, METRICS, event_table
from runreport.archive.segment import (
    EncodedSegment,
    Segment,
    encode_tables,
    put_encoded,
    read_all_points,
    read_points,
    read_segment,
)
from runreport.archive.storage import LEFTOVER_MS, Storage
from runreport.errors import ArchiveError, Damaged

GROUP_FACTS = 2_000_000
"""Segments of one month are put together up to so many facts; bounds the memory it takes."""
EVENT_ORDER = ("run_id", "kind", "key", "writer_id", "seq")
POINT_ORDER = ("run_id", "key", "step", "time", "writer_id", "seq")


@dataclass(frozen=True, slots=True)
class Compaction:
    """What a compaction did."""

    written: tuple[str, ...]
    """Events files of the new segments."""
    replaced: int
    """Segments that are in them now."""
    deleted_files: int
    files_before: int
    files_after: int
    notices: tuple[Notice, ...]
    """What is damaged, and stays as it is."""


def compact_archive(
    storage: Storage, *, group_facts: int = GROUP_FACTS, wait_seconds: float = 60.0
) -> Compaction:
    """Put the segments of each month together; safe at any moment, also while runs are logged.

    A damaged segment, and one whose metrics file is, stays as it is. What takes time, reading,
    packing and deleting, is done without the lock, which is held only while a segment is put in
    place.

    Raises:
        WriteFailed: the disk refused; nothing is lost.
        InvalidState: another compaction, purge or merge took longer than ``wait_seconds``.
    """
    before = _count(storage)
    files = read_segments(storage, settle=False)
    purged = read_purged(storage)
    points_of = partial(read_all_points, storage)
    written: list[str] = []
    replaced = 0
    notices = set(files.notices)
    apart = disagreeing_segments(files.sound, points_of)
    notices.update(disagreement_notices(apart))
    sound = [segment for segment in files.sound if segment.path not in apart]
    coverage = resolve(sound, points_of)
    notices.update(files.metrics_missing(coverage.segments))
    deleted = sweep(storage, files)
    deleted += delete_segments(storage, coverage.redundant, files.sound)
    gone = {segment.path for segment in coverage.redundant}
    for group in _groups([s for s in sound if s.path not in gone], purged, group_facts):
        packed, members, damaged = _pack_sound(storage, group, purged)
        notices.update(damaged)
        if packed is None:
            continue
        with exclusive(storage, patience_seconds=wait_seconds):
            if read_purged(storage) != purged or not _are_there(storage, members):
                continue  # what was purged or compacted meanwhile is left to the next compaction
            name = put_packed(storage, packed)
        if name is not None:  # what is deleted from here on stands in the new segment
            written.append(name.path)
            replaced += len(members)
            deleted += delete_segments(storage, members, files.sound)
    after = _count(storage)
    return Compaction(tuple(written), replaced, deleted, before, after, tuple(sorted(notices)))


def _are_there(storage: Storage, segments: Iterable[Segment]) -> bool:
    return all(storage.exists(segment.path) for segment in segments)


def _pack_sound(
    storage: Storage, group: list[Segment], purged: frozenset[str]
) -> tuple[Packed | None, list[Segment], list[Notice]]:
    """Pack what is sound of a group: the new segment, what is in it, and what is damaged."""
    packed = pack(storage, group, purged)
    if packed is not None:
        return packed, group, []
    damaged = _damaged_points(storage, group)
    sound = [segment for segment in group if segment.path not in damaged]
    if damaged and len(sound) > 1:
        packed = pack(storage, sound, purged)
    return packed, sound, list(damaged.values())


@dataclass(frozen=True, slots=True)
class Packed:
    """A segment that is ready to be written."""

    files: EncodedSegment
    events: int
    """How many it holds."""
    points: int


def rewrite(
    storage: Storage,
    group: list[Segment],
    purged: frozenset[str] = frozenset(),
    *,
    target: Storage | None = None,
) -> SegmentName | None:
    """Write one segment that holds what some segments of one month hold, less what was purged.

    Args:
        target: where to write it, if not beside them.

    Returns:
        None when one of them went away or turned out damaged meanwhile.

    Raises:
        WriteFailed: nothing is committed.
    """
    packed = pack(storage, group, purged)
    return None if packed is None else put_packed(target or storage, packed)


def pack(
    storage: Storage, group: list[Segment], purged: frozenset[str] = frozenset()
) -> Packed | None:
    """What `rewrite` writes, encoded; nothing is written yet."""
    points_of = partial(read_all_points, storage)
    coverage = resolve(group, points_of)
    try:
        points = [
            read_points(storage, segment)
            for segment in coverage.segments
            if segment.footer.metrics is not None
        ]
    except (Damaged, FileNotFoundError):
        return None
    # Plain text again: a dictionary would bring what was purged into the new file.
    tables = [segment.events.cast(EVENTS) for segment in coverage.segments]
    tables.append(event_table(recovered_summaries(points_of, coverage.segments)))
    events = without_purged(pa.concat_tables(tables), purged)
    points.append(CODED_METRICS.empty_table())
    metrics = without_purged(pa.concat_tables(points), purged).cast(METRICS)
    stems = sorted(segment.name.stem for segment in group)
    writer_id = COMPACTED_PREFIX + hashlib.sha256("\n".join(stems).encode()).hexdigest()[:31]
    supersedes = {s.name.stem for s in group if s.name.is_compacted}
    supersedes.update(stem for s in group for stem in s.footer.supersedes)
    footer = SegmentFooter(
        FORMAT,
        writer_id,
        0,
        0,
        -1,
        events.num_rows + metrics.num_rows,
        None,
        supersedes=tuple(sorted(supersedes)),
        compacted=_parts(coverage, events, metrics),
    )
    encoded = encode_tables(
        group[0].name.month,
        footer,
        sort_table(events, EVENT_ORDER),
        sort_table(metrics, POINT_ORDER),
    )
    return Packed(encoded, events.num_rows, metrics.num_rows)


def put_packed(storage: Storage, packed: Packed) -> SegmentName | None:
    """Commit a segment and read it back; None where that is not what was written.

    Raises:
        WriteFailed: nothing is committed.
    """
    name = put_encoded(storage, packed.files)
    try:
        made = believed(read_segment(storage, name))
        found = read_points(storage, made)
    except (ArchiveError, FileNotFoundError):
        return None
    same = (made.events.num_rows, found.num_rows) == (packed.events, packed.points)
    return name if same else None


def disagreement_notices(paths: Iterable[str]) -> list[Notice]:
    """What to say of segments that tell a fact differently than another does."""
    problem = "it tells a fact differently than another file does"
    return [Notice(path, problem, "one of them is not to be trusted") for path in sorted(paths)]


def delete_segments(
    storage: Storage, segments: Iterable[Segment], others: Iterable[Segment]
) -> int:
    """Delete segments whose facts stand elsewhere; returns the number of files.

    The metrics file goes first: without its events file it would look like a loss. Two copies of a
    journal may have the same points, hence one metrics file, which then stays for the other.

    Args:
        others: those that stay, these among them or not.
    """
    gone = list(segments)
    paths = {segment.path for segment in gone}
    kept = {segment.metrics_path for segment in others if segment.path not in paths}
    count = 0
    for segment in gone:
        for path in (segment.metrics_path, segment.path):
            if path is not None and path not in kept:
                storage.delete(path)
                count += 1
    return count


def sweep(storage: Storage, files: SegmentFiles) -> int:
    """Delete what was never finished and holds no fact of its own; returns the number of files."""
    latest = wall_ms() - LEFTOVER_MS
    # What a compaction that died had written stands in the segments it was made of.
    leftovers = [f for f in files.leftover_metrics if is_compacted(f.path)]
    count = 0
    for file in (*leftovers, *storage.list_unfinished(SEGMENTS)):
        if file.modified_ms <= latest:
            storage.delete(file.path)
            count += 1
    return count


def _damaged_points(storage: Storage, segments: Iterable[Segment]) -> dict[str, Notice]:
    """A notice for each segment, by its path, whose metrics file is missing or damaged."""
    damaged = {}
    for segment in segments:
        try:
            read_points(storage, segment)
        except (Damaged, FileNotFoundError) as error:
            reason = "it is missing" if isinstance(error, OSError) else str(error)
            place = segment.metrics_path or segment.path
            damaged[segment.path] = Notice(place, reason, "its segment is not compacted")
    return damaged


def is_compacted(path: str) -> bool:
    """Whether a path is that of a compacted segment's file."""
    name = parse_segment(path)
    return name is not None and name.is_compacted


def _groups(
    sound: Iterable[Segment], purged: frozenset[str], limit: int
) -> Iterator[list[Segment]]:
    """Segments to put together; one alone only when some of it was purged."""
    months: dict[str, list[Segment]] = {}
    for segment in sorted(sound, key=lambda segment: segment.path):
        if segment.is_whole:
            months.setdefault(segment.name.month, []).append(segment)
    for segments in months.values():
        groups: list[list[Segment]] = [[]]
        facts = 0
        for segment in segments:
            own = _facts_in(segment)
            if own > limit // 2:
                groups.insert(0, [segment])
                continue
            if facts + own > limit:
                groups.append([])
                facts = 0
            groups[-1].append(segment)
            facts += own
        for group in groups:
            if len(group) > 1 or (group and holds_purged(group[0], purged)):
                yield group


def _facts_in(segment: Segment) -> int:
    """How many facts a segment has, long ones counted as several."""
    events: pa.Table = segment.events
    return max(segment.footer.facts, int(events.num_rows), int(events.nbytes) // 256)


def holds_purged(segment: Segment, purged: frozenset[str]) -> bool:
    """Whether a segment has facts that were purged."""
    return without_purged(segment.events, purged) is not segment.events


def _parts(coverage: Coverage, events: pa.Table, points: pa.Table) -> pa.Table:
    """The parts of which some fact is left."""
    own = coverage.parts.column("writer_id")
    kept = [pc.is_in(own, value_set=pc.unique(t.column("writer_id"))) for t in (events, points)]
    order = [("writer_id", "ascending"), ("number", "ascending")]
    return coverage.parts.filter(pc.or_(*kept)).sort_by(order).select(PARTS.names)


def _count(storage: Storage) -> int:
    return sum(1 for _ in storage.list(SEGMENTS))
