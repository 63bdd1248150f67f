"""Ranges of a writer's facts, cut out of a table of events or points."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc


def outside(table: pa.Table, ranges: pa.Table) -> pa.Table:
    """The rows of events or points that do not lie in any of some (writer, first, last) ranges."""
    for few in _one_range_a_writer(ranges):
        found = pc.index_in(table.column("writer_id"), value_set=few.column("writer_id"))
        first, last = (few.column(name).take(found) for name in ("first_seq", "last_seq"))
        seq = table.column("seq")
        inside = pc.and_(pc.greater_equal(seq, first), pc.less_equal(seq, last))
        table = table.filter(pc.invert(pc.fill_null(inside, False)))
    return table


def _one_range_a_writer(ranges: pa.Table) -> list[pa.Table]:
    """The ranges dealt out so that no writer is twice in one table; a journal that rolled over
    has several."""
    seen: dict[str, int] = {}
    turns = []
    for writer_id in ranges.column("writer_id").to_pylist():
        turns.append(seen.get(writer_id, 0))
        seen[writer_id] = turns[-1] + 1
    turn = pa.array(turns, pa.int64())
    return [ranges.filter(pc.equal(turn, number)) for number in range(max(turns, default=-1) + 1)]
