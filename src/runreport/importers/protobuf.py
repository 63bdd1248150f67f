"""Protocol Buffers on the wire, as far as event files need them: fields of a message, bounded.

The few messages that are read have at most a dozen fields each, so their numbers stand where they
are read and no generated code is needed.
Source: Protocol Buffers documentation, "Encoding".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from runreport.errors import Damaged

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_WIDTHS = {FIXED64: 8, FIXED32: 4}


class Field(NamedTuple):
    """A field of a message."""

    number: int
    wire: int
    value: int
    """Of a varint; else 0."""
    begin: int
    """Where its content begins in the data, and ends."""
    end: int


def fields(data: bytes, begin: int = 0, end: int | None = None) -> Iterator[Field]:
    """The fields of a message that lies in some data, in their order.

    Raises:
        Damaged: it is no message.
    """
    stop = len(data) if end is None else end
    place = begin
    while place < stop:
        tag, place = varint(data, place, stop)
        number, wire = tag >> 3, tag & 7
        if wire == VARINT:
            value, after = varint(data, place, stop)
            yield Field(number, wire, value, place, after)
            place = after
            continue
        if wire == BYTES:
            length, place = varint(data, place, stop)
        elif wire in _WIDTHS:
            length = _WIDTHS[wire]
        else:
            raise Damaged(f"a field of it is of kind {wire}, which there is not")
        if number == 0 or place + length > stop:
            raise Damaged("a field of it is longer than the message")
        yield Field(number, wire, 0, place, place + length)
        place += length


def varint(data: bytes, place: int, end: int) -> tuple[int, int]:
    """A number of up to 64 bits, and where it ends.

    Raises:
        Damaged: it does not end.
    """
    value = shift = 0
    while place < end and shift < 70:
        byte = data[place]
        value |= (byte & 127) << shift
        place += 1
        if byte < 128:
            return value & (1 << 64) - 1, place
        shift += 7
    raise Damaged("a number of it does not end")


def signed(value: int) -> int:
    """A number as an ``int64`` field means it."""
    return value - (1 << 64) if value >= 1 << 63 else value


def text(data: bytes, field: Field) -> str:
    """The text of a field."""
    return data[field.begin : field.end].decode("utf-8", "replace")


def double(data: bytes, field: Field) -> float:
    """The number of a field of 8 bytes."""
    return float(struct.unpack_from("<d", data, field.begin)[0])
