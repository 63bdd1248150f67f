"""How a metric differs from that of another run: with sign, never by colour alone."""

from __future__ import annotations

import decimal
import math
from dataclasses import dataclass
from decimal import Decimal

from runreport.numbers import ROUGH, format_number

SAME = "="
_TWO_DIGITS = decimal.Context(prec=2, rounding=decimal.ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Delta:
    """A difference as a page shows it."""

    text: str
    """``+0.012``, ``−3``, ``=``; empty where one side has no number."""
    share: str
    """The same in percent of the other value; empty where that is 0."""
    sense: str
    """``better`` or ``worse`` where a direction says which; else empty."""


NONE = Delta("", "", "")


def delta(value: float | None, base: float | None, direction: str | None) -> Delta:
    """The difference of a value to a base.

    Args:
        value, base: None, NaN and infinities have no difference.
        direction: ``max`` or ``min``, which of them is better; None where nobody said.
    """
    if value is None or base is None or not (math.isfinite(value) and math.isfinite(base)):
        return NONE
    change = value - base
    if not math.isfinite(change):  # two numbers at the two ends of all floats
        return NONE
    if change == 0:
        return Delta(SAME, "", "")
    sign = "+" if change > 0 else "−"
    share = ""
    if base != 0 and abs(change / base) < 10:
        # half of the last digit upwards, as scripts round
        percent = float(_TWO_DIGITS.create_decimal(Decimal(abs(change / base) * 100)))
        share = f"{sign}{format_number(percent)} %"
    sense = ""
    if direction is not None:
        sense = "better" if (change > 0) == (direction == "max") else "worse"
    return Delta(f"{sign}{format_number(abs(change), ROUGH)}", share, sense)
