"""Names in a filter that do not say what they belong to: ``loss < 1`` for ``metrics.loss < 1``.

A parser knows no archive; it asks here which kinds of things have such a key.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

import pyarrow as pa

from runreport.errors import InvalidFilter
from runreport.nearest import nearest
from runreport.query.fields import STATISTICS
from runreport.query.index import RunIndex

TABLES = ("metrics", "params", "tags")
_Read = TypeVar("_Read")


def read_named(
    text: str,
    parse: Callable[..., _Read],
    index: Callable[[], RunIndex],
    among: Callable[[RunIndex], pa.Array] | None = None,
) -> _Read:
    """What a parser makes of a text whose bare names are those of keys.

    Args:
        parse: takes ``owners``, as those of `filters` do.
        index: the runs whose keys they are; asked for only where there is such a name.
        among: which of these are asked about, a Boolean each; of keys that several things have,
            that counts which one of these has. By default all.

    Raises:
        InvalidFilter: it cannot be read; the message names the key that was probably meant.
    """

    def owners(key: str) -> list[str]:
        runs = index()
        found = [table for table in TABLES if key in runs.keys_of(table)]
        if len(found) > 1 and among is not None:
            asked = among(runs)
            found = [table for table in found if _has(runs, table, key, asked)] or found
        return [table.removesuffix("s") for table in found]

    try:
        return parse(text, owners=lru_cache(None)(owners))
    except InvalidFilter as error:
        if error.word is None:
            raise
        raise explained(error, index()) from None


def _has(index: RunIndex, table: str, key: str, asked: pa.Array) -> bool:
    values = index.long_column(table, key, "last" if table == "metrics" else "value")
    return bool(len(values.filter(asked).drop_null()))


def split_statistic(key: str) -> tuple[str, str, bool] | None:
    r"""Metric and statistic of a key such as ``loss.min``, and whether ticks say which is which.

    A metric may itself be called ``loss.min``; of ``\`loss\`.min`` there is no doubt.
    """
    base, _, statistic = key.rpartition(".")
    if not base or statistic not in STATISTICS:
        return None
    is_ticked = len(base) > 2 and base[0] == base[-1] == "`"
    return (base[1:-1] if is_ticked else base), statistic, is_ticked


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
