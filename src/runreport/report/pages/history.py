"""The history of an experiment: what its runs reached one by one, and where that changed."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from runreport.analysis.changes import LEAST, change_points
from runreport.analysis.student import mean_of
from runreport.numbers import ROUGH, format_number
from runreport.query.history import Change, changes_at
from runreport.report.aside import Aside, here
from runreport.report.deltas import Delta, delta
from runreport.report.links import RunLink
from runreport.report.shown import Shown, show_number
from runreport.report.tables.ranking import metrics_by_meaning
from runreport.report.tables.run_table import run_link
from runreport.report.tables.table import Table

MOST_METRICS = 3
"""Metrics of a page; the command line has all."""


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change as a row: the first run after it, and the means on both sides."""

    number: int
    """From 1, as the picture has it."""
    place: int
    """Of the first run after it, among those of the picture."""
    run: RunLink
    before: Shown
    after: Shown
    delta: Delta
    interval: str
    """The ends of its difference, 95 %."""


@dataclass(frozen=True, slots=True)
class CommitPoint:
    """What the runs of a commit reached."""

    commit: str
    first: int
    """The place of its first run, among all of the history."""
    mean: float
    low: float
    high: float
    runs: int


@dataclass(frozen=True, slots=True)
class MetricHistory:
    """One metric over the runs that have it."""

    metric: str
    values: tuple[float, ...]
    """Finite, oldest run first."""
    starts: tuple[int, ...]
    """When each started, ms."""
    commits: tuple[CommitPoint, ...]
    """In the order of their first runs; empty where a run has none, or all have the same."""
    changes: tuple[ChangeRow, ...]
    left_out: int
    """Runs whose value is NaN or infinite."""


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """The history of an experiment."""

    experiment: str
    folder: str
    experiment_url: str
    metrics: tuple[MetricHistory, ...]
    """The primary one first."""

    @property
    def last(self) -> ChangeRow | None:
        """The last change of the primary metric."""
        changes = self.metrics[0].changes
        return changes[-1] if changes else None


def begin_history(
    name: str, table: Table, folder: str, commits: Sequence[str | None], aside: Aside = here
) -> Callable[[], HistoryPage | None]:
    """Begin the history of an experiment; what is returned waits for it, and gives None where too
    few runs have a metric to change.

    Args:
        folder: of the experiment.
        commits: of the runs of the table.
        aside: who looks for changes.
    """
    first = [table.primary] if table.primary else []
    ranked = metrics_by_meaning(table.columns.values(), len(table.labels))
    others = [column.label for column in ranked]
    metrics = [*dict.fromkeys([*first, *others])][:MOST_METRICS]
    begun = [
        own for metric in metrics if (own := _begun(table, metric, commits, aside)) is not None
    ]

    def finished() -> HistoryPage | None:
        if not begun:
            return None
        found = tuple(finish() for finish in begun)
        return HistoryPage(name, f"{folder}/history", f"{folder}/index.html", found)

    return finished


def _begun(
    table: Table, metric: str, commits: Sequence[str | None], aside: Aside
) -> Callable[[], MetricHistory] | None:
    column = table.columns.get(f"metrics.{metric}")
    if column is None:
        return None
    newest_first = [n for n, value in enumerate(column.values) if isinstance(value, float | int)]
    starts = table.values("start_time")
    known = [n for n in reversed(newest_first) if isinstance(starts[n], int)]
    kept = [n for n in known if math.isfinite(float(column.values[n]))]  # type: ignore[arg-type]
    if len(kept) < 2 * LEAST:
        return None
    values = [float(column.values[n]) for n in kept]  # type: ignore[arg-type]
    direction = table.direction_of(column)
    changes = aside(array("d", values).tobytes().hex(), change_points, values)

    def finished() -> MetricHistory:
        rows = tuple(
            _row(number, change, run_link(table, kept[change.index]), direction)
            for number, change in enumerate(changes_at(values, changes()), 1)
        )
        return MetricHistory(
            metric,
            tuple(values),
            tuple(int(str(starts[n])) for n in kept),
            _by_commit(values, [commits[n] for n in kept]),
            rows,
            len(known) - len(kept),
        )

    return finished


def _by_commit(values: Sequence[float], commits: Sequence[str | None]) -> tuple[CommitPoint, ...]:
    groups: dict[str, list[int]] = {}
    for place, commit in enumerate(commits):
        if not commit:
            return ()
        groups.setdefault(commit, []).append(place)
    if len(groups) < 2:
        return ()
    points = []
    for commit, places in groups.items():
        own = [values[place] for place in places]
        point = CommitPoint(commit[:8], places[0], mean_of(own), min(own), max(own), len(own))
        points.append(point)
    return tuple(points)


def _row(number: int, change: Change, run: RunLink, direction: str | None) -> ChangeRow:
    low, high = (
        format_number(end, ROUGH) for end in (change.difference.low, change.difference.high)
    )
    return ChangeRow(
        number,
        change.index,
        run,
        show_number(change.before),
        show_number(change.after),
        delta(change.after, change.before, direction),
        f"{low} to {high}",
    )
