"""How much of an archive's files a reader takes: what is larger is named, never loaded.

An archive may come from anyone. A file of a few kilobytes can say that it holds a billion rows, so
sizes are compared with these before what they stand for is read. Standard library only.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NamedTuple

from runreport.errors import InvalidValue

VARIABLE = "RUNREPORT_LIMITS"


class Limits(NamedTuple):
    """The most that a reader takes; a segment that runreport writes stays far below each."""

    file_bytes: int = 2**30
    """Of one file that is not an artifact."""
    rows: int = 10_000_000
    """Of one table."""
    decoded_bytes: int = 2**30
    """Of one table in memory."""
    fact_bytes: int = 16 * 2**20
    """Of an experiment's fact, and of the JSON text that an event holds as its ``data``."""


DEFAULT_LIMITS = Limits()


def read_limits() -> Limits:
    """The limits that the environment sets, e.g. ``RUNREPORT_LIMITS=rows=50e6``, over the others.

    Raises:
        InvalidValue: there is no such limit, or a value is no number above 0.
    """
    return parse_limits(os.environ.get(VARIABLE, "").replace(",", " ").split())


def parse_limits(texts: Iterable[str]) -> Limits:
    """Limits from ``NAME=NUMBER`` texts, over the default ones.

    Raises:
        InvalidValue: see `read_limits`.
    """
    values = {}
    for text in texts:
        name, equals, value = text.partition("=")
        try:
            number = int(float(value))
        except (ValueError, OverflowError):
            number = 0
        if name not in Limits._fields or not equals or number < 1:
            raise InvalidValue(
                f"Limit {text!r} is not allowed; write NAME=NUMBER with one of "
                f"{', '.join(Limits._fields)}, such as rows=50e6."
            )
        values[name] = number
    return DEFAULT_LIMITS._replace(**values)
