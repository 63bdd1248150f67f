"""The words of a filter: text to tokens, each with its column for error messages."""

from __future__ import annotations

import re
from typing import NamedTuple

from runreport.errors import InvalidValue

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))
    | (?P<string>'(?:[^'\\]|\\.)*')
    | (?P<quoted>"(?:[^"\\]|\\.)*")
    | (?P<ticked>`[^`]*`)
    | (?P<word>[^\W\d][\w/]*)
    | (?P<operator><=|>=|!=|==|=|<|>)
    | (?P<mark>[().,])
    )""",
    re.VERBOSE,
)


class Token(NamedTuple):
    """A word of a filter."""

    kind: str
    """number, string, quoted, ticked, word, operator, mark, or end."""
    text: str
    """As written, quotes included."""
    column: int
    """From 1."""

    @property
    def unquoted(self) -> str:
        """The text without its quotes."""
        if self.kind in ("string", "quoted", "ticked"):
            return self.text[1:-1]
        return self.text

    def is_word(self, *words: str) -> bool:
        """Whether this is one of these keywords, in any case."""
        return self.kind == "word" and self.text.upper() in words


def tokenize(text: str) -> list[Token]:
    """The tokens of a filter, an ``end`` token last.

    Raises:
        InvalidValue: a character or an open quote that no token starts with.
    """
    tokens = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            rest = text[position:].lstrip()
            column = len(text) - len(rest) + 1 if rest else position + 1
            problem = "an open quote" if rest[:1] in "'\"`" else "a character no filter knows"
            raise filter_error(f"{problem}: {rest[:20]!r}", column, text)
        kind = match.lastgroup or ""
        tokens.append(Token(kind, match[kind], match.start(kind) + 1))
        position = match.end()
    tokens.append(Token("end", "", end + 1))
    return tokens


def filter_error(problem: str, column: int, text: str) -> InvalidValue:
    """The error for a filter that cannot be understood, pointing at the column."""
    return InvalidValue(
        f"Invalid filter at column {column}: {problem}.\n  {text}\n  {' ' * (column - 1)}^"
    )
