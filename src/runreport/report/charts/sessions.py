"""Steps that a run logged again after it was resumed: the later session counts.

A run that goes on from a checkpoint logs the steps after it once more. Both are in the archive; as
one line they would be a zigzag between old and new values. Each writer is a session; writers at
work at the same time are one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median_low

Span = tuple[int, int]
"""The first and the last counter of a writer's facts, by the clock that orders facts."""


@dataclass(frozen=True, slots=True)
class Logged:
    """The points of one metric of one run, a value of each list a point."""

    steps: Sequence[int]
    times: Sequence[int]
    values: Sequence[float]
    writers: Sequence[str]
    seqs: Sequence[int]

    def at(self, places: Sequence[int]) -> Logged:
        """Some of the points, in this order."""
        return Logged(
            [self.steps[place] for place in places],
            [self.times[place] for place in places],
            [self.values[place] for place in places],
            [self.writers[place] for place in places],
            [self.seqs[place] for place in places],
        )


def settled(logged: Logged, spans: Mapping[str, Span]) -> tuple[Logged, list[int]]:
    """The points that count, and the places at which another session's begin.

    A session that logs a step again takes the place of what earlier ones logged at its steps, and
    between such of its steps as follow each other as closely as they usually do.

    Args:
        logged: sorted by step.
        spans: of writers; of others the times of their points serve.
    """
    owner: dict[int, int] = {}
    by_step: dict[int, list[int]] = {}
    for number, places in enumerate(_sessions(logged, spans)):
        steps = sorted({logged.steps[place] for place in places})
        if any(step in by_step for step in steps):
            for step in _covered(steps, by_step):
                for place in by_step.pop(step):
                    del owner[place]
        for place in places:
            owner[place] = number
            by_step.setdefault(logged.steps[place], []).append(place)
    kept = sorted(owner)
    if len(kept) == len(logged.steps):
        return logged, []
    resumed = [
        number
        for number, place in enumerate(kept)
        if number and owner[place] != owner[kept[number - 1]]
    ]
    return logged.at(kept), resumed


def in_order(logged: Logged, spans: Mapping[str, Span]) -> Logged:
    """Points in the order in which they were logged; of writers at the same time by their
    times."""
    places = []
    for session in _sessions(logged, spans):
        is_one = len({logged.writers[place] for place in session}) == 1
        key = logged.seqs if is_one else logged.times
        places += sorted(session, key=key.__getitem__)
    return logged.at(places)


def _covered(steps: Sequence[int], earlier: Mapping[int, object]) -> list[int]:
    """The earlier steps that are among some steps, or between two that are usual neighbours."""
    gaps = [b - a for a, b in pairwise(steps)]
    widest = 2 * median_low(gaps) if gaps else 0
    found, place = [], 0
    for step in sorted(earlier):
        while place < len(steps) and steps[place] < step:
            place += 1
        if place == len(steps):
            break
        is_between = place > 0 and steps[place] - steps[place - 1] <= widest
        if steps[place] == step or is_between:
            found.append(step)
    return found


def _sessions(logged: Logged, spans: Mapping[str, Span]) -> list[list[int]]:
    """Places of points by session, earlier sessions first."""
    own: dict[str, list[int]] = {}
    for place, writer in enumerate(logged.writers):
        own.setdefault(writer, []).append(place)

    def span_of(writer: str) -> Span:
        times = [logged.times[place] << 16 for place in own[writer]]
        return spans.get(writer, (min(times), max(times)))

    known = {writer: span_of(writer) for writer in own}
    sessions: list[list[int]] = []
    ended: int | None = None
    for writer in sorted(own, key=lambda writer: (known[writer], writer)):
        first, last = known[writer]
        if ended is not None and first < ended:  # at the same time: one session of several
            sessions[-1] += own[writer]
        else:
            sessions.append(own[writer])
        ended = max(ended or 0, last)
    return sessions
