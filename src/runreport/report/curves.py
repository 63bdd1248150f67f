"""Metric curves of runs: read from the segments that hold them, sorted, down-sampled.

One run is read at a time, so that memory is bounded by the greatest run, not by the archive.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.notices import Notice
from runreport.archive.ordering import sort_table
from runreport.archive.reading import MAX_LISTINGS, Snapshot, read_archive
from runreport.archive.schema import CODED_METRICS, METRICS, metric_table, sort_points
from runreport.errors import Damaged
from runreport.events import Point
from runreport.query.arrow import distinct

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


class CurveReader:
    """Reads the curves of single runs from a snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._notices: set[Notice] = set()
        # Segments that hold many runs are read once for runs that follow each other.
        self._read = lru_cache(maxsize=2)(self._read_segment)
        self._look_at(snapshot)

    def _look_at(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._read.cache_clear()
        self._by_path = {segment.path: segment for segment in snapshot.segments}
        self._paths: dict[str, list[str]] = {}
        for segment in snapshot.segments:
            if segment.footer.metrics is not None:
                for run_id in pc.unique(segment.events.column("run_id")).to_pylist():
                    self._paths.setdefault(run_id, []).append(segment.path)
        live: dict[str, list[Point]] = {}
        for part in snapshot.journals:
            for point in part.content.points:
                live.setdefault(point.run_id, []).append(point)
        self._live = {run_id: metric_table(sort_points(points)) for run_id, points in live.items()}

    @property
    def notices(self) -> tuple[Notice, ...]:
        """The metrics files that had to be left out until now."""
        return tuple(sorted(self._notices))

    def read_all(self) -> tuple[Notice, ...]:
        """Open every metrics file once, so that all notices are known before a page is made."""
        for path in {path for paths in self._paths.values() for path in paths}:
            with contextlib.suppress(FileNotFoundError):  # compacted meanwhile
                self._read(path)
        return self.notices

    def read(self, run_id: str) -> dict[str, Curve]:
        """The curves of a run by metric, each at most `MAX_POINTS` long."""
        for _ in range(MAX_LISTINGS):
            try:
                return self._curves_of(run_id)
            except FileNotFoundError:  # a compaction replaced it: its points are elsewhere now
                known = set(self._by_path)
                self._look_at(read_archive(self._snapshot.storage))
                if known >= set(self._by_path):
                    break
        return self._curves_of(run_id, without_missing=True)

    def _curves_of(self, run_id: str, *, without_missing: bool = False) -> dict[str, Curve]:
        tables = []
        for path in self._paths.get(run_id, ()):
            try:
                points, places = self._read(path)
            except FileNotFoundError:  # named already, when the segments were read
                if not without_missing:
                    raise
                continue
            if run_id in places:
                tables.append(points.slice(*places[run_id]))
        if run_id in self._live:
            tables.append(self._live[run_id])
        if not tables:
            return {}
        points = pa.concat_tables(table.cast(METRICS) for table in tables)
        if len(tables) > 1:
            points = distinct(points, ("writer_id", "seq"))
            points = sort_table(points, ("key", "step", "time", "writer_id", "seq"))
        return _split(points)

    def _read_segment(self, path: str) -> tuple[pa.Table, dict[str, tuple[int, int]]]:
        """The points of a segment, sorted by run, and where each run's begin and how many."""
        segment = self._by_path[path]
        try:
            points = self._snapshot.points(segment).unify_dictionaries()
        except Damaged as error:
            place = segment.metrics_path or path
            self._notices.add(Notice(place, str(error), "its curves are left out"))
            return CODED_METRICS.empty_table(), {}
        return points, _places(points)


def _places(points: pa.Table) -> dict[str, tuple[int, int]]:
    """Offset and length of each run's points among points sorted by run."""
    counts = points.group_by("run_id", use_threads=False).aggregate([([], "count_all")])
    runs = counts.column("run_id").cast(pa.string()).to_pylist()
    places, offset = {}, 0
    for run_id, count in sorted(zip(runs, counts.column("count_all").to_pylist(), strict=True)):
        places[run_id] = (offset, count)
        offset += count
    return places


def _split(points: pa.Table) -> dict[str, Curve]:
    """Curves from points sorted by key and step."""
    columns = [points.column(name).to_pylist() for name in ("key", "step", "time", "value")]
    curves, start = {}, 0
    keys, steps, times, values = columns
    for end in range(1, len(keys) + 1):
        if end == len(keys) or keys[end] != keys[start]:
            kept = downsample(values[start:end])
            curves[keys[start]] = Curve(
                keys[start],
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
    from runreport.report.columns import json_number

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
