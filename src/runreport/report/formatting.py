"""Numbers, times, durations and sizes as text; ``static/js/format.js`` does the same in script.

A column of numbers has one format, so that its digits line up.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass

MISSING = "–"
_FIRST_MS, _LAST_MS = -30_610_224_000_000, 253_402_300_799_999
"""The years 1000 to 9999, which a date writes with four digits."""


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How the numbers of one column are written."""

    kind: str = "general"
    """``fixed``: a number of decimals; ``general``: significant digits."""
    digits: int = 4

    def __call__(self, value: float | None) -> str:
        """The text of one number; NaN and infinities by name, nothing as a dash."""
        if value is None:
            return MISSING
        if value != value:
            return "NaN"
        if math.isinf(value):
            return "∞" if value > 0 else "-∞"
        if self.kind == "fixed":
            text = f"{value:,.{self.digits}f}"
            return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text
        return general(value, self.digits)


def general(value: float, digits: int = 4) -> str:
    """A number with some significant digits, without padding zeros."""
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    power = int(exponent)
    if -6 < power < 7:
        decimals = max(0, digits - 1 - power)
        text = f"{value:,.{decimals}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}e{power}"


def choose_format(values: Iterable[float | None]) -> NumberFormat:
    """The format for a column: four significant digits of its greatest number, lined up.

    Where the numbers span more than three orders of magnitude, each gets its own digits.
    """
    sizes = [abs(v) for v in values if v is not None and math.isfinite(v) and v != 0]
    if not sizes:
        return NumberFormat("fixed", 0)
    low, high = min(sizes), max(sizes)
    if high >= 1e7 or high < 1e-3 or high / low > 1e3:
        return NumberFormat("general", 4)
    if all(size == int(size) for size in sizes):
        return NumberFormat("fixed", 0)
    return NumberFormat("fixed", max(0, 3 - math.floor(math.log10(high))))


def format_time(time_ms: int | None) -> str:
    """Date and time, UTC, to the minute; milliseconds where no calendar reaches."""
    if time_ms is None:
        return MISSING
    if not _FIRST_MS <= time_ms <= _LAST_MS:
        return f"{time_ms} ms"
    return time.strftime("%Y-%m-%d %H:%M", time.gmtime(time_ms // 1000))


def iso_time(time_ms: int | None) -> str:
    """A time as HTML's ``datetime`` wants it; empty where there is none."""
    if time_ms is None or not _FIRST_MS <= time_ms <= _LAST_MS:
        return ""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time_ms // 1000))


def format_duration(milliseconds: float | None) -> str:
    """A span of time in its two greatest units; never negative, whatever the clock did."""
    if milliseconds is None:
        return MISSING
    seconds = max(0.0, milliseconds / 1000)
    if seconds < 0.9995:
        return f"{round(seconds * 1000)} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    minutes = round(seconds / 60)
    if minutes < 60 * 24:
        return f"{minutes // 60} h {minutes % 60:02d} min"
    hours = round(seconds / 3600)
    return f"{hours // 24} d {hours % 24:02d} h"


def format_size(size_bytes: int) -> str:
    """A size in decimal units."""
    if size_bytes < 1000:
        return f"{size_bytes} B"
    size = float(size_bytes)
    for unit in ("kB", "MB", "GB"):
        size /= 1000
        if size < 999.5 or unit == "GB":
            break
    return f"{size:.3g} {unit}"


def diverged_text(metric: str, last: float | None) -> str:
    """That a run diverged: its metric ended at NaN or an infinity."""
    if last is None or math.isfinite(last):
        return ""
    ended = "NaN" if math.isnan(last) else "∞" if last > 0 else "-∞"
    return f"Diverged: {metric} ended at {ended}."


def problem_text(status: object, error: object, message: object) -> str:
    """Why a run failed, in a few words; empty where it did not, or nobody knows."""
    if status != "FAILED" or not error:
        return ""
    return f"{error}: {message}" if message else str(error)


def plural(count: int, noun: str) -> str:
    """``1 run``, ``1,234 runs``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
