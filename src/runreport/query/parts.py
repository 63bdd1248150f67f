"""Parts of an archive: events about different runs, which are folded apart and then put together.

A compacted segment holds most of its runs whole, so large archives fold segment by segment: the
tables stay small enough for a processor's caches, and the cores share them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.facts import ExperimentState, fold_experiments
from runreport.events import Event
from runreport.query import index as tables
from runreport.query.arrow import as_array, one_dictionary, places_of
from runreport.query.index import RunIndex
from runreport.query.natural import natural
from runreport.query.registry import fold_registry

SMALL_EVENTS = 100_000
"""Tables up to this size are folded together."""

SCHEMAS = {
    "params": tables.PARAMS,
    "tags": tables.TAGS,
    "metrics": tables.METRICS,
    "artifacts": tables.ARTIFACTS,
    "datasets": tables.DATASETS,
    "records": tables.RECORDS,
}


@dataclass(frozen=True, slots=True)
class Part:
    """What the events of some runs come to; runs are numbered within it, in no order."""

    runs: pa.Table
    long_tables: dict[str, pa.Table]
    """By the names of `SCHEMAS`; the rows of a run stand together, sorted by key."""
    experiment_events: pa.Table
    """`events.Event` columns of the facts about experiments."""
    registry_events: pa.Table
    """Those about models."""


def split_by_runs(events: Sequence[pa.Table]) -> list[pa.Table]:
    """The same events as tables no two of which have a run in common.

    Args:
        events: `CODED_EVENTS` each.
    """
    large = [table.unify_dictionaries() for table in events if table.num_rows > SMALL_EVENTS]
    rest = [table for table in events if table.num_rows <= SMALL_EVENTS]
    if not large or len(events) == 1:
        return [pa.concat_tables(events)]
    ids = [_runs_of(table) for table in (*large, *rest)]
    counts = pc.value_counts(pa.concat_arrays(ids))
    shared = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    if len(shared):
        for place, table in enumerate(large):
            codes = one_dictionary(table.column("run_id"))
            is_shared = pc.is_in(codes.dictionary, value_set=shared)
            if pc.any(is_shared).as_py():
                is_theirs = pc.fill_null(is_shared.take(codes.indices), False)
                rest.append(table.filter(is_theirs))
                large[place] = table.filter(pc.invert(is_theirs))
    if sum(table.num_rows for table in rest):
        large.append(pa.concat_tables(rest))
    return large


def _runs_of(events: pa.Table) -> pa.Array:
    """The ids of the runs that a table is about, each once."""
    coded = one_dictionary(events.column("run_id"))
    used = pc.unique(coded.indices).drop_null()
    return coded.dictionary.take(used)


def join(parts: list[Part]) -> RunIndex:
    """The index of all parts, which have no run in common; takes the parts apart."""
    runs = pa.concat_tables(part.runs for part in parts)
    order = _newest_first(runs)
    numbers = places_of(order)
    starts = [0]
    for part in parts:
        starts.append(starts[-1] + part.runs.num_rows)
    long_tables = {}
    for name, schema in SCHEMAS.items():
        own = [part.long_tables.pop(name) for part in parts]
        owners = [
            numbers.slice(start).take(as_array(table.column("run")))
            for start, table in zip(starts, own, strict=False)
        ]
        columns = {"run": pa.chunked_array(owners, pa.int32())}
        for column in schema.names[1:]:
            chunks = [chunk for table in own for chunk in table.column(column).chunks]
            columns[column] = pa.chunked_array(chunks, schema.field(column).type)
        del own
        # One column after the other, so that only one of them is there twice.
        long_tables[name] = pa.table({key: as_array(columns.pop(key)) for key in schema.names})
    experiment_events = pa.concat_tables(part.experiment_events for part in parts)
    return RunIndex(
        runs=runs.take(order).select(tables.RUNS.names).cast(tables.RUNS).combine_chunks(),
        experiments=_fold_experiments(experiment_events, runs),
        registry=fold_registry(pa.concat_tables(part.registry_events for part in parts)),
        **long_tables,
    )


def _newest_first(runs: pa.Table) -> pa.Array:
    """The order by start_time descending, then run_id; ids are compared only where they matter.

    Runs without a beginning come last, the one that is numbered highest first: it is taken for
    the newest.
    """
    starts = as_array(runs.column("start_time"))
    order = pc.sort_indices(starts, sort_keys=[("", "descending")])
    sorted_starts = starts.take(order)
    ties = pc.equal(sorted_starts[1:], sorted_starts[:-1])
    if pc.any(ties).as_py():
        keys = [("start_time", "descending"), ("run_id", "ascending")]
        order = pc.sort_indices(runs, sort_keys=keys)
    dated = runs.num_rows - starts.null_count
    if starts.null_count < 2:
        return order
    undated = runs.select(["run_name", "run_id"]).take(order[dated:])
    names, ids = (column.to_pylist() for column in undated.columns)
    places = sorted(range(len(ids)), key=ids.__getitem__)
    places.sort(key=lambda place: natural(names[place] or ""), reverse=True)
    return pa.concat_arrays([order[:dated], order[dated:].take(pa.array(places, order.type))])


def _fold_experiments(events: pa.Table, runs: pa.Table) -> dict[str, ExperimentState]:
    """All experiments; one whose own facts are missing is still there, named by its id."""
    rows = events.select(list(Event._fields))
    states = fold_experiments(
        Event(*row) for row in zip(*(c.to_pylist() for c in rows.columns), strict=True)
    )
    for identity in pc.unique(runs.column("experiment_id")).to_pylist():
        known = states.get(identity)
        if known is None or not known.name:
            blank = known or ExperimentState(identity, "", False, {}, None, None, 0)
            states[identity] = blank._replace(name=f"Experiment {identity}")
    return states
