"""Writers that nobody hears any more: what they say of a run, a later writer says with more.

Only what was imported is ever said anew (`archive.uniting`). The event that names the earlier
writer stands in the segment of the later one, so both count at once, in every copy and merge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

REPLACED = "replaced"
"""Kind of the event whose key is the earlier writer."""


def replaced_writers(tables: Iterable[pa.Table]) -> frozenset[str]:
    """The writers that the events of some tables replace."""
    found: set[str] = set()
    for events in tables:
        marks = events.filter(pc.equal(events.column("kind"), REPLACED))
        found.update(texts_of(marks.column("key")))
    return frozenset(found)


def without_writers(table: pa.Table, writers: frozenset[str]) -> pa.Table:
    """The events or points of all other writers; the table itself when all stay."""
    if writers.isdisjoint(texts_of(table.column("writer_id"))):
        return table
    gone = pa.array(sorted(writers), pa.string())
    return table.filter(pc.invert(pc.is_in(table.column("writer_id"), value_set=gone)))


def texts_of(column: pa.ChunkedArray) -> Iterator[str]:
    """The different texts of a column, coded or not."""
    return (text for text in pc.unique(column).cast(pa.string()).to_pylist() if text is not None)
