"""What an experiment has reached, in few words: for badges, for scripts, and for the feed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from runreport.report.deltas import NONE, Delta, delta
from runreport.report.links import RunLink
from runreport.report.pages.experiment import contenders
from runreport.report.pages.history import HistoryPage
from runreport.report.shown import Shown, show_number
from runreport.report.tables.column_scripts import json_number
from runreport.report.tables.run_table import run_link
from runreport.report.tables.table import Table

MOST_NEWS = 50
"""Runs of an experiment that may be news."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A run with its primary metric."""

    run: RunLink
    run_id: str
    value: float

    @property
    def shown(self) -> Shown:
        """The value as pages show it."""
        return show_number(self.value)


@dataclass(frozen=True, slots=True)
class Latest:
    """What an experiment has reached."""

    experiment: str
    folder: str
    runs: int
    metric: str
    direction: str | None
    best: Reached | None
    """None where nobody knows which values are better."""
    newest: Reached | None
    """The last run that has the metric."""
    delta: Delta
    """Of the newest to the one before it."""
    history: HistoryPage | None
    news: tuple[RunLink, ...]
    """The newest runs."""

    def described(self) -> dict[str, Any]:
        """For scripts; addresses from the site's root."""
        changes = self.history.metrics[0].changes if self.history else ()
        return {
            "experiment": self.experiment,
            "url": f"{self.folder}/index.html",
            "runs": self.runs,
            "metric": self.metric,
            "direction": self.direction,
            "best": _described(self.best),
            "newest": _described(self.newest),
            "changes": [
                {"run_name": change.run.name, "url": change.run.url, "place": change.place}
                for change in changes
            ],
        }


def make_latest(name: str, folder: str, table: Table, history: HistoryPage | None) -> Latest:
    """What an experiment has reached.

    Args:
        table: newest run first.
    """
    scores = table.scores
    known = [n for n, score in enumerate(scores) if score is not None and math.isfinite(score)]
    ranked = contenders(table)
    change = NONE
    if len(known) > 1:
        change = delta(scores[known[0]], scores[known[1]], table.direction)
    return Latest(
        name,
        folder,
        len(table.labels),
        table.primary,
        table.direction,
        _reached(table, ranked[0]) if ranked else None,
        _reached(table, known[0]) if known else None,
        change,
        history,
        tuple(run_link(table, n) for n in range(min(MOST_NEWS, len(table.labels)))),
    )


def _reached(table: Table, number: int) -> Reached:
    value = table.scores[number]
    assert value is not None
    return Reached(run_link(table, number), table.run_ids[number], value)


def _described(reached: Reached | None) -> dict[str, Any] | None:
    if reached is None:
        return None
    return {
        "run_id": reached.run_id,
        "run_name": reached.run.name,
        "url": reached.run.url,
        "value": json_number(reached.value),
    }
