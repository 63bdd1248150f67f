"""The metrics of a run: last values beside those of other runs, and their curves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from runreport.entities import Run
from runreport.report.charts.curves import Curve, CurveReader, curve_note, ends_of
from runreport.report.config import ExperimentConfig
from runreport.report.deltas import Delta, delta
from runreport.report.meaning import direction_of
from runreport.report.runs.record import RunFacts
from runreport.report.shown import Shown, show_number


@dataclass(frozen=True, slots=True)
class MetricField:
    """A metric of a run."""

    name: str
    last: Shown
    to_baseline: Delta
    to_parent: Delta
    min: Shown
    max: Shown
    steps: str
    points: int


@dataclass(frozen=True, slots=True)
class CurvePicture:
    """A metric curve of a run, with the numbers a reader asks for first."""

    curve: Curve
    last: Shown
    min: Shown
    max: Shown
    note: str = ""
    """What a reader should know of how it is drawn."""


def metric_field(row: dict[str, Any], facts: RunFacts, config: ExperimentConfig) -> MetricField:
    first, last = row["first_step"], row["last_step"]
    direction = direction_of(row["key"], config.primary_metric, config.direction)

    def to(other: Run | None) -> Delta:
        base = None if other is None else other.data.metrics.get(row["key"])
        return delta(row["last"], base, direction)

    return MetricField(
        row["key"],
        show_number(row["last"]),
        to(facts.baseline),
        to(facts.parent),
        show_number(row["min"]),
        show_number(row["max"]),
        f"{last:,}" if first == last else f"{first:,} to {last:,}",
        row["count"],
    )


def curve_pictures(
    curves: CurveReader, facts: RunFacts, metrics: Sequence[MetricField]
) -> Iterator[CurvePicture]:
    fields = {own.name: own for own in metrics}
    for key, curve in sorted(curves.read(facts.run.info.run_id).items()):
        if len(curve.values) > 1:
            own = fields.get(key)
            if own is not None:
                last, low, high = own.last, own.min, own.max
            else:  # damage has cost it where the points are whole
                last, low, high = map(show_number, ends_of(curve))
            yield CurvePicture(curve, last, low, high, curve_note(curve))
