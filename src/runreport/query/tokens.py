"""The words of a filter: text to tokens, each with its column for error messages."""

from __future__ import annotations

import re
from typing import NamedTuple

from runreport.errors import InvalidFilter, InvalidValue

_TOKEN = re.compile(
    r"""[ \t\r\n\u00a0]*(?:
      (?P<number>[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?(?![\w.]))
    | (?P<span>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ms|s|min|m|h|d|w)(?![\w.]))
    | (?P<string>'(?:''|\\'|[^'])*')
    | (?P<quoted>"(?:""|\\"|[^"])*")
    | (?P<ticked>`[^`]*`)
    | (?P<word>[^\W\d][\w/]*(?:\.[\w/]+)*)
    | (?P<operator><=|>=|!=|==|=|<|>)
    | (?P<mark>[().,+-])
    )""",
    re.VERBOSE | re.DOTALL,
)
MAX_LENGTH = 100_000
"""Characters a filter may have."""
_SPACES = " \t\r\n\u00a0"
_SPANS = {
    "ms": 1, "s": 1000, "m": 60_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000,
    "w": 604_800_000,
}  # fmt: skip


QUOTED = ("string", "quoted", "ticked")


class Token(NamedTuple):
    """A word of a filter."""

    kind: str
    """number, span, string, quoted, ticked, word, operator, mark, or end."""
    text: str
    """As written, quotes included."""
    column: int
    """From 1."""

    @property
    def inside(self) -> str:
        """The text without its quotes."""
        return self.text[1:-1] if self.kind in QUOTED else self.text

    @property
    def milliseconds(self) -> float:
        """How long a span is."""
        number = self.text.rstrip("abcdefghijklmnopqrstuvwxyz")
        return float(number) * _SPANS[self.text[len(number) :]]

    def is_word(self, *words: str) -> bool:
        """Whether this is one of these keywords, in any case."""
        return self.kind == "word" and self.text.upper() in words


def tokenize(text: str, what: str = "filter") -> list[Token]:
    """The tokens of a filter, an ``end`` token last.

    Raises:
        InvalidFilter: a character or an open quote that no token starts with.
    """
    if len(text) > MAX_LENGTH:
        problem = f"it has {len(text):,} characters; at most {MAX_LENGTH:,} are allowed"
        raise InvalidFilter(problem, 1, text, what=what)
    tokens = []
    position, end = 0, len(text.rstrip(_SPACES))
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            rest = text[position:].lstrip(_SPACES)
            column = len(text) - len(rest) + 1
            raise InvalidFilter(_problem(rest), column, text, what=what)
        kind = match.lastgroup or ""
        tokens.append(Token(kind, match[kind], match.start(kind) + 1))
        position = match.end()
    tokens.append(Token("end", "", end + 1))
    return tokens


_MEANT = {"&": "AND", "|": "OR", "!": "NOT", "“": "straight quotes", "‘": "straight quotes"}


def _problem(rest: str) -> str:
    """What is wrong with a text that no token starts with."""
    quoted = f"“{(rest.split(maxsplit=1) or [ascii(rest[0])])[0][:20]}”"
    if rest[0] in "'\"`":
        return f"a quote is open: {quoted}"
    if rest[0].isdigit():
        return f"{quoted} is neither a number nor a span such as 7d"
    meant = f"; write {_MEANT[rest[0]]}" if rest[0] in _MEANT else ""
    return f"{quoted} is nothing a filter knows{meant}"


class Reader:
    """The tokens of one text, read one after the other."""

    def __init__(self, text: str, *, what: str = "filter", strict: bool = False) -> None:
        if not isinstance(text, str):
            raise InvalidValue(f"The {what} is {text!r}; it must be text.")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            problem = "half of a character (a lone surrogate)"
            raise InvalidFilter(problem, error.start + 1, ascii(text), what=what) from None
        self.text = text
        self.what = what
        """What the text is, for error messages."""
        self.strict = strict
        """Whether what MLflow does not know is refused."""
        self._tokens = tokenize(text, what)
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

    def unquote(self, token: Token) -> str:
        """A token without its quotes; a doubled quote inside stands for one, but not in MLflow."""
        if self.strict or token.kind not in ("string", "quoted"):
            return token.inside
        return token.inside.replace(token.text[0] * 2, token.text[0])

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
        return InvalidFilter(problem, token.column, self.text, word, what=self.what)


def shown(token: Token) -> str:
    """A token as an error names it."""
    text = token.text if len(token.text) <= 40 else f"{token.text[:40]}…"
    return f"“{text}”" if text else "the end"
