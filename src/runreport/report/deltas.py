"""How a metric differs from that of another run: with sign, never by colour alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

from runreport.report.formatting import NumberFormat, general

SAME = "="


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


def delta(
    value: float | None, base: float | None, form: NumberFormat, direction: str | None
) -> Delta:
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
    shown = form(abs(change))
    if not any(digit in "123456789" for digit in shown):  # too small for the column's digits
        shown = general(abs(change), 2)
    share = ""
    if base != 0 and abs(change / base) < 10:
        share = f"{sign}{general(abs(change / base) * 100, 2)} %"
    sense = ""
    if direction is not None:
        sense = "better" if (change > 0) == (direction == "max") else "worse"
    return Delta(f"{sign}{shown}", share, sense)
