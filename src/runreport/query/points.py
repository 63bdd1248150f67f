"""The metric points of single runs, read from the segments and journals that hold them.

One run is read at a time, so that memory is bounded by the greatest segments, as many as there are
processors, not by the archive.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.notices import Notice
from runreport.archive.ordering import sort_table
from runreport.archive.reading import MAX_LISTINGS, Snapshot, counting_points, read_archive
from runreport.archive.schema import CODED_METRICS, METRICS, metric_table, sort_points
from runreport.archive.segment import Segment
from runreport.archive.segment_cache import RECENT
from runreport.archive.state import Kept
from runreport.archive.storage import Storage
from runreport.entities import Metric
from runreport.errors import Damaged, Misremembered
from runreport.events import Point
from runreport.query.arrow import distinct


@dataclass(frozen=True, slots=True)
class PointPlaces:
    """Where the points of some runs are; another process that has it can read them."""

    storage: Storage
    segments: Mapping[str, Segment]
    """By path, without their events."""
    paths: Mapping[str, Sequence[str]]
    """Of the segments that hold points of a run, by its id."""
    live: Mapping[str, pa.Table]
    """`METRICS` that stand in journals, by run id."""
    purged: frozenset[str]
    replaced: frozenset[str]
    checked: frozenset[str] = frozenset()
    """See `Snapshot`."""

    @classmethod
    def of(cls, snapshot: Snapshot) -> PointPlaces:
        """Where the points of all runs of an archive are."""
        paths: dict[str, list[str]] = {}
        for segment in snapshot.segments:
            if segment.footer.metrics is not None:
                own = segment.events if segment.logged is None else segment.logged
                for run_id in pc.unique(own.column("run_id")).to_pylist():
                    paths.setdefault(run_id, []).append(segment.path)
        # One empty table for all: making one takes longer than all else that is done here.
        empty = {
            schema: schema.empty_table()
            for schema in {segment.events.schema for segment in snapshot.segments}
        }
        live: dict[str, list[Point]] = {}
        for part in snapshot.journals:
            for point in part.content.points:
                live.setdefault(point.run_id, []).append(point)
        return cls(
            snapshot.storage,
            {
                segment.path: replace(segment, events=empty[segment.events.schema], logged=None)
                for segment in snapshot.segments
            },
            paths,
            {run_id: metric_table(sort_points(points)) for run_id, points in live.items()},
            snapshot.purged,
            snapshot.replaced,
            snapshot.checked,
        )

    def part(self, run_ids: Iterable[str]) -> PointPlaces:
        """Those of some of the runs."""
        wanted = list(run_ids)
        paths = {run_id: self.paths[run_id] for run_id in wanted if run_id in self.paths}
        needed = dict.fromkeys(path for own in paths.values() for path in own)
        return replace(
            self,
            segments={path: self.segments[path] for path in needed},
            paths=paths,
            checked=self.checked.intersection(needed),
            live={run_id: self.live[run_id] for run_id in wanted if run_id in self.live},
        )

    def read(self, path: str) -> pa.Table:
        """The points of one of the segments that count; see `archive.segment.read_points`."""
        return counting_points(self.storage, self.segments[path], self.purged, self.replaced)


class PointReader:
    """Reads the points of single runs."""

    def __init__(self, places: PointPlaces) -> None:
        self._notices: set[Notice] = set()
        # Segments that hold many runs are read once for runs that follow each other.
        self._read = lru_cache(maxsize=2)(self._read_segment)
        self.places = places
        self._checked: set[str] = set()
        self._is_reread = False
        """Whether a compaction has replaced what was to be read."""

    @staticmethod
    def of(snapshot: Snapshot) -> PointReader:
        """A reader of all points of an archive, which keeps no events of it."""
        return PointReader(PointPlaces.of(snapshot))

    def turn_to(self, places: PointPlaces) -> None:
        """Go on with other runs of the archive; what was read of a segment is kept."""
        if not self._is_reread:  # then it knows those of all runs, and these are outdated
            self.places = places

    @property
    def notices(self) -> tuple[Notice, ...]:
        """The metrics files that had to be left out until now."""
        return tuple(sorted(self._notices))

    @property
    def checked(self) -> frozenset[str]:
        """Paths of segments whose metrics files were found sound, now or by an earlier build."""
        return self.places.checked | self._checked

    def read_all(self) -> tuple[Notice, ...]:
        """Open every metrics file once, so that all notices are known before a page is made; but
        for those that an earlier build has opened."""
        every = dict.fromkeys(path for own in self.places.paths.values() for path in own)
        paths = [path for path in every if path not in self.places.checked]
        readers = max(self.places.storage.readers, os.cpu_count() or 1)
        with ThreadPoolExecutor(readers) as pool:
            list(pool.map(self._open, paths))
        return self.notices

    def _open(self, path: str) -> None:
        with contextlib.suppress(FileNotFoundError):  # compacted meanwhile
            self._read(path)

    def points_of(self, run_id: str) -> pa.Table:
        """The points of a run, sorted by key, step, time, writer and seq.

        Returns:
            `METRICS`, or `CODED_METRICS` where a segment holds all of them.
        """
        for _ in range(MAX_LISTINGS):
            try:
                return self._points_of(run_id)
            except FileNotFoundError:  # a compaction replaced it: its points are elsewhere now
                known = self.places.paths.get(run_id)
                self._read.cache_clear()
                self._is_reread = True
                self.places = PointPlaces.of(read_archive(self.places.storage))
                if known == self.places.paths.get(run_id):
                    break
        return self._points_of(run_id, without_missing=True)

    def _points_of(self, run_id: str, *, without_missing: bool = False) -> pa.Table:
        tables = []
        for path in self.places.paths.get(run_id, ()):
            try:
                points, places = self._read(path)
            except FileNotFoundError:  # named already, when the segments were read
                if not without_missing:
                    raise
                continue
            if run_id in places:
                tables.append(points.slice(*places[run_id]))
        if run_id in self.places.live:
            tables.append(self.places.live[run_id])
        if not tables:
            return METRICS.empty_table()
        if len(tables) == 1:
            return tables[0]
        points = pa.concat_tables(table.cast(METRICS) for table in tables)
        points = distinct(points, ("writer_id", "seq"))
        return sort_table(points, ("key", "step", "time", "writer_id", "seq"))

    def _read_segment(self, path: str) -> tuple[pa.Table, dict[str, tuple[int, int]]]:
        """The points of a segment, sorted by run, and where each run's begin and how many."""
        try:
            points = self.places.read(path).unify_dictionaries()
        except Damaged as error:
            if path in self.places.checked:
                raise Misremembered(path) from error
            place = self.places.segments[path].metrics_path or path
            self._notices.add(Notice(place, str(error), "its curves are left out"))
            return CODED_METRICS.empty_table(), {}
        self._checked.add(path)
        return points, _places(points)


_kept: Kept[PointReader] = Kept()  # one asks for the curves of many runs in a row


def metric_history(storage: Storage, run_id: str, key: str) -> list[Metric]:
    """Every point of one metric of a run, by step, time and the order of logging."""
    reader = _kept.get(storage, lambda: PointReader.of(read_archive(storage, cache=RECENT)))
    points = reader.points_of(run_id).cast(METRICS)
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
