"""Runs that started other runs, as a table shows them: each run below its parent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

DEEPEST = 3
"""Deeper ones stand as far in as these."""


@dataclass(frozen=True, slots=True)
class Member:
    """A run of a table that shows families."""

    number: int
    """Place among the runs of the table."""
    depth: int = 0
    """0 for a run without a parent in the table."""
    children: int = 0
    """Runs below it, at any depth."""


def family_order(ids: Sequence[str], parents: Sequence[str | None]) -> list[Member]:
    """Runs in the order of a table: a family where its first member stands, parents before their
    children. ``table/families.js`` does the same for the rows that a reader sees.

    Args:
        ids: of the runs, in their own order.
        parents: the id of each run's parent; one that is not among the ids is none, nor is one
            that leads back to the run.
    """
    if not any(parents):
        return [Member(number) for number in range(len(ids))]
    places = {run_id: number for number, run_id in enumerate(ids)}
    own = [None if parent is None else places.get(parent) for parent in parents]
    roots = _roots(own)
    below: dict[int, list[int]] = {}
    for number, parent in enumerate(own):
        if parent is not None and roots[number] != number:
            below.setdefault(parent, []).append(number)
    return [member for root in dict.fromkeys(roots) for member in _members(root, below)]


def _roots(parents: Sequence[int | None]) -> list[int]:
    """The first of each run's line of parents; the run itself where that leads in a circle."""
    roots: dict[int, int | None] = {}  # None: in a circle, or led into one
    for number in range(len(parents)):
        line: dict[int, None] = {}
        at: int | None = number
        while at is not None and at not in roots and at not in line:
            line[at] = None
            at = parents[at]
        root = roots.get(at) if at is not None else [*line][-1] if line else None
        roots.update(dict.fromkeys(line, root))
    return [number if root is None else root for number, root in sorted(roots.items())]


def _members(root: int, below: dict[int, list[int]]) -> Iterator[Member]:
    """A run and those below it; without recursion, since a line may be long."""
    found: list[tuple[int, int]] = []
    waiting = [(root, 0)]
    while waiting:
        number, depth = waiting.pop()
        found.append((number, depth))
        waiting += [(child, depth + 1) for child in reversed(below.get(number, ()))]
    counts = [0] * len(found)
    line: list[int] = []  # the places of the parents of the run at hand
    for place, (_, depth) in enumerate([*found, (-1, 0)]):
        for parent in line[depth:]:
            counts[parent] = place - parent - 1
        line[depth:] = [place]
    for (number, depth), count in zip(found, counts, strict=True):
        yield Member(number, min(depth, DEEPEST), count)
