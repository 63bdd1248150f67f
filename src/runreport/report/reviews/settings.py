"""Which runs of a head are compared with which of a base: those of the same settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from runreport.query.samples import RunFact, Settings, newest_of

Changed = tuple[tuple[str, str | None, str | None], ...]
"""Params with what they are in the base and in the head; None where a side has none."""


@dataclass(frozen=True, slots=True)
class Match:
    """Runs of both sides that differ in their seed, in what changed, and in nothing else."""

    settings: Settings
    """What all of them agree in."""
    bases: tuple[RunFact, ...]
    heads: tuple[RunFact, ...]
    changed: Changed = ()


@dataclass(frozen=True, slots=True)
class Matched:
    """The runs of an experiment, as far as they can be compared."""

    matches: tuple[Match, ...]
    alone: tuple[tuple[Settings, tuple[RunFact, ...]], ...]
    """Runs of the head that nothing can be compared with, by settings."""
    shared: frozenset[tuple[str, str]] = frozenset()
    """What all of them have."""

    def label(self, settings: Settings) -> Settings:
        """Of settings what others have differently, or have not."""
        return tuple(pair for pair in settings if pair not in self.shared)


def matched(
    bases: Sequence[RunFact],
    heads: Sequence[RunFact],
    *,
    is_newest: bool,
    reached: Callable[[RunFact], bool] = lambda _: True,
) -> Matched:
    """Runs of one experiment by settings.

    What has the same settings on both sides is compared. Of the rest, params that have other
    values on the one side than on the other are taken for what was changed, and left out; so a
    learning rate that was changed is compared with what it was before.

    Args:
        bases, heads: in the order of their starts.
        is_newest: of each setting the runs of its newest commit count.
        reached: whether a run reached anything; a commit without such a run does not count.
    """

    def newest(runs: list[RunFact]) -> list[RunFact]:
        able = [run for run in runs if reached(run)] or runs
        return newest_of(able) if is_newest else able

    own, theirs = _grouped(heads), _grouped(bases)
    matches = [
        Match(settings, tuple(newest(theirs[settings])), tuple(newest(runs)))
        for settings, runs in own.items()
        if settings in theirs
    ]
    rest = [
        run for settings, runs in own.items() if settings not in theirs for run in newest(runs)
    ]
    others = newest([run for run in bases if run.settings not in own])
    found = list(_of_changed(others, rest))
    taken = {run.number for match in found for run in match.heads}
    alone = _grouped(run for run in rest if run.number not in taken)
    every = [*(match.settings for match in (*matches, *found)), *alone]
    shared = frozenset(every[0]).intersection(*every[1:]) if every else frozenset()
    return Matched(
        (*matches, *found),
        tuple((settings, tuple(runs)) for settings, runs in alone.items()),
        shared,
    )


def _of_changed(bases: list[RunFact], heads: list[RunFact]) -> Iterator[Match]:
    """Runs that have the same settings where what was changed is left out."""
    if not bases or not heads:
        return
    before, after = _values(bases), _values(heads)
    changed = {
        key
        for key in before.keys() | after.keys()
        if not before.get(key, {None}) & after.get(key, {None})
    }
    own, theirs = _grouped(heads, changed), _grouped(bases, changed)
    for settings, runs in own.items():
        against = theirs.get(settings, [])
        if len(_grouped(runs)) == len(_grouped(against)) == 1:
            one, other = dict(against[0].settings), dict(runs[0].settings)
            told = ((key, one.get(key), other.get(key)) for key in sorted(changed))
            yield Match(
                settings,
                tuple(against),
                tuple(runs),
                tuple(own for own in told if own[1] != own[2]),
            )


def _values(runs: Sequence[RunFact]) -> dict[str, set[str | None]]:
    """The values of each param; None among them where a run has it not."""
    found: dict[str, set[str | None]] = {}
    counts: dict[str, int] = {}
    for run in runs:
        for key, value in run.settings:
            found.setdefault(key, set()).add(value)
            counts[key] = counts.get(key, 0) + 1
    for key, count in counts.items():
        if count < len(runs):
            found[key].add(None)
    return found


def _grouped(
    runs: Iterable[RunFact], without: frozenset[str] | set[str] = frozenset()
) -> dict[Settings, list[RunFact]]:
    """Runs by their settings, those of some params aside."""
    found: dict[Settings, list[RunFact]] = {}
    for run in runs:
        settings = run.settings
        if without:
            settings = tuple(pair for pair in settings if pair[0] not in without)
        found.setdefault(settings, []).append(run)
    return found
