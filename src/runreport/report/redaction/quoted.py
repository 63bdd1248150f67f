"""Texts within texts: strings in JSON and notebooks, cells in CSV, scalars in YAML, text in HTML.

Their escapes, doubled quotes, joints and indents hide what the same text says where it stands
alone. So all of one notation are read as they were meant, together, each beginning a line, and
what is found in them is put back to where it stands.
"""

from __future__ import annotations

import bisect
import html
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from runreport.report.redaction.scanner import Hit, pattern_of

Span = tuple[int, int]


@dataclass
class Quoted:
    """The texts of one notation that stand in a text."""

    quote: bytes
    """How a double quote is written in them."""
    is_closed: bool = True
    """What they say ends with them, and goes by nothing but themselves."""
    spans: list[Span] = field(default_factory=list)
    """Where they stand in the other text."""
    extents: list[Span] = field(default_factory=list)
    """Where each stands in `data`."""
    _starts: list[int] = field(default_factory=list)
    _places: list[int] = field(default_factory=list)
    _pieces: list[bytes] = field(default_factory=list)
    _length: int = 0

    @property
    def data(self) -> bytes:
        """What they mean, one after the other."""
        return b"".join(self._pieces)

    def add(self, span: Span, pieces: Sequence[tuple[int, bytes]]) -> None:
        """Take in a text.

        Args:
            pieces: where each begins in the other text, and what it means.
        """
        begin = self._length
        for place, meant in pieces:
            self._append(place, meant)
        self.spans.append(span)
        self.extents.append((begin, self._length))
        self._append(span[1], b"\n")

    def _append(self, place: int, meant: bytes) -> None:
        self._starts.append(self._length)
        self._places.append(place)
        self._pieces.append(meant)
        self._length += len(meant)

    def back(self, hit: Hit) -> Iterator[Hit]:
        """What was found in them, as it stands in the other text; what goes on over several of
        them, in each."""
        mask = hit.mask.replace(b'"', self.quote)
        at = bisect.bisect_right(self.extents, (hit.start, self._length)) - 1
        for begin, end in self.extents[at:]:
            if begin >= hit.end:
                break
            start, last = max(begin, hit.start), min(end, hit.end)
            yield hit._replace(start=self._place(start), end=self._place(last), mask=mask)

    def _place(self, offset: int) -> int:
        at = bisect.bisect_right(self._starts, offset) - 1
        return self._places[at] + offset - self._starts[at]


class _Notation(NamedTuple):
    """How texts are written in a text."""

    finds: bytes
    """In RE2's syntax; its groups are the texts."""
    pieces: re.Pattern[bytes]
    meant: Callable[[bytes], bytes]
    """What a piece stands for."""
    quote: bytes
    tells: re.Pattern[bytes]
    """What makes such a text say something else than its letters."""


_ESCAPED = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f", b"0": b"\0"}


def _of_string(piece: bytes) -> bytes:
    """What a piece of a string in JSON means; a joint of two lines in a list, nothing."""
    if piece[:1] != b"\\":
        return b"" if piece[:1] == b'"' and len(piece) > 1 else piece
    if piece[1:2] == b"u" and len(piece) == 6:
        return str(json.loads(b'"' + piece + b'"')).encode("utf-8", "surrogatepass")
    return _ESCAPED.get(piece[1:], piece[1:])


def _of_cell(piece: bytes) -> bytes:
    return b'"' if piece == b'""' else piece


def _of_scalar(piece: bytes) -> bytes:
    """What a piece of a scalar in YAML means; folded, a line feed is a space."""
    if piece[:1] == b"\n":
        breaks = piece.count(b"\n")
        return b" " if breaks == 1 else b"\n" * (breaks - 1)
    if piece[:2] == b"\\\n":
        return b""
    return b"'" if piece == b"''" else _of_string(piece)


def _of_element(piece: bytes) -> bytes:
    if piece[:1] != b"&":
        return piece
    return html.unescape(piece.decode("latin-1")).encode("utf-8", "surrogatepass")


_ESCAPE = rb"\\u[0-9a-fA-F]{4}|\\."
_FOLDED = rb"\n(?:[ \t]*\n)+[ \t]*|\n[ \t]*"
_BEFORE_SCALAR = rb"(?m:^)[ \t]*(?:- )*(?:[\w.-]+[ \t]*:[ \t]+)?"
_NOTATIONS = (
    _Notation(  # notebooks keep the lines of a text as a list of strings
        rb'(?:\A|[:,\[{(=])\s*"((?:(?:[^"\\\n]|\\.)*\\n",\s*")+(?:[^"\\\n]|\\.)*'
        rb'|[^"\\\n=]*(?:\\.|=)(?:[^"\\\n]|\\.)*)"',
        re.compile(_ESCAPE + rb'|"\s*,\s*"|[^\\"]+|"', re.S),
        _of_string,
        b'\\"',
        re.compile(rb"[\\=]"),
    ),
    _Notation(
        rb'(?:(?m:^)|[,;\t|])"((?:[^"]|"")*)"(?:[,;\t|\r\n]|\z)',
        re.compile(rb'""|[^"]+'),
        _of_cell,
        b'""',
        re.compile(rb'""|\n'),
    ),
    _Notation(
        _BEFORE_SCALAR + rb"'((?:[^'\n]|'')*(?:\n(?:[ \t]+(?:[^'\n]|'')*)?)*)'[ \t\r]*(?m:$)",
        re.compile(rb"''|" + _FOLDED + rb"|[^'\n]+|'"),
        _of_scalar,
        b'"',
        re.compile(rb"''|\n"),
    ),
    _Notation(
        _BEFORE_SCALAR + rb'"((?:[^"\\\n]|\\[^\n])*(?:\\?\n(?:[ \t]+(?:[^"\\\n]|\\[^\n])*)?)+)"'
        rb"[ \t\r]*(?m:$)",
        re.compile(rb"\\\n[ \t]*|" + _ESCAPE + rb"|" + _FOLDED + rb"|[^\\\n]+", re.S),
        _of_scalar,
        b'\\"',
        re.compile(rb"\n"),
    ),
    _Notation(
        rb">([^<>]*&(?:quot|apos|lt|gt|amp|#x?[0-9a-fA-F]{1,6});[^<>]*)<",
        re.compile(rb"&#?\w{1,8};|[^&]+|&"),
        _of_element,
        b"&quot;",
        re.compile(rb"&"),
    ),
)
_COMPILED = [pattern_of(one.finds) for one in _NOTATIONS]
_BLOCK = re.compile(rb"(?m)^([ \t]*)(?:- )*[\w.\"'-]+[ \t]*:[ \t]*[|>][+-]?\d?[ \t]*\n")
_INDENT = re.compile(rb"[ \t]*")
_MAY_QUOTE = re.compile(rb"[\"'>\n]")
"""Every notation has one of these; most values of a run have none."""


def may_quote(data: bytes) -> bool:
    """Whether there may be texts within a text."""
    return _MAY_QUOTE.search(data) is not None


def quoted_texts(data: bytes) -> Iterator[Quoted]:
    """The texts within a text, by notation."""
    if not may_quote(data):
        return
    for notation, pattern in zip(_NOTATIONS, _COMPILED, strict=True):
        found = Quoted(notation.quote)
        for match in pattern.finditer(data):
            if notation.tells.search(match[1]):
                span = match.span(1)
                parts = notation.pieces.finditer(data, *span)
                found.add(span, [(part.start(), notation.meant(part.group())) for part in parts])
        if found.spans:
            yield found
    blocks = Quoted(b'"', is_closed=False)
    for lines in _blocks(data):
        first, last = lines[0][0], lines[-1][0] + len(lines[-1][1])
        blocks.add((first, last), lines)
    if blocks.spans:
        yield blocks


def _blocks(data: bytes) -> Iterator[list[tuple[int, bytes]]]:
    """The lines of YAML's blocks, without their indent."""
    behind = 0
    for match in _BLOCK.finditer(data):
        place = match.end()
        inner = _INDENT.match(data, place)
        indent = inner.group() if inner else b""
        if match.start() < behind or len(indent) <= len(match[1]):
            continue
        lines = []
        while place < len(data):
            after = data.find(b"\n", place) + 1 or len(data)
            line = data[place:after]
            if line.strip() and not line.startswith(indent):
                break
            begin = place + (len(indent) if line.startswith(indent) else 0)
            lines.append((begin, data[begin:after]))
            place = after
        behind = place
        yield lines
