"""Column operations the fold and search share: one of a group, alignment, codes.

All work on whole Arrow columns; none loops over rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from runreport.errors import ArchiveError

FEW = 1000
"""Rows that tell whether coding a column of text may pay."""


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
    owners, values = as_array(table.column("run")), as_array(table.column(column))
    if len(owners) == rows and owners.equals(arange(rows)):
        return values
    if rows == 0 or len(owners) == 0:
        return pa.nulls(rows, values.type)
    return values.take(pc.inverse_permutation(owners, max_index=rows - 1, output_type=pa.int32()))


def as_array(column: pa.ChunkedArray) -> pa.Array:
    """A column in one piece."""
    combined = column.combine_chunks()
    if isinstance(combined, pa.ChunkedArray):
        if combined.num_chunks > 1:
            raise ArchiveError("One column of this archive has more than 2 GiB of text.")
        return combined.chunk(0) if combined.num_chunks else pa.array([], column.type)
    return combined


def compact(values: pa.Array) -> pa.Array:
    """Text as codes where many values are the same; other arrays as they are."""
    if not pa.types.is_string(values.type) or len(values) < FEW:
        return values
    if pc.count_distinct(values.slice(0, FEW)).as_py() > FEW // 2:
        return values
    coded = values.dictionary_encode()
    return coded if len(coded.dictionary) <= len(values) // 2 else values


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


def by_key(table: pa.Table) -> dict[str, pa.Table]:
    """The rows of each key of a long table, keys sorted: one sort, however many there are."""
    coded = one_dictionary(table.column("key"))
    order = pc.sort_indices(coded.indices)
    rows = table.take(order)
    runs = pc.run_end_encode(coded.indices.take(order))
    ends = runs.run_ends.to_pylist()
    keys = coded.dictionary.take(runs.values).to_pylist()
    begins = [0, *ends][:-1]
    found = {
        key: rows.slice(begin, end - begin)
        for key, begin, end in zip(keys, begins, ends, strict=True)
    }
    return dict(sorted(found.items()))


def _codes(column: pa.ChunkedArray) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        return pc.fill_null(one_dictionary(column).indices, -1)
    if not pa.types.is_string(column.type):
        return as_array(column)
    return as_array(column).dictionary_encode(null_encoding="encode").indices


def _row_numbers(table: pa.Table) -> pa.Array:
    return pa.array(range(table.num_rows), pa.int64())
