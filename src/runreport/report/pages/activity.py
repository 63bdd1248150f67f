"""The activity page: the runs of all experiments by time, as one table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from runreport.report.tables.columns import (
    EXPERIMENT,
    FOLDER,
    SLUG,
    VIEW,
    Column,
    make_column,
)
from runreport.report.tables.run_table import RunTable, run_table, status_counts
from runreport.report.tables.table import Table

FOLDER_NAME = "activity"
LISTED = 100
"""Rows of a page, pre-rendered or not."""
_DAY_MS = 86_400_000
_WINDOWS = (
    ("24h", "24 hours", 1),
    ("7d", "7 days", 7),
    ("30d", "30 days", 30),
    ("90d", "90 days", 90),
)
_SHOWN = ("run_name", EXPERIMENT, "status", "start_time", "duration", "metric", "score")


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time that ends at the report's "as of"."""

    name: str
    """As the hash has it, e.g. ``7d``; empty for all time."""
    label: str
    runs: int
    counts: tuple[tuple[str, int], ...]
    """(status, runs)."""


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """Runs of all experiments, newest first."""

    table: RunTable
    windows: tuple[Window, ...]
    as_of_ms: int


def make_activity_page(
    tables: Sequence[tuple[str, str, Table]], as_of: int | None, *, all_rows: bool
) -> ActivityPage:
    """The page over some experiments.

    Args:
        tables: name, folder and runs of each experiment.
        as_of: milliseconds; None where the archive is empty.
    """
    entries = [
        (start if isinstance(start, int) else -math.inf, place, number)
        for place, (_, _, table) in enumerate(tables)
        for number, start in enumerate(table.values("start_time"))
    ]
    entries.sort(key=lambda entry: (-entry[0], entry[1], entry[2]))
    order = [(place, number) for _, place, number in entries]
    columns = {column.name: column for column in _columns(tables, order)}
    table = Table(columns, ("",) * len(order), "", None, (None,) * len(order))
    shown = tuple(columns[name] for name in _SHOWN)
    return ActivityPage(
        run_table(table, shown, FOLDER_NAME, all_rows=all_rows, page_size=LISTED, pages=1),
        tuple(_windows(table, as_of)),
        as_of or 0,
    )


def _columns(
    tables: Sequence[tuple[str, str, Table]], order: Sequence[tuple[int, int]]
) -> list[Column]:
    def gathered(name: str) -> list[object]:
        values = [table.values(name) if name in table.columns else None for *_, table in tables]
        return [None if (own := values[place]) is None else own[n] for place, n in order]

    def named(texts: Sequence[str]) -> list[object]:
        return [texts[place] for place, _ in order]

    scores = [tables[place][2].scores[number] for place, number in order]
    primary = named([table.primary for *_, table in tables])
    measured = [None if s is None else name for s, name in zip(scores, primary, strict=True)]

    columns = [
        make_column("run_name", "Run", "properties", "text", gathered("run_name")),
        make_column(
            EXPERIMENT, "Experiment", "properties", "text", named([name for name, *_ in tables])
        ),
        make_column("status", "Status", "properties", "text", gathered("status")),
        make_column("start_time", "Started", "properties", "time", gathered("start_time")),
        make_column("duration", "Duration", "properties", "duration", gathered("duration")),
        make_column("metric", "Primary metric", "properties", "text", measured),
        make_column("score", "Value", "properties", "number", scores),
        make_column("run_id", "Run ID", "properties", "text", gathered("run_id")),
        make_column(FOLDER, FOLDER, "hidden", "text", named([folder for _, folder, _ in tables])),
    ]  # fmt: skip
    for name in (SLUG, VIEW):
        if any(name in table.columns for *_, table in tables):
            columns.append(make_column(name, name, "hidden", "text", gathered(name)))
    return columns


def _windows(table: Table, as_of: int | None) -> list[Window]:
    starts, statuses = table.values("start_time"), table.values("status")
    found = []
    for name, label, days in _WINDOWS:
        after = (as_of or 0) - days * _DAY_MS
        own = [
            status
            for start, status in zip(starts, statuses, strict=True)
            if isinstance(start, int) and start > after
        ]
        found.append(Window(name, f"Last {label}", len(own), status_counts(own)))
    found.append(Window("", "All time", len(statuses), status_counts(statuses)))
    return found
