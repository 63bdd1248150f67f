"""Sealing: a finished journal becomes a segment. Idempotent, so a crash at any moment is safe.

A journal is deleted only after the segment made from it is committed. One with damaged lines is
kept beside its segment, because it is the only witness of what those lines were.
"""

from __future__ import annotations

from dataclasses import dataclass

from runreport.archive.artifacts import unrecorded_artifacts
from runreport.archive.clock import boot_id, host_name
from runreport.archive.journal import SILENCE_MS, JournalContent, JournalName, read_journal
from runreport.archive.layout import SEGMENTS, parse_segment
from runreport.archive.reading import Notice, read_journals
from runreport.archive.schema import sort_points, summary_events
from runreport.archive.segment import Segment, read_segment, write_segment
from runreport.archive.storage import LocalStorage
from runreport.errors import ArchiveError


@dataclass(frozen=True, slots=True)
class Seal:
    """What became of one journal."""

    journal: str
    segment: str | None
    """None when it held no whole fact."""
    facts: int
    torn_bytes: int
    damaged_lines: tuple[int, ...]


def seal_journal(
    storage: LocalStorage,
    name: JournalName,
    *,
    is_retry: bool = False,
    is_final: bool = True,
    keep_journal: bool = False,
    durable: bool = True,
) -> Seal:
    """Turn the journal of a finished or dead writer into a segment and delete it.

    Args:
        is_retry: an earlier seal may have died after its commit, so look for its segment first.
            The writer itself knows that there is none.
        is_final: the writer has ended; files that another tool left in the run's artifact folder
            are then recorded.
        keep_journal: the writer may still be at work where its lock is not seen, so its journal
            stays until a later seal finds nothing new in it.
        durable: sync before the commit; off only to measure.

    Raises:
        WriteFailed: the journal is untouched and can be sealed later.
        ArchiveError: a newer runreport wrote the journal.
    """
    content = read_journal(storage.read(name.path), name)
    if content.is_newer:
        raise ArchiveError(f"{name.path} is of a newer format. Upgrade runreport to seal it.")
    earlier = find_segment(storage, name) if is_retry else None
    is_covered = earlier is not None and earlier.footer.last_seq >= _last_seq(content)
    if earlier is not None and is_covered:
        segment: str | None = earlier.path
    else:
        segment = _write(storage, name, content, is_final=is_final, durable=durable)
    if not content.damaged_lines and (is_covered or not keep_journal):
        storage.delete(name.path)
        storage.delete(name.lock_path)
    facts = len(content.events) + len(content.points)
    return Seal(name.path, segment, facts, content.torn_bytes, content.damaged_lines)


def _last_seq(content: JournalContent) -> int:
    return max([e.seq for e in content.events] + [p.seq for p in content.points], default=-1)


def find_segment(storage: LocalStorage, name: JournalName) -> Segment | None:
    """The sound segment already sealed from this journal that covers most, if there is one."""
    found_segments = []
    for file in storage.list(SEGMENTS):
        found = parse_segment(file.path)
        if (
            found is not None
            and found.table == "events"
            and (found.writer_id, found.number) == (name.writer_id, name.number)
        ):
            try:
                found_segments.append(read_segment(storage, file.path))
            except ArchiveError:
                continue
    return max(found_segments, key=lambda segment: segment.footer.last_seq, default=None)


def _write(
    storage: LocalStorage,
    name: JournalName,
    content: JournalContent,
    *,
    is_final: bool,
    durable: bool,
) -> str | None:
    points = sort_points(content.points)
    events = list(content.events)
    experiment_id = content.header.experiment_id if content.header is not None else "0"
    if events:
        experiment_id = events[0].experiment_id
    seqs = [event.seq for event in events] + [point.seq for point in points]
    if not seqs:
        return None
    counter = max((event.counter for event in events), default=0)
    if is_final and content.header is not None and content.header.run_id is not None:
        recorded = {event.key for event in events if event.kind == "artifact" and event.key}
        events += unrecorded_artifacts(
            storage,
            content.header.run_id,
            recorded,
            since_ms=content.header.time,
            writer_id=name.writer_id,
            first_seq=max(seqs) + 1,
            counter=counter,
            time_ms=max([event.time for event in events] + [point.time for point in points]),
            experiment_id=experiment_id,
        )
    events += summary_events(points, experiment_id, counter)
    return write_segment(storage, name.writer_id, name.number, events, points, durable=durable)


def seal_dead_journals(
    storage: LocalStorage,
    *,
    now_ms: int,
    run_id: str | None = None,
    silence_ms: int = SILENCE_MS,
) -> tuple[list[Seal], list[Notice]]:
    """Seal the journals whose writers are gone.

    Args:
        run_id: only those of this run.

    Returns:
        What was sealed, and a notice for each journal that could not be.
    """
    seals, failures = [], []
    for part in read_journals(storage, [], now_ms, silence_ms):
        header = part.content.header
        if part.is_alive or (run_id is not None and (header is None or header.run_id != run_id)):
            continue
        here = (host_name(), boot_id())
        is_foreign = header is None or (header.host, header.boot_id) != here
        try:
            seals.append(seal_journal(storage, part.name, is_retry=True, keep_journal=is_foreign))
        except (ArchiveError, OSError) as error:
            failures.append(Notice(part.name.path, str(error), "it stays as it is"))
    return seals, failures
