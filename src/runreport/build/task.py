"""A task: a function and what it is given, which together say what it makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Task:
    """A part of a build that any process may do; it depends on no other."""

    name: str
    """What an error calls it."""
    work: Callable[[Any], Any]
    """A function of a module, found by its name wherever the task is done."""
    given: Any = field(repr=False)
    """All that it depends on."""

    def do(self) -> Any:
        """What it makes."""
        return self.work(self.given)
