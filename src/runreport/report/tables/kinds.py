"""What values are to a chart: amounts, amounts over decades, steps of an order, or kinds.

``static/js/charts/kinds.js`` has the same; `report/chart_cases.json` holds both to it. Which texts
have an order is decided here alone and told to the scripts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from runreport.query.natural import natural

SMALLEST = 1e-290
"""Below it a logarithmic axis has no room for its padding."""
DECADES = 30
"""The ratio of the greatest to the least value from which on an axis is logarithmic."""
MOST_BINS = 20
MOST_ORDERED = 24
"""Different texts that may have an order."""
_SIZES = (
    "xxs xs s m l xl xxl xxxl",
    "n s m l x",
    "nano micro tiny mini small base medium large xlarge xl xxl huge giant",
    "none minimal low medium high max",
    "never rarely sometimes often always",
    "young middle old",
)
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")

Kind = Literal["number", "log", "symlog"]


@dataclass(frozen=True, slots=True)
class Spread:
    """How amounts lie on an axis."""

    kind: Kind
    least: float = 0.0
    """The smallest amount that is not zero, from which on a ``symlog`` axis is logarithmic."""


def spread_of(values: Iterable[object]) -> Spread:
    """Logarithmic where amounts span decades; near zero linear where one of them is zero."""
    numbers = [v for v in values if isinstance(v, int | float) and math.isfinite(v)]
    above = [value for value in numbers if value > 0]
    if not above or min(numbers) < 0:
        return Spread("number")
    least, most = min(above), max(above)
    if most / DECADES < least or least < SMALLEST:
        return Spread("number")
    return Spread("log", least) if len(above) == len(numbers) else Spread("symlog", least)


def placed(value: float, spread: Spread) -> float:
    """Where an amount lies, in units that are equal along its axis."""
    if spread.kind == "log":
        return math.log10(value)
    return math.log10(1 + value / spread.least) if spread.kind == "symlog" else value


def bin_step(values: Sequence[float]) -> float | None:
    """The width of at most `MOST_BINS` equal ranges: 1, 2 or 5 times a power of ten.

    Vega's own is made of powers that machines round differently; None leaves it to Vega.
    """
    low, high = min(values), max(values)
    span = high - low or abs(low) or 1.0
    if not SMALLEST < span < 1 / SMALLEST:
        return None
    power = math.floor(math.log10(span / MOST_BINS)) - 1
    steps = (float(f"{digit}e{power + more}") for more in range(4) for digit in (1, 2, 5))
    return next(step for step in steps if span / step <= MOST_BINS * (1 + 1e-9))


def order_of(texts: Iterable[str]) -> tuple[str, ...]:
    """Texts in the order that they name; empty where they name none.

    ``small base large``, ``low medium high``, ``resnet18 resnet50``: words of one scale, or the
    same words around one number.
    """
    own = {*texts}
    if not 2 <= len(own) <= MOST_ORDERED:
        return ()
    lower = {text.lower(): text for text in own}
    for words in _SIZES:
        scale = words.split()
        if len(lower) == len(own) and lower.keys() <= {*scale}:
            return tuple(lower[word] for word in scale if word in lower)
    around = {_NUMBER.sub("0", text) for text in own}
    amounts = {text: _NUMBER.findall(text) for text in own}
    if len(around) == 1 and all(len(found) == 1 for found in amounts.values()):
        return tuple(sorted(own, key=lambda text: (float(amounts[text][0]), text)))
    return ()


def sort_places(values: Sequence[object], order: Sequence[str] = ()) -> list[int]:
    """The places of values in their order: numbers by size, texts as ``order`` or people have it,
    missing ones last."""
    ranks = {text: rank for rank, text in enumerate(order)}

    def key(place: int) -> tuple[object, ...]:
        value = values[place]
        if value is None:
            return (2,)
        if isinstance(value, int | float):
            return (0, math.isnan(value), 0 if math.isnan(value) else value)
        text = str(value)
        return (1, ranks.get(text, len(ranks)), natural(text))

    return sorted(range(len(values)), key=key)
