"""What pictures say beside what they show: texts, camera data, positions; found and taken off."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

_PNG, _RIFF, _JPEG = b"\x89PNG\r\n\x1a\n", b"RIFF", b"\xff\xd8"
_PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs hIST cICP acTL fcTL fdAT".split()
)
_JPEG_KEPT = (0xE0, 0xE2, 0xEE)
"""Of a JPEG's segments for applications: how it begins, its colours, and Adobe's transform."""
_WEBP_DROPPED = (b"EXIF", b"XMP ")
_MOST_TEXT = 4 << 20
_GPS_TAG = 0x8825


class _Chunk(NamedTuple):
    name: bytes
    start: int
    body: int
    end: int
    """Of the whole chunk, its checksum included."""


def is_picture(content: bytes) -> bool:
    """Whether this is a picture whose data beside the pixels can be taken off."""
    return content.startswith((_PNG, _JPEG)) or (
        content.startswith(_RIFF) and content[8:12] == b"WEBP"
    )


def told_by(content: bytes) -> Iterator[bytes]:
    """The texts beside a picture, each alone: in its bytes they run into each other."""
    if content.startswith(_PNG):
        for chunk in _png_chunks(content):
            if chunk.name in (b"tEXt", b"zTXt", b"iTXt"):
                body = content[chunk.body : chunk.end - 4]
                yield from (body.rpartition(b"\0")[2], _inflated(body))


def without_joints(content: bytes) -> bytes:
    """A picture's bytes without what stands between its chunks and would end their texts."""
    if not content.startswith(_PNG):
        return content
    return b"\n".join(content[chunk.body : chunk.end - 4] for chunk in _png_chunks(content))


def has_position(content: bytes) -> bool:
    """Whether a picture says where it was taken."""
    at = content.find(b"Exif\0\0", 0, 1 << 16)
    tiff = content[at + 6 :] if at >= 0 else b""
    if content.startswith(_PNG):
        tiff = next(
            (content[c.body : c.end - 4] for c in _png_chunks(content) if c.name == b"eXIf"), b""
        )
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 10:
        return False
    (first,) = struct.unpack_from(f"{order}I", tiff, 4)
    if first + 2 > len(tiff):
        return False
    (entries,) = struct.unpack_from(f"{order}H", tiff, first)
    places = range(first + 2, min(len(tiff) - 12, first + 2 + 12 * entries), 12)
    return any(struct.unpack_from(f"{order}H", tiff, place)[0] == _GPS_TAG for place in places)


def bare(content: bytes) -> bytes:
    """A picture with nothing but what it shows."""
    if content.startswith(_PNG):
        kept = [c for c in _png_chunks(content) if c.name in _PNG_KEPT]
        return _PNG + b"".join(content[c.start : c.end] for c in kept)
    if content.startswith(_JPEG):
        return _bare_jpeg(content)
    return _bare_webp(content)


def _png_chunks(content: bytes) -> Iterator[_Chunk]:
    place = len(_PNG)
    while place + 12 <= len(content):
        length, name = struct.unpack_from(">I4s", content, place)
        end = place + 12 + length
        if end > len(content):
            return
        yield _Chunk(name, place, place + 8, end)
        if name == b"IEND":
            return
        place = end


def _inflated(body: bytes) -> bytes:
    """What is packed behind the keyword of a chunk of text."""
    for place in range(min(len(body), 400)):
        if body[place : place + 1] == b"x":
            try:
                return zlib.decompressobj().decompress(body[place:], _MOST_TEXT)
            except zlib.error:
                continue
    return b""


def _bare_jpeg(content: bytes) -> bytes:
    parts, place = [_JPEG], 2
    while place + 4 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker == 0xDA:  # the picture itself follows, to its end
            end = content.rfind(b"\xff\xd9")
            return b"".join((*parts, content[place : end + 2 if end > place else None]))
        (length,) = struct.unpack_from(">H", content, place + 2)
        is_dropped = (0xE0 <= marker <= 0xEF and marker not in _JPEG_KEPT) or marker == 0xFE
        if not is_dropped:
            parts.append(content[place : place + 2 + length])
        place += 2 + length
    return b"".join(parts)


def _bare_webp(content: bytes) -> bytes:
    parts, place = [], 12
    while place + 8 <= len(content):
        name, length = struct.unpack_from("<4sI", content, place)
        end = place + 8 + length + length % 2
        chunk = content[place:end]
        if name == b"VP8X" and len(chunk) > 8:
            chunk = chunk[:8] + bytes((chunk[8] & ~0x0C,)) + chunk[9:]
        if name not in _WEBP_DROPPED:
            parts.append(chunk)
        place = end
    body = b"".join((b"WEBP", *parts))
    return _RIFF + struct.pack("<I", len(body)) + body
