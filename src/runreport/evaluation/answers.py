"""What a judge said, as a score and why."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

Answer = tuple[float | None, str]
"""A score and its justification."""


def parse_answer(answer: Any, scale: tuple[float, float] | None = None) -> Answer:
    """The score and the justification in what a judge returned; no score where there is none.

    Text is one JSON object with ``score`` and ``justification`` (the last one, if there are
    several), lines ``Score: 4`` and ``Justification: …``, or a number by itself.

    Args:
        scale: the least and the greatest score that count.
    """
    if isinstance(answer, Mapping):
        found: Answer = _number(answer.get("score")), str(answer.get("justification", ""))
    elif isinstance(answer, tuple | list) and len(answer) == 2:
        found = _number(answer[0]), str(answer[1])
    elif isinstance(answer, str):
        found = _parse_text(answer)
    else:
        found = _number(answer), ""
    score, why = found
    if score is None:
        return None, f"Not graded: no score in {str(answer)[:200]!r}"
    if scale is not None and not scale[0] <= score <= scale[1]:
        return None, f"Not graded: {score:g} is not on the scale of {scale[0]:g} to {scale[1]:g}"
    return score, why


def _parse_text(text: str) -> Answer:
    decoder = json.JSONDecoder()
    found: Answer | None = None
    place = text.find("{")
    while place >= 0:
        try:
            content, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            place += 1
        else:
            if isinstance(content, dict) and _number(content.get("score")) is not None:
                found = _number(content["score"]), str(content.get("justification", ""))
        place = text.find("{", place)
    if found is not None:
        return found
    plain = re.search(r"(?:^|\n)\W*score\W*[:=]\W*(-?\d+(?:\.\d+)?)", text, re.IGNORECASE)
    if plain is not None:
        rest = text[plain.end() :]
        reason = re.search(r"justification\W{0,5}(.+)", rest, re.IGNORECASE | re.DOTALL)
        return _number(plain[1]), (reason[1] if reason else rest.lstrip(" .,;*\n")).strip()
    return _number(text.strip()), ""


def _number(value: object) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
