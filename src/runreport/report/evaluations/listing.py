"""The evaluations of each experiment: which runs were evaluated, and the newest two compared."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.storage import Storage
from runreport.entities import Run
from runreport.query.index import RunIndex
from runreport.query.search import make_runs
from runreport.report.evaluations.comparison import (
    Comparison,
    RowDifference,
    ScoreChange,
    compare_tables,
)
from runreport.report.evaluations.page import (
    PRE_RENDERED,
    TABLE_FILE,
    EvaluationTable,
    read_table,
    table_script,
)
from runreport.report.redaction import Redactor
from runreport.report.shown import Shown, show_number, show_time
from runreport.report.urls import run_folder

_LOOKED_AT = 12
"""So many of the newest are searched for two to compare."""


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
class EvaluationsPage:
    """The evaluations of an experiment, and the two newest row by row."""

    experiment: str
    experiment_url: str
    folder: str
    metrics: tuple[str, ...]
    runs: tuple[EvaluatedRun, ...]
    """Newest first."""
    pair: tuple[EvaluatedRun, EvaluatedRun] | None
    """The two that are compared here, the older one first: the newest that were asked the same."""
    changes: tuple[ScoreChange, ...]
    compared: tuple[RowDifference, ...]
    compared_total: int
    cut: str
    """That only the first rows of a table are compared; empty where all are."""


@dataclass(frozen=True, slots=True)
class _Evaluated:
    run: Run
    table: EvaluationTable


@dataclass(frozen=True, slots=True)
class Evaluations:
    """The results tables of a report, each read and searched once."""

    pages: tuple[EvaluationsPage, ...]
    """One for each experiment that has evaluated runs."""
    tables: Mapping[str, EvaluationTable]
    """By run id."""


def assemble_evaluations(
    index: RunIndex,
    shown: pa.Array,
    storage: Storage,
    redactor: Redactor,
    experiments: Mapping[str, tuple[str, str]],
) -> Evaluations:
    """The results tables of all runs, and the pages that list them.

    Args:
        index: as the site may show it.
        shown: the runs of the report.
        experiments: name and folder by id.
    """
    files = index.artifacts.filter(pc.equal(index.artifacts.column("path"), TABLE_FILE))
    files = files.filter(pc.is_in(files.column("run"), value_set=shown))
    rows: dict[int, dict[str, Any]] = {row["run"]: row for row in files.to_pylist()}
    numbers = shown.filter(pc.is_in(shown, value_set=pa.array(sorted(rows), shown.type)))
    by_experiment: dict[str, list[_Evaluated]] = {}
    for number, run in zip(numbers.to_pylist(), make_runs(index, numbers, ""), strict=True):
        table = read_table(storage, run.info.run_id, rows[number], redactor)
        if table is not None:
            by_experiment.setdefault(run.info.experiment_id, []).append(_Evaluated(run, table))
    ordered = sorted(by_experiment.items(), key=lambda pair: experiments[pair[0]])
    return Evaluations(
        tuple(_page(*experiments[identity], found) for identity, found in ordered),
        {one.run.info.run_id: one.table for found in by_experiment.values() for one in found},
    )


def _page(experiment: str, folder: str, found: Sequence[_Evaluated]) -> EvaluationsPage:
    metrics = [one.run.data.metrics for one in found]
    names = _metric_names(metrics, [one.table for one in found])
    cells = _metric_cells(names, metrics)
    pair, compared = _comparison(found)
    runs = tuple(_evaluated_run(one, values) for one, values in zip(found, cells, strict=True))
    return EvaluationsPage(
        experiment=experiment,
        experiment_url=f"{folder}/index.html",
        folder=f"{folder}/evaluations",
        metrics=tuple(names),
        runs=runs,
        pair=None if pair is None else (runs[pair[0]], runs[pair[1]]),
        changes=compared.changes,
        compared=compared.rows[:PRE_RENDERED],
        compared_total=len(compared.rows),
        cut=compared.cut,
    )


def _comparison(found: Sequence[_Evaluated]) -> tuple[tuple[int, int] | None, Comparison]:
    """The newest two that were asked the same and have a score in common, the older one first."""
    newest = range(min(len(found), _LOOKED_AT))
    best: tuple[tuple[int, int] | None, Comparison] = (None, Comparison())
    for after, before in itertools.combinations(newest, 2):
        compared = compare_tables(found[before].table, found[after].table)
        if compared.rows and compared.changes:
            return (before, after), compared
        if best[0] is None or (compared.rows and not best[1].rows):
            best = (before, after), compared
    return best


def _evaluated_run(one: _Evaluated, values: tuple[Shown, ...]) -> EvaluatedRun:
    info = one.run.info
    folder = f"{run_folder(info.run_id)}/evaluation"
    script = table_script(info.run_id, one.table)
    return EvaluatedRun(
        info.run_id,
        info.run_name,
        f"{folder}/index.html",
        f"{folder}/{script.name}",
        show_time(info.start_time),
        values,
    )


def _metric_names(
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


def _metric_cells(
    metrics: Sequence[str], runs: Sequence[Mapping[str, float]]
) -> list[tuple[Shown, ...]]:
    """The values of some metrics, one row a run."""
    return [tuple(show_number(run.get(name)) for name in metrics) for run in runs]
