"""Names in a filter that do not say what they belong to: ``loss < 1`` for ``metrics.loss < 1``.

A parser knows no archive, so such a name is an error to it. Here the key of the archive that was
meant is looked up: one that a single kind of thing has is written out and read again, several are
named, and else the nearest is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from runreport.errors import InvalidFilter
from runreport.query.fields import STATISTICS, nearest
from runreport.query.index import RunIndex

TABLES = ("metrics", "params", "tags")
_Read = TypeVar("_Read")


def read_named(text: str, read: Callable[[str], _Read], index: Callable[[], RunIndex]) -> _Read:
    """What a parser makes of a text whose bare names are those of keys.

    Args:
        index: the runs whose keys they are; asked for only where there is such a name.

    Raises:
        InvalidFilter: it cannot be read; the message names the key that was probably meant.
    """
    added = 0  # letters, all of them before the place that a parser stops at
    written = text
    while True:
        try:
            return read(written)
        except InvalidFilter as error:
            column = error.column - added
            told = InvalidFilter(error.problem, column, text, error.word, error.what)
        if told.word is None:
            raise told
        owner = _owner(told, index())
        place = told.column - 1 + added
        written = f"{written[:place]}{owner}.{written[place:]}"
        added += len(owner) + 1


def belongs_to(name: str, index: RunIndex) -> list[str]:
    """What has a key of this name: metrics, params, tags; the metric for one of its statistics."""
    found = [table for table in TABLES if name in index.keys_of(table)]
    base, _, statistic = name.rpartition(".")
    if not found and statistic in STATISTICS and base in index.keys_of("metrics"):
        return ["metrics"]
    return found


def _owner(error: InvalidFilter, index: RunIndex) -> str:
    """What the name belongs to that an error is about.

    Raises:
        InvalidFilter: nothing or several things have such a key.
    """
    assert error.word is not None
    found = belongs_to(error.word, index)
    if not found or error.text[: error.column - 1].endswith("."):  # run.loss is no bare name
        raise explained(error, index)
    if len(found) > 1:
        kinds = " and ".join(f"a {table.removesuffix('s')}" for table in found)
        written = " or ".join(f"{table}.{error.word}" for table in found)
        problem = f"“{error.word}” is {kinds}; write {written}"
        raise InvalidFilter(problem, error.column, error.text, what=error.what)
    return found[0]


def explained(error: InvalidFilter, index: RunIndex) -> InvalidFilter:
    """An error about an unknown name, with the key of the archive that was probably meant."""
    if error.word is None or "did you mean" in error.problem:
        return error
    known: dict[str, str] = {}
    for table in reversed(TABLES):
        known.update((key, f"{table}.{key}") for key in index.keys_of(table))
    close = nearest(error.word, known) or nearest(error.word, known.values())
    if close is None:
        return error
    problem, mark, rest = error.problem.partition(";")
    hint = f"{problem} (did you mean {known.get(close, close)}?){mark}{rest}"
    return InvalidFilter(hint, error.column, error.text, error.word, error.what)
