"""Compaction: many small segments become few large ones, and no answer changes.

The new segment is committed, read back and compared before what it replaces is deleted, and its
footer names that, so a crash at any moment, or an old copy merged back, harms nothing. Its name is
made of the names of what went into it: two compactions of the same files write the same file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.clock import wall_ms
from runreport.archive.coverage import Coverage, recovered_summaries, resolve
from runreport.archive.footer import PARTS, SegmentFooter
from runreport.archive.journal import JournalName
from runreport.archive.layout import COMPACTED_PREFIX, FORMAT, SEGMENTS, SegmentName, parse_segment
from runreport.archive.maintenance import exclusive
from runreport.archive.notices import Notice
from runreport.archive.ordering import sort_table
from runreport.archive.purged import read_purged, without_purged
from runreport.archive.reading import SegmentFiles, read_segments
from runreport.archive.schema import CODED_METRICS, EVENTS, METRICS, event_table
from runreport.archive.segment import Segment, read_points, read_segment, write_tables
from runreport.archive.storage import Storage
from runreport.errors import ArchiveError, Damaged

GROUP_FACTS = 2_000_000
"""Segments of one month are put together up to so many facts; bounds the memory it takes."""
LEFTOVER_MS = 60 * 60 * 1000
"""Files that belong to nothing are deleted when they are as old as this."""

_EVENT_ORDER = ("run_id", "kind", "key", "writer_id", "seq")
_POINT_ORDER = ("run_id", "key", "step", "time", "writer_id", "seq")


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

    A damaged segment, and one whose metrics file is, stays as it is.

    Raises:
        WriteFailed: the disk refused; nothing is lost.
        InvalidState: another compaction, purge or merge took longer than ``wait_seconds``.
    """
    with exclusive(storage, patience_seconds=wait_seconds):
        before = _count(storage)
        files = read_segments(storage)
        purged = read_purged(storage)
        written: list[str] = []
        replaced = 0
        deleted = sweep(storage, files)
        notices = set(files.notices)
        for group in _groups(files, purged, group_facts):
            name, sound, damaged = _rewrite_sound(storage, group, purged)
            notices.update(damaged)
            if name is not None:
                written.append(name.path)
                replaced += len(sound)
                deleted += delete_segments(storage, sound)
        after = _count(storage)
        found = tuple(sorted(notices))
        return Compaction(tuple(written), replaced, deleted, before, after, found)


def _rewrite_sound(
    storage: Storage, group: list[Segment], purged: frozenset[str]
) -> tuple[SegmentName | None, list[Segment], list[Notice]]:
    """Rewrite what is sound of a group: the new segment, what is in it, and what is damaged."""
    name = rewrite(storage, group, purged)
    if name is not None:
        return name, group, []
    damaged = _damaged_points(storage, group)
    sound = [segment for segment in group if segment.path not in damaged]
    if damaged and len(sound) > 1:
        name = rewrite(storage, sound, purged)
    return name, sound, list(damaged.values())


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
    coverage = resolve(group)
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
    tables.append(event_table(recovered_summaries(storage, coverage.segments)))
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
    name = write_tables(
        target or storage,
        group[0].name.month,
        footer,
        sort_table(events, _EVENT_ORDER),
        sort_table(metrics, _POINT_ORDER),
    )
    try:
        made = read_segment(target or storage, name)
        found = read_points(target or storage, made)
    except (ArchiveError, FileNotFoundError):
        return None
    same = (made.events.num_rows, found.num_rows) == (events.num_rows, metrics.num_rows)
    return name if same else None


def delete_segments(storage: Storage, segments: Iterable[Segment]) -> int:
    """Delete segments whose facts stand elsewhere; returns the number of files.

    The metrics file goes first: without its events file it would look like a loss.
    """
    count = 0
    for segment in segments:
        for path in (segment.metrics_path, segment.path):
            if path is not None:
                storage.delete(path)
                count += 1
    return count


def sweep(storage: Storage, files: SegmentFiles, *, age_ms: int = LEFTOVER_MS) -> int:
    """Delete what is in the way and holds no fact of its own; returns the number of files.

    That is segments a sound compacted one has replaced, metrics files that were never committed
    and unfinished files.

    Args:
        age_ms: what is younger may still be at work.
    """
    latest = wall_ms() - age_ms
    count = 0
    for name in files.replaced if files.replaced and _are_sound(storage, files.sound) else ():
        try:
            count += delete_segments(storage, [read_segment(storage, name)])
        except (ArchiveError, FileNotFoundError):  # its metrics file goes the next time
            storage.delete(name.path)
            count += 1
    leftovers = [*files.leftover_metrics, *storage.list_unfinished(SEGMENTS)]
    leftovers = [file for file in leftovers if not _has_journal(storage, file.path)]
    for file in leftovers:
        if file.modified_ms <= latest:
            storage.delete(file.path)
            count += 1
    return count


def _are_sound(storage: Storage, segments: Iterable[Segment]) -> bool:
    """Whether the compacted segments have every point they are to have."""
    return not _damaged_points(storage, (s for s in segments if s.footer.compacted is not None))


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


def _has_journal(storage: Storage, path: str) -> bool:
    """Whether a metrics file may belong to a seal that is about to commit it."""
    name = parse_segment(path)
    if name is None or name.is_compacted:
        return False
    return storage.exists(JournalName(name.writer_id, name.number).path)


def _groups(files: SegmentFiles, purged: frozenset[str], limit: int) -> Iterator[list[Segment]]:
    """Segments to put together; one alone only when some of it was purged."""
    months: dict[str, list[Segment]] = {}
    for segment in sorted(files.sound, key=lambda segment: segment.path):
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
