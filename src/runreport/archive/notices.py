"""A notice: what a reader left out or could not be sure of, said once."""

from __future__ import annotations

from typing import NamedTuple


class Notice(NamedTuple):
    """Something a reader left out or could not be sure of."""

    path: str
    problem: str
    consequence: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}; {self.consequence}"
