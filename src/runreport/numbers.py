"""Numbers as text; ``static/js/core/format.js`` does the same in script.

A value has one spelling, whatever page and column it stands in; what the spelling leaves out is in
the title beside it. ``tests/report/formatting_cases.json`` holds both languages to it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal

MISSING = "–"
DIGITS = 4
"""Significant digits of a number that is no whole one."""
ROUGH = 3
"""Those of a difference or a deviation, which stands beside what it is of."""
LARGEST = 10**12
"""From here on, and below a hundred-thousandth, numbers are written with exponents."""
_NOISE = 1e-14
"""Relative; 0.1 + 0.2 is written as 0.3."""
_MOST_DIGITS = 10
"""Where no title can say more, numbers that differ further behind are written whole."""
_WHOLE = Context(prec=400, rounding=ROUND_HALF_UP)


def format_number(value: float | None, digits: int = DIGITS) -> str:
    """The one spelling of a number.

    Whole numbers are written whole, others with four significant digits and at least one decimal,
    rounded half up; zeros at the end say that there is more behind them. NaN and infinities go by
    name, nothing is a dash.
    """
    if value is None:
        return MISSING
    if not math.isfinite(value):
        return "NaN" if value != value else "∞" if value > 0 else "-∞"
    if value == int(value) and abs(value) < LARGEST:
        return f"{int(value):,}"
    power = int(f"{value:.{digits - 1}e}".partition("e")[2])
    if not -6 < power < 12:
        rounded = Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal_from_float(value)
        mantissa = f"{rounded.scaleb(-power):f}"
        return f"{_trimmed(mantissa, float(rounded), value)}e{power}"
    text = fixed(value, max(1, digits - 1 - power))  # one decimal says it is no whole number
    return _trimmed(text, float(text.replace(",", "")), value)


def fixed(value: float, decimals: int) -> str:
    """Some decimals; what lies exactly between two is rounded up, as scripts do it."""
    finer = f"{value:.{decimals + 1}f}"
    if finer[-1] == "5" and float(finer) == value:
        unit = Decimal((0, (1,), -decimals))
        return f"{Decimal(value).quantize(unit, context=_WHOLE):,f}"
    return f"{value:,.{decimals}f}"


def _trimmed(text: str, said: float, value: float) -> str:
    """A text without zeros at its end, if nothing but the noise of floats is behind them."""
    if "." not in text or abs(said - value) > _NOISE * abs(value):
        return text
    return text.rstrip("0").rstrip(".")


def full_number(value: float) -> str:
    """The fewest digits that are this number and no other."""
    text = repr(float(value)).removesuffix(".0")
    mantissa, has_power, power = text.partition("e")
    return f"{mantissa}e{int(power)}" if has_power else text


def told_apart(values: Sequence[float | None]) -> list[str]:
    """Numbers where no title can say more: all with the digits that tell different ones apart."""
    texts: list[str] = []
    for digits in range(DIGITS, _MOST_DIGITS + 1):
        texts = [format_number(value, digits) for value in values]
        alike = _alike(texts, values)
        if not alike:
            return texts
    return [
        full_number(value) if text in alike and value is not None else format_number(value)
        for text, value in zip(texts, values, strict=True)
    ]


def _alike(texts: Sequence[str], values: Sequence[float | None]) -> set[str]:
    """The texts that stand for several numbers."""
    kinds: dict[str, set[float]] = {}
    for text, value in zip(texts, values, strict=True):
        if value is not None and value == value:
            kinds.setdefault(text, set()).add(value)
    return {text for text, own in kinds.items() if len(own) > 1}


def tick_texts(ticks: Sequence[float]) -> list[str]:
    """Labels of an axis: as many decimals as tell its ticks apart, the same for all."""
    largest = max((abs(tick) for tick in ticks), default=0)
    if 1e-5 <= largest < LARGEST:
        for decimals in range(11):
            if all(round(tick, decimals) == tick for tick in ticks):
                return [f"{tick:,.{decimals}f}" for tick in ticks]
    return told_apart(ticks)
