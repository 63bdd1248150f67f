"""TensorFlow's records: length, its checksum, data, its checksum, one after the other.

A record whose data is damaged costs itself. One whose length is damaged costs what comes before
the next place at which a length with the right checksum stands. Records of one length are handed
on side by side, since nearly all of a file are of a few lengths.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from runreport.importers.checksums import masked_crc32c, masked_crc32c_of_rows
from runreport.importers.rows import numbers_of
from runreport.importers.told import Told

_HEADER = struct.Struct("<QI")
_LAST = struct.Struct("<I")
_SUM = 4
"""Bytes of a checksum."""
DATA_BEGIN = 12
"""Bytes of a record before its data."""
MOST_BYTES = 2**30
"""Of one record."""
PIECE = 2**22
"""Bytes of a file that are looked at together."""
FEW = 32
"""Up to so many records of one length are looked at one by one."""
_LONGEST_ROW = 1024
_STEP = 4096
_SEARCHED = 2**22
"""Bytes after a damaged length in which the next record is looked for."""
MOST_SEARCHES = 1000
"""Of one file; one that is damaged more often is given up."""


@dataclass(frozen=True, slots=True)
class Block:
    """Sound records of one length."""

    length: int
    begins: list[int]
    """Where each stands in the file."""
    rows: bytes
    """Side by side, each with its checksum behind it."""

    @property
    def stride(self) -> int:
        """From one record to the next."""
        return self.length + _SUM

    def record(self, number: int) -> bytes:
        """The data of one."""
        begin = number * self.stride
        return self.rows[begin : begin + self.length]


def read_records(file: BinaryIO, size: int, place: str, told: Told) -> Iterator[list[Block]]:
    """The records of a file that are as they were written, a few megabytes at a time; what is
    lost is told.

    Args:
        size: of the file, when it was opened: what is written meanwhile is for the next time.
        place: what the file is called.
    """
    reader = _Reader(file, size, place, told)
    while reader.at < size:
        blocks = reader.read_piece(PIECE) or reader.pass_obstacle()
        if blocks:
            yield blocks
    if reader.damaged:
        first = reader.first_damaged
        told.lose(place, f"{reader.damaged:,} records are damaged, the first at byte {first:,}")


class _Reader:
    def __init__(self, file: BinaryIO, size: int, place: str, told: Told) -> None:
        self.file, self.size, self.place, self.told = file, size, place, told
        self.at = 0
        """Where the next record begins; the size of the file when it is given up."""
        self.damaged, self.first_damaged = 0, -1
        self._searches = 0
        self._sound: dict[bytes, int] = {}
        """Lengths with the right checksum; most records have one of a few."""

    def read_piece(self, most: int) -> list[Block]:
        """The whole records among the next bytes, by length; none where the first is not whole,
        too long or has no sound length."""
        self.file.seek(self.at)
        data = self.file.read(min(most, self.size - self.at))
        by_length: dict[int, list[int]] = {}
        place, known = 0, self._sound
        while True:
            header = data[place : place + DATA_BEGIN]
            length = known.get(header)
            if length is None:
                length = self._length_of(header)
                if length is None:
                    break
            after = place + 16 + length
            if after > len(data):
                break
            try:
                by_length[length].append(place)
            except KeyError:
                by_length[length] = [place]
            place = after
        begun, self.at = self.at, self.at + place
        return [self._checked(data, length, own, begun) for length, own in by_length.items()]

    def _length_of(self, header: bytes) -> int | None:
        """The length that a header says; None where it is none, or of a record passed over."""
        if len(header) < DATA_BEGIN:
            return None
        length, checksum = _HEADER.unpack(header)
        if length > MOST_BYTES or checksum != masked_crc32c(header[:8]):
            return None
        if len(self._sound) < 65536:
            self._sound[header] = length
        return int(length)

    def pass_obstacle(self) -> list[Block]:
        """Read a record that is longer than a piece, or go on behind what is lost."""
        self.file.seek(self.at)
        header = self.file.read(DATA_BEGIN)
        rest = self.size - self.at
        if len(header) < DATA_BEGIN or rest < DATA_BEGIN:
            return self._give_up(f"it ends within a record at byte {self.at:,}")
        length, checksum = _HEADER.unpack(header)
        if checksum != masked_crc32c(header[:8]):
            return self._search()
        if 16 + length > rest:
            return self._give_up(f"it ends within a record at byte {self.at:,}: {rest:,} bytes")
        if length <= MOST_BYTES:
            return self.read_piece(16 + length)
        problem = f"a record at byte {self.at:,} has {length:,} bytes and is passed over"
        self.told.lose(self.place, problem)
        self.at += 16 + length
        return []

    def _search(self) -> list[Block]:
        """Go on where the next sound length stands."""
        self._searches += 1
        is_hopeless = self._searches >= MOST_SEARCHES
        after = None if is_hopeless else _next_record(self.file, self.at + 1, self.size)
        if after is None:
            return self._give_up(f"{self.size - self.at:,} bytes are lost after byte {self.at:,}")
        self.told.lose(self.place, f"{after - self.at:,} bytes are lost after byte {self.at:,}")
        self.at = after
        return []

    def _give_up(self, problem: str) -> list[Block]:
        self.told.lose(self.place, problem)
        self.at = self.size
        return []

    def _checked(self, data: bytes, length: int, places: list[int], begun: int) -> Block:
        """The records of one length whose data has the right checksum."""
        stride = length + _SUM
        rows = b"".join(
            [data[place + DATA_BEGIN : place + DATA_BEGIN + stride] for place in places]
        )
        if len(places) > FEW and length <= _LONGEST_ROW:
            said = numbers_of(rows, stride, length, pa.uint32())
            is_wrong = pc.not_equal(said, masked_crc32c_of_rows(rows, stride, length))
            wrong = set(pc.indices_nonzero(is_wrong).to_pylist())
        else:
            one = Block(length, places, rows)
            wrong = {
                number
                for number in range(len(places))
                if _LAST.unpack_from(rows, number * stride + length)[0]
                != masked_crc32c(one.record(number))
            }
        begins = [begun + place for place in places]
        if wrong:
            first = min(begins[number] for number in wrong)
            self.damaged += len(wrong)
            is_first = self.first_damaged < 0 or first < self.first_damaged
            self.first_damaged = first if is_first else self.first_damaged
            kept = [number for number in range(len(places)) if number not in wrong]
            begins = [begins[number] for number in kept]
            rows = b"".join([rows[n * stride : (n + 1) * stride] for n in kept])
        return Block(length, begins, rows)


def _next_record(file: BinaryIO, begin: int, size: int) -> int | None:
    """Where the next length with the right checksum stands; None where there is none near."""
    at = begin
    while at < min(size, begin + _SEARCHED):
        file.seek(at)
        data = file.read(_STEP + 11)
        for offset in range(max(0, min(_STEP, len(data) - 11))):
            length, checksum = _HEADER.unpack_from(data, offset)
            fits = length and at + offset + 16 + length <= size
            if fits and checksum == masked_crc32c(data[offset : offset + 8]):
                return at + offset
        at += _STEP
    return None
