"""What there is to say of an import: what is lost, lacking, or of a kind an archive has not."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple


class Loss(NamedTuple):
    """Something of a source that could not be read."""

    place: str
    problem: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}"


class Told:
    """Takes what importers have to say while they read."""

    def __init__(self) -> None:
        self.lost: list[Loss] = []
        """What was there and is damaged, too large, or leads out of the folder."""
        self.lacking: Counter[str] = Counter()
        """What a person might expect and is not there, with how often."""
        self.left_out: Counter[str] = Counter()
        """What an archive has no place for, with how often."""
        self.left_alone: list[Loss] = []
        """Files that look like a format's and are none."""
        self.remarks: dict[str, None] = {}
        """What else is worth a line, each once."""

    def lose(self, place: str, problem: str) -> None:
        """Something is lost."""
        self.lost.append(Loss(place, problem))

    def leave(self, place: str, why: str) -> None:
        """A file is left alone."""
        self.left_alone.append(Loss(place, why))

    def remark(self, text: str) -> None:
        """Something is worth a line."""
        self.remarks[text] = None
