"""Reading a table from a Parquet file that anyone may have written, within limits.

What the file says of its size is compared with the limits before a page is unpacked, and text of
which one copy stands for many rows is measured before it is spread.
"""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa
import pyarrow.parquet as pq

from runreport.archive.limits import Limits
from runreport.errors import Damaged

_MAX_COLUMNS = 1000
_MAX_ROW_GROUPS = 100_000


def open_parquet(data: bytes, limits: Limits, *, coded: Collection[str] = ()) -> pq.ParquetFile:
    """A file whose footer was read and whose claimed size is within the limits.

    Args:
        coded: columns of text to be had as codes.

    Raises:
        Damaged: it is larger than the limits, or has no footer.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(data), read_dictionary=list(coded) or None)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Damaged(f"it is no Parquet file: {_first_line(error)}") from error
    described = file.metadata
    if described.num_columns > _MAX_COLUMNS or described.num_row_groups > _MAX_ROW_GROUPS:
        raise Damaged(
            f"it has {described.num_columns:,} columns in {described.num_row_groups:,} row groups"
        )
    groups = [described.row_group(place) for place in range(described.num_row_groups)]
    rows = max(described.num_rows, sum(max(group.num_rows, 0) for group in groups))
    if rows > limits.rows:
        raise Damaged(
            f"it says that it has {rows:,} rows; at most {limits.rows:,} are read. If you trust "
            f"it: --limit rows={rows}"
        )
    unpacked = sum(max(group.total_byte_size, 0) for group in groups)
    if unpacked > limits.decoded_bytes:
        raise _too_large(unpacked, limits)
    return file


def read_columns(
    data: bytes,
    file: pq.ParquetFile,
    expected: pa.Schema,
    limits: Limits,
    *,
    coded: Collection[str] = (),
) -> pa.Table:
    """Some columns of a file that was opened.

    Args:
        coded: columns of text to be had as codes.

    Raises:
        Damaged: one is missing or of another type, is no UTF-8, or larger than the limits.
    """
    problem = check_types(file.schema_arrow, expected)
    if problem is not None:
        raise Damaged(problem)
    texts = [field.name for field in expected if field.type == pa.string()]
    # One copy of a text may stand for every row; only then is it looked at before it is spread.
    is_safe = file.metadata.num_rows * _largest_chunk(file) <= limits.decoded_bytes
    try:
        if not is_safe:
            buffer = pa.BufferReader(data)
            file = pq.ParquetFile(buffer, metadata=file.metadata, read_dictionary=texts)
        table = file.read(columns=expected.names, use_threads=False)
        table = table.replace_schema_metadata(None)
        if not is_safe:
            _measure(table, [name for name in texts if name not in coded], limits)
        wanted = _coded_schema(expected, coded)
        if table.schema != wanted:
            table = table.select(expected.names).cast(wanted)
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        raise Damaged(f"it cannot be unpacked: {_first_line(error)}") from error
    return table


def _coded_schema(expected: pa.Schema, coded: Collection[str]) -> pa.Schema:
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


def _largest_chunk(file: pq.ParquetFile) -> int:
    """The greatest number of bytes that one text may have."""
    described = file.metadata
    return max(
        (
            described.row_group(group).column(place).total_uncompressed_size
            for group in range(described.num_row_groups)
            for place in range(described.num_columns)
            if described.row_group(group).column(place).physical_type == "BYTE_ARRAY"
        ),
        default=0,
    )


def _measure(table: pa.Table, names: list[str], limits: Limits) -> None:
    """Refuse coded text that would take too much memory as such."""
    import pyarrow.compute as pc

    spread = 0
    for name in names:
        for chunk in table.column(name).chunks:
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
