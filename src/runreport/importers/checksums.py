"""CRC-32C, by which TensorFlow's records are checked; from google-crc32c where it is installed."""

from __future__ import annotations

from collections.abc import Callable

_POLYNOMIAL = 0x82F63B78
MASK = 0xA282EAD8


def _table() -> list[int]:
    found = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
        found.append(value)
    return found


def plain_crc32c(data: bytes, table: list[int] = _table()) -> int:  # noqa: B008 # made once
    """CRC-32C of some bytes, without any library: about 8 MB/s."""
    value = 0xFFFFFFFF
    for byte in data:
        value = table[(value ^ byte) & 255] ^ value >> 8
    return value ^ 0xFFFFFFFF


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
    return ((value >> 15 | value << 17) + MASK) & 0xFFFFFFFF
