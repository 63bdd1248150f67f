"""Purging: the one way to erase. Afterwards the hash in ``purged/`` is all that is left.

The hash is written first: from then on no reader shows what it stands for. Then the bytes go; a
purge that died half-way is finished by the next one, by a compaction, or by purging again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from runreport.archive.agreement import disagreeing_segments
from runreport.archive.clock import wall_ms
from runreport.archive.compaction import delete_segments, holds_purged, rewrite, sweep
from runreport.archive.coverage import resolve
from runreport.archive.facts import read_fact
from runreport.archive.known_segments import forget_known
from runreport.archive.layout import ARTIFACTS, EXPERIMENTS, SEGMENTS, parse_segment
from runreport.archive.live import read_journals
from runreport.archive.maintenance import exclusive
from runreport.archive.notices import Notice
from runreport.archive.purged import is_purged, mark_purged, read_purged, without_purged
from runreport.archive.reading import SegmentFiles, read_segments
from runreport.archive.sealing import delete_journal
from runreport.archive.segment import declared_ranges, read_all_points
from runreport.archive.storage import Storage, meant_path
from runreport.archive.user_cache import cache_place
from runreport.errors import Damaged, InvalidState


@dataclass(frozen=True, slots=True)
class Purge:
    """What a purge erased."""

    deleted_files: int
    rewritten: int
    """Segments written anew without the purged facts."""
    notices: tuple[Notice, ...]
    """What could not be looked into, and may still hold some of it."""


def purge(storage: Storage, run_ids: Iterable[str], fact_writers: Iterable[str] = ()) -> Purge:
    """Erase runs, and facts about experiments.

    Args:
        fact_writers: writer ids of the facts about experiments.

    Raises:
        InvalidState: one of the runs is being logged right now; nothing is erased.
        WriteFailed: the disk refused; what was marked stays hidden, purge again for the rest.
    """
    wanted = frozenset(run_ids)
    with exclusive(storage):
        for part in read_journals(storage, wall_ms())[0]:
            busy = wanted & part.content.run_ids if part.is_alive else None
            if busy:
                raise InvalidState(
                    f"Run {min(busy)} is being logged right now. End it first, then purge it."
                )
        for identity in sorted((*wanted, *fact_writers)):
            mark_purged(storage, identity)
        return erase_purged(storage)


def erase_purged(storage: Storage) -> Purge:
    """Delete every byte of what is marked as purged, for a caller who does maintenance alone.

    Raises:
        WriteFailed: the disk refused; what is marked stays hidden.
    """
    is_forgotten = forget_known()
    purged = read_purged(storage)
    files = read_segments(storage)
    deleted = _erase_unfinished(storage, files, purged)
    deleted += _erase_journals(storage, purged)
    notices = [
        Notice(notice.path, notice.problem, "it may still hold what was purged")
        for notice in files.notices
    ]
    if not is_forgotten:
        place = cache_place("")
        notices.append(Notice(place, "it cannot be deleted", "it may still hold what was purged"))
    points_of = partial(read_all_points, storage)
    apart = disagreeing_segments(files.sound, points_of)
    coverage = resolve(files.sound, points_of)
    spare = [s for s in coverage.redundant if holds_purged(s, purged) and s.path not in apart]
    deleted += delete_segments(storage, spare, files.sound)
    by_path = {segment.path: segment for segment in files.sound}
    rewritten = 0
    for counting in coverage.segments:
        segment = by_path[counting.path]
        if not holds_purged(segment, purged):
            continue
        if without_purged(counting.events, purged).num_rows or counting.recovered is not None:
            if rewrite(storage, [segment], purged) is None:
                problem = "it, or its metrics file, is damaged"
                notices.append(
                    Notice(segment.path, problem, "it still holds what was purged, out of sight")
                )
                continue
            rewritten += 1
        deleted += delete_segments(storage, [segment], files.sound)
    deleted += _erase_artifacts(storage, purged)
    deleted += _erase_facts(storage, purged)
    return Purge(deleted, rewritten, tuple(notices))


def _erase_unfinished(storage: Storage, files: SegmentFiles, purged: frozenset[str]) -> int:
    """Delete the half segments that may hold something of what is purged.

    Those of other writers stay: a seal that is at work would fail without its file.
    """
    writers = {
        part.name.writer_id
        for part in read_journals(storage, wall_ms())[0]
        if any(is_purged(run_id, purged) for run_id in part.content.run_ids)
    }
    for segment in files.sound:
        if holds_purged(segment, purged):
            writers.update(declared_ranges(segment).column("writer_id").to_pylist())
    count = sweep(storage, files)
    unfinished = [(f, meant_path(f.path)) for f in storage.list_unfinished(SEGMENTS)]
    for file, meant in (*unfinished, *((f, f.path) for f in files.leftover_metrics)):
        name = parse_segment(meant)
        if name is not None and (name.is_compacted or name.writer_id in writers):
            storage.delete(file.path)
            count += 1
    return count


def _erase_journals(storage: Storage, purged: frozenset[str]) -> int:
    count = 0
    for part in read_journals(storage, wall_ms())[0]:
        if not part.is_alive and any(is_purged(run_id, purged) for run_id in part.content.run_ids):
            delete_journal(storage, part.name)
            count += 1
    return count


def _erase_artifacts(storage: Storage, purged: frozenset[str]) -> int:
    count = 0
    for file in (*storage.list(ARTIFACTS), *storage.list_unfinished(ARTIFACTS)):
        run_id = file.path.split("/")[1]
        if is_purged(run_id, purged):
            storage.delete(file.path)
            storage.prune(f"{ARTIFACTS}/{run_id}")
            count += 1
    return count


def _erase_facts(storage: Storage, purged: frozenset[str]) -> int:
    count = 0
    for file in list(storage.list(EXPERIMENTS)):
        try:
            writer_id = read_fact(storage, file.path).writer_id
        except (Damaged, OSError):
            continue
        if is_purged(writer_id, purged):
            storage.delete(file.path)
            storage.prune(file.path.rpartition("/")[0])
            count += 1
    return count
