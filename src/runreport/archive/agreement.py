"""Agreement: whether two files that hold one fact say the same of it.

A fact's identity is its writer and number, and a file of somebody else's may claim any. Nothing is
deleted because another file has a fact of its identity unless that file says the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.coverage import PointsOf
from runreport.archive.schema import EVENTS, METRICS
from runreport.archive.segment import Segment
from runreport.errors import Damaged

_IDENTITY = ("writer_id", "seq")
_SOURCE = "source"


def disagreeing(tables: Mapping[str, Sequence[pa.Table]]) -> set[str]:
    """The sources of which some fact is told differently by another.

    Args:
        tables: events and points by the name of their source.
    """
    found: set[str] = set()
    for schema in (EVENTS, METRICS):
        found |= _differing(tables, schema)
    return found | _of_both_kinds(tables)


def disagreeing_segments(segments: Sequence[Segment], points_of: PointsOf) -> set[str]:
    """The paths of segments that tell some fact differently than another of them.

    Only those that share a journal with another are looked into.
    """
    plain = pa.array([s.footer.writer_id for s in segments if s.footer.compacted is None])
    owners = {s.path: pc.unique(s.footer.compacted.column("writer_id"))
              for s in segments if s.footer.compacted is not None}  # fmt: skip
    every = [plain.cast(pa.string()), *(own.cast(pa.string()) for own in owners.values())]
    counts = pc.value_counts(pa.concat_arrays(every))
    shared = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    names = frozenset(shared.to_pylist())
    tables: dict[str, list[pa.Table]] = {}
    for segment in segments if names else ():
        own = owners.get(segment.path)
        if segment.footer.writer_id in names if own is None else _has_any(own, shared):
            events = segment.events if segment.logged is None else segment.logged
            tables[segment.path] = [_of_writers(events, shared)]
            try:
                tables[segment.path].append(_of_writers(points_of(segment), shared))
            except (Damaged, FileNotFoundError):
                continue  # named by whoever reads its points
    return disagreeing(tables)


def _has_any(values: pa.Array, wanted: pa.Array) -> bool:
    return bool(pc.any(pc.is_in(values, value_set=wanted)).as_py())


def _of_writers(table: pa.Table, writers: pa.Array) -> pa.Table:
    return table.filter(pc.is_in(table.column("writer_id"), value_set=writers))


def _differing(tables: Mapping[str, Sequence[pa.Table]], schema: pa.Schema) -> set[str]:
    together = _together(tables, schema)
    if together is None:
        return set()
    content = [name for name in schema.names if name not in _IDENTITY]
    every = pc.CountOptions(mode="all")
    counted = together.group_by(list(_IDENTITY), use_threads=False).aggregate(
        [(name, "count_distinct", every) for name in content]
    )
    is_bad = None
    for name in content:
        several = pc.greater(counted.column(f"{name}_count_distinct"), 1)
        is_bad = several if is_bad is None else pc.or_(is_bad, several)
    return _sources_of(together, counted.filter(is_bad))


def _of_both_kinds(tables: Mapping[str, Sequence[pa.Table]]) -> set[str]:
    """Sources that have an event where another has a point."""
    events, points = (_together(tables, schema) for schema in (EVENTS, METRICS))
    if events is None or points is None:
        return set()
    names = [*_IDENTITY, _SOURCE]
    both = events.select(names).join(
        points.select(_IDENTITY), list(_IDENTITY), join_type="left semi", use_threads=False
    )
    return _sources_of(pa.concat_tables([events.select(names), points.select(names)]), both)


def _together(tables: Mapping[str, Sequence[pa.Table]], schema: pa.Schema) -> pa.Table | None:
    own = []
    for source, table in chain.from_iterable(_pairs(tables)):
        if set(schema.names) <= set(table.column_names):
            rows = table.select(schema.names).cast(schema)
            if schema is EVENTS:  # each copy sums up its own points
                rows = rows.filter(pc.not_equal(rows.column("kind"), "metric_summary"))
            else:  # NaN is no value to compare with another, its bits are
                bits = pc.cast(rows.column("value"), pa.string())
                rows = rows.set_column(rows.column_names.index("value"), "value", bits)
            names = pa.repeat(pa.scalar(source, pa.string()), rows.num_rows)
            own.append(rows.append_column(_SOURCE, names))
    return pa.concat_tables(own).combine_chunks() if own else None


def _pairs(tables: Mapping[str, Sequence[pa.Table]]) -> Iterable[list[tuple[str, pa.Table]]]:
    return ([(source, table) for table in own] for source, own in tables.items())


def _sources_of(together: pa.Table, identities: pa.Table) -> set[str]:
    if identities.num_rows == 0:
        return set()
    rows = together.join(
        identities.select(_IDENTITY), list(_IDENTITY), join_type="left semi", use_threads=False
    )
    return set(pc.unique(rows.column(_SOURCE)).to_pylist())
