"""Which runs get a page of their own, where there are more than a site should hold files for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import pyarrow as pa

from runreport.report.tables.columns import VIEW, make_column
from runreport.report.tables.table import Table

BEST = 100
"""Runs of each experiment that get a page for being the best."""


def choose_paged(
    tables: Sequence[tuple[pa.Array, Table]], most: int, keep: Collection[str]
) -> frozenset[int] | None:
    """The numbers of the runs with pages; None where all have one.

    Args:
        tables: numbers and columns of each experiment's runs.
        most: how many pages there may be.
        keep: ids of runs that other pages lead to; they have one in any case.
    """
    if sum(len(numbers) for numbers, _ in tables) <= most:
        return None
    first: list[int] = []
    best: list[int] = []
    for numbers, table in tables:
        own = numbers.to_pylist()
        ids = table.values("run_id")
        first += [number for number, run_id in zip(own, ids, strict=True) if run_id in keep]
    for numbers, table in tables:
        if table.direction is not None:
            own = numbers.to_pylist()
            best += [own[place] for place in table.ranked()[:BEST]]
    kept = len(first)
    newest = sorted(number for numbers, _ in tables for number in numbers.to_pylist())
    return frozenset(list(dict.fromkeys([*first, *best, *newest]))[: max(most, kept)])


def with_places(table: Table, numbers: pa.Array, paged: frozenset[int] | None) -> Table:
    """A table that tells which of its runs have no page."""
    if paged is None:
        return table
    own = [None if number in paged else "1" for number in numbers.to_pylist()]
    column = make_column(VIEW, VIEW, "hidden", "text", own)
    return replace(table, columns={**table.columns, VIEW: column})
