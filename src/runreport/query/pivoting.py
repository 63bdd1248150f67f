"""Runs in rows and columns of what they agree in, with their values between."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from runreport.entities import ENDED_WELL
from runreport.query.natural import natural
from runreport.query.predicate import experiment_names, run_column
from runreport.query.search import Found
from runreport.query.syntax import Field

Key = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A run of a cell."""

    run_id: str
    experiment: str
    value: float


@dataclass(frozen=True, slots=True)
class Pivot:
    """Runs in rows and columns."""

    rows: tuple[Key, ...]
    """What the runs of each row have in some fields; sorted, those without a value last."""
    columns: tuple[Key, ...]
    """Likewise; one empty key where nobody asked for columns."""
    metrics: tuple[str, ...]
    cells: dict[tuple[Key, Key, str], tuple[Entry, ...]]
    """The runs of a row, a column and a metric that have it, oldest first; NaN among them."""
    unfinished: int
    """Runs that have a metric and did not end well; they are left out."""


def pivot(
    found: Found, rows: Sequence[Field], columns: Sequence[Field], metrics: Sequence[Field]
) -> Pivot:
    """Runs by what they agree in.

    Args:
        rows, columns: fields.
        metrics: the last value of each.
    """
    index, root = found.index, found.artifact_root

    def taken(field: Field) -> list[object]:
        return run_column(index, field, root).take(found.numbers).to_pylist()  # type: ignore[no-any-return]

    ids, statuses, starts = (
        taken(Field("attribute", name)) for name in ("run_id", "status", "start_time")
    )
    names = experiment_names(index).take(found.numbers).to_pylist()
    sides = [[taken(field) for field in side] for side in (rows, columns)]
    values = {field.name: taken(field) for field in metrics}
    order = sorted(range(len(ids)), key=lambda at: (starts[at] or 0, ids[at]))
    cells: dict[tuple[Key, Key, str], list[Entry]] = {}
    unfinished = 0
    for at in order:
        own = {name: value[at] for name, value in values.items() if value[at] is not None}
        if own and statuses[at] not in ENDED_WELL:
            unfinished += 1
            continue
        row, column = (tuple(map(_text, (part[at] for part in side))) for side in sides)
        for name, value in own.items():
            entry = Entry(str(ids[at]), str(names[at]), float(value))  # type: ignore[arg-type]
            cells.setdefault((row, column, name), []).append(entry)
    return Pivot(
        tuple(sorted({row for row, _, _ in cells}, key=_order)),
        tuple(sorted({column for _, column, _ in cells}, key=_order)),
        tuple(values),
        {key: tuple(entries) for key, entries in cells.items()},
        unfinished,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _order(key: Key) -> list[tuple[bool, float, tuple[tuple[bool, int, str, str], ...]]]:
    """Numbers by size, other texts as people number them, what is missing last."""
    return [(text is None, _number(text or ""), natural(text or "")) for text in key]


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return math.inf
    return number if number == number else math.inf
