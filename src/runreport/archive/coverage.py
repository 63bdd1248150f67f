"""Coverage: which of several segments that hold facts of one journal counts for them.

A journal may be copied while it grows and be sealed on both sides, and a compaction may have died
before it deleted what it replaced. Of each journal the part that covers most counts, and the rows
that other segments have of it are hidden, so that no fact and no summary is read twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.footer import PARTS
from runreport.archive.intervals import parse_ranges, ranges_text, subtract
from runreport.archive.journal import JournalName
from runreport.archive.ranges import inside, outside
from runreport.archive.schema import sort_points, summary_events
from runreport.archive.segment import Segment, read_points
from runreport.archive.storage import Storage
from runreport.events import Event, Point

_PLACED = PARTS.append(pa.field("segment", pa.int64()))


@dataclass(frozen=True, slots=True)
class Coverage:
    """The segments of an archive as they count."""

    segments: tuple[Segment, ...]
    """Sorted by path; a segment all of whose facts stand elsewhere is left out."""
    parts: pa.Table
    """`PARTS`, one row a journal: which of its facts are sealed."""

    def range_of(self, name: JournalName) -> tuple[int, int] | None:
        """The first and last seq that are sealed of a journal; None if nothing is."""
        own = self.parts.filter(pc.equal(self.parts.column("writer_id"), name.writer_id))
        own = own.filter(pc.equal(own.column("number"), name.number))
        if own.num_rows == 0:
            return None
        return own.column("first_seq")[0].as_py(), own.column("last_seq")[0].as_py()


def resolve(
    segments: Sequence[Segment], journals: Mapping[JournalName, int] | None = None
) -> Coverage:
    """What counts of some sound segments, each as it was read.

    Args:
        journals: the last seq of each journal that is still there. Where a segment sealed from it
            has lost its metrics file, the journal counts.
    """
    held = journals or {}
    segments = [
        segment
        for segment in segments
        if segment.is_whole
        or held.get(JournalName(segment.footer.writer_id, segment.footer.number), -1)
        < segment.footer.last_seq
        or segment.footer.compacted is not None
    ]
    # The last of equals counts: a whole one, rather one that was compacted.
    segments = sorted(segments, key=lambda s: (s.is_whole, s.name.is_compacted, s.path))
    parts = _all_parts(segments)
    distinct = parts.group_by(["writer_id", "number"], use_threads=False).aggregate([])
    if distinct.num_rows < parts.num_rows:
        parts, beaten = _contested(parts)
        parts, hidden, recovered = _fill_gaps(parts, beaten)
        segments = [
            _without(
                segment, *(_of_segment(ranges, place) for ranges in (hidden, beaten, recovered))
            )
            for place, segment in enumerate(segments)
        ]
        segments = [segment for segment in segments if segment.events.num_rows]
    by_path = sorted(segments, key=lambda segment: segment.path)
    return Coverage(tuple(by_path), parts.select(PARTS.names))


def recovered_summaries(storage: Storage, segments: Iterable[Segment]) -> list[Event]:
    """Summaries of the points that count although the longer copy of their journal lost them.

    Raises:
        FileNotFoundError, Damaged: see `read_points`.
    """
    events: list[Event] = []
    for segment in segments:
        if segment.recovered is not None:
            points = inside(read_points(storage, segment), segment.recovered)
            found = sort_points(Point(*row.values()) for row in points.to_pylist())
            experiment_id = segment.events.column("experiment_id")[0].as_py()
            counter = pc.max(segment.events.column("counter")).as_py()
            events += summary_events(found, experiment_id, counter)
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
                 segment.name.digest, place)
            )  # fmt: skip
    columns = zip(*rows, strict=True) if rows else [()] * len(_PLACED)
    simple = [pa.array(c, field.type) for c, field in zip(columns, _PLACED, strict=True)]
    tables.append(pa.table(simple, schema=_PLACED))
    return pa.concat_tables(tables).combine_chunks()


def _contested(parts: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The best part of each journal, and all others."""
    order = ("writer_id", "number", "last_seq", "facts", "segment")
    parts = parts.take(pc.sort_indices(parts, sort_keys=[(name, "ascending") for name in order]))
    following = parts.slice(1)
    same = [
        pc.equal(parts.slice(0, parts.num_rows - 1).column(name), following.column(name))
        for name in ("writer_id", "number")
    ]
    is_beaten = pc.and_(*same).combine_chunks()
    is_best = pa.concat_arrays([pc.invert(is_beaten), pa.array([True])])
    return parts.filter(is_best), parts.filter(pc.invert(is_best))


def _fill_gaps(parts: pa.Table, beaten: pa.Table) -> tuple[pa.Table, pa.Table, pa.Table]:
    """What of the beaten parts is hidden, and what counts since the best part of their journal
    has a gap there; the gaps of the best parts get as much smaller."""
    gapped = parts.filter(pc.not_equal(parts.column("gaps"), ""))
    gaps = {
        (row["writer_id"], row["number"]): parse_ranges(row["gaps"]) for row in gapped.to_pylist()
    }
    if not gaps:
        return parts, beaten, beaten.slice(0, 0)
    hidden, recovered = [], []
    for row in reversed(beaten.to_pylist()):  # of several the longest first
        journal = (row["writer_id"], row["number"])
        whole = [(row["first_seq"], row["last_seq"])]
        own = subtract(whole, parse_ranges(row["gaps"]))
        taken = subtract(own, subtract(own, gaps.get(journal, [])))
        gaps[journal] = subtract(gaps.get(journal, []), taken)
        recovered += [{**row, "first_seq": low, "last_seq": high} for low, high in taken]
        hidden += [
            {**row, "first_seq": low, "last_seq": high} for low, high in subtract(whole, taken)
        ]
    texts = [
        ranges_text(gaps.get((row["writer_id"], row["number"]), [])) if row["gaps"] else ""
        for row in parts.to_pylist()
    ]
    place = parts.column_names.index("gaps")
    return (
        parts.set_column(place, "gaps", pa.array(texts, pa.string())),
        pa.Table.from_pylist(hidden, _PLACED),
        pa.Table.from_pylist(recovered, _PLACED),
    )


def _of_segment(ranges: pa.Table, place: int) -> pa.Table:
    return ranges.filter(pc.equal(ranges.column("segment"), place))


def _without(segment: Segment, hidden: pa.Table, beaten: pa.Table, recovered: pa.Table) -> Segment:
    """A segment without what counts elsewhere; its summaries sum up what is hidden, too."""
    if beaten.num_rows == 0:
        return segment
    is_summary = pc.equal(segment.events.column("kind"), "metric_summary")
    facts = outside(segment.events.filter(pc.invert(is_summary)), hidden)
    summaries = outside(segment.events.filter(is_summary), beaten)
    return replace(
        segment,
        events=pa.concat_tables([facts, summaries]),
        hidden=hidden,
        recovered=recovered if recovered.num_rows else None,
    )
