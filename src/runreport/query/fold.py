"""The fold: events to the run index, vectorised over Arrow columns.

Order-independent and idempotent: ``fold(A+B) = fold(B+A)`` and ``fold(A+A) = fold(A)``. The last
writer wins by (counter, writer_id, seq). Two different values of one param are kept as a visible
conflict.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from operator import itemgetter

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.reading import Snapshot, read_archive
from runreport.archive.segment_cache import SegmentCache
from runreport.archive.storage import Storage
from runreport.entities import RunStatus
from runreport.events import UNDATED
from runreport.query.arrow import align, arange, as_array, distinct, one_dictionary
from runreport.query.coded import Coded, by_run, is_growing, last
from runreport.query.index import RunIndex
from runreport.query.parts import SCHEMAS, Part, join, split_by_runs
from runreport.query.registry import registry_events
from runreport.query.summaries import add_up

_IDENTITY = ("writer_id", "seq", "kind", "key")
_LONGEST_RUN_MS = 366 * 86_400_000
_OWN_KINDS = ("run", "status", "param", "artifact", "dataset", "metric_summary")
"""What a run's own process says of it."""


def fold(events: pa.Table, *, alive: Collection[str] = (), is_distinct: bool = False) -> RunIndex:
    """What the events come to.

    Args:
        events: in any order, facts repeated or not, unknown kinds among them; text as such or
            dictionary-coded.
        alive: ids of runs that some process is still writing. A run that says RUNNING and is not
            alive was killed.
        is_distinct: no fact is repeated, as in every `Snapshot`, so that none need be looked for.
    """
    return join([fold_part(events if is_distinct else distinct(events, _IDENTITY), alive)])


def fold_snapshot(snapshot: Snapshot) -> RunIndex:
    """What an archive comes to that was just read."""
    return join(fold_tables(list(snapshot.tables), snapshot.alive_runs))


def fold_archive(storage: Storage, cache: SegmentCache | None = None) -> RunIndex:
    """What an archive comes to now; its events leave memory one table after the other.

    Args:
        cache: segments that were read before.
    """
    snapshot = read_archive(storage, cache=cache)
    alive, events = snapshot.alive_runs, list(snapshot.tables)
    del snapshot
    parts = fold_tables(events, alive)
    pa.default_memory_pool().release_unused()
    return join(parts)


def fold_tables(events: list[pa.Table], alive: Collection[str]) -> list[Part]:
    """What tables of events come to, none twice; folded side by side where they are large.

    Args:
        events: emptied meanwhile, so that a table that nobody else holds is gone when folded.
    """
    waiting = deque(enumerate(split_by_runs(events)))
    events.clear()
    newest = max((_newest_ms(table) for _, table in waiting), default=0)

    def work() -> list[tuple[int, Part]]:
        parts = []
        with suppress(IndexError):  # nothing waits any more
            while True:
                place, table = waiting.popleft()
                parts.append((place, fold_part(table, alive, newest)))
        return parts

    workers = min(len(waiting), os.cpu_count() or 1)
    with ThreadPoolExecutor(workers) as pool:
        found = [pool.submit(work) for _ in range(workers - 1)]
        parts = work() + [pair for future in found for pair in future.result()]
    return [part for _, part in sorted(parts, key=itemgetter(0))]


def fold_part(events: pa.Table, alive: Collection[str], newest_ms: int | None = None) -> Part:
    """What the events of some runs come to; every event of each of these runs, none twice.

    Args:
        newest_ms: the clock of the newest event of the archive, if that is not among these.
    """
    coded = Coded(events)
    tags = coded.latest("tag")
    newest = _newest_ms(events) if newest_ms is None else newest_ms

    def ordered(name: str, table: pa.Table, **renamed: str) -> pa.Table:
        """A long table, the rows of a run together and sorted by key."""
        group = coded.group(table) if name != "records" else by_run(table)
        table = table.rename_columns(renamed).select(SCHEMAS[name].names)
        if not is_growing(group):
            table = table.take(pc.sort_indices(group))
        return table.cast(SCHEMAS[name])

    return Part(
        _fold_runs(coded, tags, alive, newest),
        {
            "params": ordered("params", _fold_params(coded)),
            "tags": ordered("tags", tags),
            "metrics": ordered("metrics", _fold_metrics(coded)),
            "artifacts": ordered(
                "artifacts", coded.latest("artifact"), key="path", value="sha256"
            ),
            "datasets": ordered("datasets", _fold_datasets(coded), key="name", value="digest"),
            "records": ordered("records", coded.first("run")),
        },
        coded.of_experiments(),
        registry_events(events),
    )


def _newest_ms(events: pa.Table) -> int:
    """The clock of the newest event; 0 without any."""
    return (pc.max(events.column("counter")).as_py() or 0) >> 16


def _fold_runs(coded: Coded, tags: pa.Table, alive: Collection[str], newest_ms: int) -> pa.Table:
    run_ids = coded.run_ids
    count = len(run_ids)
    start, status = coded.first("run"), coded.last("status")
    seen = (
        coded.all.select(["run", "counter", "time"])
        .group_by("run", use_threads=False)
        .aggregate([("counter", "max"), ("time", "min")])
    )
    state = pc.fill_null(align(status, "value", count), RunStatus.RUNNING)
    is_over = pc.is_in(state, value_set=pa.array(RunStatus.TERMINATED))
    ends = pc.if_else(is_over, align(status, "time", count), pa.scalar(None, pa.int64()))
    is_alive = pc.is_in(run_ids, value_set=pa.array(sorted(alive), pa.string()))
    was_killed = pc.and_(pc.equal(state, RunStatus.RUNNING), pc.invert(is_alive))
    is_unknown = pc.equal(state, RunStatus.UNKNOWN)
    open_ended = pc.filter(arange(count), pc.or_(was_killed, is_unknown))
    heard = align(_last_heard(coded, open_ended, newest_ms), "heard_max", count)
    starts = pc.coalesce(align(start, "time", count), align(seen, "time_min", count))
    is_undated = pc.starts_with(align(start, "data", count), UNDATED)
    starts = pc.if_else(pc.fill_null(is_undated, False), None, starts)
    says_nothing = pc.and_(is_unknown, pc.fill_null(pc.less_equal(heard, starts), True))
    heard = pc.if_else(says_nothing, None, heard)
    names = align(coded.with_key(tags, "mlflow.runName"), "value", count)
    users = align(coded.with_key(tags, "mlflow.user"), "value", count)
    stage = align(coded.last("lifecycle"), "value", count)
    return pa.table(
        {
            "run_id": run_ids,
            "experiment_id": _experiment_ids(coded, start),
            "run_name": pc.coalesce(names, pc.utf8_slice_codeunits(run_ids, 0, 8)),
            "status": pc.if_else(was_killed, RunStatus.KILLED, state),
            "start_time": starts,
            "end_time": pc.coalesce(ends, heard),
            "user_id": pc.fill_null(users, ""),
            "is_deleted": pc.fill_null(pc.equal(stage, "deleted"), False),
            "counter": align(seen, "counter_max", count),
        }
    )


def _experiment_ids(coded: Coded, start: pa.Table) -> pa.Array:
    """The experiment that each run's start names; else, the start being lost, any other fact's."""
    count = len(coded.run_ids)
    found = align(start, "experiment_id", count).cast(pa.string())
    if found.null_count == 0:
        return found
    rows = coded.all.select(["run", "experiment_id"])
    rows = rows.set_column(1, "experiment_id", rows.column("experiment_id").cast(pa.string()))
    others = rows.group_by("run", use_threads=False).aggregate([("experiment_id", "max")])
    return pc.coalesce(found, align(others, "experiment_id_max", count))


def _last_heard(coded: Coded, runs: pa.Array, newest_ms: int) -> pa.Table:
    """When some runs last said something of their own: as near as one can get to their end.

    The clock of their events, and the times of their points, which have no clock. Those may be
    made up, so one far beyond every clock of the archive does not count. Tags and notes may be
    set long after.
    """
    own, kinds = coded.own(_OWN_KINDS, runs)
    clock = pc.shift_right(own.column("counter"), 16)
    is_made_up = pc.greater(own.column("time"), newest_ms + _LONGEST_RUN_MS)
    points = pc.if_else(is_made_up, newest_ms, own.column("time"))
    heard = pc.if_else(pc.equal(kinds, "metric_summary"), points, clock)
    table = pa.table({"run": own.column("run"), "heard": heard})
    return table.group_by("run", use_threads=False).aggregate([("heard", "max")])


def _fold_params(coded: Coded) -> pa.Table:
    events = coded.of("param")
    events = events.filter(pc.is_valid(events.column("value")))
    latest = last(events, coded.group)
    ones = pa.repeat(pa.scalar(1, pa.int64()), latest.num_rows)
    if latest.num_rows == events.num_rows:
        return latest.append_column("rivals", ones)
    different = pa.table({"group": coded.group(events), "value": events.column("value")})
    rivals = different.group_by("group", use_threads=False).aggregate(
        [("value", "count_distinct")]
    )
    place = pc.index_in(coded.group(latest), value_set=as_array(rivals.column("group")))
    counts = as_array(rivals.column("value_count_distinct")).take(place)
    # One that was set by hand over what autologging recorded says so; this is no conflict.
    is_override = pc.cast(pc.is_valid(as_array(latest.column("data"))), pa.int64())
    return latest.append_column("rivals", pc.max_element_wise(pc.subtract(counts, is_override), 1))


def _fold_metrics(coded: Coded) -> pa.Table:
    """Each metric of each run once; several summaries of one are added up."""
    parts = coded.of("metric_summary")
    lasts = pc.cast(parts.column("value"), pa.float64())
    parts = parts.append_column("last", lasts).select(
        ["run", "key", "writer_id", "seq", "last", "data"]
    )
    group = coded.group(parts)
    if is_growing(group):  # no metric has several
        return parts
    counts = pa.table({"group": group}).group_by("group", use_threads=False)
    counts = counts.aggregate([([], "count_all")])
    if counts.num_rows == parts.num_rows:
        return parts
    several = counts.filter(pc.greater(counts.column("count_all"), 1)).column("group")
    is_one_of_several = pc.is_in(group, value_set=as_array(several))
    names = ["run", "key", "last", "data"]
    alone = parts.filter(pc.invert(is_one_of_several)).select(names)
    added = add_up(parts.filter(is_one_of_several)).select(names)
    added = added.set_column(1, "key", coded.encode(added.column("key")))
    return pa.concat_tables([alone, added]).combine_chunks()


def _fold_datasets(coded: Coded) -> pa.Table:
    """Each (run, name, digest) once: a run may use one data set in two versions."""

    def group(events: pa.Table) -> pa.Array:
        digests = one_dictionary(events.column("value"))
        code = pc.cast(pc.fill_null(digests.indices, -1), pa.int64())
        return pc.add(pc.multiply(coded.group(events), len(digests.dictionary) + 1), code)

    latest = last(coded.of("dataset"), group).sort_by("value")
    # The context is always written first, so that filtering by it needs no JSON parser.
    context = pc.extract_regex(
        as_array(latest.column("data")), r'^\{"context":"(?P<context>[^"]*)"'
    )
    return latest.append_column("context", pc.struct_field(context, "context"))
