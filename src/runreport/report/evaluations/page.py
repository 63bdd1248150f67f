"""Evaluations: a run's results table as a page, and the runs of an experiment row by row."""

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
from runreport.report.redaction import Redactor
from runreport.report.redaction.stored import read_stored
from runreport.report.shown import MISSING_VALUE, Shown, show_number
from runreport.report.tables.column_scripts import DataScript, json_number, script_json

TABLE_FILE = "eval_results_table.json"
MAX_BYTES = 20_000_000
MAX_ROWS = 5000
"""Longer tables are shown so far; the file has all."""
PRE_RENDERED = 200
MAX_CELL = 2000
FEW_INPUTS = 3
"""More inputs come behind the scores."""
NAMED_INPUTS = 8
"""Of many inputs as many are named where two runs are compared."""
_ENDING = re.compile(r"(/v\d+)?/score$")


@dataclass(frozen=True, slots=True)
class EvaluationColumn:
    """A column of a results table."""

    name: str
    kind: str
    """input, target, output, score or justification."""

    @property
    def label(self) -> str:
        """Its name without what every score's name ends in."""
        if self.kind == "justification":
            return "why"
        return _ENDING.sub("", self.name) if self.kind == "score" else self.name


@dataclass(frozen=True, slots=True)
class EvaluationTable:
    """A results table."""

    columns: tuple[EvaluationColumn, ...]
    rows: tuple[tuple[object, ...], ...]
    """Text; numbers where the column is a score, None where there is none."""
    total: int
    """Rows in the file."""

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


@dataclass(frozen=True, slots=True)
class EvaluatedRun:
    """A run that has a results table, in the list of an experiment's evaluations."""

    run_id: str
    name: str
    url: str
    """Of its results table, from the site's root."""
    script: str
    """From the site's root."""
    started: Shown
    values: tuple[Shown, ...]
    """One a metric of the list."""


@dataclass(frozen=True, slots=True)
class RowDifference:
    """One row of two evaluations."""

    inputs: str
    target: str
    outputs: tuple[str, str]
    scores: tuple[tuple[str, Shown, Shown], ...]
    """Name, and the score of each."""
    differs: bool


@dataclass(frozen=True, slots=True)
class EvaluationsPage:
    """The evaluations of an experiment, and the two newest row by row."""

    experiment: str
    experiment_url: str
    folder: str
    metrics: tuple[str, ...]
    runs: tuple[EvaluatedRun, ...]
    """Newest first."""
    pair: tuple[EvaluatedRun, EvaluatedRun] | None
    """The two that are compared here: the newest that were asked the same."""
    compared: tuple[RowDifference, ...]
    compared_total: int


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
    cells = tuple(
        tuple(
            _cell(one[name], column.kind, str(name), redactor)
            for name, column in zip(names, columns, strict=True)
        )
        for one in rows
    )
    if not cells:
        return None
    order = _order(columns)
    return EvaluationTable(
        tuple(columns[place] for place in order),
        tuple(tuple(row[place] for place in order) for row in cells),
        len(data),
    )


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


def _cell(value: Any, kind: str, name: str, redactor: Redactor) -> object:
    if value is None:
        return None
    if kind == "score":
        try:
            return float(value)
        except OverflowError:  # a whole number with more digits than a float has room for
            return math.inf if value > 0 else -math.inf
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = redactor.text(whole_text(text), "evaluations", name)
    return text if len(text) <= MAX_CELL else f"{text[: MAX_CELL - 1]}…"


def make_evaluation_page(
    run_id: str, run_name: str, run_folder: str, table: EvaluationTable
) -> EvaluationPage:
    """The page of one run's results table."""
    return EvaluationPage(
        folder=f"{run_folder}/evaluation",
        run_url=f"{run_folder}/index.html",
        run_name=run_name,
        table=table,
        rows=table.shown(),
        script=table_script(run_id, table),
    )


def table_script(run_id: str, table: EvaluationTable) -> DataScript:
    """The rows for the browser; floats that JSON has not travel as text."""
    content = {
        "columns": [[column.name, column.kind] for column in table.columns],
        "rows": [[json_number(value) for value in row] for row in table.rows],
    }
    text = f"runreport.evaluation({script_json(run_id)},{script_json(content)});\n"
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return DataScript(f"rows-{digest}.js", text)


def compare_rows(one: EvaluationTable, other: EvaluationTable) -> tuple[RowDifference, ...]:
    """Two tables row by row: rows of the same inputs, in the order of the first table."""
    theirs = _keyed(other)
    names = [name for name in one.scores if name in other.scores]
    cells = (one.shown(MAX_ROWS), other.shown(MAX_ROWS))
    found = []
    for key, place in _keyed(one).items():
        their = theirs.get(key)
        if their is None:
            continue
        left, right = (
            dict(zip((c.name for c in table.columns), rows[at], strict=True))
            for table, rows, at in zip((one, other), cells, (place, their), strict=True)
        )
        outputs = (
            _of_kind(one, cells[0][place], "output"),
            _of_kind(other, cells[1][their], "output"),
        )
        scores = tuple((_ENDING.sub("", name), left[name], right[name]) for name in names)
        found.append(
            RowDifference(
                _inputs(one, cells[0][place]),
                _of_kind(one, cells[0][place], "target"),
                outputs,
                scores,
                outputs[0] != outputs[1] or any(a != b for _, a, b in scores),
            )
        )
    return tuple(found)


def _keyed(table: EvaluationTable) -> dict[tuple[object, ...], int]:
    """The place of each row by its inputs and by how often they came before."""
    asked = [place for place, column in enumerate(table.columns) if column.kind == "input"]
    seen: dict[tuple[object, ...], int] = {}
    places = {}
    for number, row in enumerate(table.rows):
        inputs = tuple(row[place] for place in asked)
        seen[inputs] = seen.get(inputs, 0) + 1
        places[*inputs, seen[inputs]] = number
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
    more = f" and {len(found) - NAMED_INPUTS} more" if len(found) > NAMED_INPUTS else ""
    return " · ".join(f"{name} {text}" for name, text in found[:NAMED_INPUTS]) + more


def metric_names(
    runs: Sequence[Mapping[str, float]], tables: Sequence[EvaluationTable]
) -> list[str]:
    """The metrics that these evaluations logged: those named after their scores, and all that
    every run has."""
    prefixes = {name.removesuffix("/score") for table in tables for name in table.scores}
    names: dict[str, int] = {}
    for metrics in runs:
        for name in metrics:
            names[name] = names.get(name, 0) + 1
    shown = [
        name
        for name in sorted(names)
        if any(name in (prefix, f"{prefix}/mean", f"{prefix}/ratio") for prefix in prefixes)
    ]
    return shown or [name for name, count in sorted(names.items()) if count == len(runs)][:6]


def metric_cells(
    metrics: Sequence[str], runs: Sequence[Mapping[str, float]]
) -> list[tuple[Shown, ...]]:
    """The values of some metrics, one row a run."""
    return [tuple(show_number(run.get(name)) for name in metrics) for run in runs]
