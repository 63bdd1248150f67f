"""The runs that only one side of a review has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from runreport.numbers import format_number
from runreport.query.samples import RunFact
from runreport.query.syntax import Field
from runreport.report.reviews.metrics import page_of, primary_of
from runreport.report.reviews.review import FAILED, RunRow
from runreport.report.reviews.sides import ReviewSide, Sides
from runreport.tags import ERROR_TAG, MESSAGE_TAG


def run_rows(
    sides: Sides, side: ReviewSide, runs: Mapping[str, Sequence[RunFact]]
) -> list[RunRow]:
    """Runs by experiment as rows: those that failed first, then the newest."""
    words, index = sides.words, side.runs.index
    reasons = [index.long_column("tags", tag, "value") for tag in (ERROR_TAG, MESSAGE_TAG)]
    found = []
    for name, own in runs.items():
        reached = _primary(sides, side, name, own)
        for run in own:
            failure = (column[run.number].as_py() for column in reasons)
            row = RunRow(
                run.run_id,
                words.name(run.name),
                words.name(name),
                run.status,
                ": ".join(words.text(text) for text in failure if text),
                reached(run),
                page_of(run.run_id) if side is sides.head else "",
            )
            found.append((row.status not in FAILED, -run.started, run.run_id, row))
    return [row for *_, row in sorted(found, key=lambda own: own[:3])]


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


def went_on(base: ReviewSide, head: ReviewSide) -> int:
    """Runs of both sides to which something was logged since."""
    before, after = (
        dict(
            zip(
                side.runs.index.attribute("run_id").to_pylist(),
                side.runs.index.attribute("counter").to_pylist(),
                strict=True,
            )
        )
        for side in (base, head)
    )
    return sum(counter > before.get(run_id, counter) for run_id, counter in after.items())
