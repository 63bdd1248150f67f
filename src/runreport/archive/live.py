"""The journals in ``live/``: what they hold, whose writers live, and what is wrong with them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from runreport.archive import schema
from runreport.archive.clock import boot_id, host_name
from runreport.archive.coverage import Coverage
from runreport.archive.intervals import Range
from runreport.archive.journal import SILENCE_MS, JournalName, list_journals
from runreport.archive.journal_reading import (
    JournalContent,
    is_alive,
    missed_lines,
    read_journal,
)
from runreport.archive.layout import FORMAT
from runreport.archive.notices import Notice
from runreport.archive.purged import is_purged
from runreport.archive.storage import Storage
from runreport.events import Event


@dataclass(frozen=True, slots=True)
class JournalPart:
    """A journal that is still in ``live/``."""

    name: JournalName
    content: JournalContent
    is_alive: bool


def read_journals(
    storage: Storage, now_ms: int, silence_ms: int = SILENCE_MS
) -> tuple[list[JournalPart], list[Notice]]:
    """The journals in ``live/``, and what is wrong with them."""
    host, boot = host_name(), boot_id()
    parts: list[JournalPart] = []
    notices: list[Notice] = []
    for name, file in list_journals(storage):
        # Asked before reading: a writer that ends in between has then still written everything.
        is_locked = storage.is_locked(name.lock_path)
        try:
            content = read_journal(storage.read(name.path), name)
        except FileNotFoundError:
            continue  # sealed since the listing; its segment is read below
        except OSError as error:
            problem = f"it cannot be read: {error.strerror or error}"
            notices.append(Notice(name.path, problem, "it is left out"))
            continue
        if content.is_newer:
            problem = f"it is of a newer format than this runreport reads (up to {FORMAT})"
            notices.append(Notice(name.path, problem, "upgrade runreport to see its facts"))
        alive = is_alive(
            content,
            is_locked=is_locked,
            modified_ms=file.modified_ms,
            now_ms=now_ms,
            host=host,
            boot_id=boot,
            silence_ms=silence_ms,
        )
        parts.append(JournalPart(name, content, alive))
    return parts, notices


def journal_notices(part: JournalPart, coverage: Coverage) -> Iterator[Notice]:
    """What of a journal is lost: not what another copy of it has, nor what its writer told."""
    path, content = part.name.path, part.content
    for line in missed_lines(content, coverage.ranges_of(part.name)):
        problem = f"line {line.number} is not as a writer writes it"
        yield Notice(path, problem, "its facts are left out")
    if content.torn_bytes and (content.header is None or not part.is_alive):
        problem = f"its last line is unfinished ({content.torn_bytes:,} bytes)"
        yield Notice(path, problem, "a call that never returned is left out")


def unsealed(part: JournalPart, coverage: Coverage) -> JournalPart:
    """A journal without the facts that a segment sealed from it holds already."""
    sealed = coverage.ranges_of(part.name)
    if not sealed:
        return part
    left = _Outside(sealed)
    content = part.content._replace(
        events=[event for event in part.content.events if event.seq in left],
        points=[point for point in part.content.points if point.seq in left],
    )
    return JournalPart(part.name, content, part.is_alive)


class _Outside:
    """The numbers that lie in none of some sorted ranges."""

    def __init__(self, ranges: list[Range]) -> None:
        self._starts = [low for low, _ in ranges]
        self._ends = [high for _, high in ranges]

    def __contains__(self, number: int) -> bool:
        place = bisect_right(self._starts, number) - 1
        return place < 0 or number > self._ends[place]


def unpurged(part: JournalPart, purged: frozenset[str]) -> JournalPart:
    """A journal without the facts of runs that were purged."""
    if not purged:
        return part
    content = part.content._replace(
        events=[e for e in part.content.events if not is_purged(e.run_id, purged)],
        points=[p for p in part.content.points if not is_purged(p.run_id, purged)],
    )
    return JournalPart(part.name, content, part.is_alive)


def live_events(parts: Iterable[JournalPart]) -> list[Event]:
    """The events of journals, their metrics summed up as a seal would."""
    events: list[Event] = []
    for part in parts:
        events += part.content.events
        events += _live_summaries(part)
    return events


def _live_summaries(part: JournalPart) -> list[Event]:
    header, events = part.content.header, part.content.events
    experiment_id = events[0].experiment_id if events else "0"
    if header is not None:
        experiment_id = header.experiment_id
    points = schema.sort_points(part.content.points)
    return schema.summary_events(points, experiment_id, part.content.clock)
