"""Purging: the one way to erase. Afterwards the hash in ``purged/`` is all that is left.

The hash is written first: from then on no reader shows what it stands for. Then the bytes go; a
purge that died half-way is finished by the next one, by a compaction, or by purging again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from runreport.archive.clock import wall_ms
from runreport.archive.compaction import delete_segments, holds_purged, rewrite, sweep
from runreport.archive.facts import decode_fact
from runreport.archive.layout import ARTIFACTS, EXPERIMENTS
from runreport.archive.live import read_journals
from runreport.archive.maintenance import exclusive
from runreport.archive.notices import Notice
from runreport.archive.purged import is_purged, mark_purged, read_purged, without_purged
from runreport.archive.reading import read_segments
from runreport.archive.sealing import delete_journal
from runreport.archive.storage import Storage
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
        return _erase(storage)


def _erase(storage: Storage) -> Purge:
    """Delete every byte of what is marked as purged."""
    purged = read_purged(storage)
    deleted = _erase_journals(storage, purged)
    files = read_segments(storage)
    deleted += sweep(storage, files, age_ms=0)
    notices = [
        Notice(notice.path, notice.problem, "it may still hold what was purged")
        for notice in files.notices
    ]
    rewritten = 0
    for segment in files.sound:
        if not holds_purged(segment, purged):
            continue
        if without_purged(segment.events, purged).num_rows:
            if rewrite(storage, [segment], purged) is None:
                problem = "it, or its metrics file, is damaged"
                notices.append(
                    Notice(segment.path, problem, "it still holds what was purged, out of sight")
                )
                continue
            rewritten += 1
        deleted += delete_segments(storage, [segment])
    deleted += _erase_artifacts(storage, purged)
    deleted += _erase_facts(storage, purged)
    return Purge(deleted, rewritten, tuple(notices))


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
            writer_id = decode_fact(storage.read(file.path)).writer_id
        except (Damaged, OSError):
            continue
        if is_purged(writer_id, purged):
            storage.delete(file.path)
            storage.prune(file.path.rpartition("/")[0])
            count += 1
    return count
