"""The code of a script without its texts, patterns and comments, so that words in these mislead
nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    r"(?P<comment>//[^\n]*|/\*.*?\*/)"
    r"|(?P<text>\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*')"
    r"|(?P<word>[\w$]+)|(?P<space>\s+)|(?P<mark>=>|<!--|.)",
    re.DOTALL,
)
_PATTERN = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/\w*")
_TEMPLATE = re.compile(r"(?:\\.|\$(?!\{)|[^`\\$])*", re.DOTALL)
_BEFORE_PATTERN = frozenset("return typeof case in of delete void do else await yield".split())


class Token(NamedTuple):
    """A word, a mark, or a text, a pattern or a part of a template."""

    kind: str
    """word, mark, text or comment."""
    text: str
    at: int
    """Where it begins."""


def scan(script: str) -> Iterator[Token]:
    """The tokens of a script, spaces left out; what is in ``${}`` is code."""
    place, before = 0, Token("mark", ";", 0)
    braces: list[bool] = []
    """Of each brace that is open, whether a template goes on where it ends."""
    while place < len(script):
        char = script[place]
        if char == "`" or (char == "}" and braces and braces[-1]):
            if char == "}":
                braces.pop()
            inner = _TEMPLATE.match(script, place + 1)
            end = inner.end() if inner else place + 1
            goes_on = script.startswith("${", end)
            if goes_on:
                braces.append(True)
            found = Token("text", script[place : end + 1 + goes_on], place)
        elif char == "/" and _begins_pattern(before) and (own := _PATTERN.match(script, place)):
            found = Token("text", own[0], place)
        else:
            match = _TOKEN.match(script, place)
            assert match is not None and match.lastgroup is not None
            found = Token(match.lastgroup, match[0], place)
            if char == "{":
                braces.append(False)
            elif char == "}" and braces:
                braces.pop()
        place += len(found.text)
        if found.kind != "space":
            yield found
        if found.kind not in ("space", "comment"):
            before = found


def _begins_pattern(before: Token) -> bool:
    """Whether a slash after a token begins a pattern rather than divides."""
    if before.text.startswith("/") or before.kind == "comment":
        return before.kind == "comment"
    if before.kind == "word":
        return before.text in _BEFORE_PATTERN
    return before.kind == "mark" and before.text not in (")", "]", "}")
