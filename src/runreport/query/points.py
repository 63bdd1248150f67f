"""The metric points of single runs, read from the segments and journals that hold them.

One run is read at a time, so that memory is bounded by the greatest segment, not by the archive.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.notices import Notice
from runreport.archive.ordering import sort_table
from runreport.archive.reading import MAX_LISTINGS, Snapshot, read_archive
from runreport.archive.schema import CODED_METRICS, METRICS, metric_table, sort_points
from runreport.archive.segment_cache import RECENT
from runreport.archive.state import Kept
from runreport.archive.storage import Storage
from runreport.entities import Metric
from runreport.errors import Damaged
from runreport.events import Point
from runreport.query.arrow import distinct


class PointReader:
    """Reads the points of single runs from a snapshot, of which it keeps no events."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._notices: set[Notice] = set()
        # Segments that hold many runs are read once for runs that follow each other.
        self._read = lru_cache(maxsize=2)(self._read_segment)
        self._look_at(snapshot)

    def _look_at(self, snapshot: Snapshot) -> None:
        self._read.cache_clear()
        self._paths: dict[str, list[str]] = {}
        for segment in snapshot.segments:
            if segment.footer.metrics is not None:
                own = segment.events if segment.logged is None else segment.logged
                for run_id in pc.unique(own.column("run_id")).to_pylist():
                    self._paths.setdefault(run_id, []).append(segment.path)
        bare = [
            replace(segment, events=segment.events.schema.empty_table(), logged=None)
            for segment in snapshot.segments
        ]
        self._by_path = {segment.path: segment for segment in bare}
        self._snapshot = replace(snapshot, tables=(), segments=tuple(bare), files=())
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

    def points_of(self, run_id: str) -> pa.Table:
        """The points of a run, sorted by key, step, time, writer and seq; `METRICS`."""
        for _ in range(MAX_LISTINGS):
            try:
                return self._points_of(run_id)
            except FileNotFoundError:  # a compaction replaced it: its points are elsewhere now
                known = set(self._by_path)
                self._look_at(read_archive(self._snapshot.storage))
                if known >= set(self._by_path):
                    break
        return self._points_of(run_id, without_missing=True)

    def _points_of(self, run_id: str, *, without_missing: bool = False) -> pa.Table:
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
            return METRICS.empty_table()
        points = pa.concat_tables(table.cast(METRICS) for table in tables)
        if len(tables) > 1:
            points = distinct(points, ("writer_id", "seq"))
            points = sort_table(points, ("key", "step", "time", "writer_id", "seq"))
        return points

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


_kept: Kept[PointReader] = Kept()  # one asks for the curves of many runs in a row


def metric_history(storage: Storage, run_id: str, key: str) -> list[Metric]:
    """Every point of one metric of a run, by step, time and the order of logging."""
    reader = _kept.get(storage, lambda: PointReader(read_archive(storage, cache=RECENT)))
    points = reader.points_of(run_id)
    own = points.filter(pc.equal(points.column("key"), key))
    columns = (own.column(name).to_pylist() for name in ("value", "time", "step"))
    return [Metric(key, value, time, step) for value, time, step in zip(*columns, strict=True)]


def _places(points: pa.Table) -> dict[str, tuple[int, int]]:
    """Offset and length of each run's points among points sorted by run."""
    counts = points.group_by("run_id", use_threads=False).aggregate([([], "count_all")])
    runs = counts.column("run_id").cast(pa.string()).to_pylist()
    places, offset = {}, 0
    for run_id, count in sorted(zip(runs, counts.column("count_all").to_pylist(), strict=True)):
        places[run_id] = (offset, count)
        offset += count
    return places
