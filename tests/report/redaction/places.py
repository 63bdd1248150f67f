"""Every kind of file in which a text may stand, and how what is published of it is read again."""

from __future__ import annotations

import bz2
import csv
import gzip
import html
import io
import json
import lzma
import pickle
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

_NOISE = random.Random(5).randbytes(300)


class Place(NamedTuple):
    """A kind of file."""

    write: Callable[[str], bytes]
    read: Callable[[bytes], str]


def _plain(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _zipped(text: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("notes/a.txt", text)
    return target.getvalue()


def _unzipped(data: bytes) -> str:
    return _plain(zipfile.ZipFile(io.BytesIO(data)).read("notes/a.txt"))


def _tarred(text: str) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        member, data = tarfile.TarInfo("a.txt"), text.encode()
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return target.getvalue()


def _untarred(data: bytes) -> str:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        member = archive.extractfile("a.txt")
        assert member is not None
        return _plain(member.read())


def _parquet(text: str) -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table({"note": ["x", text], "n": [1, 2]}), target)
    return target.getvalue()


def _csv(text: str) -> bytes:
    target = io.StringIO()
    csv.writer(target).writerows([["id", "note"], [1, text], [2, "x"]])
    return target.getvalue().encode()


def _notebook(text: str) -> bytes:
    output = {"output_type": "stream", "text": [text]}
    cell = {"cell_type": "code", "source": text.splitlines(keepends=True), "outputs": [output]}
    return json.dumps({"cells": [cell], "nbformat": 4}).encode()


def _of_notebook(data: bytes) -> str:
    (cell,) = json.loads(data)["cells"]
    return "".join(cell["source"]) + "".join(cell["outputs"][0]["text"])


def _picture(name: bytes, content: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(name, content) + pixels + chunk(b"IEND", b"")


def _inflated(data: bytes) -> str:
    place = data.find(b"iTXtComment")
    return "" if place < 0 else _plain(zlib.decompressobj().decompress(data[place + 15 :]))


def _log(text: str) -> bytes:
    return f"2026-01-01 INFO start\n{text}\n2026-01-01 INFO end\n".encode()


def _wide(data: bytes) -> str:
    return data.replace(b"\0", b"").decode("latin-1")


PLACES = {
    "txt": Place(str.encode, _plain),
    "json": Place(
        lambda t: json.dumps({"a": 1, "note": t}).encode(), lambda d: str(json.loads(d)["note"])
    ),
    "jsonl": Place(
        lambda t: (json.dumps({"note": t}) + "\n").encode(), lambda d: str(json.loads(d)["note"])
    ),
    "csv": Place(
        _csv, lambda d: next(row[1] for row in list(csv.reader(io.StringIO(_plain(d))))[1:])
    ),
    "ipynb": Place(_notebook, _of_notebook),
    "block.yaml": Place(
        lambda t: (
            "a: 1\nblock: |\n" + "".join(f"  {line}\n" for line in t.splitlines())
        ).encode(),
        _plain,
    ),
    "html": Place(
        lambda t: f"<html><body><pre>{html.escape(t)}</pre></body></html>".encode(),
        lambda d: html.unescape(_plain(d)),
    ),
    "md": Place(lambda t: f"# T\n\n```\n{t}\n```\n".encode(), _plain),
    "log": Place(_log, _plain),
    "utf16.txt": Place(lambda t: t.encode("utf-16"), lambda d: d.decode("utf-16", "replace")),
    "latin.txt": Place(
        lambda t: f"\xe9\n{t}".encode("latin-1", "replace"), lambda d: d.decode("latin-1")
    ),
    "nul.txt": Place(lambda t: b"a\0b\n" + t.encode(), _plain),
    "zip": Place(_zipped, _unzipped),
    "gz": Place(
        lambda t: gzip.compress(t.encode(), mtime=0), lambda d: _plain(gzip.decompress(d))
    ),
    "tgz": Place(_tarred, _untarred),
    "bz2": Place(lambda t: bz2.compress(t.encode()), lambda d: _plain(bz2.decompress(d))),
    "xz": Place(lambda t: lzma.compress(t.encode()), lambda d: _plain(lzma.decompress(d))),
    "parquet": Place(
        _parquet, lambda d: str(pq.read_table(io.BytesIO(d)).column("note").to_pylist()[1])
    ),
    "pkl": Place(lambda t: pickle.dumps({"note": t}), lambda d: str(pickle.loads(d)["note"])),
    "png": Place(lambda t: _picture(b"tEXt", b"Comment\0" + t.encode()), _plain),
    "deflated.png": Place(
        lambda t: _picture(b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(t.encode())), _inflated
    ),
    "bin": Place(lambda t: _NOISE + b"\0" + t.encode() + b"\0" + _NOISE, _plain),
    "wide.bin": Place(
        lambda t: bytes(range(8)) * 40 + t.encode("utf-16-le") + bytes(range(8)) * 40, _wide
    ),
}
