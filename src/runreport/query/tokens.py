"""The words of a filter: text to tokens, each with its column for error messages."""

from __future__ import annotations

import re
from typing import NamedTuple

from runreport.errors import InvalidFilter

_TOKEN = re.compile(
    r"""[ \t\r\n\u00a0]*(?:
      (?P<number>[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?(?![\w.]))
    | (?P<span>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ms|s|min|m|h|d|w)(?![\w.]))
    | (?P<string>'(?:[^'\\]|\\.|'')*')
    | (?P<quoted>"(?:[^"\\]|\\.|"")*")
    | (?P<ticked>`[^`]*`)
    | (?P<word>[^\W\d][\w/]*(?:\.[\w/]+)*)
    | (?P<operator><=|>=|!=|==|=|<|>)
    | (?P<mark>[().,+-])
    )""",
    re.VERBOSE | re.DOTALL,
)
_SPACES = " \t\r\n\u00a0"
_SPANS = {
    "ms": 1, "s": 1000, "m": 60_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000,
    "w": 604_800_000,
}  # fmt: skip


class Token(NamedTuple):
    """A word of a filter."""

    kind: str
    """number, span, string, quoted, ticked, word, operator, mark, or end."""
    text: str
    """As written, quotes included."""
    column: int
    """From 1."""

    @property
    def unquoted(self) -> str:
        """The text without its quotes; a doubled quote inside stands for one."""
        if self.kind in ("string", "quoted"):
            return self.text[1:-1].replace(self.text[0] * 2, self.text[0])
        return self.text[1:-1] if self.kind == "ticked" else self.text

    @property
    def milliseconds(self) -> float:
        """How long a span is."""
        number = self.text.rstrip("abcdefghijklmnopqrstuvwxyz")
        return float(number) * _SPANS[self.text[len(number) :]]

    def is_word(self, *words: str) -> bool:
        """Whether this is one of these keywords, in any case."""
        return self.kind == "word" and self.text.upper() in words


def tokenize(text: str) -> list[Token]:
    """The tokens of a filter, an ``end`` token last.

    Raises:
        InvalidFilter: a character or an open quote that no token starts with.
    """
    tokens = []
    position, end = 0, len(text.rstrip(_SPACES))
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            rest = text[position:].lstrip(_SPACES)
            column = len(text) - len(rest) + 1
            raise InvalidFilter(f"{_problem(rest)}: {rest[:20]!r}", column, text)
        kind = match.lastgroup or ""
        tokens.append(Token(kind, match[kind], match.start(kind) + 1))
        position = match.end()
    tokens.append(Token("end", "", end + 1))
    return tokens


def _problem(rest: str) -> str:
    """What is wrong with a text that no token starts with."""
    if rest[0] in "'\"`":
        return "an open quote"
    if rest[0].isdigit():
        return "neither a number nor a span such as 7d"
    return "a character no filter knows"


class Reader:
    """The tokens of one text, read one after the other."""

    def __init__(self, text: str, *, strict: bool = False) -> None:
        self.text = text
        self.strict = strict
        """Whether what MLflow does not know is refused."""
        self._tokens = tokenize(text)
        self._position = 0

    @property
    def here(self) -> Token:
        """The token that comes next."""
        return self._tokens[self._position]

    @property
    def at_end(self) -> bool:
        """Whether nothing is left."""
        return self.here.kind == "end"

    def next(self) -> Token:
        """Take a token; at the end there is always one more ``end``."""
        token = self.here
        if token.kind != "end":
            self._position += 1
        return token

    def expect(self, mark: str, purpose: str) -> None:
        """Take a mark that must stand here.

        Raises:
            InvalidFilter: something else does.
        """
        token = self.next()
        if token.text != mark:
            raise self.error(f"expected {mark!r} {purpose}, found {shown(token)}", token)

    def extension(self, token: Token) -> Token:
        """A token that MLflow does not know.

        Raises:
            InvalidFilter: such are refused here; the words are MLflow's.
        """
        if self.strict:
            raise self.error(
                f"Invalid clause(s) in filter string: {token.text!r}, which MLflow does not know",
                token,
            )
        return token

    def error(self, problem: str, token: Token, word: str | None = None) -> InvalidFilter:
        """The error that points at a token."""
        return InvalidFilter(problem, token.column, self.text, word)


def shown(token: Token) -> str:
    """A token as an error names it."""
    return repr(token.text) if token.text else "the end"
