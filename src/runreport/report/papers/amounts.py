"""What the runs of a cell come to: a mean with its deviation, a median, a count."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from runreport.analysis.student import deviation_of, mean_of, t_quantile
from runreport.errors import InvalidValue
from runreport.nearest import did_you_mean
from runreport.numbers import fixed, format_number
from runreport.report.shown import decimals

MOST_DECIMALS = 9
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
    return Aggregate(value, spread)


def fitting_decimals(amounts: Sequence[tuple[float, float | None]]) -> int:
    """Decimals for a column: two digits of the largest spread; without any those that its values
    have."""
    finite = [value for value, _ in amounts if math.isfinite(value)]
    largest = max((spread or 0.0 for _, spread in amounts), default=0.0)
    if largest and math.isfinite(largest):
        return min(MOST_DECIMALS, max(0, 1 - math.floor(math.log10(largest))))
    counts = [decimals(format_number(value)) for value in finite]
    return min(MOST_DECIMALS, max([0, *counts]))


def amount_texts(value: float, spread: float | None, places: int) -> tuple[str, str]:
    """A value and its spread with some decimals; the spread is empty where there is none."""
    if not math.isfinite(value):
        return format_number(value), ""
    if abs(value) >= 1e15:
        return format_number(value), "" if spread is None else format_number(spread)
    return fixed(value, places), "" if spread is None else fixed(spread, places)
