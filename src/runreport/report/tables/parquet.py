"""An experiment's runs as one wide Parquet table, for DuckDB, Polars and pandas.

It holds what the site shows, redacted like it: a column each param, metric and tag.
"""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq

from runreport.report.tables.columns import Column
from runreport.report.tables.table import Table

_GROUPS = ("properties", "metrics", "params", "tags")


def runs_parquet(table: Table) -> bytes:
    """The table as a file; newest run first."""
    columns = [column for column in table.columns.values() if column.group in _GROUPS]
    arrays = {column.name: _array(column) for column in columns}
    output = io.BytesIO()
    pq.write_table(pa.table(arrays), output, compression="zstd", write_page_checksum=True)
    return output.getvalue()


def _array(column: Column) -> pa.Array:
    if column.kind == "time":
        return pa.array(column.values, pa.timestamp("ms", tz="UTC"))
    if column.kind == "duration":
        return pa.array(column.values, pa.duration("ms"))
    if column.texts is not None:
        return pa.array(column.texts, pa.string())  # a param is the text that was logged
    return pa.array(column.values, pa.float64() if column.kind == "number" else pa.string())
