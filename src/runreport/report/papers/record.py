"""How a table was made, in the table: so that a file can be made again and compared."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from itertools import zip_longest
from typing import Any

from runreport.errors import InvalidValue
from runreport.report.papers.writing import ENDINGS, FORMS

_RECORD = re.compile(r"^(?:%|<!--) runreport table (\{.*\})(?: -->)?\n", re.M)
_NEAR = 4000
"""Characters of somebody's own lines that may stand before."""
_COMMENTS: Mapping[str, tuple[str, str]] = {
    "latex": ("% ", ""),
    "md": ("<!-- ", " -->"),
    "html": ("<!-- ", " -->"),
}


@dataclass(frozen=True, slots=True)
class TableRecord:
    """What somebody asked for."""

    rows: tuple[str, ...]
    cols: tuple[str, ...]
    values: tuple[str, ...]
    agg: str = "mean±std"
    form: str = "text"
    experiments: tuple[str, ...] = ()
    filter: str = ""
    directions: Mapping[str, str] | None = None
    """By metric, max or min, as settled when it was made; None until then."""
    digits: int | None = None
    bold: bool = True
    siunitx: bool = False
    url: str = ""


def line_of(record: TableRecord) -> str:
    """The line that a file begins with; empty in a form that has no comments."""
    if record.form not in _COMMENTS:
        return ""
    begin, end = _COMMENTS[record.form]
    text = json.dumps(asdict(record), ensure_ascii=True).replace("--", "-\\u002d")
    return f"{begin}runreport table {text}{end}\n"


def read_record(text: str) -> tuple[TableRecord | None, str]:
    """How a file was made, None where it does not say, and the file from there on.

    Raises:
        InvalidValue: what it says cannot be read.
    """
    match = _RECORD.search(text)
    if match is None or match.start() > _NEAR:
        return None, text
    try:
        return _record(json.loads(match[1])), text[match.start() :]
    except (ValueError, TypeError, RecursionError) as error:
        told = str(error)[:200] or type(error).__name__
        raise InvalidValue(f"What the file says of itself cannot be read: {told}.") from error


def _record(known: Any) -> TableRecord:
    """A record, if it is one.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(known, dict):
        raise ValueError("it is no object")
    for name, value in known.items():
        if name not in _CHECKS:
            raise ValueError(f"there is no {name!r}")
        if not _CHECKS[name](value):
            raise ValueError(f"{name} is {value!r}")
    lists = {name: tuple(own) for name, own in known.items() if isinstance(own, list)}
    return TableRecord(**{**known, **lists})


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.isprintable()


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(own and _is_text(own) for own in value)


def _are_ways(value: object) -> bool:
    return isinstance(value, dict) and all(way in ("max", "min") for way in value.values())


_CHECKS: Mapping[str, Callable[[object], bool]] = {
    "rows": _are_texts,
    "cols": _are_texts,
    "values": _are_texts,
    "experiments": _are_texts,
    "agg": _is_text,
    "filter": _is_text,
    "url": _is_text,
    "form": lambda value: value in FORMS,
    "directions": _are_ways,
    "digits": lambda value: value is None or (type(value) is int and 0 <= value <= 9),
    "bold": lambda value: isinstance(value, bool),
    "siunitx": lambda value: isinstance(value, bool),
}


def form_of(path: str, default: str = "text") -> str:
    """The form that the ending of a file's name says."""
    return next((form for ending, form in ENDINGS.items() if path.endswith(ending)), default)


def differing_lines(said: str, now: str) -> list[tuple[str, str]]:
    """The lines in which two texts differ, side by side."""
    pairs = zip_longest(said.split("\n"), now.split("\n"), fillvalue="")
    return [(one, other) for one, other in pairs if one != other]
