"""Reading a journal: what its lines say, what is wrong with them, and whether its writer lives."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from runreport.archive.clock import LOGICAL_BITS, greatest_counter
from runreport.archive.intervals import (
    Range,
    covers,
    parse_ranges,
    ranges_of,
    subtract,
    unite,
)
from runreport.archive.journal import SILENCE_MS, Header, JournalName
from runreport.archive.layout import FORMAT
from runreport.archive.rules import problem_of
from runreport.events import Event, Point

_SPELLED = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class DamagedLine(NamedTuple):
    """A line that is not as a writer writes it."""

    number: int
    """From 1."""
    after: int | None
    """The last fact before it, -1 at the beginning of a writer's first journal; None where that
    is not known."""
    before: int | None
    """The first fact behind it; None where there is none."""
    is_last: bool = False
    """Whether it is the only one behind the last fact. A line is copied whole or not at all, so
    who has the fact that follows has all of this line."""

    def facts(self) -> Range | None:
        """The facts that it and damaged lines beside it held; None where that is not known."""
        if self.after is not None and self.is_last:
            return self.after + 1, self.after + 1
        if self.before is None:
            return None
        if self.after is None:  # where a later journal begins is not known: the last of them
            return self.before - 1, self.before - 1
        return (self.after + 1, self.before - 1) if self.before > self.after + 1 else None


class JournalContent(NamedTuple):
    """What a journal holds, and what could not be read of it."""

    header: Header | None
    """None when its line is damaged; the facts are there all the same."""
    events: list[Event]
    points: list[Point]
    torn_bytes: int
    """Length of an unfinished last line: a call that never returned."""
    damaged: tuple[DamagedLine, ...]
    is_newer: bool
    """Written in a format this reader does not know."""
    reported: tuple[Range, ...] = ()
    """Facts that the writer reported as lost when it was asked to log them."""

    @property
    def damaged_lines(self) -> tuple[int, ...]:
        """Numbers (from 1) of lines that are not as a writer writes them."""
        return tuple(line.number for line in self.damaged)

    @property
    def ranges(self) -> list[Range]:
        """Its facts, as ranges."""
        seqs = [event.seq for event in self.events]
        seqs += [point.seq for point in self.points]
        return ranges_of(seqs)

    @property
    def last_seq(self) -> int:
        """Of its facts; -1 when there are none."""
        seqs = [event.seq for event in self.events]
        return max(seqs + [point.seq for point in self.points], default=-1)

    @property
    def clock(self) -> int:
        """The reading that summaries of its points get: its last event's. Points have no clock,
        and their times may be made up."""
        begun = 0 if self.header is None else max(self.header.time, 0) << LOGICAL_BITS
        latest = max((event.counter for event in self.events), default=begun)
        return min(latest, greatest_counter())

    @property
    def lost(self) -> list[Range]:
        """Of what was reported as lost, what is not there: a call may have failed after all was
        written."""
        return subtract(unite(self.reported), self.ranges)

    @property
    def run_ids(self) -> frozenset[str]:
        """The runs its facts are about."""
        runs = {event.run_id for event in self.events} | {point.run_id for point in self.points}
        if self.header is not None:
            runs.add(self.header.run_id)
        return frozenset(run_id for run_id in runs if run_id is not None)


def read_journal(data: bytes, name: JournalName) -> JournalContent:
    """All facts of a journal's bytes, with what was torn or damaged counted, never hidden."""
    reading = _Reading(name)
    whole, line_feed, torn = data.rpartition(b"\n")
    for number, line in enumerate(whole.split(b"\n") if line_feed else (), start=1):
        if line:
            reading.take(number, line)
    if reading.is_newer:
        return JournalContent(None, [], [], 0, (), True)
    return reading.content(len(torn))


def missed_lines(content: JournalContent, held: list[Range]) -> list[DamagedLine]:
    """The damaged lines whose facts nothing else has.

    Args:
        held: the facts of this journal that other files have.
    """
    known = [*content.ranges, *held, *content.lost]
    return [line for line in content.damaged if not _is_told(line, content, held, known)]


def _is_told(
    line: DamagedLine, content: JournalContent, held: list[Range], known: list[Range]
) -> bool:
    """Whether what a damaged line held stands elsewhere."""
    if line.number == 1:  # the header, which nobody needs once every fact is sealed
        return covers(held, content.ranges)
    if line.is_last and line.after is None:  # all that there is of a later journal
        return bool(held)
    facts = line.facts()
    return facts is not None and covers(known, [facts])


class _Reading:
    """What the lines of a journal have come to until now."""

    def __init__(self, name: JournalName) -> None:
        self.writer_id = name.writer_id
        self.header: Header | None = None
        self.events: list[Event] = []
        self.points: list[Point] = []
        self.damaged: list[DamagedLine] = []
        self.reported: list[Range] = []
        self.is_newer = False
        self._read_point = _point_reader(name.writer_id)
        self._greatest = greatest_counter()
        self._last: int | None = -1 if name.number == 0 else None
        self._open: list[int] = []
        """Damaged lines since the last whole one."""

    def take(self, number: int, line: bytes) -> None:
        """Read one line."""
        point = self._read_point(line)
        if point is not None and self._is_next(point.seq):
            self.points.append(point)
            self._saw(point.seq, point.seq)
            return
        record = _decode_line(line)
        try:
            if record is None:
                raise ValueError(line)
            self._take_record(record)
        except (
            KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError,
            RecursionError,
        ):  # fmt: skip
            self._open.append(number)

    def _take_record(self, record: dict[str, Any]) -> None:
        if "header" in record:
            self.is_newer = self.is_newer or _int64(record["header"]["format"]) > FORMAT
            self.header = None if self.is_newer else _read_header(record["header"])
            self._saw(None, None)
        elif "lost" in record:
            self.reported += parse_ranges(_text(record["lost"]))
            # So many lines before this one are what was left of calls that raised.
            del self._open[max(0, len(self._open) - _int64(record["torn"])) :]
        elif record["kind"] == "metric":
            points = list(_read_points(record, self.writer_id))
            if not self._is_next(points[0].seq):
                raise ValueError(points[0].seq)
            self.points += points
            self._saw(points[0].seq, points[-1].seq)
        else:
            events = list(_read_events(record, self.writer_id, self._greatest))
            if not self._is_next(events[0].seq):
                raise ValueError(events[0].seq)
            self.events += events
            self._saw(events[0].seq, events[-1].seq)

    def _is_next(self, seq: int) -> bool:
        """Whether a fact comes after all before it: a writer counts up, so no fact is twice."""
        return self._last is None or seq > self._last

    def _saw(self, first: int | None, last: int | None) -> None:
        """A whole line: what was damaged before it lay between the facts around it."""
        self.damaged += (DamagedLine(number, self._last, first) for number in self._open)
        self._open.clear()
        if last is not None:
            self._last = last

    def content(self, torn_bytes: int) -> JournalContent:
        """What it all comes to."""
        if len(self._open) == 1:
            self.damaged.append(DamagedLine(self._open.pop(), self._last, None, is_last=True))
        self._saw(None, None)
        return JournalContent(
            self.header,
            self.events,
            self.points,
            torn_bytes,
            tuple(self.damaged),
            False,
            tuple(self.reported),
        )


def united(one: bytes, other: bytes, name: JournalName) -> bytes:
    """Two copies of one journal as one that has what either has.

    Lines that only one of them has are brought in where they belong, by the number of their first
    fact; a damaged line is left out once the other copy has what it held.
    """
    copies = [_lines_of(data, name) for data in (one, other)]
    first = {seq: line for lines, _ in reversed(copies) for seq, line in lines}
    heads = dict.fromkeys(line for _, rest in copies for line in rest)
    whole = b"".join([*heads, *(first[seq] for seq in sorted(first))])
    merged = read_journal(whole, name)
    missed = missed_lines(read_journal(one, name), merged.ranges)
    if merged.header is not None:
        missed = [line for line in missed if line.number > 1]  # the header, which the other has
    lines, their = one.split(b"\n"), other.split(b"\n")
    damaged = [
        lines[line.number - 1] + b"\n"
        for line in missed
        if line.number > len(their) or _is_damaged(their[line.number - 1], name)
    ]
    return whole + b"".join(damaged)


def _is_damaged(line: bytes, name: JournalName) -> bool:
    """Whether a line is not as a writer writes it; an empty one is none."""
    content = read_journal(line + b"\n", JournalName(name.writer_id, 1))
    return not line or bool(content.damaged)


def _lines_of(data: bytes, name: JournalName) -> tuple[list[tuple[int, bytes]], list[bytes]]:
    """The whole lines of a journal that hold facts, with the first one's number, and the others:
    its header and what its writer reported as lost."""
    facts, rest = [], []
    for line in data.rpartition(b"\n")[0].split(b"\n"):
        content = read_journal(line + b"\n", JournalName(name.writer_id, 1))
        held = content.ranges
        if held:
            facts.append((held[0][0], line + b"\n"))
        elif line and not content.damaged:
            rest.append(line + b"\n")
    return facts, rest


def is_alive(
    content: JournalContent,
    *,
    is_locked: bool | None,
    modified_ms: int,
    now_ms: int,
    host: str,
    boot_id: str,
    silence_ms: int = SILENCE_MS,
) -> bool:
    """Whether the writer of a journal is still at work.

    A lock that is held means that it is, whoever holds it. On the host and boot that wrote the
    journal a free one means that it is not. Elsewhere, where the lock may not be seen, and where
    locks are refused (``is_locked`` None), it is dead after ``silence_ms`` without a word.
    """
    if is_locked:
        return True
    header = content.header
    is_here = header is not None and (header.host, header.boot_id) == (host, boot_id)
    if is_here and is_locked is False:
        return False
    heard = [header.time] if header is not None else []
    heard += [event.counter >> 16 for event in content.events[-1:]]
    heard += [point.time for point in content.points[-1:]]
    # A checkout or copy makes old journals look fresh, so the file's own time may only lower this.
    last_ms = min(modified_ms, max(heard)) if heard else modified_ms
    return now_ms - last_ms < silence_ms


def _point_reader(writer_id: str) -> Callable[[bytes], Point | None]:
    """Reads a line of one finite point with a plain name, which nearly all lines of a long
    journal are, without a JSON parser; None for any other line."""
    import re  # compiled here: logging does not read

    match = re.compile(
        rb'(\{"kind":"metric","seq":(0|[1-9]\d{0,17}),"run":"([\w-]+)",'
        rb'"time":(-?(?:0|[1-9]\d{0,17})),"step":(-?(?:0|[1-9]\d{0,17})),'
        rb'"values":\{"([^"\\\x00-\x1f\x7f-\xff]*)":'
        rb"(-?(?:0|[1-9]\d{0,17})(?:\.\d{1,20})?(?:e[+-]?\d{1,3})?)\}\})"
        rb" ([0-9a-f]{8})"
    ).fullmatch
    texts: dict[bytes, str] = {}

    def read(line: bytes) -> Point | None:
        found = match(line)
        if found is None:
            return None
        text, seq, run, time, step, key, value, checksum = found.groups()
        if zlib.crc32(text) != int(checksum, 16):
            return None
        try:
            run_id, name = texts[run], texts[key]
        except KeyError:
            run_id = texts.setdefault(run, run.decode())
            name = texts.setdefault(key, key.decode())
        number = float(value)
        if number - number != 0:  # beyond what a float holds
            return None
        return Point(writer_id, int(seq), run_id, name, int(step), int(time), number)

    return read


def _decode_line(line: bytes) -> dict[str, Any] | None:
    text, checksum = line[:-9], line[-9:]
    if checksum[:1] != b" " or checksum[1:] != b"%08x" % zlib.crc32(text):
        return None
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _read_header(fields: dict[str, Any]) -> Header:
    run_id = fields["run_id"]
    return Header(
        _int64(fields["format"]),
        _text(fields["writer_id"]),
        _int64(fields["number"]),
        None if run_id is None else _text(run_id),
        _text(fields["experiment_id"]),
        _text(fields["host"]),
        _text(fields["boot_id"]),
        _int64(fields["time"]),
    )


def _read_points(record: dict[str, Any], writer_id: str) -> Iterator[Point]:
    run_id, step, time = _text(record["run"]), _int64(record["step"]), _int64(record["time"])
    for seq, (key, value) in enumerate(record["values"].items(), start=_seq(record["seq"])):
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValueError(value)
        number = _SPELLED[value] if isinstance(value, str) else float(value)
        yield Point(writer_id, seq, run_id, _text(key), step, time, number)


def _read_events(record: dict[str, Any], writer_id: str, greatest: int) -> Iterator[Event]:
    pairs = record.get("values", {record.get("key"): record.get("value")})
    for seq, (key, value) in enumerate(pairs.items(), start=_seq(record["seq"])):
        event = Event(
            writer_id,
            seq,
            record["counter"],
            record["time"],
            record["kind"],
            record["experiment"],
            record["run"],
            key,
            value,
            record.get("data"),
        )
        problem = problem_of(event, greatest)
        if problem is not None:
            raise ValueError(problem)
        yield event


def _seq(value: object) -> int:
    number = _int64(value)
    if not 0 <= number < 2**62:  # that of the line's last fact must fit as well
        raise ValueError(value)
    return number


def _int64(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise ValueError(value)
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(value)
    value.encode()  # half a surrogate pair is no text that a Parquet file can hold
    return value
