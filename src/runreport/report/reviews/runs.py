"""The runs that only one side of a review has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import pyarrow.compute as pc

from runreport.numbers import format_number
from runreport.query.samples import RunFact, Runs
from runreport.query.syntax import Field
from runreport.report.reviews.metrics import page_of, primary_of
from runreport.report.reviews.review import FAILED, MOST_RUNS, RunRow
from runreport.report.reviews.sides import ReviewSide, Sides
from runreport.tags import ERROR_TAG, MESSAGE_TAG


def run_rows(
    sides: Sides, side: ReviewSide, runs: Mapping[str, Sequence[RunFact]]
) -> list[RunRow]:
    """Runs by experiment as rows: those that failed first, then the newest; of very many the
    first."""
    every = [(name, run) for name, own in runs.items() for run in own]
    every.sort(key=lambda own: (own[1].status not in FAILED, -own[1].started, own[1].run_id))
    words, index = sides.words, side.runs.index
    reasons = [index.long_column("tags", tag, "value") for tag in (ERROR_TAG, MESSAGE_TAG)]

    def why(run: RunFact) -> str:
        if run.status not in FAILED:  # it failed before it went on
            return ""
        texts = (column[run.number].as_py() for column in reasons)
        return ": ".join(words.text(text) for text in texts if text)

    reached = {name: _primary(sides, side, name, own) for name, own in runs.items()}
    return [
        RunRow(
            run.run_id,
            words.name(run.name),
            words.name(name),
            run.status,
            why(run),
            reached[name](run),
            page_of(run.run_id) if side is sides.head else "",
        )
        for name, run in every[:MOST_RUNS]
    ]


def _primary(
    sides: Sides, side: ReviewSide, name: str, runs: Sequence[RunFact]
) -> Callable[[RunFact], str]:
    """What runs reached in what their experiment is about, in words."""
    primary = primary_of(sides.config.for_experiment(name), side.runs, runs)
    values = side.runs.values(Field("metric", primary)) if primary else ()
    shown = sides.words.name(primary)

    def told(run: RunFact) -> str:
        value = values[run.number] if values else None
        return "" if value is None else f"{shown} {format_number(value)}"

    return told


def changed_runs(base: ReviewSide, head: ReviewSide, shared: Collection[str]) -> set[str]:
    """Of the runs of both sides those whose status, params or metrics are others."""
    if not shared:
        return set()
    before, after = (_states(side.runs, shared) for side in (base, head))
    return {run_id for run_id in shared if before[run_id] != after[run_id]}


def _states(runs: Runs, ids: Collection[str]) -> dict[str, tuple[object, ...]]:
    """What is compared of runs, by id."""
    known = {
        run.number: run for own in runs.by_experiment.values() for run in own if run.run_id in ids
    }
    found: dict[int, list[object]] = {number: [run.status] for number, run in known.items()}
    for table, value in (("params", "value"), ("metrics", "last")):
        rows = runs.index.rows_of(table, runs.shown, ("key", value))
        columns = (rows.column(name).to_pylist() for name in ("run", "key", value))
        for number, key, own in zip(*columns, strict=True):
            if number in found:
                found[number].append((key, repr(own)))  # NaN is the same as NaN
    return {known[number].run_id: tuple(own) for number, own in found.items()}


def reaching(
    base: Runs, head: Runs, bases: Sequence[RunFact], heads: Sequence[RunFact]
) -> Callable[[RunFact], bool]:
    """Whether a run of either side has any metric."""
    able: set[int] = set()
    for runs, own in ((base, bases), (head, heads)):
        numbers = set(pc.unique(runs.index.metrics.column("run")).to_pylist())
        able |= {id(run) for run in own if run.number in numbers}
    return lambda run: id(run) in able
