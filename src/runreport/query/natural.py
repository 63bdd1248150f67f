"""The order in which people number names: ``v2`` before ``v10``."""

from __future__ import annotations

import re
from functools import lru_cache

_PARTS = re.compile(r"[0-9]+|[^0-9]+")


@lru_cache(maxsize=8192)  # the same names stand in thousands of runs
def natural(text: str) -> tuple[tuple[bool, int, str, str], ...]:
    """Texts sort by it as people number them: ``v2`` before ``v10``."""
    parts: list[tuple[bool, int, str, str]] = []
    for part in _PARTS.findall(text):
        digits = part.lstrip("0") if part.isascii() and part.isdecimal() else None
        # Digits are compared as texts: a number of thousands of them is slow to make.
        parts.append((False, 0, "", part) if digits is None else (True, len(digits), digits, part))
    return tuple(parts)
