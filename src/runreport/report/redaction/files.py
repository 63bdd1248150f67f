"""Files as a site may carry them: texts without what is private, all else searched and then
published as it is, or left out and said so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from runreport.report.findings import LEFT_OUT
from runreport.report.redaction.pictures import (
    bare,
    has_position,
    is_picture,
    told_by,
    without_joints,
)
from runreport.report.redaction.redactor import Redactor
from runreport.report.redaction.scanner import Hit, Text, masked, pattern_of
from runreport.report.redaction.unpacking import Unsearchable, pieces

_CODINGS = (
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_CONTROL = bytes({*range(32)} - set(b"\t\n\r\f\x1b\b"))
_PACKED = (b"%PDF-", b"PK\x03\x04", b"\x1f\x8b", b"PAR1", b"7z\xbc\xaf", b"Rar!", b"Salted__")
_SAMPLE = 1 << 20
"""Bytes by which a text is told."""
_SHARE = 0.005
"""Of control bytes that a text may hold."""
_LEAST_RUN = 12
"""Readable bytes in a row around what counts as found in a binary file."""
_LINES = bytes(byte if 32 <= byte < 127 or byte == 9 else 10 for byte in range(256))
"""What else stands between them belongs to no text, and ends what does."""
_READABLE = re.compile(rb"[\x20-\x7e\t]+")
_WIDE_LETTERS = pattern_of(rb"(?:[\x20-\x7e]\x00){6}")


class SearchedFile(NamedTuple):
    """What may be published of a file."""

    content: bytes | None
    """None: nothing."""
    note: str = ""
    """Why it is left out, or what was taken off, as a page says it."""


def published_file(
    content: bytes, path: str, redactor: Redactor, *, unsearched: bool = False
) -> SearchedFile:
    """A file as the site may carry it.

    Args:
        path: as the site shows it.
        unsearched: publish what cannot be searched, too.
    """
    place = f"file {path}"
    text = _as_text(content)
    if text is not None:
        return SearchedFile(_redacted(content, *text, place, redactor))
    try:
        found = _found_inside(content, place, redactor)
    except Unsearchable as error:
        if unsearched:
            return SearchedFile(content)
        redactor.tell(f"{LEFT_OUT}: {error}", place)
        return SearchedFile(None, f"Not published, since it cannot be searched: {error}.")
    if found and is_picture(content):
        stripped = bare(content)
        if not _found_inside(stripped, place, redactor):
            redactor.count_kinds(found, place)
            return SearchedFile(stripped, "Without what it said beside the picture.")
    if not found:
        return SearchedFile(content)
    held = " and ".join(sorted(set(found)))
    redactor.tell(f"{LEFT_OUT}: it holds {held}", place)
    return SearchedFile(None, f"Not published: it holds {held}.")


def _as_text(content: bytes) -> tuple[bytes, str] | None:
    """A text as UTF-8, or as it is in any 8-bit encoding, and how it is encoded; None where it is
    no text."""
    coding = _wide_coding(content)
    if coding:
        mark = next((mark for mark, one in _CODINGS if one == coding), b"")
        try:
            text = content.removeprefix(mark).decode(coding)
        except UnicodeDecodeError:
            return None
        return text.encode("utf-8", "surrogatepass"), coding
    sample = content[:_SAMPLE]
    controls = len(sample) - len(sample.translate(None, _CONTROL))
    if controls > max(3, len(sample) * _SHARE) or content.startswith(_PACKED):
        return None
    return (content, "") if not is_picture(content) else None


def _wide_coding(content: bytes) -> str:
    """UTF-16 or UTF-32, by their mark or by where the zeros stand; else nothing."""
    for mark, coding in _CODINGS:
        if content.startswith(mark):
            return coding
    sample = content[:_SAMPLE]
    zeros = sample[1::2].count(0), sample[0::2].count(0)
    for number, coding in enumerate(("utf-16-le", "utf-16-be")):
        if len(sample) >= 8 and zeros[number] > len(sample) * 0.2 and not zeros[1 - number]:
            return coding
    return ""


def _redacted(content: bytes, data: bytes, coding: str, place: str, redactor: Redactor) -> bytes:
    text = Text(data, has_versions=_lists_packages(place))
    hits = redactor.hits(text, place)
    if not hits:
        return content
    redactor.count(hits, place)
    shown = masked(data, hits)
    if coding:
        mark = next(m for m, c in _CODINGS if c == coding)
        begun = mark if content.startswith(mark) else b""
        return begun + shown.decode("utf-8", "surrogatepass").encode(coding, "surrogatepass")
    return shown if _is_utf8(content) else shown.replace("…".encode(), b"...")


def _lists_packages(place: str) -> bool:
    """Whether a file is called as lists of packages are."""
    name = place.rpartition("/")[2].lower()
    begins = ("requirements", "constraints", "conda", "environment", "pip-freeze")
    return name.startswith(begins) or name.endswith((".lock", "freeze.txt"))


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _found_inside(content: bytes, place: str, redactor: Redactor) -> list[str]:
    """The kinds of what is found in a file that is no text."""
    found = ["a position"] if has_position(content) and not redactor.publish_environment else []
    for part in told_by(content):
        found += _kinds(redactor.hits(Text(part), place))
    for piece in pieces(without_joints(content)):
        own = f"{place}/{piece.name}" if piece.name else place
        found += _kinds(_hits_of(piece.content, piece.key.strip("-"), own, redactor))
    return found


def _kinds(hits: Sequence[Hit]) -> list[str]:
    return [hit.kind for hit in hits]


def _hits_of(content: bytes, key: str, place: str, redactor: Redactor) -> list[Hit]:
    text = _as_text(content)
    if text is not None:
        searched = Text(text[0], key, has_versions=_lists_packages(place))
        return list(redactor.hits(searched, place))
    hits = []
    for data in _views(content):
        for hit in redactor.hits(Text(data, key, is_binary=True), place):
            if hit.is_secret or _is_readable(data, hit):
                hits.append(hit)
    return hits


def _views(content: bytes) -> Iterator[bytes]:
    """The readable stretches of a binary file, each a line, and those of wide letters."""
    yield content.translate(_LINES)
    if _WIDE_LETTERS.search(content):
        yield re.sub(rb"\0{4,}", b"\n", content).replace(b"\0", b"").translate(_LINES)


def _is_readable(data: bytes, hit: Hit) -> bool:
    """Whether something stands among readable letters, not by chance among numbers."""
    run = _READABLE.match(data, hit.start)
    begin = hit.start
    while begin and hit.start - begin < _LEAST_RUN and 32 <= data[begin - 1] < 127:
        begin -= 1
    return run is not None and run.end() - begin >= _LEAST_RUN
