"""Read YAML that may come from anyone: plain values only, bounded in size and depth.

A YAML library's own constructors recurse, follow aliases that grow without bound, and turn
``1:1:1`` into numbers of any size. Here its parser gives events, and values are made of them in a
loop.
"""

from __future__ import annotations

import re
from typing import Any

from runreport.errors import InvalidValue

MAX_CHARACTERS = 500_000
MAX_EVENTS = 50_000
MAX_DEPTH = 40
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,20}\.[0-9]{0,20}([eE][-+]?[0-9]{1,3})?")
_TEXT = "tag:yaml.org,2002:str"
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}


def read_yaml(text: str, *, lenient: bool = False) -> Any:
    """The value of a YAML document; times and unusual numbers stay text.

    Args:
        lenient: read what is tagged as if it were not, and what an alias names once more, as the
            very same object. Still nothing is constructed.

    Raises:
        InvalidValue: it is no YAML, too long or too deep, or has tags or aliases.
    """
    import yaml

    if len(text) > MAX_CHARACTERS:
        raise InvalidValue(f"it has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read")
    # The parser in C would nest as deep as the text says before a single event comes out.
    deepest = max(map(len, re.findall(r"[\[{][\s\[{]*", text)), default=0)
    if deepest > 10 * MAX_DEPTH:
        raise InvalidValue("it is nested too deeply")
    builder = _Builder(lenient)
    try:
        for count, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
            if count > MAX_EVENTS:
                raise InvalidValue(f"it has more than {MAX_EVENTS:,} parts")
            builder.take(event)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        if isinstance(error, InvalidValue):
            raise
        raise InvalidValue(str(error).partition("\n")[0]) from error
    return builder.value


class _Builder:
    """Makes a value of a parser's events."""

    def __init__(self, lenient: bool) -> None:
        self.value: Any = None
        self._lenient = lenient
        self._anchored: dict[str, tuple[Any, int]] = {}
        """Values that a name was given to, and how many parts each has, written out."""
        self._parts = 0
        self._named: list[tuple[str, int]] = []
        """Of each open list or dictionary, its name and how many parts came before it."""
        self._open: list[tuple[Any, list[Any]]] = []
        """Lists and dictionaries not ended yet, each with the key that waits for its value."""

    def take(self, event: Any) -> None:
        """Take the next event.

        Raises:
            InvalidValue: it is of a kind that is not read.
        """
        kind, anchor = type(event).__name__, getattr(event, "anchor", None)
        if anchor and not self._lenient:
            raise InvalidValue("it has anchors or aliases")
        tag = getattr(event, "tag", None)
        if tag not in (None, "!") and not self._lenient:
            raise InvalidValue(f"could not determine a constructor for the tag {tag!r}")
        self._parts += 1
        if kind == "AliasEvent":
            value, parts = self._anchored.get(str(anchor), (None, 1))
            self._parts += parts
            if self._parts > MAX_EVENTS:  # aliases of aliases double with every line
                raise InvalidValue(f"written out, it has more than {MAX_EVENTS:,} parts")
            self._put(value)
        elif kind == "ScalarEvent":
            value = scalar(event.value, is_plain=event.style is None and tag != _TEXT)
            self._put(value)
            if anchor:
                self._anchored[anchor] = value, 1
        elif kind in ("SequenceStartEvent", "MappingStartEvent"):
            if len(self._open) >= MAX_DEPTH:
                raise InvalidValue(f"it is nested more than {MAX_DEPTH} deep")
            made: Any = [] if kind.startswith("S") else {}
            self._open.append((made, []))
            self._named.append((anchor or "", self._parts))
        elif kind in ("SequenceEndEvent", "MappingEndEvent"):
            made = self._open.pop()[0]
            anchor, before = self._named.pop()
            if anchor:
                self._anchored[anchor] = made, self._parts - before
            self._put(made)

    def _put(self, value: Any) -> None:
        if not self._open:
            self.value = value
            return
        owner, waiting = self._open[-1]
        if isinstance(owner, list):
            owner.append(value)
        elif waiting:
            owner[waiting.pop()] = value
        else:
            if not isinstance(value, str | int | float | bool | None):
                if not self._lenient:
                    raise InvalidValue("a key is no text")
                value = repr(value)[:80]
            waiting.append("" if value is None else str(value))


def scalar(text: str, *, is_plain: bool) -> Any:
    """The value of a scalar: a number or a word where it is plain, else its text."""
    if not is_plain:
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
