"""TensorFlow's records: length, its checksum, data, its checksum, one after the other.

A record whose data is damaged costs itself. One whose length is damaged costs what comes before
the next place at which a length with the right checksum stands.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from runreport.importers.checksums import MASK, crc32c, masked_crc32c
from runreport.importers.told import Told

_HEADER = struct.Struct("<QI")
_SUM = struct.Struct("<I")
MOST_BYTES = 2**30
"""Of one record."""
_PIECE = 4096
_SEARCHED = 2**22
"""Bytes after a damaged length in which the next record is looked for."""
MOST_SEARCHES = 1000
"""Of one file; one that is damaged more often is given up."""


def read_records(file: BinaryIO, size: int, place: str, told: Told) -> Iterator[bytes]:
    """The records of a file that are as they were written; what is lost is told.

    Args:
        size: of the file, when it was opened: what is written meanwhile is for the next time.
        place: what the file is called.
    """
    read, unpack, unpack_sum, checksum_of = file.read, _HEADER.unpack, _SUM.unpack_from, crc32c
    sound: dict[bytes, int] = {}
    """Lengths with the right checksum; most records have one of a few."""
    at = damaged = searches = 0
    first_damaged = -1
    header = read(12)
    while at < size:
        length = sound.get(header)
        if length is None:
            if len(header) < 12:
                told.lose(place, f"it ends within a record at byte {at:,}")
                break
            length, checksum = unpack(header)
            if checksum != masked_crc32c(header[:8]):
                searches += 1
                after = _next_record(file, at + 1, size) if searches < MOST_SEARCHES else None
                if after is None:
                    told.lose(place, f"{size - at:,} bytes are lost after byte {at:,}")
                    break
                told.lose(place, f"{after - at:,} bytes are lost after byte {at:,}")
                at = after
                file.seek(at)
                header = read(12)
                continue
            if len(sound) < 65536:
                sound[header] = length
        if at + 16 + length > size:
            told.lose(place, f"it ends within a record at byte {at:,}: {size - at:,} bytes")
            break
        if length > MOST_BYTES:
            told.lose(place, f"a record at byte {at:,} has {length:,} bytes and is passed over")
            at += 16 + length
            file.seek(at)
            header = read(12)
            continue
        block = read(length + 16)  # with the header of the next
        data, header = block[:length], block[length + 4 :]
        value = checksum_of(data)
        if unpack_sum(block, length)[0] == (value >> 15 | value << 17) + MASK & 0xFFFFFFFF:
            yield data
        else:
            damaged += 1
            first_damaged = at if first_damaged < 0 else first_damaged
        at += 16 + length
    if damaged:
        told.lose(place, f"{damaged:,} records are damaged, the first at byte {first_damaged:,}")


def _next_record(file: BinaryIO, begin: int, size: int) -> int | None:
    """Where the next length with the right checksum stands; None where there is none near."""
    at = begin
    while at < min(size, begin + _SEARCHED):
        file.seek(at)
        data = file.read(_PIECE + 11)
        for offset in range(max(0, min(_PIECE, len(data) - 11))):
            length, checksum = _HEADER.unpack_from(data, offset)
            fits = length and at + offset + 16 + length <= size
            if fits and checksum == masked_crc32c(data[offset : offset + 8]):
                return at + offset
        at += _PIECE
    return None
