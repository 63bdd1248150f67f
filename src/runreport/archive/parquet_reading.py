"""Reading a table from a Parquet file that anyone may have written, within limits.

What the file says of its size is compared with the limits before a page is unpacked, and text of
which one copy stands for many rows is measured before it is spread.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from runreport.archive.limits import Limits
from runreport.errors import Damaged

_REFUSALS = (pa.ArrowException, OSError, ValueError, KeyError, TypeError, OverflowError)
"""What pyarrow raises for a file that is none."""
_MAX_COLUMNS = 1000
_MAX_ROW_GROUPS = 100_000


class OpenTable(NamedTuple):
    """A file whose footer was read and whose claimed size is within the limits."""

    file: pq.ParquetFile
    unpacked: int
    """Bytes that its columns take before text that is coded is spread."""


def open_parquet(data: bytes, limits: Limits, *, coded: Collection[str] = ()) -> OpenTable:
    """Read the footer of a file.

    Args:
        coded: columns of text to be had as codes.

    Raises:
        Damaged: it is larger than the limits, or has no footer.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(data), read_dictionary=list(coded) or None)
    except _REFUSALS as error:
        raise Damaged(f"it is no such Parquet file: {_first_line(error)}") from error
    described = file.metadata
    if described.num_columns > _MAX_COLUMNS or described.num_row_groups > _MAX_ROW_GROUPS:
        raise Damaged(
            f"it has {described.num_columns:,} columns in {described.num_row_groups:,} row groups"
        )
    rows = unpacked = 0
    for place in range(described.num_row_groups):
        group = described.row_group(place)
        rows += max(group.num_rows, 0)
        unpacked += max(group.total_byte_size, 0)
    rows = max(rows, described.num_rows)
    if rows > limits.rows:
        raise Damaged(
            f"it says that it has {rows:,} rows; at most {limits.rows:,} are read. If you trust "
            f"it: --limit rows={rows}"
        )
    if unpacked > limits.decoded_bytes:
        raise _too_large(unpacked, limits)
    return OpenTable(file, unpacked)


def read_columns(
    data: bytes,
    opened: OpenTable,
    expected: pa.Schema,
    limits: Limits,
    *,
    coded: tuple[str, ...] = (),
) -> pa.Table:
    """Some columns of a file that was opened.

    Args:
        coded: columns of text to be had as codes; the file was opened with them.

    Raises:
        Damaged: one is missing or of another type, or larger than the limits.
    """
    file = opened.file
    wanted = _coded_schema(expected, coded)
    if not file.schema_arrow.equals(wanted):
        problem = check_types(file.schema_arrow, expected)
        if problem is not None:
            raise Damaged(problem)
    # One copy of a text may stand for every row; such a column is measured before it is spread.
    is_small = file.metadata.num_rows * opened.unpacked <= limits.decoded_bytes
    dense = [] if is_small else _dense_columns(file, expected, coded, limits)
    try:
        if dense:
            buffer = pa.BufferReader(data)
            file = pq.ParquetFile(buffer, metadata=file.metadata, read_dictionary=[*coded, *dense])
        table = file.read(columns=expected.names, use_threads=False)
        _measure(table, dense, limits)
        if not table.schema.equals(wanted):
            table = table.select(expected.names).cast(wanted)
    except _REFUSALS as error:
        raise Damaged(f"it cannot be unpacked: {_first_line(error)}") from error
    return table.replace_schema_metadata(None)


def check_text(table: pa.Table) -> None:
    """Refuse bytes that are no text.

    Raises:
        Damaged: a column of text is no UTF-8.
    """
    try:
        table.validate(full=True)
    except _REFUSALS as error:
        raise Damaged(f"it holds text that is none: {_first_line(error)}") from error


@lru_cache(maxsize=8)
def _coded_schema(expected: pa.Schema, coded: tuple[str, ...]) -> pa.Schema:
    as_codes = pa.dictionary(pa.int32(), pa.string())
    return pa.schema(
        [(field.name, as_codes if field.name in coded else field.type) for field in expected]
    )


def check_types(found: pa.Schema, expected: pa.Schema) -> str | None:
    """Why a file has not the columns it must have; None where it has them, others or not."""
    for field in expected:
        places = found.get_all_field_indices(field.name)
        if len(places) != 1:
            return f"it has {len(places)} columns {field.name!r}"
        kind = found.field(places[0]).type
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        if kind != field.type:
            return f"its column {field.name!r} is of type {kind}, not {field.type}"
    return None


def _dense_columns(
    file: pq.ParquetFile, expected: pa.Schema, coded: tuple[str, ...], limits: Limits
) -> list[str]:
    """The columns of text that may be far larger in memory than in the file."""
    described = file.metadata
    groups = [described.row_group(place) for place in range(described.num_row_groups)]
    texts = {field.name for field in expected if field.type == pa.string()} - {*coded}
    return sorted(
        {
            column.path_in_schema
            for group in groups
            for column in map(group.column, range(described.num_columns))
            if column.path_in_schema in texts
            and column.has_dictionary_page
            and group.num_rows * column.total_uncompressed_size > limits.decoded_bytes
        }
    )


def _measure(table: pa.Table, names: list[str], limits: Limits) -> None:
    """Refuse coded text that would take too much memory as such."""
    if not names:
        return
    import pyarrow.compute as pc

    spread = 0
    for chunk in (chunk for name in names for chunk in table.column(name).chunks):
        lengths = pc.binary_length(chunk.dictionary).take(chunk.indices)
        spread += pc.sum(pc.cast(lengths, pa.int64())).as_py() or 0
    if spread > limits.decoded_bytes:
        raise _too_large(spread, limits)


def _too_large(size: int, limits: Limits) -> Damaged:
    return Damaged(
        f"it unpacks to {size:,} bytes; at most {limits.decoded_bytes:,} are read. If you trust "
        f"it: --limit decoded_bytes={size}"
    )


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
