"""CRC-32C, by which TensorFlow's records are checked: of one text, or of many of one length.

Of one it comes from google-crc32c where that is installed. Of many it is found column by column:
the sum is linear, so each byte adds what a table for its distance from the end says.
"""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from runreport.importers.rows import column_of

_POLYNOMIAL = 0x82F63B78
_ALL = 0xFFFFFFFF
MASK = 0xA282EAD8


def _table() -> list[int]:
    found = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
        found.append(value)
    return found


_TABLE = _table()
_BY_DISTANCE = [_TABLE]
"""What each byte adds to a sum, by how many bytes follow it."""


def plain_crc32c(data: bytes) -> int:
    """CRC-32C of some bytes, without any library: about 8 MB/s."""
    value = _ALL
    for byte in data:
        value = _TABLE[(value ^ byte) & 255] ^ value >> 8
    return value ^ _ALL


def _fastest() -> Callable[[bytes], int]:
    try:
        import google_crc32c
    except ImportError:
        return plain_crc32c
    found: Callable[[bytes], int] = google_crc32c.value
    return found


crc32c = _fastest()
"""CRC-32C of some bytes."""


def masked_crc32c(data: bytes) -> int:
    """As a record holds it: rotated, and with a constant added (TensorFlow, ``crc32c::Mask``)."""
    value = crc32c(data)
    return ((value >> 15 | value << 17) + MASK) & _ALL


def masked_crc32c_of_rows(rows: bytes, stride: int, length: int) -> pa.Array:
    """The masked sums of the first ``length`` bytes of each row; uint32.

    Args:
        rows: side by side, each of ``stride`` bytes.
    """
    while len(_BY_DISTANCE) < length:
        before = _BY_DISTANCE[-1]
        _BY_DISTANCE.append([_TABLE[value & 255] ^ value >> 8 for value in before])
    begun = _ALL
    for _ in range(length):
        begun = _TABLE[begun & 255] ^ begun >> 8
    found = pa.repeat(pa.scalar(begun ^ _ALL, pa.uint32()), len(rows) // stride)
    for at in range(length):
        adds = pa.array(_BY_DISTANCE[length - 1 - at], pa.uint32())
        found = pc.bit_wise_xor(adds.take(column_of(rows, stride, at)), found)
    right, left, mask = (pa.scalar(own, pa.uint32()) for own in (15, 17, MASK))
    turned = pc.bit_wise_or(pc.shift_right(found, right), pc.shift_left(found, left))
    return pc.add(turned, mask)  # wraps around
