"""Sealing: a finished journal becomes a segment. Idempotent, so a crash at any moment is safe.

A journal is deleted only after the segment made from it is committed. One with damaged lines that
no other copy has is kept beside its segment, because it is the only witness of what they were.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runreport.archive.artifact_logging import unrecorded_artifacts
from runreport.archive.intervals import covers, inverse, ranges_text
from runreport.archive.journal import JournalName
from runreport.archive.journal_reading import JournalContent, missed_lines, read_journal
from runreport.archive.schema import sort_points, summary_events
from runreport.archive.segment import write_segment
from runreport.archive.storage import Storage
from runreport.errors import ArchiveError

if TYPE_CHECKING:
    from runreport.archive.coverage import Coverage


@dataclass(frozen=True, slots=True)
class Seal:
    """What became of one journal."""

    journal: str
    segment: str | None
    """The events file written; None when the journal held no whole fact that was not sealed."""
    facts: int
    torn_bytes: int
    damaged_lines: tuple[int, ...]


def seal_journal(
    storage: Storage,
    name: JournalName,
    *,
    sealed: Coverage | None = None,
    recorded: Collection[str] = (),
    is_final: bool = True,
    keep_journal: bool = False,
    durable: bool = True,
) -> Seal:
    """Turn the journal of a finished or dead writer into a segment and delete it.

    Args:
        sealed: what is sealed already, since an earlier seal may have died after its commit.
            The writer itself knows that there is nothing.
        recorded: paths of artifacts that other journals of the run have recorded.
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
    held = sealed.ranges_of(name) if sealed is not None else []
    is_covered = covers(held, content.ranges)
    segment = None
    if not is_covered:
        segment = _write(storage, name, content, recorded, is_final=is_final, durable=durable)
    missed = missed_lines(content, [*held, *content.ranges])
    if not missed and (is_covered or not keep_journal):
        delete_journal(storage, name)
    facts = len(content.events) + len(content.points)
    numbers = tuple(line.number for line in missed)
    return Seal(name.path, segment, facts, content.torn_bytes, numbers)


def delete_journal(storage: Storage, name: JournalName) -> None:
    """Remove a journal whose facts are in a segment, and its lock."""
    storage.delete(name.path)
    storage.delete(name.lock_path)


def _write(
    storage: Storage,
    name: JournalName,
    content: JournalContent,
    recorded: Collection[str],
    *,
    is_final: bool,
    durable: bool,
) -> str | None:
    points = sort_points(content.points)
    events = list(content.events)
    experiment_id = content.header.experiment_id if content.header is not None else "0"
    if events:
        experiment_id = events[0].experiment_id
    ranges = content.ranges
    if not ranges:
        return None
    counter = content.clock
    if is_final and content.header is not None and content.header.run_id is not None:
        own = {event.key for event in events if event.kind == "artifact" and event.key}
        events += unrecorded_artifacts(
            storage,
            content.header.run_id,
            own.union(recorded),
            journal=name.path,
            since_ms=content.header.time,
            counter=counter,
            time_ms=max([event.time for event in events] + [point.time for point in points]),
            experiment_id=experiment_id,
        )
    events += summary_events(points, experiment_id, counter)
    written = write_segment(
        storage,
        name.writer_id,
        name.number,
        events,
        points,
        first_seq=ranges[0][0],
        last_seq=ranges[-1][1],
        facts=len(content.events) + len(content.points),
        gaps=ranges_text(inverse(ranges)),
        lost=ranges_text(content.lost),
        durable=durable,
    )
    return written.path
