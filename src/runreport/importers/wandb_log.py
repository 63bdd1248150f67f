"""The log that W&B writes beside a run, ``run-<id>.wandb``: what was sent or is still to be sent.

A header of seven bytes, then blocks of 32 KiB as LevelDB's log has them; each record in them is
one message. A damaged record costs itself and what follows in its block.
Source: LevelDB's ``log_format.md``; wandb's ``wandb_internal.proto``.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from runreport.errors import Damaged
from runreport.importers import protobuf
from runreport.importers.told import Told

_HEADER_BYTES = 7
_BLOCK = 32768
_FRAME = struct.Struct("<IHB")
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_HISTORY, _SUMMARY, _CONFIG, _RUN, _EXIT = 2, 3, 5, 17, 18
_NAMES = {3: "project", 6: "group", 7: "job_type", 8: "name", 9: "notes", 12: "sweep"}
MOST_BYTES = 2**30
"""Of one record."""


@dataclass(slots=True)
class WandbLog:
    """What a log says of its run."""

    project: str = ""
    name: str = ""
    notes: str = ""
    group: str = ""
    job_type: str = ""
    sweep: str = ""
    tags: list[str] = field(default_factory=list)
    begun: float | None = None
    """Seconds since the epoch."""
    exit_code: int | None = None
    runtime: float | None = None
    config: dict[str, Any] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    """Rows; ``_step`` and ``_timestamp`` among their members."""


def read_log(data: bytes, place: str, told: Told) -> WandbLog | None:
    """What a log says; None where it is none, which is told."""
    if not data.startswith(b":W&B"):
        told.lose(place, "it is no log of W&B")
        return None
    found = WandbLog()
    bad = 0
    for record in _records(data, place, told):
        try:
            _take(found, record)
        except (Damaged, ValueError, RecursionError):
            bad += 1
    if bad:
        told.lose(place, f"{bad:,} of its records are none that is known")
    return found


def _records(data: bytes, place: str, told: Told) -> Iterator[bytes]:
    """The records that are as they were written."""
    at, begun, damaged = _HEADER_BYTES, b"", 0
    first = -1
    while at < len(data):
        left = _BLOCK - at % _BLOCK
        if left < _FRAME.size:
            at += left
            continue
        if at + _FRAME.size > len(data):
            told.lose(place, f"it ends within a record at byte {at:,}")
            break
        checksum, length, kind = _FRAME.unpack_from(data, at)
        if (checksum, length, kind) == (0, 0, 0):
            at += left  # a block that was begun and not written to
            continue
        content = data[at + _FRAME.size : at + _FRAME.size + length]
        is_whole = len(content) == length and length <= left - _FRAME.size
        if at + _FRAME.size + length > len(data) and length <= left - _FRAME.size:
            told.lose(place, f"it ends within a record at byte {at:,}")
            break
        if not is_whole or zlib.crc32(content, zlib.crc32(bytes([kind]))) != checksum:
            damaged += 1
            first = at if first < 0 else first
            begun = b""
            at += left  # the length may be wrong: go on with the next block
            continue
        at += _FRAME.size + length
        if kind == _FULL:
            yield content
        elif kind == _FIRST:
            begun = content
        elif begun and len(begun) < MOST_BYTES:
            begun += content
            if kind == _LAST:
                yield begun
                begun = b""
    if damaged:
        told.lose(place, f"{damaged:,} places are damaged, the first at byte {first:,}")


def _take(found: WandbLog, data: bytes) -> None:
    for own in protobuf.fields(data):
        if own.wire != protobuf.BYTES:
            continue
        if own.number == _HISTORY:
            found.history.append(_row(data, own))
        elif own.number == _RUN:
            _take_run(found, data, own)
        elif own.number == _CONFIG:
            _update(found.config, data, own)
        elif own.number == _SUMMARY:
            _update(found.summary, data, own)
        elif own.number == _EXIT:
            found.exit_code = 0
            for inner in protobuf.fields(data, own.begin, own.end):
                if inner.number == 1:
                    found.exit_code = protobuf.signed(inner.value)
                elif inner.number == 2:
                    found.runtime = float(inner.value)


def _take_run(found: WandbLog, data: bytes, run: protobuf.Field) -> None:
    for own in protobuf.fields(data, run.begin, run.end):
        if own.number in _NAMES and own.wire == protobuf.BYTES:
            setattr(found, _NAMES[own.number], protobuf.text(data, own))
        elif own.number == 10:
            found.tags.append(protobuf.text(data, own))
        elif own.number == 4:
            _update(found.config, data, own)
        elif own.number == 5:
            _update(found.summary, data, own)
        elif own.number == 17:
            found.begun = _timestamp(data, own)


def _timestamp(data: bytes, stamp: protobuf.Field) -> float:
    parts = {own.number: own.value for own in protobuf.fields(data, stamp.begin, stamp.end)}
    return parts.get(1, 0) + parts.get(2, 0) / 1e9


def _update(found: dict[str, Any], data: bytes, record: protobuf.Field) -> None:
    """Apply what a record changes: items under 1 are set, those under 2 removed."""
    for own in protobuf.fields(data, record.begin, record.end):
        if own.number in (1, 2) and own.wire == protobuf.BYTES:
            path, value = _item(data, own)
            if not path:
                continue
            holder = found
            for key in path[:-1]:
                inner = holder.get(key)
                if not isinstance(inner, dict):
                    inner = holder[key] = {}
                holder = inner
            if own.number == 1:
                holder[path[-1]] = value
            else:
                holder.pop(path[-1], None)


def _row(data: bytes, record: protobuf.Field) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for own in protobuf.fields(data, record.begin, record.end):
        if own.number == 1 and own.wire == protobuf.BYTES:
            path, value = _item(data, own)
            if path:
                row["/".join(path)] = value
        elif own.number == 2 and own.wire == protobuf.BYTES:
            for inner in protobuf.fields(data, own.begin, own.end):
                if inner.number == 1:
                    row["_step"] = protobuf.signed(inner.value)
    return row


def _item(data: bytes, item: protobuf.Field) -> tuple[list[str], Any]:
    """The keys that lead to an item, and its value, which is JSON text."""
    key, nested, value = "", [], None
    for own in protobuf.fields(data, item.begin, item.end):
        if own.number == 1:
            key = protobuf.text(data, own)
        elif own.number == 2:
            nested.append(protobuf.text(data, own))
        elif own.number == 16:
            value = json.loads(protobuf.text(data, own))
    return nested or ([key] if key else []), value
