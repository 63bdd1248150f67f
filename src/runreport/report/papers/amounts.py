"""What the runs of a cell come to: a mean with its deviation, a median, a count."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from runreport.analysis.student import deviation_of, mean_of, t_quantile
from runreport.errors import InvalidValue
from runreport.nearest import did_you_mean
from runreport.numbers import DIGITS, fixed, format_number
from runreport.report.shown import decimals

MOST_DECIMALS = 9
_LEAST_POWER = -300
"""Smaller powers of ten fit no float well."""
_SIGNS = ("±", "+-", "+/-")


def _error(values: Sequence[float]) -> float:
    return deviation_of(values) / math.sqrt(len(values))


def _reach(values: Sequence[float]) -> float:
    return t_quantile(0.95, len(values) - 1) * _error(values)


VALUES: Mapping[str, Callable[[Sequence[float]], float]] = {
    "mean": mean_of,
    "median": statistics.median,
    "min": min,
    "max": max,
    "last": lambda values: values[-1],
    "n": len,
}
SPREADS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "std": deviation_of,
    "sem": _error,
    "ci": _reach,
}
"""Of at least two values: the deviation of a sample (n - 1), that of the mean, and the half of the
interval in which the mean lies with 95 % (Student's t)."""


@dataclass(frozen=True, slots=True)
class Aggregate:
    """What the runs of a cell are put together by."""

    value: str
    """One of `VALUES`."""
    spread: str = ""
    """One of `SPREADS`, or empty."""

    def __str__(self) -> str:
        return f"{self.value}±{self.spread}" if self.spread else self.value

    def of(self, values: Sequence[float]) -> tuple[float, float | None]:
        """The value of some finite ones and their spread; None of fewer than two.

        Args:
            values: at least one.
        """
        spread = SPREADS[self.spread](values) if self.spread and len(values) > 1 else None
        return float(VALUES[self.value](values)), spread


def read_aggregate(text: str) -> Aggregate:
    """``mean±std``, ``mean+-ci``, ``median``.

    Raises:
        InvalidValue: there is no such thing.
    """
    value, spread = text.strip(), ""
    for sign in _SIGNS:
        if sign in value:
            value, _, spread = (part.strip() for part in value.partition(sign))
            break
    for own, known in ((value, VALUES), (spread or "std", SPREADS)):
        if own not in known:
            raise InvalidValue(
                f"There is no aggregate {text!r}.{did_you_mean(own, known)} Write one of "
                f"{', '.join(VALUES)}, or with a spread, e.g. mean±std, mean±sem, mean±ci."
            )
    is_open = any(sign in text for sign in _SIGNS) and not spread
    if is_open or (spread and value not in ("mean", "median")):
        raise InvalidValue(
            f"There is no aggregate {text!r}: a spread goes with mean or median, e.g. mean±std."
        )
    return Aggregate(value, spread)


@dataclass(frozen=True, slots=True)
class Scale:
    """How the numbers of a column are printed."""

    decimals: int
    power: int = 0
    """Of ten, which all of them are times; 0: none."""


def fitting_scale(amounts: Sequence[tuple[float, float | None]]) -> Scale:
    """For a column: two digits of the largest spread; without any, those that its values have.
    Where all values are very small or very large they are times a power of ten."""
    sizes = (abs(own or 0.0) for pair in amounts for own in pair)
    largest = max((own for own in sizes if math.isfinite(own)), default=0.0)
    power = math.floor(math.log10(largest)) if largest and not 1e-4 <= largest < 1e9 else 0
    power = max(power, _LEAST_POWER)
    spreads = [spread or 0.0 for value, spread in amounts if not _is_noise(value, spread)]
    widest = max((own for own in spreads if math.isfinite(own)), default=0.0)
    if widest:
        return Scale(_clipped(1 - math.floor(math.log10(widest)) + power), power)
    counts = [_digits(value, power) for value, _ in amounts if math.isfinite(value) and value]
    return Scale(_clipped(max([0, *counts])), power)


def _is_noise(value: float, spread: float | None) -> bool:
    """Whether a spread is of the last digits of floats: 0.1 + 0.2 is 0.3."""
    return spread is not None and spread <= 1e-13 * abs(value)


def _digits(value: float, power: int) -> int:
    """Decimals that a value has, of those that pages show; enough to show any of it."""
    scaled = value / 10.0**power
    shown = decimals(format_number(scaled))
    return shown if shown >= 0 else DIGITS - 1 - math.floor(math.log10(abs(scaled)))


def _clipped(count: int) -> int:
    return min(MOST_DECIMALS, max(0, count))


def amount_texts(value: float, spread: float | None, scale: Scale) -> tuple[str, str]:
    """A value and its spread in a scale, its power aside; the spread is empty where there is
    none."""
    if not math.isfinite(value):
        return format_number(value), ""
    shown = _fixed(value, scale)
    if spread is None:
        return shown, ""
    return shown, _fixed(spread, scale) if math.isfinite(spread) else format_number(spread)


def _fixed(value: float, scale: Scale) -> str:
    text = fixed(value / 10.0**scale.power, scale.decimals)
    return text.removeprefix("-") if not text.strip("-0.,") else text  # no -0
