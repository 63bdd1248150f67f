"""The run index: what all events of an archive come to, as Arrow tables that share run numbers.

A run's number is its place in ``runs``, newest first. The long tables (params, tags, metrics,
artifacts, datasets) name runs by number; entities are made from them on demand, for the pages
and answers that show them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.clock import LOGICAL_BITS, wall_ms
from runreport.archive.facts import ExperimentState
from runreport.query.arrow import align, as_array, compact
from runreport.query.registry import Registry
from runreport.query.summaries import mean_of, with_stats

MAX_KEPT = 128
"""Columns an index keeps, of those that were asked for."""

RUNS = pa.schema(
    [
        ("run_id", pa.string()),
        ("experiment_id", pa.string()),
        ("run_name", pa.string()),
        ("status", pa.string()),
        ("start_time", pa.int64()),
        ("end_time", pa.int64()),
        ("user_id", pa.string()),
        ("is_deleted", pa.bool_()),
        ("counter", pa.int64()),
    ]
)
PARAMS = pa.schema(
    [("run", pa.int32()), ("key", pa.string()), ("value", pa.string()), ("rivals", pa.int64())]
)
TAGS = pa.schema([("run", pa.int32()), ("key", pa.string()), ("value", pa.string())])
METRICS = pa.schema(
    [("run", pa.int32()), ("key", pa.string()), ("last", pa.float64()), ("data", pa.string())]
)
ARTIFACTS = pa.schema(
    [
        ("run", pa.int32()),
        ("path", pa.string()),
        ("sha256", pa.string()),
        ("data", pa.string()),
    ]
)
DATASETS = pa.schema(
    [
        ("run", pa.int32()),
        ("name", pa.string()),
        ("digest", pa.string()),
        ("context", pa.string()),
        ("data", pa.string()),
    ]
)
_DAY_MS = 24 * 60 * 60 * 1000
RECORDS = pa.schema([("run", pa.int32()), ("data", pa.string())])


@dataclass(frozen=True)
class RunIndex:
    """The state of an archive; see the schemas above for the columns.

    In each long table the rows of one run stand together, sorted by key. Columns asked for once
    are kept, so that the next question about them is a look at whole arrays.
    """

    runs: pa.Table
    """One row a run, by start_time descending, then run_id."""
    params: pa.Table
    """``rivals``: how many different values the run has for this param; more than one is a
    conflict that a merge brought, and ``value`` is the latest."""
    tags: pa.Table
    metrics: pa.Table
    """``last`` is the value of the point that is greatest by (step, time, value); ``data`` is the
    rest of the summary, which `query.summaries` takes apart."""
    artifacts: pa.Table
    datasets: pa.Table
    records: pa.Table
    """What was recorded of each run's environment at its start, JSON text."""
    experiments: dict[str, ExperimentState]
    registry: Registry
    _kept: dict[tuple[str, ...], Any] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def number_of(self, run_id: str) -> int | None:
        """A run's number; None when the archive has no such run."""
        found = pc.index(self.runs.column("run_id"), run_id).as_py()
        return None if found < 0 else int(found)

    def counter_of(self, run_id: str) -> int:
        """The greatest counter that a run's facts had or could have had, its points among them, so
        that what is logged after it was resumed is later, though the clock was set back.

        A point whose time was given and lies more than a day ahead does not count.
        """
        number = self.number_of(run_id)
        if number is None:
            return 0
        counter = int(self.runs.column("counter")[number].as_py())
        own = self.metrics.filter(pc.equal(self.metrics.column("run"), number))
        last: int = pc.max(with_stats(own).column("last_time")).as_py() or 0
        latest = max(wall_ms(), counter >> LOGICAL_BITS) + _DAY_MS
        return max(counter, (last + 1) << LOGICAL_BITS) if last <= latest else counter

    @property
    def is_deleted(self) -> pa.Array:
        """Whether each run, or its experiment, is deleted."""

        def find() -> pa.Array:
            gone = [state.experiment_id for state in self.experiments.values() if state.is_deleted]
            theirs = pc.is_in(
                self.attribute("experiment_id"), value_set=pa.array(gone, pa.string())
            )
            return pc.or_(self.attribute("is_deleted"), theirs)

        return self._keep(("deleted",), find)

    def keys_of(self, table: str) -> set[str]:
        """The keys that some run has in params, tags or metrics."""
        rows: pa.Table = getattr(self, table)
        keys = self._keep((table, "keys"), lambda: pc.unique(rows.column("key")).to_pylist())
        return set(keys)

    def attribute(self, name: str) -> pa.Array:
        """A column of ``runs`` in one piece."""
        return self._keep(("runs", name), lambda: as_array(self.runs.column(name)))

    def long_column(self, table: str, key: str, value: str) -> pa.Array:
        """The values of one param, tag or metric, a place for each run, null where it has none.

        Args:
            table: params, tags or metrics.
            value: which column of it.

        Returns:
            Text is dictionary-coded unless most values differ.
        """

        def spread() -> pa.Array:
            rows = self._keyed(table, key)
            return compact(align(rows, value, self.runs.num_rows))

        return self._keep((table, key, value), spread)

    def statistic(self, key: str, name: str) -> pa.Array:
        """``min``, ``max`` or ``mean`` over all points of a metric, a place for each run."""

        def spread() -> pa.Array:
            rows = with_stats(self._keyed("metrics", key))
            values = rows.column(name) if name != "mean" else mean_of(rows)
            return align(
                pa.table({"run": rows.column("run"), name: values}), name, self.runs.num_rows
            )

        return self._keep(("metrics", key, name), spread)

    def rows_of(
        self, table: str, numbers: pa.Array, columns: Sequence[str] | None = None
    ) -> pa.Table:
        """The rows that a long table has for some runs, in the order of their numbers.

        Args:
            columns: which of its columns, besides ``run``; all by default.
        """
        rows: pa.Table = getattr(self, table)
        starts, place = self._keep((table,), lambda: _blocks(rows, self.runs.num_rows))
        places = place.take(numbers)
        lists = {}
        for name in columns or rows.column_names[1:]:
            values = self._keep((table, "", name), partial(as_array, rows.column(name)))
            lists[name] = pa.ListArray.from_arrays(starts, values).take(places)
        owners = pc.list_parent_indices(next(iter(lists.values())))
        flat = {name: pc.list_flatten(column) for name, column in lists.items()}
        return pa.table({"run": numbers.take(owners), **flat})

    def _keyed(self, table: str, key: str) -> pa.Table:
        rows: pa.Table = getattr(self, table)
        return rows.filter(pc.equal(rows.column("key"), key))

    def _keep(self, name: tuple[str, ...], make: Callable[[], Any]) -> Any:
        found = self._kept.get(name)
        if found is None:
            found = make()
            while len(self._kept) >= MAX_KEPT:
                self._kept.pop(list(self._kept)[0], None)  # noqa: RUF015 - threads may change it
            self._kept[name] = found
        return found


def _blocks(rows: pa.Table, runs: int) -> tuple[pa.Array, pa.Array]:
    """Where the rows of each run begin, with the end of the last, and which block is a run's."""
    owners = as_array(rows.column("run"))
    if len(owners) == 0:
        return pa.array([0], pa.int32()), pa.nulls(runs, pa.int32())
    encoded = pc.run_end_encode(owners)
    starts = pa.concat_arrays([pa.array([0], pa.int32()), encoded.run_ends])
    place = pc.inverse_permutation(encoded.values, max_index=runs - 1, output_type=pa.int32())
    return starts, place
