"""Column operations the fold and search share: one of a group, alignment, codes.

All work on whole Arrow columns; none loops over rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc


def distinct(table: pa.Table, by: Sequence[str]) -> pa.Table:
    """One row of each group of equal ``by`` values; which one does not matter to the caller."""
    if table.num_rows == 0:
        return table
    coded = [_codes(table.column(name)) for name in by]
    keys = pa.table([*coded, _row_numbers(table)], names=[*by, "row"])
    groups = keys.group_by(list(by), use_threads=False).aggregate([("row", "min")])
    if groups.num_rows == table.num_rows:
        return table
    return table.take(groups.column("row_min"))


def align(table: pa.Table, column: str, rows: int) -> pa.Array:
    """A column spread over ``rows`` places by the table's ``run`` numbers; null elsewhere.

    Args:
        table: at most one row a run.
    """
    found = pc.index_in(arange(rows), value_set=as_array(table.column("run")))
    return as_array(table.column(column)).take(found)


def as_array(column: pa.ChunkedArray) -> pa.Array:
    """A column in one piece."""
    combined = column.combine_chunks()
    if isinstance(combined, pa.ChunkedArray):
        if combined.num_chunks == 0:
            return pa.chunked_array([], column.type).combine_chunks()
        return combined.chunk(0)
    return combined


def one_dictionary(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """A text column, coded by one dictionary."""
    if not pa.types.is_dictionary(column.type):
        return as_array(column).dictionary_encode()
    return as_array(column.unify_dictionaries())


def places_of(order: pa.Array) -> pa.Array:
    """Where each row comes to stand, given the row of each place."""
    return pc.inverse_permutation(pc.cast(order, pa.int32()), output_type=pa.int32())


@lru_cache(maxsize=4)
def arange(count: int) -> pa.Array:
    """0 to count - 1, as run numbers are typed."""
    return pa.array(range(count), pa.int32())


def _codes(column: pa.ChunkedArray) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        return pc.fill_null(one_dictionary(column).indices, -1)
    if not pa.types.is_string(column.type):
        return as_array(column)
    return as_array(column).dictionary_encode(null_encoding="encode").indices


def _row_numbers(table: pa.Table) -> pa.Array:
    return pa.array(range(table.num_rows), pa.int64())
