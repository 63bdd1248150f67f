"""The params that charts and tables are about where nobody says."""

from __future__ import annotations

from runreport.report.charts.importance import explained_share
from runreport.report.tables.columns import Column
from runreport.report.tables.ranking import is_common
from runreport.report.tables.table import Table, deciding

_CHANCE = frozenset("seed random_seed random_state rng_seed fold repeat trial worker".split())
"""Params that runs are repeated by; they tell less than any other that says as much."""


def telling_params(table: Table) -> list[Column]:
    """The params worth an axis, a column or a chip, those that go with the primary metric most
    first.

    Those with one value tell nothing, and those that fewer than half of the runs have little.
    Where runs are too few to tell, numbers come before texts.
    """
    count = len(table.labels)

    def key(column: Column) -> tuple[object, ...]:
        share = explained_share(column.values, table.scores) or 0.0
        is_chance = column.label.lower() in _CHANCE
        return -round(share, 2), is_chance, not column.is_numeric, -column.present, column.name

    found = [column for column in deciding(table) if is_common(column, count)]
    return sorted(found, key=key)
