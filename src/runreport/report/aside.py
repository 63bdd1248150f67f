"""Aside: work that others may do while a report is put together, or that an earlier build did."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Aside(Protocol):
    """Has work done; what it returns waits for what came of it."""

    def __call__(self, key: str, work: Callable[[T], R], given: T) -> Callable[[], R]:
        """Begin.

        Args:
            key: tells what comes of it from all else that this work makes; of any length.
            work: a function of a module.
        """
        ...


def here(key: str, work: Callable[[T], R], given: T) -> Callable[[], R]:
    """Nobody helps: it is done when it is asked for."""
    del key
    return lambda: work(given)


def ignore(charts: Iterable[object]) -> None:
    """Nobody wants to know of charts before all is there."""
    del charts
