"""The run index: what all events of an archive come to, as Arrow tables that share run numbers.

A run's number is its place in ``runs``, newest first. The long tables (params, tags, metrics,
artifacts, datasets) name runs by number and are sorted by (run, key); entities are made from
them on demand, for the pages and answers that show them.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.facts import ExperimentState
from runreport.query.arrow import align

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
RECORDS = pa.schema([("run", pa.int32()), ("data", pa.string())])


@dataclass(frozen=True, slots=True)
class RunIndex:
    """The state of an archive; see the schemas above for the columns."""

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

    def number_of(self, run_id: str) -> int | None:
        """A run's number; None when the archive has no such run."""
        found = pc.index(self.runs.column("run_id"), run_id).as_py()
        return None if found < 0 else int(found)

    def long_column(self, table: pa.Table, key: str, value: str) -> pa.Array:
        """The values of one param, tag or metric, a place for each run, null where it has none."""
        rows = table.filter(pc.equal(table.column("key"), key))
        return align(rows, value, self.runs.num_rows)

    def rows_of(self, table: pa.Table, number: int) -> list[dict[str, object]]:
        """The rows that a long table has for one run."""
        rows = table.filter(pc.equal(table.column("run"), number))
        return rows.to_pylist()  # type: ignore[no-any-return]
