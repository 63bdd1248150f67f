"""Two results tables row by row: what was asked of both, and what got better or worse."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from runreport.report.deltas import Delta, delta
from runreport.report.evaluations.page import (
    MAX_ROWS,
    EvaluationColumn,
    EvaluationTable,
    score_label,
)
from runreport.report.shown import Shown, show_number

_NAMED_INPUTS = 8
"""Of many inputs as many are named."""


@dataclass(frozen=True, slots=True)
class ScorePair:
    """A score of one row before and after."""

    name: str
    before: Shown
    after: Shown
    outcome: str
    """``better``, ``worse``, ``same``; ``higher`` or ``lower`` where nobody knows which is better;
    empty where one of them is no number."""


@dataclass(frozen=True, slots=True)
class RowDifference:
    """One row of two evaluations."""

    inputs: str
    target: str
    outputs: tuple[str, str]
    scores: tuple[ScorePair, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """What became of a score, over the rows in which both evaluations have it."""

    name: str
    before: Shown
    """The mean."""
    after: Shown
    change: Delta
    gains: int
    """Rows that are better, or higher where nobody knows which is better."""
    losses: int
    same: int
    is_directed: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two evaluations, the rows that both were asked."""

    rows: tuple[RowDifference, ...] = ()
    changes: tuple[ScoreChange, ...] = ()
    cut: str = ""
    """That only the first rows of a table are compared; empty where all are."""


def compare_tables(before: EvaluationTable, after: EvaluationTable) -> Comparison:
    """Two tables by rows of the same inputs, in the order of the first; ``pages/pairing.js`` does
    the same for those that a reader chooses."""
    theirs = _keyed(after)
    pairs = [(place, theirs[key]) for key, place in _keyed(before).items() if key in theirs]
    cells = before.shown(MAX_ROWS), after.shown(MAX_ROWS)
    scores = _common_scores(before, after)
    rows = []
    for one, other in pairs:
        left, right = cells[0][one], cells[1][other]
        outputs = _of_kind(before, left, "output"), _of_kind(after, right, "output")
        own = tuple(
            ScorePair(
                score_label(column.name),
                left[here],
                right[there],
                outcome(before.rows[one][here], after.rows[other][there], column.direction),
            )
            for column, here, there in scores
        )
        is_other = before.said[one] != after.said[other]
        differs = is_other or any(pair.before != pair.after for pair in own)
        rows.append(
            RowDifference(
                _inputs(before, left), _of_kind(before, left, "target"), outputs, own, differs
            )
        )
    changes = (
        _change(
            column,
            [(before.rows[n][here], after.rows[m][there]) for n, m in pairs],
            [row.scores[place].outcome for row in rows],
        )
        for place, (column, here, there) in enumerate(scores)
    )
    most = [len(table.rows) for table in (before, after) if table.total > len(table.rows)]
    cut = f", of the first {most[0]:,} of each" if most else ""
    return Comparison(tuple(rows), tuple(changes), cut)


def outcome(before: object, after: object, direction: str | None) -> str:
    """What became of one value, as `ScorePair` has it."""
    if not _are_numbers(before, after):
        return ""
    if before == after:
        return "same"
    is_up = after > before  # type: ignore[operator]
    if direction is None:
        return "higher" if is_up else "lower"
    return "better" if is_up == (direction == "max") else "worse"


def _are_numbers(*values: object) -> bool:
    return all(isinstance(v, int | float) and not math.isnan(v) for v in values)


def _common_scores(
    before: EvaluationTable, after: EvaluationTable
) -> list[tuple[EvaluationColumn, int, int]]:
    """The scores that both tables have, and their places."""
    theirs = {c.name: place for place, c in enumerate(after.columns) if c.kind == "score"}
    return [
        (column, place, theirs[column.name])
        for place, column in enumerate(before.columns)
        if column.kind == "score" and column.name in theirs
    ]


def _change(
    column: EvaluationColumn, pairs: Sequence[tuple[object, object]], outcomes: Sequence[str]
) -> ScoreChange:
    own = [(float(a), float(b)) for a, b in pairs if _are_numbers(a, b)]  # type: ignore[arg-type]
    before, after = _mean(a for a, _ in own), _mean(b for _, b in own)
    return ScoreChange(
        score_label(column.name),
        show_number(before),
        show_number(after),
        delta(after, before, column.direction),
        sum(one in ("better", "higher") for one in outcomes),
        sum(one in ("worse", "lower") for one in outcomes),
        outcomes.count("same"),
        column.direction is not None,
    )


def _mean(values: Iterable[float]) -> float | None:
    """Added one by one, as scripts add."""
    total, count = 0.0, 0
    for value in values:
        total, count = total + value, count + 1
    return total / count if count else None


def _keyed(table: EvaluationTable) -> dict[tuple[str, int], int]:
    """The place of each row by its inputs and by how often they came before."""
    seen: dict[str, int] = {}
    places = {}
    for number, asked in enumerate(table.asked):
        seen[asked] = seen.get(asked, 0) + 1
        places[asked, seen[asked]] = number
    return places


def _of_kind(table: EvaluationTable, row: Sequence[Shown], kind: str) -> str:
    found = [
        cell.text for column, cell in zip(table.columns, row, strict=True) if column.kind == kind
    ]
    return " · ".join(found)


def _inputs(table: EvaluationTable, row: Sequence[Shown]) -> str:
    """What the model was asked: by itself, or several by name."""
    found = [
        (column.name, cell.text)
        for column, cell in zip(table.columns, row, strict=True)
        if column.kind == "input"
    ]
    if len(found) == 1:
        return found[0][1]
    more = f" and {len(found) - _NAMED_INPUTS} more" if len(found) > _NAMED_INPUTS else ""
    return " · ".join(f"{name} {text}" for name, text in found[:_NAMED_INPUTS]) + more
