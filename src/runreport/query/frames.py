"""Runs as one wide table: MLflow's columns, then ``metrics.*``, ``params.*`` and ``tags.*``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from runreport.errors import InvalidValue
from runreport.query.arrow import arange, as_array
from runreport.query.index import RunIndex

if TYPE_CHECKING:
    import pandas as pd

ATTRIBUTES = (
    "run_id",
    "experiment_id",
    "status",
    "artifact_uri",
    "start_time",
    "end_time",
)


def make_table(index: RunIndex, numbers: pa.Array, root: str) -> pa.Table:
    """Some runs as an Arrow table, a row a run, in the order of their numbers.

    Args:
        root: the URI below which every run has its artifact folder.
    """
    runs = index.runs.take(numbers)
    columns: dict[str, pa.Array] = {}
    for name in ATTRIBUTES:
        if name == "artifact_uri":
            run_ids = as_array(runs.column("run_id"))
            columns[name] = pc.binary_join_element_wise(pa.scalar(root), run_ids, "/")
        elif name.endswith("_time"):
            columns[name] = pc.cast(as_array(runs.column(name)), pa.timestamp("ms", "UTC"))
        else:
            columns[name] = as_array(runs.column(name))
    columns.update(key_columns(index, numbers))
    return pa.table(columns)


def key_columns(index: RunIndex, numbers: pa.Array) -> dict[str, pa.Array]:
    """A column for each metric, param and tag that some of the runs have, null where one has
    none."""
    columns: dict[str, pa.Array] = {}
    for table, value in (("metrics", "last"), ("params", "value"), ("tags", "value")):
        for key, column in _pivot(index.rows_of(table, numbers, ("key", value)), numbers):
            columns[f"{table}.{key}"] = column
    return columns


def _pivot(rows: pa.Table, numbers: pa.Array) -> Iterator[tuple[str, pa.Array]]:
    """(key, column) of each key among some runs' rows of a long table, sorted by key.

    Args:
        rows: run, key and value.
    """
    run, key, value = rows.columns
    rows = pa.table({"key": key, "place": pc.index_in(run, value_set=numbers), "value": value})
    rows = rows.sort_by([("key", "ascending"), ("place", "ascending")]).combine_chunks()
    counts = rows.group_by("key", use_threads=False).aggregate([([], "count_all")])
    places, values = as_array(rows.column("place")), as_array(rows.column("value"))
    every = arange(len(numbers))
    start = 0
    for key, count in sorted(zip(*(c.to_pylist() for c in counts.columns), strict=True)):
        own = values.slice(start, count)
        if count < len(numbers):
            own = own.take(pc.index_in(every, value_set=places.slice(start, count)))
        yield key, own
        start += count


def make_frame(index: RunIndex, numbers: pa.Array, root: str) -> pd.DataFrame:
    """Runs as MLflow's DataFrame.

    Missing metrics are NaN, missing params and tags None (in pandas 3 NaN).

    Raises:
        InvalidValue: pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise InvalidValue(
            "output_format='pandas' needs pandas. Install it (pip install pandas), or ask for "
            "output_format='list' or 'arrow'."
        ) from error
    table = make_table(index, numbers, root)
    # What pandas makes of MLflow's lists of texts and times differs between its versions.
    text_type = pd.Series([""]).dtype
    time_type = pd.Series([pd.to_datetime(0, unit="ms", utc=True)]).dtype
    columns: dict[str, Any] = {}
    for name in table.column_names:
        column = table.column(name)
        if pa.types.is_string(column.type):
            columns[name] = pd.Series(column.to_pylist(), dtype=text_type)
        elif pa.types.is_timestamp(column.type):
            columns[name] = column.to_pandas()
            with suppress(pd.errors.OutOfBoundsDatetime):  # a clock that is centuries off
                columns[name] = columns[name].astype(time_type)
        else:
            columns[name] = column.to_pandas()
    return pd.DataFrame(columns)
