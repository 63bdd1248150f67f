"""Runs as samples: those that a job made and those that they are compared with, by settings."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from runreport.analysis.comparing import LEAST_PAIRS
from runreport.analysis.student import mean_of
from runreport.errors import ConfigError, InvalidFilter
from runreport.nearest import did_you_mean
from runreport.query.filters import parse_field
from runreport.query.index import RunIndex
from runreport.query.names import read_named
from runreport.query.predicate import experiment_names, matching_runs, run_column
from runreport.query.search import make_query
from runreport.query.syntax import Comparison, Field, Node, comparisons
from runreport.tags import BRANCH_TAG, COMMIT_TAG, DIRTY_TAG

_SEED = re.compile(
    r"(?:^|[._/-])(?:\w+_)?(?:random)?seed$|(?:^|[._/-])(?:random_?state|rng)$", re.I
)
"""What a param is called that tells runs of the same settings apart."""
_IDENTITY = re.compile(
    r"[/\\]|\d{4}-\d\d-\d\d|(?<![\w.])\d{8}[-_T]?\d{4,6}(?!\w)|(?<![\w.])[0-9a-f]{8,64}(?!\w)"
)
"""What the names of folders, times and digests have, which tell runs apart and set nothing."""
MAIN = ("main", "master", "trunk")
Settings = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RunFact:
    """What is asked of a run here."""

    number: int
    run_id: str
    name: str
    status: str
    started: int
    commit: str
    """Of code with uncommitted changes with a plus at its end."""
    branch: str
    settings: Settings
    """Params without the seed."""
    seed: str
    """Empty where it has none."""


@dataclass(frozen=True, slots=True)
class Side:
    """Runs whose values are compared."""

    runs: tuple[RunFact, ...]
    values: tuple[float, ...]
    """Finite, a value a run of those that have one, in their order."""
    lost: int
    """Runs whose value is NaN or infinite."""

    @property
    def mean(self) -> float:
        """NaN without values."""
        return mean_of(self.values) if self.values else math.nan


class Runs:
    """The runs of an archive that are not deleted."""

    def __init__(self, index: RunIndex) -> None:
        """Prepare; nothing is read until it is asked for."""
        self.index = index
        self._values: dict[Field, list[Any]] = {}
        self._kept: dict[str, list[bool]] = {}
        self._divided: dict[object, Divided] = {}

    def until(self, last: RunFact) -> Runs:
        """As they were when a run had started."""
        earlier = Runs(self.index)
        earlier._values, earlier._kept = self._values, self._kept
        limit = (last.started, last.run_id)
        known = {
            name: [run for run in own if (run.started, run.run_id) <= limit]
            for name, own in self.by_experiment.items()
        }
        earlier.__dict__["by_experiment"] = {name: own for name, own in known.items() if own}
        return earlier

    @cached_property
    def shown(self) -> pa.Array:
        """int32[n]"""
        return pc.cast(pc.indices_nonzero(pc.invert(self.index.is_deleted)), pa.int32())

    @cached_property
    def by_experiment(self) -> dict[str, list[RunFact]]:
        """By name, each in the order of starts."""
        index, numbers = self.index, self.shown
        settings, seeds = self._params()

        def taken(column: pa.Array) -> list[Any]:
            return column.take(numbers).to_pylist()  # type: ignore[no-any-return]

        columns = [
            taken(index.attribute(name)) for name in ("run_id", "run_name", "status", "start_time")
        ]
        asked = (COMMIT_TAG, DIRTY_TAG, BRANCH_TAG)
        commits, dirty, branches = (
            taken(index.long_column("tags", tag, "value")) for tag in asked
        )
        # Uncommitted code is other code than that of its commit.
        marked = [
            f"{own}+" if own and is_dirty == "true" else own
            for own, is_dirty in zip(commits, dirty, strict=True)
        ]
        found: dict[str, list[RunFact]] = {}
        names = taken(experiment_names(index))
        rows = zip(numbers.to_pylist(), names, *columns, marked, branches, strict=True)
        for number, experiment, run_id, name, status, started, commit, branch in rows:
            found.setdefault(experiment, []).append(
                RunFact(number, run_id, name, status, started or 0, commit or "", branch or "",
                        tuple(settings.get(number, ())), seeds.get(number, ""))
            )  # fmt: skip
        for own in found.values():
            own.sort(key=lambda run: (run.started, run.run_id))
        return {name: _without_identities(own) for name, own in found.items()}

    def _params(self) -> tuple[dict[int, list[tuple[str, str]]], dict[int, str]]:
        rows = self.index.rows_of("params", self.shown, ("key", "value"))
        settings: dict[int, list[tuple[str, str]]] = {}
        seeds: dict[int, str] = {}
        columns = (rows.column(name).to_pylist() for name in ("run", "key", "value"))
        is_seed = {key: bool(_SEED.search(key)) for key in self.index.keys_of("params")}
        for run, key, value in zip(*columns, strict=True):
            if is_seed[key]:
                seeds[run] = f"{seeds[run]},{value}" if run in seeds else value
            else:
                settings.setdefault(run, []).append((key, value))
        for own in settings.values():
            own.sort()
        return settings, seeds

    def metric(self, text: str) -> Field:
        """A metric by its name, with or without ``metrics.`` before it.

        Raises:
            ConfigError: there is none, and the message names what was probably meant; or it is
                something else.
        """
        known = self.index.keys_of("metrics")
        for name in (text, text.removeprefix("metrics.")):
            if name in known:
                return Field("metric", name)
        try:
            found = self.field(text)
        except InvalidFilter:
            found = Field("metric", text)
        if found.entity != "metric":
            raise ConfigError(f"A rule is about a metric, and {text!r} is none.")
        if found.key not in known:
            hint = did_you_mean(found.key, sorted(known))
            raise ConfigError(f"No run has the metric {text!r}.{hint}")
        return found

    def field(self, text: str) -> Field:
        """A field by its name.

        Raises:
            InvalidFilter: there is none; the message names what was probably meant.
        """
        return read_named(text, parse_field, lambda: self.index)

    def refuse_unknown(self, field: Field) -> None:
        """Refuse a param, metric or tag that no run has: a typing mistake must not open a gate.

        Raises:
            ConfigError: it is one.
        """
        table = f"{field.entity}s"
        if table not in ("params", "metrics", "tags"):
            return
        known = self.index.keys_of(table)
        if field.key not in known:
            hint = did_you_mean(field.key, sorted(known))
            raise ConfigError(f"No run has {field.name}.{hint}")

    def divided(
        self,
        experiment: str,
        kept: str,
        head: str,
        group: tuple[str, ...] | None,
        now_ms: int,
        *,
        known: frozenset[str] | None = None,
    ) -> Divided:
        """The runs of an experiment that a filter keeps, divided into those that are checked and
        the others; rules that ask alike share it.

        Args:
            kept: a filter; empty keeps all.
            head: filter of those that are checked; empty: those of the newest commit.
            group: fields in which the runs of a group agree; None: all params but the seed.
            known: ids of runs that are not checked, all others being; None: no such.

        Raises:
            ConfigError, InvalidFilter: a filter or field names what there is not.
        """
        key = (experiment, kept, head, group, known)
        if key not in self._divided:
            is_kept = self.matching(kept, now_ms)
            every = [run for run in self.by_experiment[experiment] if is_kept(run)]
            is_head = self.matching(head, now_ms)
            if known is not None:
                heads = [run for run in every if run.run_id not in known]
            else:
                heads = [run for run in every if is_head(run)] if head else self._newest(every)
            chosen = {run.number for run in heads}
            others = [run for run in every if run.number not in chosen]
            self._divided[key] = Divided(
                self._grouped(heads, group), others, self._grouped(others, group)
            )
        return self._divided[key]

    def _newest(self, runs: list[RunFact]) -> list[RunFact]:
        """Of some runs those of the archive's newest commit; where the newest run of all has none
        those of their own newest commit, or the newest of them."""
        last = max(
            (own[-1] for own in self.by_experiment.values()),
            key=lambda run: (run.started, run.run_id),
            default=None,
        )
        if last is None or not last.commit:
            return newest_of(runs) if runs and runs[-1].commit else runs[-1:]
        return [run for run in runs if run.commit == last.commit]

    def _grouped(
        self, runs: list[RunFact], group: tuple[str, ...] | None
    ) -> dict[Settings, list[RunFact]]:
        columns = []
        for name in group or ():
            field = self.field(name)
            self.refuse_unknown(field)
            columns.append((name, self.values(field)))
        found: dict[Settings, list[RunFact]] = {}
        for run in runs:
            key = (
                run.settings
                if group is None
                else tuple(
                    (name, "" if (value := values[run.number]) is None else str(value))
                    for name, values in columns
                )
            )
            found.setdefault(key, []).append(run)
        return found

    def values(self, field: Field) -> list[Any]:
        """A field's value of each run of the archive, by its number."""
        if field not in self._values:
            self._values[field] = run_column(self.index, field, "").to_pylist()
        return self._values[field]

    def matching(self, text: str, now_ms: int) -> Callable[[RunFact], bool]:
        """Whether a run matches a filter.

        Raises:
            InvalidFilter: it is not allowed.
        """
        if not text:
            return lambda _: True
        if text not in self._kept:
            self._kept[text] = self._matching(text, now_ms)
        kept = self._kept[text]
        return lambda run: bool(kept[run.number])

    def asked(self, text: str, now_ms: int) -> list[Comparison]:
        """What a filter compares.

        Raises:
            InvalidFilter: it is not allowed.
        """
        return [*comparisons(self._read(text, now_ms))]

    def _read(self, text: str, now_ms: int) -> Node:
        return make_query(None, text, now_ms=now_ms, index=lambda: self.index).filter

    def _matching(self, text: str, now_ms: int) -> list[bool]:
        filter_ = self._read(text, now_ms)
        for comparison in comparisons(filter_):
            self.refuse_unknown(comparison.field)
        return matching_runs(self.index, filter_, "", now_ms).to_pylist()  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Divided:
    """The runs of an experiment: those that are checked, and the others."""

    heads: dict[Settings, list[RunFact]]
    """By what a group agrees in."""
    others: list[RunFact]
    by_group: dict[Settings, list[RunFact]]
    """The others, likewise."""
    best: dict[object, tuple[list[RunFact], int]] = field(default_factory=dict)
    """The best of them and of how many, by metric and direction; filled when asked for."""

    @cached_property
    def varying(self) -> set[str]:
        """What groups differ in, among all that they agree in."""
        groups = [*self.heads, *self.by_group]
        pairs = {pair for group in groups for pair in group}
        counts: dict[str, int] = {}
        for key, _ in pairs:
            counts[key] = counts.get(key, 0) + 1
        lacking = {key for group in groups for key in counts.keys() - {own for own, _ in group}}
        return {key for key, count in counts.items() if count > 1} | lacking


def same_settings(runs: Iterable[RunFact], settings: Settings) -> list[RunFact]:
    """Those that differ in their seed alone."""
    return [run for run in runs if run.settings == settings]


def _names_a_run(text: str) -> bool:
    """Whether a value is no setting: a number is one, however many digits it has."""
    try:
        float(text)
    except ValueError:
        return _IDENTITY.search(text) is not None
    return False


def _without_identities(runs: list[RunFact]) -> list[RunFact]:
    """Runs without params that name each of them: its folder, the time of its start, a digest."""
    values: dict[str, list[str]] = {}
    for run in runs:
        for key, value in run.settings:
            values.setdefault(key, []).append(value)
    own = {
        key
        for key, texts in values.items()
        if 1 < len(texts) == len({*texts}) and all(map(_names_a_run, texts))
    }
    if not own:
        return runs
    return [
        replace(run, settings=tuple(pair for pair in run.settings if pair[0] not in own))
        for run in runs
    ]


def newest_of(runs: list[RunFact]) -> list[RunFact]:
    """Of runs in the order of their starts those of the newest commit; all where none is
    recorded."""
    last = runs[-1].commit if runs else ""
    return [run for run in runs if run.commit == last]


def side_of(runs: Sequence[RunFact], values: Sequence[object]) -> Side:
    """The values of some runs.

    Args:
        values: by the numbers of runs.
    """
    numbers = [v for run in runs if isinstance(v := values[run.number], float)]
    finite = tuple(v for v in numbers if math.isfinite(v))
    return Side(tuple(runs), finite, len(numbers) - len(finite))


def of_shared_seeds(
    base: Side, head: Side, before: Sequence[object], after: Sequence[object]
) -> tuple[Side, Side] | None:
    """Two sides with the values of the seeds that both have, in one order; None where these are
    too few.

    Args:
        before, after: the values of each side's archive, by the numbers of runs.
    """
    one, other = _by_seed(base.runs, before), _by_seed(head.runs, after)
    shared = [seed for seed in other if seed in one]
    if len(shared) < LEAST_PAIRS:
        return None
    return (
        replace(base, values=tuple(one[seed] for seed in shared)),
        replace(head, values=tuple(other[seed] for seed in shared)),
    )


def _by_seed(runs: Sequence[RunFact], values: Sequence[object]) -> dict[str, float]:
    """The mean of each seed's finite values, in the order of their first runs.

    Args:
        values: by the numbers of runs.
    """
    found: dict[str, list[float]] = {}
    for run in runs:
        value = values[run.number]
        if run.seed and isinstance(value, float) and math.isfinite(value):
            found.setdefault(run.seed, []).append(value)
    return {seed: mean_of(own) for seed, own in found.items()}
