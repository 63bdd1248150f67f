"""Coverage: which of several copies of one journal's facts counts.

A journal may be copied while it grows, be damaged in one copy and sealed in both; a compaction may
have died before it deleted what it replaced. The copies are united fact by fact: the one that has
most counts whole, the others for what it lacks, and the rest of their rows is hidden, so that no
fact and no summary is read twice. What a segment is said to hold is believed only where nothing
else holds it; wherever there are two, their rows are looked at, so that nothing is hidden unless
it was seen elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.footer import PARTS
from runreport.archive.intervals import (
    Range,
    inverse,
    parse_ranges,
    ranges_text,
    subtract,
    unite,
)
from runreport.archive.journal import JournalName
from runreport.archive.ranges import inside, outside, present_ranges
from runreport.archive.schema import sort_points, summary_events
from runreport.archive.segment import Segment, declared_ranges
from runreport.errors import Damaged
from runreport.events import Event, Point

PointsOf = Callable[[Segment], pa.Table]
"""Gives all points of a segment's metrics file; raises `FileNotFoundError` or `Damaged`."""

_PLACED = PARTS.append(pa.field("segment", pa.int64()))


@dataclass(frozen=True, slots=True)
class Coverage:
    """The segments of an archive as they count."""

    segments: tuple[Segment, ...]
    """Sorted by path; a segment all of whose facts stand elsewhere is left out."""
    parts: pa.Table
    """`PARTS`, one row a journal: which of its facts are sealed."""
    redundant: tuple[Segment, ...] = ()
    """Those all of whose facts were seen elsewhere."""

    def ranges_of(self, name: JournalName) -> list[Range]:
        """The facts that are sealed of a journal."""
        own = self.parts.filter(pc.equal(self.parts.column("writer_id"), name.writer_id))
        own = own.filter(pc.equal(own.column("number"), name.number))
        return [held for row in own.to_pylist() for held in claimed_ranges(row)]


@dataclass(frozen=True, slots=True)
class _Copy:
    """What one segment holds of a journal that others hold, too."""

    place: int
    """Of the segment in the list."""
    part: dict[str, Any]
    """Its row of `PARTS`."""
    ranges: list[Range]
    """The facts that were seen in it."""
    is_readable: bool
    """Whether its points could be read."""
    rank: tuple[bool, int, bool, bool, str]
    """The greatest counts whole."""


def resolve(
    segments: Sequence[Segment],
    points_of: PointsOf,
    journals: Mapping[JournalName, list[Range]] | None = None,
    preferred: Collection[str] = (),
) -> Coverage:
    """What counts of some believed segments, each as it was read.

    Args:
        points_of: asked only about segments that share a journal with another.
        preferred: paths of segments that count where another has just as much.
        journals: the facts of each journal that is still there. It stands behind a segment that
            was sealed from it, unless that has lost its points.
    """
    live = journals or {}
    segments = sorted(segments, key=lambda segment: segment.path)
    parts = _all_parts(segments)
    parts, contested = _contested(parts, live)
    if not contested:
        return Coverage(tuple(segments), parts)
    cuts = _Cuts()
    united = []
    copied = _copies(segments, contested, points_of, preferred)
    for name, copies in copied.items():
        united.append(_unite(copies, live.get(name), cuts))
    cuts.hide_repeated_records(segments, {copy.place for own in copied.values() for copy in own})
    counting = [cuts.apply(segment, place) for place, segment in enumerate(segments)]
    used = [s for s in counting if s.events.num_rows or s.recovered is not None]
    kept = {segment.path for segment in used}
    return Coverage(
        tuple(used),
        pa.concat_tables([parts, pa.Table.from_pylist(united, PARTS)]),
        tuple(segment for segment in segments if segment.path not in kept),
    )


def recovered_summaries(points_of: PointsOf, segments: Iterable[Segment]) -> list[Event]:
    """Summaries of the points that count although another copy of their journal has most."""
    events: list[Event] = []
    for segment in segments:
        if segment.recovered is None or segment.logged is None:
            continue
        try:
            points = inside(points_of(segment), segment.recovered)
        except (Damaged, FileNotFoundError):  # its curves are missing, and named when read
            continue
        runs = pc.unique(points.column("run_id")).cast(pa.string())
        owners = segment.logged.select(["run_id", "experiment_id"])
        owners = owners.filter(pc.is_in(owners.column("run_id"), value_set=runs))
        experiments = dict(zip(*(column.to_pylist() for column in owners.columns), strict=True))
        counter = pc.max(segment.logged.column("counter")).as_py()
        by_experiment: dict[str, list[Point]] = {}
        for point in sort_points(Point(*row.values()) for row in points.to_pylist()):
            by_experiment.setdefault(experiments.get(point.run_id, "0"), []).append(point)
        for experiment_id, own in by_experiment.items():
            events += summary_events(own, experiment_id, counter)
    return events


def _all_parts(segments: Sequence[Segment]) -> pa.Table:
    """The parts of all segments with the place of each in the list."""
    rows: list[tuple[object, ...]] = []
    tables = []
    for place, segment in enumerate(segments):
        own = segment.footer
        if own.compacted is not None:
            places = pa.repeat(pa.scalar(place, pa.int64()), own.compacted.num_rows)
            tables.append(own.compacted.append_column("segment", places))
        else:
            rows.append(
                (own.writer_id, own.number, own.first_seq, own.last_seq, own.facts, own.gaps,
                 own.lost, segment.name.digest, place)
            )  # fmt: skip
    columns = zip(*rows, strict=True) if rows else [()] * len(_PLACED)
    simple = [pa.array(c, field.type) for c, field in zip(columns, _PLACED, strict=True)]
    tables.append(pa.table(simple, schema=_PLACED))
    return pa.concat_tables(tables).combine_chunks()


def _contested(
    parts: pa.Table, live: Mapping[JournalName, list[Range]]
) -> tuple[pa.Table, list[dict[str, Any]]]:
    """The parts of journals that stand once, and those of all others."""
    keys = ["writer_id", "number"]
    counts = parts.group_by(keys, use_threads=False).aggregate([([], "count_all")])
    several = counts.filter(pc.greater(counts.column("count_all"), 1)).select(keys)
    if several.num_rows == 0 and not live:
        return parts.select(PARTS.names), []
    named = pa.table(
        [pa.array([name.writer_id for name in live], pa.string()),
         pa.array([name.number for name in live], pa.int64())],
        names=keys,
    )  # fmt: skip
    wanted = pa.concat_tables([several, named])
    alone = parts.join(wanted, keys, join_type="left anti", use_threads=False)
    others = parts.join(wanted, keys, join_type="left semi", use_threads=False)
    return alone.select(PARTS.names), others.select(_PLACED.names).to_pylist()


def _copies(
    segments: Sequence[Segment],
    rows: Iterable[dict[str, Any]],
    points_of: PointsOf,
    preferred: Collection[str],
) -> dict[JournalName, list[_Copy]]:
    """What each segment holds of each contested journal, by its rows and not by its footer."""
    by_segment: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        by_segment.setdefault(row.pop("segment"), []).append(row)
    found: dict[JournalName, list[_Copy]] = {}
    for place, own in sorted(by_segment.items()):
        segment = segments[place]
        writers = pa.array(sorted({row["writer_id"] for row in own}), pa.string())
        is_fact = pc.not_equal(segment.events.column("kind"), "metric_summary")
        tables = [segment.events.filter(is_fact)]
        is_readable = segment.is_whole
        if is_readable and segment.footer.metrics is not None:
            try:
                tables.append(points_of(segment))
            except (Damaged, FileNotFoundError):
                is_readable = False
        present = present_ranges(tables, writers)
        for row in own:
            ranges = _clip(present.get(row["writer_id"], []), row["first_seq"], row["last_seq"])
            is_preferred = segment.path in preferred
            is_compacted = segment.name.is_compacted
            rank = (is_readable, _count(ranges), is_preferred, is_compacted, segment.path)
            name = JournalName(row["writer_id"], row["number"])
            found.setdefault(name, []).append(_Copy(place, row, ranges, is_readable, rank))
    return found


class _Cuts:
    """What is to be hidden of segments since it counts elsewhere."""

    def __init__(self) -> None:
        self._hidden: dict[int, list[tuple[str, int, int]]] = {}
        self._beaten: dict[int, list[tuple[str, int, int]]] = {}
        self._recovered: dict[int, list[tuple[str, int, int]]] = {}

    def keep_only(self, copy: _Copy, taken: list[Range]) -> None:
        """Let nothing but some facts of a copy count."""
        writer_id, first, last = (copy.part[n] for n in ("writer_id", "first_seq", "last_seq"))

        def note(where: dict[int, list[tuple[str, int, int]]], ranges: Iterable[Range]) -> None:
            where.setdefault(copy.place, []).extend((writer_id, *held) for held in ranges)

        note(self._hidden, subtract([(first, last)], taken))
        note(self._beaten, [(first, last)])
        if taken and copy.is_readable:
            note(self._recovered, taken)

    def hide_repeated_records(self, segments: Sequence[Segment], places: Collection[int]) -> None:
        """Let the record of a file that another tool left count once.

        Its writer is named by no footer, and only copies of one journal hold the same record.

        Args:
            places: of the segments that share a journal with another.
        """
        seen: set[str] = set()
        for place in sorted(places, key=lambda place: (place in self._beaten, place)):
            own = _undeclared_writers(segments[place])
            if place in self._beaten:
                self._hidden[place].extend((writer_id, 0, 0) for writer_id in sorted(own & seen))
            seen |= own

    def apply(self, segment: Segment, place: int) -> Segment:
        """A segment without what counts elsewhere; its summaries sum up what is hidden, too."""
        if place not in self._beaten:
            return segment
        is_summary = pc.equal(segment.events.column("kind"), "metric_summary")
        hidden = _ranges_table(self._hidden.get(place, []))
        facts = outside(segment.events.filter(pc.invert(is_summary)), hidden)
        beaten = _ranges_table(self._beaten[place])
        recovered = self._recovered.get(place)
        return replace(
            segment,
            events=pa.concat_tables([facts, outside(segment.events.filter(is_summary), beaten)]),
            hidden=hidden,
            recovered=None if recovered is None else _ranges_table(recovered),
            logged=segment.events,
        )


def _unite(copies: Sequence[_Copy], journal: list[Range] | None, cuts: _Cuts) -> dict[str, Any]:
    """Settle which copy counts for which facts of one journal; returns its row of `PARTS`."""
    ordered = sorted(copies, key=lambda copy: copy.rank, reverse=True)
    sealed: list[Range] = []
    standing: list[Range] = []
    """What the journal itself holds, once a copy has lost its points."""
    for place, copy in enumerate(ordered):
        if not copy.is_readable and journal is not None:
            standing = journal
        if place == 0 and not standing:
            sealed = copy.ranges
            continue
        taken = subtract(copy.ranges, [*sealed, *standing])
        cuts.keep_only(copy, taken)
        sealed = unite([*sealed, *taken])
    lost = [held for copy in copies for held in parse_ranges(copy.part["lost"])]
    return {
        **ordered[0].part,
        "first_seq": sealed[0][0] if sealed else 0,
        "last_seq": sealed[-1][1] if sealed else -1,
        "facts": _count(sealed),
        "gaps": ranges_text(inverse(sealed)),
        "lost": ranges_text(unite(lost)),
    }


def claimed_ranges(part: Mapping[str, Any]) -> list[Range]:
    """The facts that a row of `PARTS` names."""
    whole = [(part["first_seq"], part["last_seq"])]
    return unite(subtract(whole, parse_ranges(part["gaps"])))


def _undeclared_writers(segment: Segment) -> set[str]:
    """Who wrote the records of files that another tool left."""
    events = segment.events
    is_record = pc.and_(
        pc.equal(events.column("kind"), "artifact"), pc.equal(events.column("seq"), 0)
    )
    records = events.filter(is_record)
    return set(outside(records, declared_ranges(segment)).column("writer_id").to_pylist())


def _clip(ranges: Iterable[Range], first: int, last: int) -> list[Range]:
    return unite((max(low, first), min(high, last)) for low, high in ranges)


def _count(ranges: Iterable[Range]) -> int:
    return sum(high - low + 1 for low, high in ranges)


def _ranges_table(rows: Sequence[tuple[str, int, int]]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [(), (), ()]
    kinds = (pa.string(), pa.int64(), pa.int64())
    return pa.table(
        [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)],
        names=["writer_id", "first_seq", "last_seq"],
    )
