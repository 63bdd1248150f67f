"""Reading a whole archive: every event, which journals live, and what had to be left out.

Nothing is repaired and nothing hidden: a damaged file costs its own facts and leaves a notice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from runreport.archive import schema
from runreport.archive.clock import boot_id, host_name, wall_ms
from runreport.archive.facts import read_facts
from runreport.archive.journal import (
    SILENCE_MS,
    JournalContent,
    JournalName,
    is_alive,
    list_journals,
    read_journal,
)
from runreport.archive.layout import FORMAT, SEGMENTS, parse_segment
from runreport.archive.segment import Segment, read_segment
from runreport.archive.storage import LocalStorage
from runreport.errors import ArchiveError
from runreport.events import Event


@dataclass(frozen=True, slots=True, order=True)
class Notice:
    """Something a reader left out or could not be sure of, said once."""

    path: str
    problem: str
    consequence: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}; {self.consequence}"


@dataclass(frozen=True, slots=True)
class JournalPart:
    """A journal that is still in ``live/``."""

    name: JournalName
    content: JournalContent
    is_alive: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that an archive held at one moment."""

    storage: LocalStorage
    events: pa.Table
    """Every event, facts read twice included; see `query.fold`."""
    segments: tuple[Segment, ...]
    journals: tuple[JournalPart, ...]
    notices: tuple[Notice, ...]

    @property
    def alive_runs(self) -> frozenset[str]:
        """Runs some writer of which is still at work."""
        return frozenset(
            part.content.header.run_id
            for part in self.journals
            if part.is_alive and part.content.header is not None and part.content.header.run_id
        )


def read_archive(
    storage: LocalStorage,
    *,
    now_ms: int | None = None,
    silence_ms: int = SILENCE_MS,
    progress: Callable[[int, int], None] | None = None,
) -> Snapshot:
    """Read all events of an archive.

    Args:
        now_ms: decides whether a journal of another host is silent for too long.
        progress: called with (files read, files in all).
    """
    notices: list[Notice] = []
    now = wall_ms() if now_ms is None else now_ms
    # Journals before segments: one that is sealed meanwhile is then read twice, never missed.
    live = read_journals(storage, notices, now, silence_ms)
    segments, sealed = _read_segments(storage, notices, progress)
    journals = tuple(_without_sealed(part, sealed) for part in live)
    facts, problems = read_facts(storage)
    notices += [Notice(path, problem, "this fact is left out") for path, problem in problems]
    loose = list(facts)
    for part in journals:
        loose += part.content.events
        loose += _live_summaries(part)
    tables = [segment.events for segment in segments]
    if loose:
        tables.append(schema.event_table(loose))
    events = pa.concat_tables(tables) if tables else schema.EVENTS.empty_table()
    return Snapshot(storage, events, segments, journals, tuple(sorted(set(notices))))


def _read_segments(
    storage: LocalStorage,
    notices: list[Notice],
    progress: Callable[[int, int], None] | None,
) -> tuple[tuple[Segment, ...], dict[JournalName, tuple[int, int]]]:
    sound: list[Segment] = []
    files = list(storage.list(SEGMENTS))
    names = [(file.path, parse_segment(file.path)) for file in files]
    for done, (path, name) in enumerate(names, start=1):
        if progress is not None:
            progress(done, len(names))
        if name is None:
            notices.append(Notice(path, "it is no segment file", "it is left out"))
            continue
        if name.table != "events":
            continue
        try:
            segment = read_segment(storage, path)
        except ArchiveError as error:
            notices.append(Notice(path, str(error).rstrip("."), "its facts are left out"))
            continue
        sound.append(segment)
    known = {segment.metrics_path for segment in sound}
    segments = _one_of_each(sound)
    sealed = {
        JournalName(s.footer.writer_id, s.footer.number): (s.footer.first_seq, s.footer.last_seq)
        for s in segments
    }
    sound_or_damaged = {(n.writer_id, n.number) for _, n in names if n and n.table == "events"}
    for path, name in names:
        if name is None or name.table != "metrics" or path in known:
            continue
        if (name.writer_id, name.number) not in sound_or_damaged:
            notices.append(
                Notice(path, "no events file commits this metrics file", "it is left out")
            )
    return segments, sealed


def _one_of_each(segments: list[Segment]) -> tuple[Segment, ...]:
    """Of several segments of one journal the one that covers most of it.

    A journal may be copied while it grows and sealed on both sides; every such segment holds a
    prefix of the longest.
    """
    best: dict[tuple[str, int], Segment] = {}
    for segment in sorted(segments, key=lambda s: (s.footer.last_seq, s.events.num_rows, s.path)):
        best[segment.footer.writer_id, segment.footer.number] = segment
    return tuple(sorted(best.values(), key=lambda segment: segment.path))


def read_journals(
    storage: LocalStorage, notices: list[Notice], now_ms: int, silence_ms: int
) -> list[JournalPart]:
    """The journals in ``live/``, with what is wrong with them added to ``notices``."""
    host, boot = host_name(), boot_id()
    parts = []
    for name, file in list_journals(storage):
        # Asked before reading: a writer that ends in between has then still written everything.
        is_locked = storage.is_locked(name.lock_path)
        try:
            content = read_journal(storage.read(name.path), name)
        except FileNotFoundError:
            continue  # sealed since the listing; its segment is read below
        except OSError as error:
            notices.append(
                Notice(name.path, f"it cannot be read: {error.strerror}", "it is left out")
            )
            continue
        alive = is_alive(
            content,
            is_locked=is_locked,
            modified_ms=file.modified_ms,
            now_ms=now_ms,
            host=host,
            boot_id=boot,
            silence_ms=silence_ms,
        )
        notices += _journal_notices(name.path, content, alive)
        parts.append(JournalPart(name, content, alive))
    return parts


def _journal_notices(path: str, content: JournalContent, is_alive: bool) -> list[Notice]:
    if content.is_newer:
        problem = f"it is of a newer format than this runreport reads (up to {FORMAT})"
        return [Notice(path, problem, "upgrade runreport to see its facts")]
    notices = [
        Notice(path, f"line {line} is not as a writer writes it", "its facts are left out")
        for line in content.damaged_lines
    ]
    if content.torn_bytes and not is_alive:
        problem = f"its last line is unfinished ({content.torn_bytes:,} bytes)"
        notices.append(Notice(path, problem, "a call that never returned is left out"))
    return notices


def _without_sealed(part: JournalPart, sealed: dict[JournalName, tuple[int, int]]) -> JournalPart:
    """A journal without the facts that a segment sealed from it holds already."""
    if part.name not in sealed:
        return part
    first, last = sealed[part.name]
    content = part.content._replace(
        events=[e for e in part.content.events if not first <= e.seq <= last],
        points=[p for p in part.content.points if not first <= p.seq <= last],
    )
    return JournalPart(part.name, content, part.is_alive)


def _live_summaries(part: JournalPart) -> list[Event]:
    header, events = part.content.header, part.content.events
    experiment_id = events[0].experiment_id if events else "0"
    if header is not None:
        experiment_id = header.experiment_id
    counter = max((event.counter for event in events), default=0)
    return schema.summary_events(schema.sort_points(part.content.points), experiment_id, counter)
