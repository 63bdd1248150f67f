"""Times, durations, sizes and counts as text; ``static/js/core/format.js`` does the same."""

from __future__ import annotations

import math
import re
import time

from runreport.numbers import MISSING, fixed, format_number

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_FIRST_MS, _LAST_MS = -30_610_224_000_000, 253_402_300_799_999
"""The years 1000 to 9999, which a date writes with four digits."""


def format_time(time_ms: int | None) -> str:
    """Date and time, UTC, to the minute; milliseconds where no calendar reaches."""
    if time_ms is None:
        return MISSING
    if not _FIRST_MS <= time_ms <= _LAST_MS:
        return f"{time_ms} ms"
    return time.strftime("%Y-%m-%d %H:%M", time.gmtime(time_ms // 1000))


def full_time(time_ms: int) -> str:
    """Date and time, UTC, with the milliseconds that it has."""
    if not _FIRST_MS <= time_ms <= _LAST_MS:
        return f"{time_ms} ms"
    seconds, rest = divmod(time_ms, 1000)
    fraction = f".{rest:03d}" if rest else ""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds)) + fraction


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
        return f"{_half_up(seconds * 1000)} ms"
    if seconds < 59.95:
        return f"{fixed(seconds, 1)} s"
    whole = _half_up(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    minutes = _half_up(seconds / 60)
    if minutes < 60 * 24:
        return f"{minutes // 60} h {minutes % 60:02d} min"
    hours = _half_up(seconds / 3600)
    return f"{hours // 24} d {hours % 24:02d} h"


_UNITS = (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1000))


def duration_unit(longest: float) -> tuple[str, int]:
    """The unit of an axis of spans of time, and its milliseconds.

    Args:
        longest: of the spans, in milliseconds.
    """
    return next((unit for unit in _UNITS if longest >= 2 * unit[1]), ("ms", 1))


def _half_up(value: float) -> int:
    """The nearest whole number; between two the greater one, as scripts round."""
    return math.floor(value + 0.5)


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
    return f"Diverged: {metric} ended at {format_number(last)}."


def problem_text(status: object, error: object, message: object) -> str:
    """Why a run failed, in a few words; empty where it did not, or nobody knows."""
    if status != "FAILED" or not error:
        return ""
    return f"{error}: {message}" if message else str(error)


def plural(count: int, noun: str) -> str:
    """``1 run``, ``1,234 runs``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def xml_text(text: str) -> str:
    """Text without the characters that XML has not."""
    return "".join(
        c if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
        else "\ufffd"
        for c in text
    )  # fmt: skip


def safe(text: object) -> str:
    """Text of an archive as a terminal may show it: control characters are spelled out."""
    return _CONTROLS.sub(
        lambda match: (
            f"\\x{ord(match[0]):02x}" if ord(match[0]) < 256 else f"\\u{ord(match[0]):04x}"
        ),
        str(text).replace("\n", "\\n").replace("\t", "\\t"),
    )
