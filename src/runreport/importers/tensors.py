"""TensorFlow's tensors, as far as scalars need them: a number and where it lies.

Source: TensorFlow's ``tensor.proto``, ``types.proto``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from runreport.importers import protobuf

_FLOAT = struct.Struct("<f")
_KINDS: dict[int, tuple[str, int]] = {
    1: ("f", 4),
    2: ("d", 8),
    3: ("i", 4),
    9: ("q", 8),
    19: ("e", 2),
}
"""How numbers are packed, by TensorFlow's numbers of types: float, double, int32, int64, half."""


def numbers_of(data: bytes, tensor: protobuf.Field) -> list[tuple[float, int, int]]:
    """The numbers of a tensor, at most two, each with where it lies and how wide it is (-1 where
    it has no place of its own)."""
    kind = 1
    found: list[tuple[float, int, int]] = []
    for field in protobuf.fields(data, tensor.begin, tensor.end):
        if field.number == 1 and field.wire == protobuf.VARINT:
            kind = field.value
        elif field.number in (4, 5, 6) and field.wire in (protobuf.BYTES, protobuf.FIXED32,
                                                          protobuf.FIXED64):  # fmt: skip
            packed = {4: _KINDS.get(kind), 5: ("f", 4), 6: ("d", 8)}[field.number]
            found += _unpacked(data, field, packed)
        elif field.number in (7, 10, 13):
            found += _varints(data, field, kind)
    return found[:2]


def _unpacked(
    data: bytes, field: protobuf.Field, packed: tuple[str, int] | None
) -> Iterator[tuple[float, int, int]]:
    if packed is None:
        return
    code, width = packed
    for place in range(field.begin, min(field.end, field.begin + 2 * width) - width + 1, width):
        value = float(struct.unpack_from(f"<{code}", data, place)[0])
        yield (value, place, width) if code in "fd" else (value, -1, 0)


def _varints(data: bytes, field: protobuf.Field, kind: int) -> Iterator[tuple[float, int, int]]:
    """Whole numbers, or halves by their bits (field 13)."""
    values = []
    if field.wire == protobuf.VARINT:
        values = [field.value]
    elif field.wire == protobuf.BYTES:
        place = field.begin
        while place < field.end and len(values) < 2:
            value, place = protobuf.varint(data, place, field.end)
            values.append(value)
    for value in values:
        if field.number != 13:
            yield float(protobuf.signed(value)), -1, 0
        elif kind == 14:  # bfloat16: the upper half of a float
            yield float(_FLOAT.unpack(struct.pack("<I", (value & 65535) << 16))[0]), -1, 0
        else:
            yield float(struct.unpack("<e", struct.pack("<H", value & 65535))[0]), -1, 0
