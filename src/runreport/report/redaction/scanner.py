"""Finds by rules what may not be published, in time that grows with the text and no faster.

All rules' anchors are looked for in one pass (RE2, whose time is linear whatever the text); only
those that occur are looked at one by one. What goes beyond an anchor is read from bounded windows.
Texts are bytes here: UTF-8, any 8-bit encoding and binary files are searched alike.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import re2

REDACTED, PRIVATE = b"[redacted]", b"[private]"
_MEMORY = 256 << 20
"""Bytes that RE2 may use for what it works out about all anchors together."""


class Hit(NamedTuple):
    """A piece of a text that is not published."""

    start: int
    end: int
    kind: str
    mask: bytes = REDACTED
    is_secret: bool = True


@dataclass(frozen=True)
class Text:
    """A text to search, and what is known of it."""

    data: bytes
    key: str = ""
    """The name it was logged under."""
    is_binary: bool = False
    """It is no text as a whole; strings in it may begin anywhere."""
    has_versions: bool = False
    """Its numbers with dots are versions of packages."""
    closed: Sequence[tuple[int, int]] = ()
    """Texts within it that are searched alone: what begins in them is looked for there."""

    def begins(self, place: int, *, even_in_binary: bool = False) -> bool:
        """Whether a word may begin here: nothing before it belongs to one.

        Args:
            even_in_binary: in a binary file, too, where the letter before may be its length.
        """
        if place == 0 or (self.is_binary and not even_in_binary):
            return True
        before = self.data[place - 1]
        return before not in _WORD_BYTES or self._is_escape(place - 1)

    def _is_escape(self, place: int) -> bool:
        """Whether this byte is the end of an escape, as the n of a line feed in JSON."""
        if self.data[place] in b"nrtbf" and self.data[place - 1 : place] == b"\\":
            return True
        return bool(_ESCAPE_END.search(self.data, max(0, place - 5), place + 1))

    @cached_property
    def encoded(self) -> Sequence[tuple[int, int]]:
        """Where data stands as text: images in notebooks and the like."""
        spans = []
        for pattern in (_DATA_URI, _ENCODED):
            for match in pattern.finditer(self.data):
                if self.is_binary or pattern is _DATA_URI or _looks_encoded(match.group()):
                    spans.append(match.span())
        return sorted(spans)

    def is_encoded(self, place: int) -> bool:
        """Whether this place lies within encoded data, behind its beginning."""
        at = bisect.bisect_left(self.encoded, (place, 0)) - 1
        return at >= 0 and place < self.encoded[at][1]

    def is_closed(self, start: int, end: int) -> bool:
        """Whether a stretch lies whole within a text that is searched alone."""
        at = bisect.bisect_right(self.closed, (start, len(self.data))) - 1
        return at >= 0 and end <= self.closed[at][1]


class Rule(NamedTuple):
    """Where to look, and what of it is a hit."""

    anchor: bytes
    """In RE2's syntax; short, so that a pass over hostile text stays cheap."""
    hits: Callable[[Text, int, int], Iterator[Hit]]
    """Called with the anchor's place."""


_WORD_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_ESCAPE_END = re.compile(rb"(?:\\u[0-9a-fA-F]{4}|%[0-9A-Fa-f]{2}|\\x[0-9a-fA-F]{2})\Z")


def run_before(data: bytes, place: int, letters: re.Pattern[bytes], most: int) -> int:
    """Where the longest run of some letters begins that ends here, looking back so many bytes.

    Args:
        letters: matches a run of them; it is asked with the text turned round.
    """
    found = letters.match(data[max(0, place - most) : place][::-1])
    return place - (found.end() if found else 0)


def pattern_of(pattern: bytes) -> re2._Regexp:
    """A pattern over bytes, compiled."""
    return re2.compile(pattern, options=_options())


def _options() -> re2.Options:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    options.max_mem = _MEMORY
    return options


_ENCODED = pattern_of(
    rb"[A-Za-z0-9+/_-]{160,}={0,2}"
    rb"|(?:[A-Za-z0-9+/]{56,}(?:\\n|\\r\\n|\r?\n)[\"', \t]*){2,}[A-Za-z0-9+/]*={0,2}"
)
"""One long run, or lines of MIME's length as older notebooks and e-mails have them."""
_DATA_URI = pattern_of(rb"data:[\w.+-]+/[\w.+-]+(?:;[\w=.-]+)*;base64,[A-Za-z0-9+/=\\\r\n_-]+")


def _looks_encoded(run: bytes) -> bool:
    """Whether a long run of letters is data, and no path or list of words."""
    sample = run[:2000]
    digits = sum(48 <= byte <= 57 for byte in sample)
    capitals = sum(65 <= byte <= 90 for byte in sample)
    small = sum(97 <= byte <= 122 for byte in sample)
    return min(digits, capitals, small) >= len(sample) * 0.04


class Scanner:
    """Looks for the anchors of many rules at once."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Compile the rules' anchors."""
        self.rules = rules
        self._patterns = [pattern_of(rule.anchor) for rule in rules]
        self._any = re2.Set.SearchSet(_options())
        for rule in rules:
            self._any.Add(_shortened(rule.anchor))
        self._any.Compile()

    def scan(self, text: Text) -> list[Hit]:
        """All that the rules find, as they find it."""
        hits: list[Hit] = []
        for number in self._any.Match(text.data) or ():
            rule, behind = self.rules[number], 0
            for match in self._patterns[number].finditer(text.data):
                start, end = match.span()
                is_elsewhere = text.is_closed(start, end)
                if start < behind or is_elsewhere:  # or read already as a part of the last hit
                    continue
                for hit in rule.hits(text, start, end):
                    behind = max(behind, hit.end)
                    if not text.is_encoded(start):
                        hits.append(hit)
        return hits


def _shortened(pattern: bytes) -> bytes:
    """A pattern that finds at least what this one does, with short repetitions.

    All anchors are one automaton, whose size grows with how often they repeat.
    """
    return re.sub(
        rb"\{(\d+)(?:,\d*)?\}",
        lambda match: b"{6,}" if int(match[1]) > 6 else match[0],
        pattern,
    )


def merged(hits: Sequence[Hit]) -> list[Hit]:
    """Hits that do not overlap, in order: of those that do, one that covers all of them."""
    found: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end, not hit.is_secret)):
        last = found[-1] if found else None
        if last is None or hit.start >= last.end:
            found.append(hit)
        elif hit.end > last.end:
            is_secret = hit.is_secret or last.is_secret
            found[-1] = last._replace(
                end=hit.end, mask=REDACTED if is_secret else PRIVATE, is_secret=is_secret
            )
    return found


def masked(data: bytes, hits: Sequence[Hit]) -> bytes:
    """A text with the masks of its hits in their places."""
    parts, end = [], 0
    for hit in merged(hits):
        parts += [data[end : hit.start], hit.mask]
        end = hit.end
    return b"".join((*parts, data[end:]))
