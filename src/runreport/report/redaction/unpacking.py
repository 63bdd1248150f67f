"""What lies inside of files that are no plain text, as bytes to search: nothing is executed.

Everything is bounded: depth, and bytes that are unpacked of one file.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickletools
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

MOST_BYTES = 512 << 20
"""Bytes that are unpacked of one file."""
DEEPEST = 4
"""Containers in containers that are opened."""
_CHUNK = 1 << 20


class Unsearchable(Exception):
    """A file holds what cannot be looked at; the message says what it is."""


class Piece(NamedTuple):
    """A part of a file, and what is known of it."""

    name: str
    """From the file on; empty for the file itself."""
    content: bytes
    key: str = ""
    """The column that it stands in."""


class _Budget:
    """Bytes that may still be unpacked."""

    def __init__(self) -> None:
        self.left = MOST_BYTES

    def read(self, stream: Any) -> bytes:
        parts = []
        while chunk := stream.read(_CHUNK):
            self.left -= len(chunk)
            if self.left < 0:
                raise Unsearchable(f"it unpacks to more than {MOST_BYTES >> 20} MB")
            parts.append(chunk)
        return b"".join(parts)


def pieces(content: bytes) -> Iterator[Piece]:
    """All that there is to search in a file: its bytes, and what is packed into them.

    Raises:
        Unsearchable: some of it is encrypted, damaged, too large or of a kind that is not known.
    """
    yield from _pieces(content, "", _Budget(), 0)


def _pieces(content: bytes, name: str, budget: _Budget, depth: int) -> Iterator[Piece]:
    if not content.startswith(b"PAR1"):  # whose bytes are scraps of what is read from it below
        yield Piece(name, content)
    opened = _opener(content)
    if opened is None:
        return
    if depth >= DEEPEST:
        raise Unsearchable(f"it is packed more than {DEEPEST} times")
    try:
        for inner, part, key in opened(content, budget):
            place = f"{name}/{inner}" if name and inner else name or inner
            if key:
                yield Piece(place, part, key)
            else:
                yield from _pieces(part, place, budget, depth + 1)
    except Unsearchable:
        raise
    except Exception as error:  # any library's complaint about what somebody logged
        raise Unsearchable(f"it cannot be unpacked ({type(error).__name__})") from error


_Inner = Iterator[tuple[str, bytes, str]]
_Opener = Callable[[bytes, _Budget], _Inner]


def _opener(content: bytes) -> _Opener | None:
    for magic, at, opened in _KINDS:
        if content.startswith(magic, at):
            return opened
    if content[:1] == b"x" and content[1:2] in (b"\x01", b"\x9c", b"\xda") and _inflates(content):
        return _deflated
    return None


def _zip(content: bytes, budget: _Budget) -> _Inner:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for info in archive.infolist():
            yield "", info.filename.encode("utf-8", "replace") + b"\n" + info.comment, "-"
            if info.flag_bits & 1:
                raise Unsearchable("it is an encrypted zip")
            if not info.is_dir():
                with archive.open(info) as member:
                    yield info.filename, budget.read(member), ""


def _tar(content: bytes, budget: _Budget) -> _Inner:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for info in archive:
            owner = f"{info.name}\n{info.linkname}\n{info.uname}\n{info.gname}"
            yield "", owner.encode("utf-8", "replace"), "-"
            member = archive.extractfile(info) if info.isfile() else None
            if member is not None:
                yield info.name, budget.read(member), ""


def _gzip(content: bytes, budget: _Budget) -> _Inner:
    with gzip.open(io.BytesIO(content)) as stream:
        yield "", budget.read(stream), ""


def _bzip(content: bytes, budget: _Budget) -> _Inner:
    with bz2.open(io.BytesIO(content)) as stream:
        yield "", budget.read(stream), ""


def _xz(content: bytes, budget: _Budget) -> _Inner:
    with lzma.open(io.BytesIO(content)) as stream:
        yield "", budget.read(stream), ""


def _zstd(content: bytes, budget: _Budget) -> _Inner:
    import pyarrow as pa

    with pa.CompressedInputStream(pa.BufferReader(content), "zstd") as stream:
        yield "", budget.read(stream), ""


def _inflates(content: bytes) -> bool:
    try:
        return bool(zlib.decompressobj().decompress(content[:4096], 16) or len(content) > 16)
    except zlib.error:
        return False


class _Inflating:
    """A zlib stream to read from."""

    def __init__(self, content: bytes) -> None:
        self._rest = content
        self._inflate = zlib.decompressobj()

    def read(self, size: int) -> bytes:
        if self._inflate.eof:
            return b""
        out = self._inflate.decompress(self._rest, size)
        self._rest = self._inflate.unconsumed_tail
        return out


def _deflated(content: bytes, budget: _Budget) -> _Inner:
    yield "", budget.read(_Inflating(content)), ""


def _parquet(content: bytes, budget: _Budget) -> _Inner:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(pa.BufferReader(content))
    yield from _schema(file.schema_arrow)
    for number in range(file.num_row_groups):
        budget.left -= file.metadata.row_group(number).total_byte_size
        if budget.left < 0:
            raise Unsearchable(f"it unpacks to more than {MOST_BYTES >> 20} MB")
        yield from _columns(file.read_row_group(number))


def _arrow(content: bytes, budget: _Budget) -> _Inner:
    import pyarrow as pa

    del budget
    with pa.ipc.open_file(pa.BufferReader(content)) as reader:
        yield from _schema(reader.schema)
        yield from _columns(reader.read_all())


def _schema(schema: Any) -> _Inner:
    told = [name.encode("utf-8", "replace") for name in schema.names]
    for key, value in (schema.metadata or {}).items():
        if key != b"ARROW:schema":
            told += [key, value]
    yield "", b"\n".join(told), "-"


def _columns(table: Any) -> _Inner:
    """The texts of a table by column; each different one once."""
    import json

    import pyarrow as pa
    import pyarrow.compute as pc

    for name, column in zip(table.column_names, table.columns, strict=True):
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        if pa.types.is_nested(kind):
            for value in column.to_pylist():
                yield name, json.dumps(value, default=str).encode("utf-8", "replace"), name
        elif (
            pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind)
        ):
            for value in pc.unique(column).to_pylist():
                if value is not None:
                    text = value if isinstance(value, bytes) else value.encode("utf-8", "replace")
                    yield name, text, name


_STREAM = re.compile(rb"stream\r?\n")
_SHOWN = re.compile(rb"\(((?:\\.|[^\\()])*)\)")


def _pdf(content: bytes, budget: _Budget) -> _Inner:
    """The streams of a PDF; letters are often placed one by one, so they are joined, too."""
    if b"/Encrypt" in content:
        raise Unsearchable("it is an encrypted PDF")
    for match in _STREAM.finditer(content):
        body = content[match.end() : content.find(b"endstream", match.end())]
        if body[:1] == b"x" and _inflates(body):
            with suppress(zlib.error):
                body = budget.read(_Inflating(body))
        if b"Tj" in body or b"TJ" in body:
            lines = re.split(rb"T[jJ*dD]|ET|'", body)
            shown = (b"".join(_SHOWN.findall(line)) for line in lines)
            yield "", b"\n".join(shown), "-"
        yield "", body, "-"


def _pickle(content: bytes, budget: _Budget) -> _Inner:
    """The texts of a pickle, read and never executed."""
    del budget
    texts = []
    with suppress(Exception):  # what follows a pickle, or is none, is searched as bytes
        for _, argument, _ in pickletools.genops(content):
            if isinstance(argument, str):
                texts.append(argument.encode("utf-8", "replace"))
            elif isinstance(argument, bytes) and len(argument) < _CHUNK:
                texts.append(argument)
    yield "", b"\n".join(texts), "-"


def _hdf5(content: bytes, budget: _Budget) -> _Inner:
    del budget
    if re.search(rb"deflate|szip|lzf|blosc|zstd", content):
        raise Unsearchable("it is a compressed HDF5 file")
    yield from ()


def _closed(what: str) -> _Opener:
    def opened(content: bytes, budget: _Budget) -> _Inner:
        del content, budget
        raise Unsearchable(f"it is {what}")
        yield  # makes it an iterator

    return opened


_KINDS: tuple[tuple[bytes, int, _Opener], ...] = (
    (b"PK\x03\x04", 0, _zip),
    (b"PK\x05\x06", 0, _zip),
    (b"\x1f\x8b\x08", 0, _gzip),  # the method that there is; numbers may begin like the rest
    (b"BZh", 0, _bzip),
    (b"\xfd7zXZ\x00", 0, _xz),
    (b"\x28\xb5\x2f\xfd", 0, _zstd),
    (b"ustar", 257, _tar),
    (b"PAR1", 0, _parquet),
    (b"ARROW1", 0, _arrow),
    (b"%PDF-", 0, _pdf),
    (b"\x80\x02", 0, _pickle),
    (b"\x80\x03", 0, _pickle),
    (b"\x80\x04", 0, _pickle),
    (b"\x80\x05", 0, _pickle),
    (b"\x89HDF\r\n\x1a\n", 0, _hdf5),
    (b"7z\xbc\xaf\x27\x1c", 0, _closed("a 7z archive")),
    (b"Rar!\x1a\x07", 0, _closed("a rar archive")),
    (b"\x04\x22\x4d\x18", 0, _closed("an lz4 file")),
    (b"\xff\x06\x00\x00sNaPpY", 0, _closed("a snappy file")),
    (b"Salted__", 0, _closed("an encrypted file")),
    (b"age-encryption.org", 0, _closed("an encrypted file")),
    (b"-----BEGIN PGP MESSAGE", 0, _closed("an encrypted file")),
)
"""First bytes of files, where they stand, and what opens them."""
