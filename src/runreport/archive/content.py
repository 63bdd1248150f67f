"""What a source says of a run before it has an identity in the archive: facts and curves."""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from runreport.archive.layout import IMPORTED_PREFIX

_ENCODE = json.JSONEncoder(check_circular=False).encode


class Fact(NamedTuple):
    """What a source says, before it has an identity."""

    kind: str
    key: str | None
    value: str | None
    data: str | None
    time: int
    run_id: str | None = None
    """Of a model's version, the run that it is from."""


class Curve(NamedTuple):
    """The points of one metric in the order they were logged, three columns of one length."""

    steps: array[int]
    """Of 64 bits, as the times."""
    times: array[int]
    values: array[float]

    @classmethod
    def empty(cls) -> Curve:
        """A curve to add points to."""
        return cls(array("q"), array("q"), array("d"))

    @classmethod
    def of(cls, steps: Iterable[int], times: Iterable[int], values: Iterable[float]) -> Curve:
        """A curve of three columns.

        Raises:
            OverflowError: a step or a time has more than 64 bits.
        """
        return cls(array("q", steps), array("q", times), array("d", values))

    def add(self, step: int, time: int, value: float) -> None:
        """Add a point.

        Raises:
            OverflowError: a step or a time has more than 64 bits; nothing is added.
        """
        self.steps.append(step)
        try:
            self.times.append(time)
        except OverflowError:
            self.steps.pop()
            raise
        self.values.append(value)

    def extend(self, other: Curve) -> None:
        """Add the points of another curve."""
        self.steps.extend(other.steps)
        self.times.extend(other.times)
        self.values.extend(other.values)


@dataclass(frozen=True, slots=True)
class Content:
    """All that one source says of one run, or of one registered model."""

    owner: str
    """The id of the run, or the name of the model after a blank."""
    experiment_id: str
    begun_ms: int | None
    """None where nobody recorded it."""
    facts: tuple[Fact, ...]
    """Sorted by `in_order`."""
    curves: Mapping[str, Curve]
    """By metric, in the order of their names."""

    @property
    def run_id(self) -> str | None:
        """None for a model."""
        return None if self.owner.startswith(" ") else self.owner

    @property
    def writer_id(self) -> str:
        """The writer that it has, wherever and however often it is taken in."""
        found = hashlib.sha256(_ENCODE([self.owner, self.experiment_id, self.facts]).encode())
        for key, curve in self.curves.items():
            found.update(f"{len(key)},{len(curve.steps)},{key}".encode())
            for column in curve:
                found.update(column)
        return IMPORTED_PREFIX + found.hexdigest()[:31]


def in_order(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Facts as they are written, in whatever order their source has them."""
    return tuple(sorted(facts, key=lambda f: (f.kind, f.key or "", f.time, f.value or "")))
