"""Beside: who does what a report has done aside, and what of it an earlier build did already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from runreport.build.executor import Executor
from runreport.build.task import Task

T = TypeVar("T")
R = TypeVar("R")


class Beside:
    """Does work aside that no earlier build did; see `report.aside`."""

    def __init__(self, executor: Executor, known: Mapping[str, Any]) -> None:
        """Prepare.

        Args:
            known: what came of earlier work, by its key.
        """
        self._executor, self._known = executor, known
        self._coming: dict[str, Callable[[], Any]] = {}
        self.made: dict[str, Any] = {}
        """What was asked for, by its key."""

    def __call__(self, key: str, work: Callable[[T], R], given: T) -> Callable[[], R]:
        """See `report.aside`; work of one key is done once."""
        key = f"{work.__name__} {key}"
        if key in self._known:
            self.made[key] = self._known[key]
        elif key not in self._coming:
            self._coming[key] = self._executor.aside(Task(work.__name__, work, given))

        def found() -> R:
            if key not in self.made:
                self.made[key] = self._coming[key]()
            return self.made[key]  # type: ignore[no-any-return]

        return found
