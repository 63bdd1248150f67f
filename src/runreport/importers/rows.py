"""Rows of bytes that lie side by side, read column by column."""

from __future__ import annotations

import pyarrow as pa


def column_of(rows: bytes, stride: int, at: int) -> pa.Array:
    """One byte of each row; uint8.

    Args:
        rows: each of ``stride`` bytes.
        at: counted from where a row begins.
    """
    return _array(rows[at::stride], pa.uint8())


def numbers_of(rows: bytes, stride: int, at: int, kind: pa.DataType) -> pa.Array:
    """The number of some kind that each row has in a place; little endian."""
    width = kind.bit_width // 8
    found = bytearray(len(rows) // stride * width)
    for byte in range(width):
        found[byte::width] = rows[at + byte :: stride]
    return _array(bytes(found), kind)


def blanked(rows: bytes, stride: int, places: list[tuple[int, int]]) -> pa.Array:
    """The rows with zeros from some places to others; fixed-size binary."""
    found, zeros = bytearray(rows), bytes(len(rows) // stride)
    for begin, end in places:
        for at in range(begin, end):
            found[at::stride] = zeros
    return _array(bytes(found), pa.binary(stride))


def _array(data: bytes, kind: pa.DataType) -> pa.Array:
    count = len(data) * 8 // kind.bit_width
    return pa.Array.from_buffers(kind, count, [None, pa.py_buffer(data)])
