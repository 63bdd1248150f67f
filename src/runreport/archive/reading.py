"""Reading a whole archive: every event, which journals live, and what had to be left out.

Nothing is repaired and nothing hidden: a damaged file costs its own facts and leaves a notice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
from runreport.archive.segment import Segment, read_points, read_segment
from runreport.archive.storage import LocalStorage
from runreport.errors import ArchiveError, Damaged
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


def read_metric_points(
    snapshot: Snapshot, runs: Iterable[str] | None = None
) -> tuple[pa.Table, tuple[Notice, ...]]:
    """The metric points of some runs (default: all), in no particular order, maybe repeated.

    Returns:
        The points, and a notice for each metrics file that had to be left out.
    """
    import pyarrow.compute as pc

    wanted = None if runs is None else pa.array(sorted(set(runs)), pa.string())
    tables, notices = [], []
    for segment in snapshot.segments:
        if segment.footer.metrics is None:
            continue
        if wanted is not None:
            held = segment.events.column("run_id")
            if not pc.any(pc.is_in(held, value_set=wanted)).as_py():
                continue
        try:
            table = read_points(snapshot.storage, segment)
        except Damaged as error:
            path = segment.metrics_path or segment.path
            notices.append(Notice(path, str(error), "its curves are left out"))
            continue
        tables.append(table if wanted is None else _only(table, wanted))
    live = [point for part in snapshot.journals for point in part.content.points]
    if live:
        table = schema.metric_table(live)
        tables.append(table if wanted is None else _only(table, wanted))
    points = pa.concat_tables(tables) if tables else schema.METRICS.empty_table()
    return points, tuple(notices)


def _only(table: pa.Table, runs: pa.Array) -> pa.Table:
    import pyarrow.compute as pc

    return table.filter(pc.is_in(table.column("run_id"), value_set=runs))


def _read_segments(
    storage: LocalStorage,
    notices: list[Notice],
    progress: Callable[[int, int], None] | None,
) -> tuple[tuple[Segment, ...], dict[JournalName, list[tuple[int, int]]]]:
    segments: list[Segment] = []
    sealed: dict[JournalName, list[tuple[int, int]]] = {}
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
        segments.append(segment)
        footer = segment.footer
        key = JournalName(footer.writer_id, footer.number)
        sealed.setdefault(key, []).append((footer.first_seq, footer.last_seq))
    known = {segment.metrics_path for segment in segments}
    sound_or_damaged = {(n.writer_id, n.number) for _, n in names if n and n.table == "events"}
    for path, name in names:
        if name is None or name.table != "metrics" or path in known:
            continue
        if (name.writer_id, name.number) not in sound_or_damaged:
            notices.append(
                Notice(path, "no events file commits this metrics file", "it is left out")
            )
    return tuple(segments), sealed


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
            notices.append(Notice(name.path, f"it cannot be read: {error}", "it is left out"))
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
        Notice(path, f"line {line} does not match its checksum", "its facts are left out")
        for line in content.damaged_lines
    ]
    if content.torn_bytes and not is_alive:
        problem = f"its last line is unfinished ({content.torn_bytes:,} bytes)"
        notices.append(Notice(path, problem, "a call that never returned is left out"))
    return notices


def _without_sealed(
    part: JournalPart, sealed: dict[JournalName, list[tuple[int, int]]]
) -> JournalPart:
    """A journal without the facts that a segment sealed from it holds already."""
    ranges = sealed.get(part.name)
    if not ranges:
        return part
    content = part.content._replace(
        events=[e for e in part.content.events if not _is_within(e.seq, ranges)],
        points=[p for p in part.content.points if not _is_within(p.seq, ranges)],
    )
    return JournalPart(part.name, content, part.is_alive)


def _is_within(seq: int, ranges: list[tuple[int, int]]) -> bool:
    return any(first <= seq <= last for first, last in ranges)


def _live_summaries(part: JournalPart) -> list[Event]:
    header, events = part.content.header, part.content.events
    experiment_id = events[0].experiment_id if events else "0"
    if header is not None:
        experiment_id = header.experiment_id
    counter = max((event.counter for event in events), default=0)
    return schema.summary_events(schema.sort_points(part.content.points), experiment_id, counter)
