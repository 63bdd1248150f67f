"""Values as pages show them: a short text, and beside it what the text leaves out."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from runreport.numbers import DIGITS, MISSING, format_number, full_number
from runreport.query.operands import NUMBER
from runreport.report.formatting import format_duration, format_time, full_time

_LONG = 8
"""Significant digits that somebody may have typed; a logged text with more was computed."""
_NUMBER = re.compile(NUMBER)
_PLAIN = re.compile(r"-?[0-9,]+(?:\.([0-9]+))?")


@dataclass(frozen=True, slots=True)
class Shown:
    """A value of a page; a template writes what its text leaves out as a title."""

    text: str
    full: str = ""
    """The whole value; empty where the text says it."""

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)

    @property
    def title(self) -> Markup:
        """All of it, as the attribute of a cell of its own; empty where the text says all."""
        return Markup(f' title="{escape(self.full)}"') if self.full else Markup("")

    def __html__(self) -> Markup:
        if not self.full:
            return escape(self.text)
        return Markup(f'<span title="{escape(self.full)}">{escape(self.text)}</span>')


EMPTY = Shown("")
MISSING_VALUE = Shown(MISSING)


def show_number(value: float | None, digits: int = DIGITS) -> Shown:
    """A number; every digit of it where the text has not all."""
    text = format_number(value, digits)
    if value is None or not math.isfinite(value):
        return Shown(text)
    return _beside(text, full_number(value), text.replace(",", ""))


def show_text(text: str) -> Shown:
    """A logged text: whole, unless it is a number of more digits than anybody types."""
    if len(text) <= _LONG or not _NUMBER.fullmatch(text):
        return Shown(text)
    mantissa, _, power = text.lower().partition("e")
    digits = mantissa.lstrip("+-0.").replace(".", "")
    if len(digits) <= _LONG or not ("." in mantissa or power):  # a whole number is an identity
        return Shown(text)
    return Shown(format_number(float(text)), text)


def show_logged(value: object) -> Shown:
    """A logged value as text; a dash where there is none."""
    return MISSING_VALUE if value is None else show_text(str(value))


def show_time(time_ms: int | None) -> Shown:
    """A time to the minute; to the millisecond where it has more."""
    text = format_time(time_ms)
    return Shown(text) if time_ms is None else _beside(text, f"{full_time(time_ms)} UTC")


def show_duration(milliseconds: float | None) -> Shown:
    """A span of time; its milliseconds where the text has rounded them."""
    text = format_duration(milliseconds)
    return (
        Shown(text)
        if milliseconds is None
        else _beside(text, f"{math.floor(milliseconds + 0.5):,} ms")
    )


def lacking_decimals(rows: Sequence[Sequence[Shown]]) -> list[tuple[int, ...]]:
    """Of each cell, how many decimals it has less than the one of its column that has most.

    Texts that are no plain numbers lack none, nor do they count.
    """
    counts = [[decimals(cell.text) for cell in row] for row in rows]
    most = [max(own) for own in zip(*counts, strict=True)]
    return [
        tuple(min(9, top - own) if own >= 0 else 0 for own, top in zip(row, most, strict=True))
        for row in counts
    ]


def decimals(text: str) -> int:
    """Decimals of a number's text; -1 of what has no place among them."""
    match = _PLAIN.fullmatch(text)
    return len(match[1] or "") if match else -1


def apart(cells: Sequence[Shown]) -> list[str]:
    """Texts where no title can say more: those of different values are never the same."""
    kinds: dict[str, set[Shown]] = {}
    for cell in cells:
        kinds.setdefault(cell.text, set()).add(cell)
    return [c.full if c.full and len(kinds[c.text]) > 1 else c.text for c in cells]


def _beside(text: str, full: str, plain: str | None = None) -> Shown:
    return Shown(text, "" if (text if plain is None else plain) == full else full)
