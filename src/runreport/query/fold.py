"""The fold: events to the run index, vectorised over Arrow columns.

Order-independent and idempotent: ``fold(A+B) = fold(B+A)`` and ``fold(A+A) = fold(A)``. The last
writer wins by (counter, writer_id, seq). Two different values of one param are kept as a visible
conflict.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.facts import ExperimentState, fold_experiments
from runreport.archive.schema import SUMMARY_FIELDS
from runreport.entities import RunStatus
from runreport.events import Event, data_object
from runreport.query import index as tables
from runreport.query.arrow import align, as_array, distinct, last_of_each
from runreport.query.index import RunIndex

_LATER = ("counter", "writer_id", "seq")
_LONGEST_RUN_MS = 366 * 86_400_000
_OWN_KINDS = ("run", "status", "param", "artifact", "dataset", "metric_summary")
"""What a run's own process says of it."""


def fold(events: pa.Table, *, alive: Collection[str] = ()) -> RunIndex:
    """What the events come to.

    Args:
        events: in any order, facts repeated or not, unknown kinds among them.
        alive: ids of runs that some process is still writing. A run that says RUNNING and is not
            alive was killed.
    """
    events = distinct(events, ("writer_id", "seq", "kind", "key")).combine_chunks()
    of_runs = events.filter(pc.is_valid(events.column("run_id")))
    run_ids = pc.unique(as_array(of_runs.column("run_id")))
    of_runs = of_runs.append_column(
        "run", pc.index_in(of_runs.column("run_id"), value_set=run_ids)
    )
    kinds = _Kinds(of_runs)
    tags = _latest_values(kinds("tag"))
    starts, statuses, lifecycles = kinds("run"), kinds("status"), kinds("lifecycle")
    runs = _fold_runs(run_ids, of_runs, starts, statuses, lifecycles, tags, alive)

    order = pc.sort_indices(
        runs, sort_keys=[("start_time", "descending"), ("run_id", "ascending")]
    )
    renumber = pc.index_in(
        pa.array(range(len(run_ids)), pa.int32()),
        value_set=pc.cast(as_array(runs.column("number")).take(order), pa.int32()),
    )

    def numbered(table: pa.Table, key: str, schema: pa.Schema) -> pa.Table:
        places = renumber.take(as_array(table.column("run")))
        table = table.set_column(table.column_names.index("run"), "run", places)
        keys = [("run", "ascending"), (key, "ascending")]
        return table.take(pc.sort_indices(table, sort_keys=keys)).select(schema.names).cast(schema)

    return RunIndex(
        runs=runs.take(order).select(tables.RUNS.names).cast(tables.RUNS).combine_chunks(),
        params=numbered(_fold_params(kinds("param")), "key", tables.PARAMS),
        tags=numbered(tags, "key", tables.TAGS),
        metrics=numbered(_fold_metrics(kinds("metric_summary")), "key", tables.METRICS),
        artifacts=numbered(
            _renamed(kinds("artifact"), "path", "sha256"), "path", tables.ARTIFACTS
        ),
        datasets=numbered(_fold_datasets(kinds("dataset")), "name", tables.DATASETS),
        records=numbered(_first_of_run(kinds("run")), "run", tables.RECORDS),
        experiments=_fold_experiments(events, runs),
    )


class _Kinds:
    def __init__(self, events: pa.Table) -> None:
        self._events = events

    def __call__(self, kind: str) -> pa.Table:
        return self._events.filter(pc.equal(self._events.column("kind"), kind))


def _fold_experiments(events: pa.Table, runs: pa.Table) -> dict[str, ExperimentState]:
    """All experiments; one whose own facts are missing is still there, named by its id."""
    states = fold_experiments(_experiment_events(events))
    for identity in pc.unique(runs.column("experiment_id")).to_pylist():
        known = states.get(identity)
        if known is None or not known.name:
            blank = known or ExperimentState(identity, "", False, {}, None, None, 0)
            states[identity] = blank._replace(name=f"Experiment {identity}")
    return states


def _experiment_events(events: pa.Table) -> list[Event]:
    rows = events.filter(pc.is_null(events.column("run_id"))).select(list(Event._fields))
    return [Event(*row) for row in zip(*(c.to_pylist() for c in rows.columns), strict=True)]


def _latest_values(events: pa.Table) -> pa.Table:
    """The latest fact of each (run, key), removals dropped."""
    latest = last_of_each(events, ("run", "key"), _LATER)
    return latest.filter(pc.is_valid(latest.column("value")))


def _first_of_run(events: pa.Table) -> pa.Table:
    """The earliest ``run`` event of each run: that of its start."""
    reverse = events.append_column("age", pc.negate(events.column("counter")))
    return last_of_each(reverse, ("run",), ("age", "writer_id", "seq"))


def _fold_runs(
    run_ids: pa.Array,
    of_runs: pa.Table,
    starts: pa.Table,
    statuses: pa.Table,
    lifecycles: pa.Table,
    tags: pa.Table,
    alive: Collection[str],
) -> pa.Table:
    count = len(run_ids)
    start = _first_of_run(starts)
    status = last_of_each(statuses, ("run",), _LATER)
    lifecycle = last_of_each(lifecycles, ("run",), _LATER)
    seen = of_runs.group_by("run", use_threads=False).aggregate(
        [("counter", "max"), ("time", "min"), ("experiment_id", "max")]
    )
    first_seen = align(seen, "time_min", count)
    names = align(tags.filter(pc.equal(tags.column("key"), "mlflow.runName")), "value", count)
    users = align(tags.filter(pc.equal(tags.column("key"), "mlflow.user")), "value", count)
    state = pc.fill_null(align(status, "value", count), RunStatus.RUNNING)
    is_over = pc.is_in(state, value_set=pa.array(RunStatus.TERMINATED))
    ends = pc.if_else(is_over, align(status, "time", count), pa.scalar(None, pa.int64()))
    is_alive = pc.is_in(run_ids, value_set=pa.array(sorted(alive), pa.string()))
    was_killed = pc.and_(pc.equal(state, RunStatus.RUNNING), pc.invert(is_alive))
    state = pc.if_else(was_killed, RunStatus.KILLED, state)
    ends = pc.if_else(was_killed, align(_last_heard(of_runs), "heard_max", count), ends)
    return pa.table(
        {
            "number": pa.array(range(count), pa.int64()),
            "run_id": run_ids,
            "experiment_id": pc.coalesce(
                align(start, "experiment_id", count), align(seen, "experiment_id_max", count)
            ),
            "run_name": pc.coalesce(names, pc.utf8_slice_codeunits(run_ids, 0, 8)),
            "status": state,
            "start_time": pc.coalesce(align(start, "time", count), first_seen),
            "end_time": ends,
            "user_id": pc.fill_null(users, ""),
            "is_deleted": pc.fill_null(
                pc.equal(align(lifecycle, "value", count), "deleted"), False
            ),
            "counter": align(seen, "counter_max", count),
        }
    )


def _last_heard(of_runs: pa.Table) -> pa.Table:
    """When each run last said something of its own: as near as one can get to its death.

    The clock of its events, and the times of its points, which have no clock. Those may be made
    up, so one far beyond every clock of the archive does not count. Tags and notes may be set
    long after.
    """
    own = of_runs.filter(pc.is_in(of_runs.column("kind"), value_set=pa.array(_OWN_KINDS)))
    clock = pc.shift_right(own.column("counter"), 16)
    newest = pc.max(pc.shift_right(of_runs.column("counter"), 16))
    is_made_up = pc.greater(own.column("time"), pc.add(newest, _LONGEST_RUN_MS))
    points = pc.if_else(is_made_up, newest, own.column("time"))
    is_summary = pc.equal(own.column("kind"), "metric_summary")
    heard = pc.if_else(is_summary, points, clock)
    table = pa.table({"run": own.column("run"), "heard": heard})
    return table.group_by("run", use_threads=False).aggregate([("heard", "max")])


def _fold_params(events: pa.Table) -> pa.Table:
    events = events.filter(pc.is_valid(events.column("value")))
    latest = _latest_values(events)
    if latest.num_rows == events.num_rows:
        return latest.append_column("rivals", pa.array([1] * latest.num_rows, pa.int64()))
    different = distinct(events, ("run", "key", "value"))
    rivals = different.group_by(["run", "key"], use_threads=False).aggregate([("value", "count")])
    return latest.append_column("rivals", _in_order(rivals).column("value_count"))


def _in_order(groups: pa.Table) -> pa.Table:
    """Groups sorted by (run, key); a group-by promises no order."""
    keys = [("run", "ascending"), ("key", "ascending")]
    return groups.take(pc.sort_indices(groups, sort_keys=keys))


def _fold_metrics(events: pa.Table) -> pa.Table:
    """Summaries of one metric of one run added up, in (writer_id, seq) order."""
    parts = _parse_summaries(events)
    keys = ("run", "key", "writer_id", "seq")
    parts = parts.take(pc.sort_indices(parts, sort_keys=[(name, "ascending") for name in keys]))
    sums = parts.group_by(["run", "key"], use_threads=False).aggregate(
        [("count", "sum"), ("sum", "sum"), ("min", "min"), ("max", "max"), ("first_step", "min")]
    )
    sums = _in_order(sums)  # as `last_of_each` has them; a hash join of the two would cost more
    last = last_of_each(parts, ("run", "key"), ("last_step", "last_time", "last"))
    return pa.table(
        {
            "run": last.column("run"),
            "key": last.column("key"),
            "last": last.column("last"),
            "count": sums.column("count_sum"),
            "min": sums.column("min_min"),
            "max": sums.column("max_max"),
            "sum": sums.column("sum_sum"),
            "first_step": sums.column("first_step_min"),
            "last_step": last.column("last_step"),
            "last_time": last.column("last_time"),
        }
    )


def _parse_summaries(events: pa.Table) -> pa.Table:
    """Summary events with their ``data`` as typed columns.

    The members are always written in one order and without spaces, so they are cut out by
    position; a JSON parser for each row would take longer than all the rest of the fold.
    """
    data = _in_member_order(as_array(events.column("data")))
    pieces = pc.list_flatten(pc.split_pattern(data, ","))
    width = len(SUMMARY_FIELDS)
    columns = {name: events.column(name) for name in ("run", "key", "writer_id", "seq")}
    columns["last"] = pc.cast(events.column("value"), pa.float64())
    for position, name in enumerate(SUMMARY_FIELDS):
        rows = pa.array(range(position, len(data) * width, width), pa.int64())
        offset = len(f'"{name}":') + (1 if position == 0 else 0)
        text = pc.utf8_trim(pc.utf8_slice_codeunits(pieces.take(rows), offset), '"}')
        kind = pa.float64() if name in ("min", "max", "sum") else pa.int64()
        columns[name] = pc.cast(text, kind)
    return pa.table(columns)


def _in_member_order(data: pa.Array) -> pa.Array:
    """Summaries as this version writes them; one that a later version wrote with more members
    takes the slow way."""
    width = len(SUMMARY_FIELDS)
    commas = pc.equal(pc.count_substring(data, ","), width - 1)
    is_plain = pc.fill_null(pc.and_(pc.starts_with(data, '{"count":'), commas), False)
    if pc.all(is_plain).as_py() in (True, None):
        return data
    return pa.array(
        [
            text if plain else _rewritten(data_object(text))
            for text, plain in zip(data.to_pylist(), is_plain.to_pylist(), strict=True)
        ],
        pa.string(),
    )


def _rewritten(members: dict[str, Any]) -> str:
    parts = []
    for name in SUMMARY_FIELDS:
        value = members.get(name, 0)
        if name in ("min", "max", "sum"):
            text = value if isinstance(value, str) else repr(float(value))
        else:
            text = str(value if isinstance(value, int) else 0)
        parts.append(f'"{name}":{text}')
    return "{" + ",".join(parts) + "}"


def _renamed(events: pa.Table, key: str, value: str) -> pa.Table:
    """The latest facts, with their key and value under the names the index has for them."""
    latest = _latest_values(events)
    names = {"key": key, "value": value}
    return latest.rename_columns([names.get(name, name) for name in latest.column_names])


def _fold_datasets(events: pa.Table) -> pa.Table:
    """Each (run, name, digest) once: a run may use one data set in two versions."""
    latest = last_of_each(events, ("run", "key", "value"), _LATER)
    # The context is always written first, so that filtering by it needs no JSON parser.
    context = pc.extract_regex(
        as_array(latest.column("data")), r'^\{"context":"(?P<context>[^"]*)"'
    )
    latest = latest.append_column("context", pc.struct_field(context, "context"))
    names = {"key": "name", "value": "digest"}
    return latest.rename_columns([names.get(name, name) for name in latest.column_names])
