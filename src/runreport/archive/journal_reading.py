"""Reading a journal: what its lines say, what is wrong with them, and whether its writer lives."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from runreport.archive.intervals import ranges_text
from runreport.archive.journal import SILENCE_MS, Header, JournalName
from runreport.archive.layout import FORMAT
from runreport.events import Event, Point

_SPELLED = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class JournalContent(NamedTuple):
    """What a journal holds, and what could not be read of it."""

    header: Header | None
    """None when its line is damaged; the facts are there all the same."""
    events: list[Event]
    points: list[Point]
    torn_bytes: int
    """Length of an unfinished last line: a call that never returned."""
    damaged_lines: tuple[int, ...]
    """Numbers (from 1) of lines whose checksum does not match their text."""
    is_newer: bool
    """Written in a format this reader does not know."""

    @property
    def _seqs(self) -> list[int]:
        return [event.seq for event in self.events] + [point.seq for point in self.points]

    @property
    def last_seq(self) -> int:
        """Of its facts; -1 when there are none."""
        return max(self._seqs, default=-1)

    @property
    def first_seq(self) -> int:
        """Of its facts; 0 when there are none."""
        return min(self._seqs, default=0)

    @property
    def gaps(self) -> str:
        """Ranges of facts between the first and the last that are not here, as ``4-5 9-9``."""
        seqs = self._seqs
        if not seqs or len(seqs) == max(seqs) - min(seqs) + 1:
            return ""
        seqs.sort()
        return ranges_text([(low + 1, high - 1) for low, high in pairwise(seqs) if high > low + 1])

    @property
    def run_ids(self) -> frozenset[str]:
        """The runs its facts are about."""
        runs = {event.run_id for event in self.events} | {point.run_id for point in self.points}
        if self.header is not None:
            runs.add(self.header.run_id)
        return frozenset(run_id for run_id in runs if run_id is not None)


def read_journal(data: bytes, name: JournalName) -> JournalContent:
    """All facts of a journal's bytes, with what was torn or damaged counted, never hidden."""
    header: Header | None = None
    events: list[Event] = []
    points: list[Point] = []
    damaged: list[int] = []
    whole, line_feed, torn = data.rpartition(b"\n")
    is_newer = False
    read_point = _point_reader(name.writer_id)
    for number, line in enumerate(whole.split(b"\n") if line_feed else (), start=1):
        if not line:
            continue
        point = read_point(line)
        if point is not None:
            points.append(point)
            continue
        record = _decode_line(line)
        if record is None:
            damaged.append(number)
            continue
        try:
            if "header" in record:
                is_newer = is_newer or _int64(record["header"]["format"]) > FORMAT
                header = None if is_newer else _read_header(record["header"])
            elif record["kind"] == "metric":
                points.extend(_read_points(record, name.writer_id))
            else:
                events.extend(_read_events(record, name.writer_id))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            damaged.append(number)
    if is_newer:
        return JournalContent(None, [], [], 0, (), True)
    return JournalContent(header, events, points, len(torn), tuple(damaged), False)


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
    for seq, (key, value) in enumerate(record["values"].items(), start=_int64(record["seq"])):
        number = _SPELLED[value] if isinstance(value, str) else float(value)
        yield Point(writer_id, seq, run_id, _text(key), step, time, number)


def _read_events(record: dict[str, Any], writer_id: str) -> Iterable[Event]:
    pairs = record.get("values", {record.get("key"): record.get("value")})
    run_id, data = record["run"], record.get("data")
    for seq, (key, value) in enumerate(pairs.items(), start=_int64(record["seq"])):
        yield Event(
            writer_id,
            seq,
            _int64(record["counter"]),
            _int64(record["time"]),
            _text(record["kind"]),
            _text(record["experiment"]),
            None if run_id is None else _text(run_id),
            None if key is None else _text(key),
            None if value is None else _text(value),
            None if data is None else _text(data),
        )


def _int64(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise ValueError(value)
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(value)
    value.encode()  # half a surrogate pair is no text that a Parquet file can hold
    return value
