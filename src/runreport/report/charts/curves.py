"""Metric curves of runs, thinned to what a page carries without saying what is not so."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, pairwise

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.reading import Snapshot
from runreport.archive.schema import METRICS
from runreport.query.arrow import as_array
from runreport.query.points import PointReader
from runreport.report.charts.sessions import Logged, Span, in_order, settled
from runreport.report.charts.thinning import MAX_BUCKETS, by_step, of_points, thinned
from runreport.report.meaning import importance_of_name
from runreport.report.tables.column_scripts import json_number

LEAST_LONG = 2 * MAX_BUCKETS
"""Points from which on a curve is worth a file of its own."""
LEAST_FINE = 4 * MAX_BUCKETS
"""Room that such a curve gets at least."""
_EXACT = 2**53
"""Integers up to it are numbers of JavaScript."""
MOST_FINE_RUNS = 200
"""Runs whose pages have all the room that the config gives; of twice as many each has half."""


def fine_room(points: int, runs: int) -> int:
    """The room of a run for points beside its page: a site of many runs must stay small.

    It changes when the number of runs doubles, so that pages are not made anew for one run more.

    Args:
        points: what the config gives a run.
        runs: that have a page.
    """
    while runs > MOST_FINE_RUNS:
        points, runs = points // 2, runs // 2
    return points


@dataclass(frozen=True, slots=True)
class Curve:
    """One metric of one run over its steps: points, or buckets of neighbouring points."""

    key: str
    steps: tuple[float, ...]
    """Of a bucket the mean of its points' steps; 0, 1, 2 … where no step was logged."""
    times: tuple[int, ...]
    """Milliseconds since the epoch."""
    values: tuple[float, ...]
    """The mean of a bucket's finite values; NaN or infinite where it has none."""
    logged: int
    """Points that were logged."""
    counts: tuple[int, ...] | None = None
    """Finite values of each bucket; None where each is one point."""
    lows: tuple[float, ...] | None = None
    highs: tuple[float, ...] | None = None
    """The smallest and the greatest finite value of each bucket; NaN where there is none."""
    lost: int = 0
    """NaN and infinite values, which lie on no axis."""
    replaced: int = 0
    """Points that a later session logged again, which are not drawn."""
    spreads: tuple[float, ...] | None = None
    """The standard deviation of the finite values within each bucket."""
    resumed: tuple[int, ...] = ()
    """The places at which the points of another session begin."""
    has_steps: bool = True
    """False: all points were logged at one step, so that ``steps`` tells their order."""


@dataclass(frozen=True)
class CurveReader:
    """Reads the curves of single runs."""

    points: PointReader
    spans: Callable[[str], Mapping[str, Span]] = lambda _: {}
    """When each writer of a run was at work, by its id; asked for where it had several."""
    published: Callable[[str], str] = str
    """The name under which a site shows a metric."""

    @staticmethod
    def of(snapshot: Snapshot, published: Callable[[str], str] = str) -> CurveReader:
        """A reader of all curves of an archive."""
        return CurveReader(PointReader.of(snapshot), spans_of(snapshot), published)

    def read(self, run_id: str) -> dict[str, Curve]:
        """The curves of a run by metric, each at most `MAX_BUCKETS` long."""
        return dict(self._curves(run_id, MAX_BUCKETS))

    def read_fine(self, run_id: str, curves: Mapping[str, Curve], room: int) -> dict[str, Curve]:
        """What a run's page lacks of curves that it thins, for readers who zoom in.

        Args:
            curves: of the run, as `read` has them; of those that are thinned the most important
                are read again.
            room: points of all of them, each of which gets as many.
        """
        long = [key for key, own in curves.items() if own.counts and own.logged >= LEAST_LONG]
        long.sort(key=lambda key: (*importance_of_name(key), key))
        kept = frozenset(long[: room // LEAST_FINE])
        if not kept:
            return {}
        found = self._curves(run_id, room // len(kept), kept)
        return {key: own for key, own in found if len(own.values) > len(curves[key].values)}

    def _curves(
        self, run_id: str, most: int, kept: frozenset[str] | None = None
    ) -> Iterator[tuple[str, Curve]]:
        points = self.points.points_of(run_id)
        # Of one writer's points none is of a later session, whenever it was at work.
        spans = self.spans(run_id) if len(pc.unique(points.column("writer_id"))) > 1 else {}
        if kept is not None:
            keys = points.column("key")
            wanted = [key for key in pc.unique(keys).to_pylist() if self.published(key) in kept]
            points = points.cast(METRICS)
            points = points.filter(
                pc.is_in(points.column("key"), value_set=pa.array(wanted, pa.string()))
            )
        for name, logged in _split(points, self.published):
            yield name, make_curve(name, logged, spans, most)


def spans_of(snapshot: Snapshot) -> Callable[[str], Mapping[str, Span]]:
    """When each writer of a run was at work, by the clock that orders facts; empty for a run that
    had one writer only. Looked up once for all runs, when it is asked for."""

    @cache
    def spans() -> dict[str, dict[str, Span]]:
        facts = snapshot.events.select(["run_id", "writer_id", "counter"]).unify_dictionaries()
        pairs = facts.select(["run_id", "writer_id"]).group_by(
            ["run_id", "writer_id"], use_threads=False
        )
        pairs = pairs.aggregate([])
        pairs = pa.table(
            {name: pairs.column(name).cast(pa.string()) for name in pairs.column_names}
        )
        counts = pc.value_counts(as_array(pairs.column("run_id")))
        several = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
        if not len(several):
            return {}
        pairs = pairs.filter(pc.is_in(pairs.column("run_id"), value_set=several))
        ends = facts.group_by("writer_id", use_threads=False).aggregate(
            [("counter", "min"), ("counter", "max")]
        )
        names = ("writer_id", "counter_min", "counter_max")
        columns = (ends.column(name).to_pylist() for name in names)
        of_writers = {writer: (low, high) for writer, low, high in zip(*columns, strict=True)}
        found: dict[str, dict[str, Span]] = {}
        for run_id, writer in zip(*(own.to_pylist() for own in pairs.columns), strict=True):
            found.setdefault(run_id, {})[writer] = of_writers[writer]
        return found

    return lambda run_id: spans().get(run_id, {})


def _split(points: pa.Table, published: Callable[[str], str]) -> Iterator[tuple[str, Logged]]:
    """The points of each metric, from points sorted by key and step."""
    columns = [points.column(name).to_pylist() for name in ("step", "time", "value")]
    columns += [_texts(points.column("writer_id")), points.column("seq").to_pylist()]
    start = 0
    for key, own in groupby(_texts(points.column("key"))):
        end = start + sum(1 for _ in own)
        yield published(key), Logged(*(own[start:end] for own in columns))
        start = end


def _texts(column: pa.ChunkedArray) -> list[str]:
    """A column of text; of codes each text is made once."""
    if not pa.types.is_dictionary(column.type):
        return column.to_pylist()  # type: ignore[no-any-return]
    found: list[str] = []
    for chunk in column.chunks:
        codes = chunk.indices.to_pylist()
        texts = {code: chunk.dictionary[code].as_py() for code in {*codes}}
        found += [texts[code] for code in codes]
    return found


def make_curve(
    key: str,
    logged: Logged,
    spans: Mapping[str, Span] | None = None,
    most: int = MAX_BUCKETS,
) -> Curve:
    """A curve from the points of one metric of one run.

    What was logged again by a later session is shown as the later session has it; values that one
    session logged at one step are a bucket; points of one step only lie in their order.

    Args:
        logged: sorted by step, time, writer and seq; at least one.
        spans: when each writer was at work; else the times of its points say it.
        most: buckets of it.
    """
    spans = spans or {}
    total, has_steps = len(logged.steps), True
    resumed: Sequence[int] = ()
    if total > 1 and logged.steps[0] == logged.steps[-1]:
        logged, has_steps = in_order(logged, spans), False
        buckets = of_points(range(total), logged.times, logged.values)
    elif len({*logged.steps}) == total:
        buckets = of_points(logged.steps, logged.times, logged.values)
    else:
        logged, resumed = settled(logged, spans)
        buckets, resumed = by_step(of_points(logged.steps, logged.times, logged.values), resumed)
    if len(buckets.steps) > most:
        buckets, resumed = thinned(buckets, resumed, most)
    is_plain = len(buckets.steps) == len(logged.steps)
    return Curve(
        key,
        tuple(buckets.steps),
        tuple(buckets.times),
        tuple(buckets.means),
        total,
        None if is_plain else tuple(buckets.counts),
        None if is_plain else tuple(buckets.lows),
        None if is_plain else tuple(buckets.highs),
        sum(buckets.lost),
        total - len(logged.steps),
        None if is_plain else tuple(buckets.spreads),
        tuple(resumed),
        has_steps,
    )


def curve_note(curve: Curve) -> str:
    """What to know of how a curve is drawn; empty for one that is as it was logged."""
    told = []
    if curve.counts is not None:
        told.append(f"{curve.logged:,} points as {len(curve.values):,} means, their range behind")
    if curve.lost:
        told.append(f"{curve.lost:,} NaN or infinite")
    if curve.replaced:
        told.append(f"{curve.replaced:,} logged again by a later session")
    if not curve.has_steps:
        told.append("logged at one step: in their order")
    return "; ".join(told)


def ends_of(curve: Curve) -> tuple[float, float, float]:
    """The last, the least and the greatest value that is drawn; NaN where there is no number."""
    lows, highs = (
        [value for value in own or curve.values if math.isfinite(value)]
        for own in (curve.lows, curve.highs)
    )
    return curve.values[-1], min(lows, default=math.nan), max(highs, default=math.nan)


def end_of(values: Sequence[float]) -> int | None:
    """The place of the last finite value if only others follow: where a run diverged."""
    place = len(values) - 1
    while place >= 0 and not math.isfinite(values[place]):
        place -= 1
    return place if 0 <= place < len(values) - 1 else None


def curve_script(curves: Mapping[str, Curve]) -> list[tuple[str, dict[str, object]]]:
    """Curves as the scripts want them: pairs, since a metric may be named ``__proto__``."""
    return [(key, curve_json(curve)) for key, curve in sorted(curves.items())]


def curve_json(curve: Curve) -> dict[str, object]:
    """A curve as the scripts want it; what goes without saying is left out."""

    def numbers(values: Sequence[float]) -> list[object]:
        return list(map(json_number, values))

    told: dict[str, object] = {
        **_series("step", curve.steps),
        **_series("time", curve.times),
        "value": numbers(curve.values),
        "logged": curve.logged,
    }
    if curve.counts is not None and curve.lows is not None and curve.highs is not None:
        told["count"] = list(curve.counts)
        told["low"], told["high"] = numbers(curve.lows), numbers(curve.highs)
        told["spread"] = numbers(curve.spreads or ())
    if curve.lost:
        told["lost"] = curve.lost
    if curve.resumed:
        told["resumed"] = list(curve.resumed)
    if not curve.has_steps:
        told["ordered"] = True
    return told


def _series(name: str, values: Sequence[float]) -> dict[str, object]:
    """Numbers that mostly grow by little: integers as the first and what each is more than the
    one before it, once where all are the same; others as they are."""
    is_whole = {*map(type, values)} == {int} and -_EXACT <= min(values) <= max(values) <= _EXACT
    if len(values) < 2 or not is_whole:
        return {name: [json_number(value) for value in values]}
    more = [after - before for before, after in pairwise(values)]
    told = more[0] if more.count(more[0]) == len(more) else more
    return {f"{name}_from": values[0], f"{name}_by": told}
