"""A metric over the runs that reached it, in the order of their starts, and where it changes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from runreport.analysis.changes import change_points
from runreport.analysis.student import Difference, mean_of, welch
from runreport.query.predicate import experiment_names, run_column
from runreport.query.search import Found
from runreport.query.syntax import Field
from runreport.tags import COMMIT_TAG


@dataclass(frozen=True, slots=True)
class Reached:
    """What a run reached."""

    run_id: str
    run_name: str
    start_time: int | None
    """Milliseconds since the epoch."""
    commit: str | None
    value: float
    """Finite; of a commit the mean of its runs."""
    low: float
    high: float
    """The least and the greatest of them; the value itself of a run."""
    runs: int = 1


@dataclass(frozen=True, slots=True)
class Change:
    """A place from which on a metric is another."""

    index: int
    """Of the first run after it."""
    before: float
    after: float
    """The means of the stretches on both sides."""
    difference: Difference


@dataclass(frozen=True, slots=True)
class History:
    """A metric over the runs of an experiment that agree in some fields."""

    experiment: str
    group: tuple[tuple[str, str | None], ...]
    runs: tuple[Reached, ...]
    """By start; each has a finite value."""
    changes: tuple[Change, ...]
    left_out: int
    """Runs whose value is NaN or infinite."""


def metric_histories(found: Found, metric: Field, by: Sequence[Field] = ()) -> list[History]:
    """The histories of a metric, a series an experiment and group, in the order of first runs.

    Args:
        metric: runs that do not have it are passed over.
        by: the runs of a series agree in these.
    """
    index, root = found.index, found.artifact_root

    def taken(field: Field) -> list[Any]:
        return run_column(index, field, root).take(found.numbers).to_pylist()  # type: ignore[no-any-return]

    values = taken(metric)
    names = experiment_names(index).take(found.numbers).to_pylist()
    columns = [taken(field) for field in by]
    ids, run_names, starts = (
        taken(Field("attribute", name)) for name in ("run_id", "run_name", "start_time")
    )
    commits = taken(Field("tag", COMMIT_TAG))
    order = sorted(range(len(values)), key=lambda at: (starts[at] or 0, ids[at]))
    groups: dict[tuple[object, ...], list[int]] = {}
    for at in order:
        if values[at] is not None:
            groups.setdefault((names[at], *(column[at] for column in columns)), []).append(at)
    histories = []
    for (name, *own), places in groups.items():
        kept = [at for at in places if math.isfinite(values[at])]
        runs = [
            Reached(
                ids[at], run_names[at], starts[at], commits[at], values[at], values[at], values[at]
            )
            for at in kept
        ]
        group = tuple(
            (field.name, None if value is None else str(value))
            for field, value in zip(by, own, strict=True)
        )
        changes = changes_of([run.value for run in runs])
        left_out = len(places) - len(kept)
        histories.append(History(str(name), group, tuple(runs), tuple(changes), left_out))
    return histories


def over_commits(history: History, ranks: Mapping[str, int]) -> History:
    """The same, a point a commit: the mean of its runs, named by the first of them.

    Args:
        ranks: the place of each commit in its branch; unless all are known, commits stand in the
            order of their first runs. A run without a commit stands for itself.
    """
    groups: dict[str, list[Reached]] = {}
    for run in history.runs:
        groups.setdefault(run.commit or run.run_id, []).append(run)
    keys = [*groups]
    if all(key in ranks for key in keys):
        keys.sort(key=ranks.__getitem__)
    points = tuple(map(_joined, map(groups.__getitem__, keys)))
    return replace(history, runs=points, changes=tuple(changes_of([own.value for own in points])))


def _joined(runs: Sequence[Reached]) -> Reached:
    values = [run.value for run in runs]
    return replace(
        runs[0], value=mean_of(values), low=min(values), high=max(values), runs=len(runs)
    )


def changes_of(values: Sequence[float]) -> list[Change]:
    """Where finite values change, with the stretches on both sides."""
    return changes_at(values, change_points(values))


def changes_at(values: Sequence[float], points: Sequence[int]) -> list[Change]:
    """The changes at some places of finite values."""
    ends = [0, *points, len(values)]
    changes = []
    for start, point, end in zip(ends, points, ends[2:], strict=False):
        before, after = values[start:point], values[point:end]
        changes.append(Change(point, mean_of(before), mean_of(after), welch(before, after)))
    return changes
