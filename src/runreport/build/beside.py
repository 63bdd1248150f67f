"""Beside: who does what a report has done aside, and what of it an earlier build did already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from runreport.build.executor import Executor
from runreport.build.task import Task
from runreport.site.digests import digest_of

T = TypeVar("T")
R = TypeVar("R")


class Beside:
    """Does work aside that no earlier build did; see `report.aside`."""

    def __init__(self, executor: Executor, known: Mapping[str, Any]) -> None:
        """Prepare.

        Args:
            known: what came of earlier work, by digests of function and key.
        """
        self._executor, self._known = executor, known
        self._held: dict[str, Task] = {}
        """What nobody was ready to do when it was asked for."""
        self._coming: dict[str, Callable[[], Any]] = {}
        self.made: dict[str, Any] = {}
        """What was asked for, by digests of function and key."""

    def __call__(self, key: str, work: Callable[[T], R], given: T) -> Callable[[], R]:
        """See `report.aside`; work of one key is done once."""
        key = digest_of(work.__module__, work.__name__, key)
        if key in self._known:
            self.made[key] = self._known[key]
        elif key not in self._coming and key not in self._held and key not in self.made:
            task = Task(work.__name__, work, given)
            if self._executor.is_ready:
                self._coming[key] = self._executor.aside(task)
            else:
                self._held[key] = task
        return lambda: self._found(key)

    def hand_over(self, least: int) -> None:
        """Give what is held to others, if it is so much that their start pays."""
        if len(self._held) < least:
            return
        self._executor.warm()
        self._coming |= {key: self._executor.aside(task) for key, task in self._held.items()}
        self._held.clear()

    def _found(self, key: str) -> Any:
        if key not in self.made:
            wait = self._coming.pop(key, None)
            self.made[key] = self._held.pop(key).do() if wait is None else wait()
        return self.made[key]
