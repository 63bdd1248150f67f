"""Previews of data that is no text: the shape and the first values of Parquet files and arrays."""

from __future__ import annotations

import ast
import io
import struct

from runreport.report.formatting import plural

MAX_UNPACKED = 100_000_000
"""Bytes of a row group that is read to show its first rows."""
MAX_VALUES = 12
_FORMATS = {"f4": "f", "f8": "d", "f2": "e", "i1": "b", "i2": "h", "i4": "i", "i8": "q",
            "u1": "B", "u2": "H", "u4": "I", "u8": "Q", "b1": "?"}  # fmt: skip


def parquet_head(
    data: bytes, most_rows: int, most_columns: int
) -> tuple[list[str], list[list[object]], int]:
    """The columns, the first rows and the number of rows of a Parquet file; no rows where its
    first group unpacks to too much.

    Raises:
        Exception: whatever pyarrow says of a file that is none.
    """
    import pyarrow.parquet as pq

    file = pq.ParquetFile(io.BytesIO(data))
    names = list(file.schema_arrow.names)[:most_columns]
    total = file.metadata.num_rows
    if not total or file.metadata.row_group(0).total_byte_size > MAX_UNPACKED:
        return names, [], total
    head = next(file.iter_batches(most_rows, row_groups=[0], columns=names))
    return names, [list(row.values()) for row in head.to_pylist()], total


def array_summary(data: bytes) -> str:
    """The shape, type and first values of a NumPy file.

    Raises:
        ValueError, SyntaxError, struct.error: it is none.
    """
    if data[:6] != b"\x93NUMPY":
        raise ValueError("it does not begin as a NumPy file")
    is_first = data[6] == 1
    (length,) = struct.unpack_from("<H" if is_first else "<I", data, 8)
    begin = 10 if is_first else 12
    if length > 20_000:
        raise ValueError("its header is too long")
    header = ast.literal_eval(data[begin : begin + length].decode("latin-1").strip())
    shape, kind = tuple(header["shape"]), header["descr"]
    size = " × ".join(f"{side:,}" for side in shape) or "one value"
    text = f"{plural(len(shape), 'dimension')}: {size}, {kind}"
    form = _FORMATS.get(str(kind)[1:])
    if form is None:
        return text
    order = ">" if str(kind).startswith(">") else "<"
    room = (len(data) - begin - length) // struct.calcsize(form)
    count = min(MAX_VALUES, room)
    values = struct.unpack_from(f"{order}{count}{form}", data, begin + length)
    shown = ", ".join(f"{v:.5g}" if isinstance(v, float) else str(v) for v in values)
    return f"{text}\n{shown}{', …' if room > count else ''}"
