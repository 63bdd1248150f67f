"""Metric curves of runs, down-sampled to what a page carries."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from runreport.archive.reading import Snapshot
from runreport.query.points import PointReader

MAX_POINTS = 500
"""Points of a curve that a page carries."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One metric of one run over its steps."""

    key: str
    steps: tuple[int, ...]
    times: tuple[int, ...]
    """Milliseconds since the epoch."""
    values: tuple[float, ...]
    """NaN and infinities allowed."""
    logged: int
    """Points that were logged; more than ``len(values)`` when the curve is down-sampled."""


class CurveReader(PointReader):
    """Reads the curves of single runs from a snapshot."""

    def __init__(self, snapshot: Snapshot, published: Callable[[str], str] = str) -> None:
        """Prepare to read.

        Args:
            published: the name under which a site shows a metric.
        """
        super().__init__(snapshot)
        self._published = published

    def read(self, run_id: str) -> dict[str, Curve]:
        """The curves of a run by metric, each at most `MAX_POINTS` long."""
        return _split(self.points_of(run_id), self._published)


def _split(points: pa.Table, published: Callable[[str], str]) -> dict[str, Curve]:
    """Curves from points sorted by key and step."""
    columns = [points.column(name).to_pylist() for name in ("key", "step", "time", "value")]
    curves, start = {}, 0
    keys, steps, times, values = columns
    for end in range(1, len(keys) + 1):
        if end == len(keys) or keys[end] != keys[start]:
            kept = downsample(values[start:end])
            name = published(keys[start])
            curves[name] = Curve(
                name,
                tuple(steps[start + place] for place in kept),
                tuple(times[start + place] for place in kept),
                tuple(values[start + place] for place in kept),
                end - start,
            )
            start = end
    return curves


def downsample(values: Sequence[float], limit: int = MAX_POINTS) -> Sequence[int]:
    """The places of the points to keep, at most ``limit`` of them, in order.

    First and last are kept, and of each of equally long buckets the smallest and the greatest
    value, so that no spike is lost (min-max aggregation as in Jugel et al., "M4", VLDB 2014).

    Args:
        values: float[n]; NaN and infinities count as neither smallest nor greatest.
    """
    count = len(values)
    if count <= limit:
        return range(count)
    buckets = (limit - 2) // 2
    kept = {0, count - 1}
    for bucket in range(buckets):
        start = 1 + bucket * (count - 2) // buckets
        end = 1 + (bucket + 1) * (count - 2) // buckets
        places = [place for place in range(start, end) if math.isfinite(values[place])]
        if places:
            kept.add(min(places, key=values.__getitem__))
            kept.add(max(places, key=values.__getitem__))
    return sorted(kept)


def curve_script(curves: Mapping[str, Curve]) -> list[tuple[str, dict[str, object]]]:
    """Curves as the scripts want them: pairs, since a metric may be named ``__proto__``."""
    from runreport.report.column_scripts import json_number

    return [
        (
            key,
            {
                "step": list(curve.steps),
                "time": list(curve.times),
                "value": [json_number(value) for value in curve.values],
                "logged": curve.logged,
            },
        )
        for key, curve in sorted(curves.items())
    ]
