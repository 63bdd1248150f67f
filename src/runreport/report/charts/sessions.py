"""Steps that a run logged again after it was resumed: the later session counts.

A run that goes on from a checkpoint logs the steps after it once more. Both are in the archive; as
one line they would be a zigzag between old and new values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_SESSIONS = 20
"""Of one writer; a writer that goes back more often logs in no order rather than again."""


@dataclass(frozen=True, slots=True)
class Logged:
    """The points of one metric of one run, a value of each list a point."""

    steps: Sequence[int]
    times: Sequence[int]
    values: Sequence[float]
    writers: Sequence[str]
    seqs: Sequence[int]


def settled(logged: Logged) -> tuple[Logged, list[int]]:
    """The points that count, and the places at which another session's begin.

    A session that logs a step again takes the place of what earlier ones logged between its first
    and its last step.

    Args:
        logged: sorted by step.
    """
    sessions = _sessions(logged)
    owner: dict[int, int] = {}
    for number, places in enumerate(sessions):
        steps = {logged.steps[place] for place in places}
        if any(logged.steps[place] in steps for place in owner):
            low, high = min(steps), max(steps)
            owner = {p: own for p, own in owner.items() if not low <= logged.steps[p] <= high}
        owner.update((place, number) for place in places)
    kept = sorted(owner)
    if len(kept) == len(logged.steps):
        return logged, []
    resumed = [
        number
        for number, place in enumerate(kept)
        if number and owner[place] != owner[kept[number - 1]]
    ]
    columns = (logged.steps, logged.times, logged.values, logged.writers, logged.seqs)
    return Logged(*([own[place] for place in kept] for own in columns)), resumed  # type: ignore[arg-type]


def _sessions(logged: Logged) -> list[list[int]]:
    """Places of points by session, earlier sessions first."""
    own: dict[str, list[int]] = {}
    for place, writer in enumerate(logged.writers):
        own.setdefault(writer, []).append(place)
    starts = {writer: min(logged.times[p] for p in places) for writer, places in own.items()}
    sessions: list[list[int]] = []
    ended: int | None = None
    for writer in sorted(own, key=lambda writer: (starts[writer], writer)):
        parts = _parts(logged, sorted(own[writer], key=logged.seqs.__getitem__))
        if ended is not None and starts[writer] < ended:  # at the same time: one session of two
            sessions[-1] += parts[0]
            parts = parts[1:]
        sessions += parts
        ended = max(ended or 0, *(logged.times[place] for place in own[writer]))
    return sessions


def _parts(logged: Logged, places: Sequence[int]) -> list[list[int]]:
    """The points of one writer, cut where it goes back to a step that it has logged already."""
    parts: list[list[int]] = [[]]
    seen: set[int] = set()
    last = logged.steps[places[0]]
    for place in places:
        step = logged.steps[place]
        if step < last and step in seen:
            parts.append([])
        seen.add(step)
        last = step
        parts[-1].append(place)
    return parts if len(parts) <= MOST_SESSIONS else [[*places]]
