"""Many scalars at once: records that differ by time, step and number only are read as columns.

Where the number lies is learned from one record of a kind, so that a million scalars take less
than a second. What is of no known kind is left to whoever reads records one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from runreport.importers.records import FEW, Block
from runreport.importers.rows import blanked, column_of, numbers_of

FARTHEST = 1e14
"""Seconds since the epoch, beyond which no clock counts."""
_WALL, _STEP, _SUMMARY = 9, 16, 42
"""Tags of an event's fields: a double, a varint, a message."""
_TIME_ENDS = 9
_MOST_LOOKS = 4
"""Records of one kind that are looked at in vain before the rest is read one by one."""


class Scalar(NamedTuple):
    """A scalar in a record."""

    tag: str
    value: float
    begin: int
    """Where its number lies; -1 where it has no place of its own."""
    width: int


@dataclass(frozen=True, slots=True)
class Points:
    """Points of several curves, as columns."""

    tags: pa.Array
    """The numbers that `KnownScalars.names` gives."""
    places: pa.Array
    """Of their records in the file."""
    steps: pa.Array
    times: pa.Array
    """Milliseconds since the epoch."""
    values: pa.Array


class _Rows(NamedTuple):
    """Records of one length, side by side."""

    stride: int
    places: pa.Array
    data: bytes

    def kept(self, mask: pa.Array) -> _Rows:
        """Those that a mask says."""
        if pc.all(mask).as_py():
            return self
        kept = blanked(self.data, self.stride, []).filter(mask)
        data = kept.buffers()[1].to_pybytes()[: len(kept) * self.stride] if len(kept) else b""
        return _Rows(self.stride, self.places.filter(mask), data)


class KnownScalars:
    """Which kinds of records are known."""

    def __init__(self, look: Callable[[bytes], Scalar | None]) -> None:
        """Know none yet.

        Args:
            look: what a record says, if it is one scalar behind its time and step and nothing
                else.
        """
        self.names: list[str] = []
        self._numbers: dict[str, int] = {}
        self._look = look
        self._forms: dict[tuple[int, int], list[tuple[int, int]]] = {}
        """By length and by where the summary begins: where a number may lie, and how wide it
        is."""
        self._tags: dict[tuple[int, int, bytes], int] = {}
        """By where the number lies, and by what else the record is; what was no scalar may be one
        when more of the file is read."""

    def number_of(self, tag: str) -> int:
        """The number that stands for a tag."""
        number = self._numbers.setdefault(tag, len(self.names))
        if number == len(self.names):
            self.names.append(tag)
        return number

    def read(self, block: Block) -> tuple[list[Points], list[tuple[int, bytes]]]:
        """The points of a block, and the places and data of its other records."""
        found: list[Points] = []
        others: list[tuple[int, bytes]] = []
        every = _Rows(block.stride, pa.array(block.begins, pa.int64()), block.rows)
        rest = pa.repeat(True, len(block.begins))
        for head, is_own in _by_head(every, block.length):
            rest = pc.and_not(rest, is_own)
            rows = every.kept(is_own)
            if len(rows.places) > FEW:
                points, rows = self._read_alike(rows, block.length, head)
                found += points
            others += _records_of(rows, block.length)
        return found, others + _records_of(every.kept(rest), block.length)

    def _read_alike(self, rows: _Rows, length: int, head: int) -> tuple[list[Points], _Rows]:
        """The points of records whose summaries begin in one place, and the other records."""
        found: list[Points] = []
        forms = self._forms.setdefault((length, head), [])
        tried, looks = 0, 0
        while len(rows.places):
            if tried == len(forms):
                at = looks * len(rows.places) // _MOST_LOOKS
                scalar = self._scalar(
                    rows.data[at * rows.stride : at * rows.stride + length], head
                )
                looks += 1
                if scalar is not None and (scalar.begin, scalar.width) not in forms:
                    forms.append((scalar.begin, scalar.width))
                elif looks >= _MOST_LOOKS:
                    break
                continue
            points, rows = self._read_form(rows, length, head, *forms[tried])
            found += points
            tried += 1
        return found, rows

    def _scalar(self, record: bytes, head: int) -> Scalar | None:
        scalar = self._look(record)
        return None if scalar is None or scalar.begin < head else scalar

    def _read_form(
        self, rows: _Rows, length: int, head: int, begin: int, width: int
    ) -> tuple[list[Points], _Rows]:
        """The points of records whose numbers lie in one place."""
        gaps = [(1, _TIME_ENDS), (_TIME_ENDS + 1, head), (begin, begin + width)]
        kinds = blanked(rows.data, rows.stride, [*gaps, (length, rows.stride)]).dictionary_encode()
        codes = kinds.indices
        known = [(begin, width, kind) for kind in kinds.dictionary.to_pylist()]
        if any(own not in self._tags for own in known):
            for own, first in zip(known, _firsts(codes), strict=True):
                if own not in self._tags:
                    record = rows.data[first * rows.stride : first * rows.stride + length]
                    tag = self._tag_of(record, head, begin, width)
                    if tag is not None:
                        self._tags[own] = tag
        tags = pa.array([self._tags.get(own) for own in known], pa.int32()).take(codes)
        is_known = pc.is_valid(tags)
        if not pc.any(is_known).as_py():
            return [], rows
        own = rows.kept(is_known)
        kind = pa.float32() if width == 4 else pa.float64()
        points = Points(
            tags.drop_null(),
            own.places,
            _steps(own, head),
            milliseconds_of(numbers_of(own.data, own.stride, 1, pa.float64())),
            numbers_of(own.data, own.stride, begin, kind).cast(pa.float64()),
        )
        return [points], rows.kept(pc.invert(is_known))

    def _tag_of(self, record: bytes, head: int, begin: int, width: int) -> int | None:
        """The tag of a record whose number lies in a place; None where it does not."""
        scalar = self._scalar(record, head)
        if scalar is None or (scalar.begin, scalar.width) != (begin, width):
            return None
        return self.number_of(scalar.tag)


def _firsts(codes: pa.Array) -> list[int]:
    """Where each code stands first, in the order of the codes."""
    rows = pa.table({"code": codes, "place": pa.array(range(len(codes)), pa.int64())})
    firsts = rows.group_by("code").aggregate([("place", "min")]).sort_by("code")
    found: list[int] = firsts.column("place_min").to_pylist()
    return found


def _by_head(rows: _Rows, length: int) -> Iterator[tuple[int, pa.Array]]:
    """Where the summaries of records begin that have a time, a step or none, and a summary; and
    which do so in that place."""
    if length <= _TIME_ENDS + 1:
        return
    walls = numbers_of(rows.data, rows.stride, 1, pa.float64())
    is_timed = pc.and_(
        pc.equal(column_of(rows.data, rows.stride, 0), _WALL),
        pc.and_(pc.less(pc.abs(walls), FARTHEST), pc.not_equal(walls, 0.0)),
    )
    first = column_of(rows.data, rows.stride, _TIME_ENDS)
    yield _TIME_ENDS, pc.and_(is_timed, pc.equal(first, _SUMMARY))
    goes_on = pc.and_(is_timed, pc.equal(first, _STEP))
    for head in range(_TIME_ENDS + 2, min(_TIME_ENDS + 12, length)):
        if not pc.any(goes_on).as_py():
            return
        is_last = pc.less(column_of(rows.data, rows.stride, head - 1), 128)
        is_summary = pc.equal(column_of(rows.data, rows.stride, head), _SUMMARY)
        yield head, pc.and_(pc.and_(goes_on, is_last), is_summary)
        goes_on = pc.and_not(goes_on, is_last)


def _steps(rows: _Rows, head: int) -> pa.Array:
    """The varint between time and summary, as an ``int64`` field means it."""
    if head == _TIME_ENDS:
        return pa.repeat(0, len(rows.places))
    found, seven = pa.scalar(0, pa.uint64()), pa.scalar(127, pa.uint64())
    for place, at in enumerate(range(_TIME_ENDS + 1, head)):
        bits = pc.bit_wise_and(column_of(rows.data, rows.stride, at).cast(pa.uint64()), seven)
        shift = pa.scalar(7 * place, pa.uint64())  # of signed numbers the last bit is no shift
        found = pc.bit_wise_or(pc.shift_left(bits, shift), found)
    return found.view(pa.int64())


def milliseconds_of(walls: pa.Array) -> pa.Array:
    """Seconds as whole milliseconds, rounded as the records read one by one are."""
    return pc.trunc(pc.add(pc.multiply(walls, 1000.0), 0.5)).cast(pa.int64(), safe=False)


def _records_of(rows: _Rows, length: int) -> list[tuple[int, bytes]]:
    stride = rows.stride
    return [
        (place, rows.data[number * stride : number * stride + length])
        for number, place in enumerate(rows.places.to_pylist())
    ]
