"""Columns by what a run is likely to be about."""

from __future__ import annotations

from collections.abc import Iterable

from runreport.entities import ENDED_WELL
from runreport.report.meaning import importance_of_name, numbered
from runreport.report.tables.columns import Column


def metrics_by_meaning(columns: Iterable[Column], runs: int) -> list[Column]:
    """Metrics, those first that runs are likely to be about, before those that few runs have."""
    own = [column for column in columns if column.group == "metrics"]
    many = numbered(column.label for column in own)

    def key(column: Column) -> tuple[object, ...]:
        is_rare = not is_common(column, runs)
        is_same = not column.varies and runs > 1
        rank = importance_of_name(column.label)
        return is_same, is_rare, column.label in many, *rank, -column.present, column.name

    return sorted(own, key=key)


def may_be_best(status: object) -> bool:
    """Whether a run may be called the best: one that finished, or of which nobody recorded how
    it ended."""
    return status in ENDED_WELL


def is_common(column: Column, runs: int) -> bool:
    """Whether at least half of the runs have it."""
    return 2 * column.present >= runs
