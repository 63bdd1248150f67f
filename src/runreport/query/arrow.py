"""Column operations the fold and search share: first of a group, last of a group, alignment.

All work on whole Arrow columns; none loops over rows.
"""

from __future__ import annotations

from collections.abc import Sequence

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


def last_of_each(table: pa.Table, by: Sequence[str], order: Sequence[str]) -> pa.Table:
    """The greatest row by ``order`` of each group of equal ``by`` values, sorted by ``by``.

    Null sorts first and NaN after all numbers.
    """
    keys = [(name, "ascending", "at_start") for name in (*by, *order)]
    table = table.take(pc.sort_indices(table, sort_keys=keys))
    return table.filter(_ends_group(table, by))


def align(table: pa.Table, column: str, rows: int) -> pa.Array:
    """A column spread over ``rows`` places by the table's ``run`` numbers; null elsewhere.

    Args:
        table: at most one row a run.
    """
    places = pa.array(range(rows), pa.int32())
    found = pc.index_in(places, value_set=as_array(table.column("run")))
    return as_array(table.column(column)).take(found)


def as_array(column: pa.ChunkedArray) -> pa.Array:
    """A column in one piece."""
    combined = column.combine_chunks()
    if isinstance(combined, pa.ChunkedArray):
        if combined.num_chunks == 0:
            return pa.array([], column.type)
        return combined.chunk(0)
    return combined


def _codes(column: pa.ChunkedArray) -> pa.Array:
    if not pa.types.is_string(column.type):
        return as_array(column)
    return as_array(column).dictionary_encode(null_encoding="encode").indices


def _row_numbers(table: pa.Table) -> pa.Array:
    return pa.array(range(table.num_rows), pa.int64())


def _ends_group(table: pa.Table, by: Sequence[str]) -> pa.Array:
    """Whether each row of a sorted table is the last of its group."""
    if table.num_rows == 0:
        return pa.array([], pa.bool_())
    changes: pa.Array = pa.array([False] * (table.num_rows - 1), pa.bool_())
    for name in by:
        codes = _codes(table.column(name))
        changes = pc.or_(changes, pc.not_equal(codes[1:], codes[:-1]))
    return pa.concat_arrays([changes, pa.array([True])])
