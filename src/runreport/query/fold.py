"""The fold: events to the run index, vectorised over Arrow columns.

Order-independent and idempotent: ``fold(A+B) = fold(B+A)`` and ``fold(A+A) = fold(A)``. The last
writer wins by (counter, writer_id, seq). Two different values of one param are kept as a visible
conflict.
"""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.facts import ExperimentState, fold_experiments
from runreport.archive.reading import Snapshot
from runreport.entities import RunStatus
from runreport.events import Event
from runreport.query import index as tables
from runreport.query.arrow import align, arange, as_array, distinct, one_dictionary, places_of
from runreport.query.coded import Coded, last
from runreport.query.index import RunIndex
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
    coded = Coded(events if is_distinct else distinct(events, _IDENTITY))
    tags = coded.latest("tag")
    runs = _fold_runs(coded, tags, alive)
    order = pc.sort_indices(
        runs, sort_keys=[("start_time", "descending"), ("run_id", "ascending")]
    )
    numbers = places_of(order)

    def numbered(table: pa.Table, key: str, schema: pa.Schema) -> pa.Table:
        """A long table by the runs' final numbers, sorted by (run, key)."""
        places = numbers.take(as_array(table.column("run")))
        keys = coded.sort_keys(places, table.column(key) if key != "run" else None)
        table = table.set_column(table.column_names.index("run"), "run", places)
        return table.select(schema.names).take(pc.sort_indices(keys)).cast(schema)

    return RunIndex(
        runs=runs.take(order).select(tables.RUNS.names).cast(tables.RUNS).combine_chunks(),
        params=numbered(_fold_params(coded), "key", tables.PARAMS),
        tags=numbered(tags, "key", tables.TAGS),
        metrics=numbered(_fold_metrics(coded), "key", tables.METRICS),
        artifacts=numbered(_fold_artifacts(coded), "path", tables.ARTIFACTS),
        datasets=numbered(_fold_datasets(coded), "name", tables.DATASETS),
        records=numbered(coded.first("run"), "run", tables.RECORDS),
        experiments=_fold_experiments(coded.of_experiments(), runs),
    )


def fold_snapshot(snapshot: Snapshot) -> RunIndex:
    """What an archive comes to that was just read."""
    return fold(snapshot.events, alive=snapshot.alive_runs, is_distinct=True)


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


def _fold_runs(coded: Coded, tags: pa.Table, alive: Collection[str]) -> pa.Table:
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
    killed = pc.filter(arange(count), was_killed)
    names = align(coded.with_key(tags, "mlflow.runName"), "value", count)
    users = align(coded.with_key(tags, "mlflow.user"), "value", count)
    stage = align(coded.last("lifecycle"), "value", count)
    return pa.table(
        {
            "run_id": run_ids,
            "experiment_id": _experiment_ids(coded, start),
            "run_name": pc.coalesce(names, pc.utf8_slice_codeunits(run_ids, 0, 8)),
            "status": pc.if_else(was_killed, RunStatus.KILLED, state),
            "start_time": pc.coalesce(align(start, "time", count), align(seen, "time_min", count)),
            "end_time": pc.coalesce(ends, align(_last_heard(coded, killed), "heard_max", count)),
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


def _last_heard(coded: Coded, runs: pa.Array) -> pa.Table:
    """When some runs last said something of their own: as near as one can get to their death.

    The clock of their events, and the times of their points, which have no clock. Those may be
    made up, so one far beyond every clock of the archive does not count. Tags and notes may be
    set long after.
    """
    own, kinds = coded.own(_OWN_KINDS, runs)
    clock = pc.shift_right(own.column("counter"), 16)
    newest = pc.max(pc.shift_right(coded.all.column("counter"), 16))
    is_made_up = pc.greater(own.column("time"), pc.add(newest, _LONGEST_RUN_MS))
    points = pc.if_else(is_made_up, newest, own.column("time"))
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
    return latest.append_column("rivals", counts)


def _fold_metrics(coded: Coded) -> pa.Table:
    """Each metric of each run once; several summaries of one are added up."""
    parts = coded.of("metric_summary")
    lasts = pc.cast(parts.column("value"), pa.float64())
    parts = parts.append_column("last", lasts).select(
        ["run", "key", "writer_id", "seq", "last", "data"]
    )
    group = coded.group(parts)
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


def _fold_artifacts(coded: Coded) -> pa.Table:
    latest = coded.latest("artifact")
    return latest.rename_columns({"key": "path", "value": "sha256"})


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
    latest = latest.append_column("context", pc.struct_field(context, "context"))
    return latest.rename_columns({"key": "name", "value": "digest"})
