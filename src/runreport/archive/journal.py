"""The journal: JSON lines that grow by one ``write()`` per log call, each ending in its CRC-32.

Standard library only, as this is on the logging path. A journal belongs to one writer and one
run; its first line, the header, says whose it is. ``docs/archive-format.md`` shows the lines.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from runreport.archive.layout import FORMAT
from runreport.archive.storage import LocalStorage, Storage, StoredFile, write_all
from runreport.errors import WriteFailed
from runreport.events import Event, Point

FOLDER = "live"
SILENCE_MS = 10 * 60 * 1000
"""Where a lock tells nothing, a journal silent for this long is dead."""

_SPELLED = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class Header(NamedTuple):
    """First line of a journal."""

    format: int
    writer_id: str
    number: int
    """Counts the journals of one writer, which rolls over into a segment at a size limit."""
    run_id: str | None
    experiment_id: str
    host: str
    boot_id: str
    time: int


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
    def last_seq(self) -> int:
        """Of its facts; -1 when there are none."""
        seqs = [event.seq for event in self.events] + [point.seq for point in self.points]
        return max(seqs, default=-1)

    @property
    def first_seq(self) -> int:
        """Of its facts; 0 when there are none."""
        seqs = [event.seq for event in self.events] + [point.seq for point in self.points]
        return min(seqs, default=0)

    @property
    def gaps(self) -> str:
        """Ranges of facts between the first and the last that are not here, as ``4-5 9-9``."""
        seqs = [event.seq for event in self.events] + [point.seq for point in self.points]
        if not seqs or len(seqs) == max(seqs) - min(seqs) + 1:
            return ""
        seqs.sort()
        return " ".join(f"{low + 1}-{high - 1}" for low, high in pairwise(seqs) if high > low + 1)

    @property
    def run_ids(self) -> frozenset[str]:
        """The runs its facts are about."""
        runs = {event.run_id for event in self.events} | {point.run_id for point in self.points}
        if self.header is not None:
            runs.add(self.header.run_id)
        return frozenset(run_id for run_id in runs if run_id is not None)


class JournalName(NamedTuple):
    """Whose journal a file in ``live/`` is."""

    writer_id: str
    number: int

    @property
    def path(self) -> str:
        """Where the journal is in the archive."""
        return f"{FOLDER}/{self.writer_id}-{self.number}.jsonl"

    @property
    def lock_path(self) -> str:
        """The sidecar whose lock says that the writer lives."""
        return f"{FOLDER}/{self.writer_id}-{self.number}.lock"


def parse_name(path: str) -> JournalName | None:
    """The writer and number in a journal's file name; None if it is no journal."""
    stem, dot, ending = path.rpartition("/")[2].rpartition(".")
    writer_id, dash, number = stem.rpartition("-")
    if not (dot and dash and ending == "jsonl" and number.isdecimal() and writer_id.isalnum()):
        return None
    return JournalName(writer_id, int(number))


def encode_line(text: str) -> bytes:
    """One journal line: ASCII JSON text, a space, its CRC-32 in 8 hex digits, a line feed."""
    data = text.encode("ascii")
    return b"%s %08x\n" % (data, zlib.crc32(data))


class Journal:
    """An open journal: the file, its lock, and how much is in it."""

    def __init__(self, storage: LocalStorage, name: JournalName, header: Header) -> None:
        """Create the file, take its lock and write the header.

        Raises:
            WriteFailed: the archive cannot be written.
        """
        self.storage = storage
        self.name = name
        self.size_bytes = 0
        self._torn = False
        self._lock: int | None = None
        try:
            storage.make_folder(FOLDER)
            # The lock comes first, so that no reader ever sees a journal of a living writer free.
            self._lock = storage.lock(name.lock_path)
            self._file = storage.create(name.path)
        except OSError as error:
            self._unlock()
            raise WriteFailed(
                f"Could not open a journal in {storage.locate(FOLDER)}: "
                f"{error.strerror or error}. Runs are logged into the archive at "
                f"{storage.root}; make it writable or name another with RUNREPORT_ARCHIVE."
            ) from error
        try:
            self.append(encode_line(json.dumps({"header": header._asdict()})))
            self._header_bytes = self.size_bytes
        except WriteFailed:
            self.close()
            with contextlib.suppress(OSError):  # so that the next try can make it anew
                storage.delete(name.path)
            raise

    @property
    def has_facts(self) -> bool:
        """Whether anything but the header was written."""
        return self.size_bytes > self._header_bytes

    def append(self, lines: bytes) -> None:
        """Write whole lines in one call.

        Raises:
            WriteFailed: the system did not take them all; the facts are not in the archive.
        """
        if self._torn:  # a half line of an earlier failure must not swallow this one
            lines = b"\n" + lines
        try:
            written = self.storage.write(self._file, lines)
            if written != len(lines):
                write_all(self.storage, self._file, lines[written:])
        except OSError as error:
            self._torn = True
            raise WriteFailed(
                f"Could not log to {self.storage.locate(self.name.path)}: "
                f"{error.strerror or error}. This call's facts are lost, earlier ones are safe; "
                "free some space and log them again."
            ) from error
        self._torn = False
        self.size_bytes += len(lines)

    def sync(self) -> None:
        """Return when everything appended is on the disk.

        Raises:
            WriteFailed: the disk could not confirm it.
        """
        try:
            self.storage.sync(self._file)
        except OSError as error:
            raise WriteFailed(
                f"Could not sync {self.storage.locate(self.name.path)}: {error.strerror or error}."
            ) from error

    def close(self) -> None:
        """Let go of file and lock; the journal stays for the next seal."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def list_journals(storage: Storage) -> list[tuple[JournalName, StoredFile]]:
    """The journals in the archive, sorted by file name."""
    named = ((parse_name(file.path), file) for file in storage.list(FOLDER))
    return [(name, file) for name, file in named if name is not None]


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
