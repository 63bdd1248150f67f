"""Ranges of a writer's facts, cut out of a table of events or points."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.intervals import Range


def outside(table: pa.Table, ranges: pa.Table) -> pa.Table:
    """The rows of events or points that do not lie in any of some (writer, first, last) ranges."""
    return table.filter(pc.invert(_is_inside(table, ranges)))


def inside(table: pa.Table, ranges: pa.Table) -> pa.Table:
    """The rows of events or points that lie in one of some ranges."""
    return table.filter(_is_inside(table, ranges))


def present_ranges(tables: Sequence[pa.Table], writers: pa.Array) -> dict[str, list[Range]]:
    """The facts of some writers that stand in some tables of events and points, as ranges."""
    pairs = []
    for table in tables:
        own = table.select(["writer_id", "seq"])
        own = own.filter(pc.is_in(own.column("writer_id"), value_set=writers))
        pairs.append(own.set_column(0, "writer_id", own.column("writer_id").cast(pa.string())))
    together = pa.concat_tables(pairs)
    if together.num_rows == 0:
        return {}
    together = together.group_by(["writer_id", "seq"], use_threads=False).aggregate([])
    together = together.sort_by([("writer_id", "ascending"), ("seq", "ascending")])
    owners, seq = (together.column(name).combine_chunks() for name in ("writer_id", "seq"))
    goes_on = pc.and_(pc.equal(owners[1:], owners[:-1]), pc.equal(seq[1:], pc.add(seq[:-1], 1)))
    breaks = pc.invert(goes_on)
    is_first = pa.concat_arrays([pa.array([True]), breaks])
    is_last = pa.concat_arrays([breaks, pa.array([True])])
    found: dict[str, list[Range]] = {}
    for writer_id, first, last in zip(
        owners.filter(is_first).to_pylist(),
        seq.filter(is_first).to_pylist(),
        seq.filter(is_last).to_pylist(),
        strict=True,
    ):
        found.setdefault(writer_id, []).append((first, last))
    return found


def _is_inside(table: pa.Table, ranges: pa.Table) -> pa.Array:
    found = pa.repeat(False, table.num_rows)
    seq = table.column("seq")
    for few in _one_range_a_writer(ranges):
        place = pc.index_in(table.column("writer_id"), value_set=few.column("writer_id"))
        first, last = (few.column(name).take(place) for name in ("first_seq", "last_seq"))
        is_in = pc.and_(pc.greater_equal(seq, first), pc.less_equal(seq, last))
        found = pc.or_(found, pc.fill_null(is_in, False))
    return found


def _one_range_a_writer(ranges: pa.Table) -> list[pa.Table]:
    """The ranges dealt out so that no writer is twice in one table; a journal that rolled over
    has several."""
    if pc.count_distinct(ranges.column("writer_id")).as_py() == ranges.num_rows:
        return [ranges]
    seen: dict[str, int] = {}
    turns = []
    for writer_id in ranges.column("writer_id").to_pylist():
        turns.append(seen.get(writer_id, 0))
        seen[writer_id] = turns[-1] + 1
    turn = pa.array(turns, pa.int64())
    return [ranges.filter(pc.equal(turn, number)) for number in range(max(turns, default=-1) + 1)]
