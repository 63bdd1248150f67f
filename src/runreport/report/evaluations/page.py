"""A run's results table, and its page."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runreport.archive.storage import Storage
from runreport.errors import Damaged
from runreport.events import whole_text
from runreport.report.meaning import better, words_of
from runreport.report.redaction import Redactor
from runreport.report.redaction.stored import read_stored
from runreport.report.shown import MISSING_VALUE, Shown, show_number
from runreport.report.tables.column_scripts import DataScript, json_number, script_json
from runreport.report.urls import run_folder, run_url

TABLE_FILE = "eval_results_table.json"
MAX_BYTES = 20_000_000
MAX_ROWS = 5000
"""Longer tables are shown so far; the file has all."""
PRE_RENDERED = 200
MAX_CELL = 2000
FEW_INPUTS = 3
"""More inputs come behind the scores."""
_LESS_IS_BETTER = frozenset(("toxicity", "latency"))
_MORE_IS_BETTER = frozenset(
    "match correctness similarity relevance faithfulness groundedness helpfulness".split()
)
"""Beside the words that metrics of training have."""
_ENDING = re.compile(r"(/v\d+)?/score$")


@dataclass(frozen=True, slots=True)
class EvaluationColumn:
    """A column of a results table."""

    name: str
    kind: str
    """input, target, output, score or justification."""

    @property
    def direction(self) -> str | None:
        """Which of its values are better, of a score; None where nobody knows."""
        return score_direction(self.name) if self.kind == "score" else None

    @property
    def label(self) -> str:
        """Its name without what every score's name ends in."""
        if self.kind == "justification":
            return "why"
        return score_label(self.name) if self.kind == "score" else self.name


@dataclass(frozen=True, slots=True)
class EvaluationTable:
    """A results table."""

    columns: tuple[EvaluationColumn, ...]
    rows: tuple[tuple[object, ...], ...]
    """Text; numbers where the column is a score, None where there is none."""
    total: int
    """Rows in the file."""
    asked: tuple[str, ...]
    """A digest of the whole inputs of each row, by their names."""
    said: tuple[str, ...]
    """A digest of the whole outputs of each row."""

    def shown(self, limit: int = PRE_RENDERED) -> tuple[tuple[Shown, ...], ...]:
        """The first rows as a page shows them."""
        return tuple(tuple(map(_shown, row)) for row in self.rows[:limit])

    @property
    def scores(self) -> tuple[str, ...]:
        """The names of its scores."""
        return tuple(column.name for column in self.columns if column.kind == "score")


@dataclass(frozen=True, slots=True)
class EvaluationPage:
    """The results table of one run, as a part of its page model."""

    folder: str
    """From the site's root."""
    run_url: str
    run_name: str
    table: EvaluationTable
    rows: tuple[tuple[Shown, ...], ...]
    """Those that are there without script."""
    script: DataScript


def read_table(
    storage: Storage, run_id: str, row: Mapping[str, Any], redactor: Redactor
) -> EvaluationTable | None:
    """A run's results table; None where the file is not what was logged, or no table.

    Args:
        row: of the index, about the file.
    """
    try:
        parsed = json.loads(read_stored(storage, run_id, row, MAX_BYTES))
        names, data = [whole_text(str(name)) for name in parsed["columns"]], parsed["data"]
        rows = [dict(zip(names, values, strict=True)) for values in data[:MAX_ROWS]]
    except (Damaged, ValueError, TypeError, KeyError, RecursionError):
        return None
    columns = tuple(
        EvaluationColumn(redactor.name(str(name), "evaluations"), _kind(str(name), data, place))
        for place, name in enumerate(names)
    )
    whole = [
        [
            _whole(one[name], column.kind, str(name), redactor)
            for name, column in zip(names, columns, strict=True)
        ]
        for one in rows
    ]
    if not whole:
        return None
    order = _order(columns)
    return EvaluationTable(
        tuple(columns[place] for place in order),
        tuple(tuple(_cut(row[place]) for place in order) for row in whole),
        len(data),
        tuple(_digest(columns, row, "input") for row in whole),
        tuple(_digest(columns, row, "output") for row in whole),
    )


def _digest(columns: Sequence[EvaluationColumn], row: Sequence[object], kind: str) -> str:
    """What tells the texts of a kind from others: whole ones, of which a page shows less."""
    told = zip(columns, row, strict=True)
    own = sorted((column.name, str(value)) for column, value in told if column.kind == kind)
    return hashlib.sha256(repr(own).encode()).hexdigest()[:12]


def _order(columns: Sequence[EvaluationColumn]) -> list[int]:
    """The places of the columns as they are shown: many inputs come behind what was found."""
    places = list(range(len(columns)))
    if sum(column.kind == "input" for column in columns) <= FEW_INPUTS:
        return places
    return sorted(places, key=lambda place: columns[place].kind == "input")


def _shown(value: object) -> Shown:
    """As the script writes it, too: two tables are compared by these."""
    if value is None:
        return MISSING_VALUE
    return show_number(value) if isinstance(value, float) else Shown(str(value))


def _kind(name: str, data: Sequence[Sequence[Any]], place: int) -> str:
    if name in ("target", "targets"):
        return "target"
    if name in ("outputs", "output", "predictions", "prediction"):
        return "output"
    if name.endswith("/justification"):
        return "justification"
    numbers = [row[place] for row in data if row[place] is not None]
    are_numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in numbers)
    if name.endswith("/score") or name in ("token_count", "latency"):
        return "score" if are_numbers else "justification"
    return "input"


def _whole(value: Any, kind: str, name: str, redactor: Redactor) -> object:
    if value is None:
        return None
    if kind == "score":
        try:
            return float(value)
        except OverflowError:  # a whole number with more digits than a float has room for
            return math.inf if value > 0 else -math.inf
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return redactor.text(whole_text(text), "evaluations", name)


def _cut(value: object) -> object:
    """A text as far as a page shows it."""
    if not isinstance(value, str) or len(value) <= MAX_CELL:
        return value
    return f"{value[: MAX_CELL - 1]}…"


def score_label(name: str) -> str:
    """A score's name without what every score's name ends in."""
    return _ENDING.sub("", name)


def score_direction(name: str) -> str | None:
    """Which values of a score are better, as its name says; None where it does not."""
    words = {*words_of(score_label(name))}
    if words & _LESS_IS_BETTER or {"grade", "level"} <= words:
        return "min"
    return better(score_label(name)) or ("max" if words & _MORE_IS_BETTER else None)


def make_evaluation_page(run_id: str, run_name: str, table: EvaluationTable) -> EvaluationPage:
    """The page of one run's results table."""
    return EvaluationPage(
        folder=f"{run_folder(run_id)}/evaluation",
        run_url=run_url(run_id),
        run_name=run_name,
        table=table,
        rows=table.shown(),
        script=table_script(run_id, table),
    )


def table_script(run_id: str, table: EvaluationTable) -> DataScript:
    """The rows for the browser; floats that JSON has not travel as text."""
    content = {
        "columns": [[one.name, one.kind, one.direction or ""] for one in table.columns],
        "rows": [[json_number(value) for value in row] for row in table.rows],
        "asked": table.asked,
        "said": table.said,
        "total": table.total,
    }
    text = f"runreport.evaluation({script_json(run_id)},{script_json(content)});\n"
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return DataScript(f"rows-{digest}.js", text)
