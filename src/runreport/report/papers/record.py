"""How a table was made, in the table: so that a file can be made again and compared."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from itertools import zip_longest
from typing import Any

from runreport.errors import InvalidValue
from runreport.report.papers.writing import ENDINGS

_RECORD = re.compile(r"(?:%|<!--) runreport table (\{.*\})(?: -->)?\n")
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
    direction: str = ""
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


def read_record(text: str) -> TableRecord | None:
    """How a file was made; None where it does not say.

    Raises:
        InvalidValue: what it says cannot be read.
    """
    match = _RECORD.match(text)
    if match is None:
        return None
    try:
        known: dict[str, Any] = json.loads(match[1])
        names = {field.name for field in fields(TableRecord)}
        if not isinstance(known, dict) or known.keys() - names:
            raise ValueError(f"unknown {', '.join(sorted(known.keys() - names))}")
        lists = {
            name: tuple(map(str, own)) for name, own in known.items() if isinstance(own, list)
        }
        return TableRecord(**{**known, **lists})
    except (ValueError, TypeError) as error:
        raise InvalidValue(f"What the file says of itself cannot be read: {error}.") from error


def form_of(path: str, default: str = "text") -> str:
    """The form that the ending of a file's name says."""
    return next((form for ending, form in ENDINGS.items() if path.endswith(ending)), default)


def differing_lines(said: str, now: str) -> list[tuple[str, str]]:
    """The lines in which two texts differ, side by side."""
    pairs = zip_longest(said.splitlines(), now.splitlines(), fillvalue="")
    return [(one, other) for one, other in pairs if one != other]
