"""Fenced blocks of a note: a table of runs, a chart, a value, runs side by side.

A block is TOML, with the words of a view in runreport.toml. What it names and is not there is said
in its place, and is a warning of the build.
"""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from runreport.analysis.student import deviation_of, mean_of
from runreport.errors import ConfigError
from runreport.nearest import did_you_mean
from runreport.query.index import RunIndex
from runreport.report.charts.chart import Chart
from runreport.report.charts.curves import CurveReader
from runreport.report.charts.filled import Asked
from runreport.report.charts.making import make_chart
from runreport.report.charts.texts import read_chart, renamed
from runreport.report.config import ViewConfig
from runreport.report.links import RunLink
from runreport.report.meaning import better
from runreport.report.notes import Fence
from runreport.report.pages import claims
from runreport.report.pages.claims import Claim, make_claim
from runreport.report.pages.listings import Places
from runreport.report.pages.views import (
    MOST_COLUMNS,
    MOST_RUNS,
    Sides,
    chosen_runs,
    make_sides,
    picked_table,
    place_of,
)
from runreport.report.shown import Shown, show_number
from runreport.report.tables.asked_columns import full_name
from runreport.report.tables.kinds import sort_places
from runreport.report.tables.ranking import may_be_best
from runreport.report.tables.run_table import run_link
from runreport.report.tables.table import Table, cell

MOST_ROWS = 100
_ROWS = 10
_CHOOSING: Mapping[str, type] = {
    "experiment": str,
    "experiments": list,
    "filter": str,
    "runs": list,
}
_KEYS: Mapping[str, Mapping[str, type]] = {
    "runs": {**_CHOOSING, "columns": list, "order": str, "limit": int, "title": str},
    "chart": {**_CHOOSING, "chart": str},
    "value": {**_CHOOSING, "metric": str, "of": str, "title": str},
    "comparison": {**_CHOOSING, "against": str, "title": str},
    "claim": {**_CHOOSING, **claims.KEYS},
}
_OF = ("best", "latest", "mean")


@dataclass(frozen=True, slots=True)
class NoteTable:
    """Some runs as a table."""

    title: str
    columns: tuple[tuple[str, bool], ...]
    """What each is called, and whether it is of numbers."""
    rows: tuple[tuple[RunLink, tuple[Shown, ...]], ...]
    total: int


@dataclass(frozen=True, slots=True)
class NoteValue:
    """A number of some runs."""

    value: str
    title: str
    run: RunLink | None
    """The run that has it; None for a mean."""


@dataclass(frozen=True, slots=True)
class NotePart:
    """A piece of a note: text, or what a block asks for."""

    html: str = ""
    table: NoteTable | None = None
    chart: Chart | None = None
    value: NoteValue | None = None
    sides: Sides | None = None
    claim: Claim | None = None
    """One that is not true has a problem, too."""
    title: str = ""
    """Of a comparison."""
    problem: str = ""
    """Why a block shows nothing."""


@dataclass(frozen=True, slots=True)
class NoteGround:
    """What the blocks of notes are made of."""

    index: RunIndex
    """With all that filters may ask for."""
    places: Places
    curves: CurveReader
    now_ms: int
    find: Callable[[str, str], str | None]
    """The address of a page of the report from the site's root; see `notes.read_note`."""
    experiment: str = ""
    """Whose runs a block is about that names no experiment; empty for all."""
    claims: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Those of the config, by name."""


def make_part(fence: Fence, where: str, name: str, ground: NoteGround) -> NotePart:
    """What a block asks for, or why it is not there.

    Args:
        where: the note, for messages.
        name: of a chart's picture; unique on the page.
    """
    try:
        asked = _read(fence, where)
        if fence.kind == "claim" and "name" in asked:
            asked = {**_named_claim(str(asked["name"]), ground, where), **asked}
        own = asked.get("experiment", ground.experiment)
        view = ViewConfig(
            name,
            experiments=tuple(asked.get("experiments", [own] if own else ())),
            runs=tuple(map(str, asked.get("runs", ()))),
            filter=asked.get("filter", ""),
        )  # fmt: skip
        numbers = chosen_runs(view, ground.index, ground.places, ground.now_ms, where)
        if not numbers:
            raise ConfigError(f"{where}: no run matches.")
        return _part(fence.kind, asked, numbers, name, where, ground)
    except ConfigError as error:
        return NotePart(problem=str(error))
    except Exception as error:  # whatever was logged or written: the rest of the note stays
        told = (
            f"{where}: a block {fence.kind!r} could not be made: {type(error).__name__}: {error}"
        )
        return NotePart(problem=told)


def untrue_claims(ground: NoteGround) -> tuple[str, ...]:
    """What there is to say of the config's claims, shown or not."""
    parts = (
        make_part(Fence("claim", f"name = {json.dumps(name)}", 1), f"claim {name}", name, ground)
        for name in ground.claims
    )
    return tuple(part.problem for part in parts if part.problem)


def _part(
    kind: str,
    asked: Mapping[str, Any],
    numbers: Sequence[int],
    name: str,
    where: str,
    ground: NoteGround,
) -> NotePart:
    """What a block of a kind shows of some runs."""
    places = ground.places
    if kind == "comparison":
        return NotePart(sides=_sides(asked, numbers, places, where), title=asked.get("title", ""))
    table = picked_table(places, numbers[: MOST_RUNS if kind == "chart" else len(numbers)])
    if kind == "runs":
        return NotePart(table=_table(asked, table, numbers, places, where))
    if kind == "value":
        return NotePart(value=_value(asked, table, numbers, places, where))
    if kind == "chart":
        return NotePart(chart=_chart(asked, table, len(numbers), name, where, ground.curves))
    metric = str(asked.get("metric") or table.primary)
    column = table.columns[_column_of(table, metric, where)]
    claim = make_claim(asked, column, table, numbers, places, where)
    return NotePart(claim=claim, problem=_untrue(claim, where))


def _named_claim(name: str, ground: NoteGround, where: str) -> Mapping[str, Any]:
    if name not in ground.claims:
        hint = did_you_mean(name, ground.claims)
        raise ConfigError(f"{where}: the config has no claim {name!r}.{hint}")
    return ground.claims[name]


def _untrue(claim: Claim, where: str) -> str:
    if claim.is_true:
        return ""
    since = f", of the run {claim.run.name}" if claim.run else ""
    return f"{where}: the claim {claim.text!r} is not true any more: {claim.now}{since}."


def _read(fence: Fence, where: str) -> dict[str, Any]:
    """The members of a block."""
    try:
        found = tomllib.loads(fence.text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: a block {fence.kind!r} is no TOML: {error}") from error
    known = _KEYS[fence.kind]
    for key, value in found.items():
        if key not in known:
            hint = did_you_mean(key, known)
            raise ConfigError(f"{where}: a block {fence.kind!r} has no {key!r}.{hint}")
        if not isinstance(value, known[key]) or isinstance(value, bool):
            kind = {str: "a text", list: 'a list, e.g. ["a", "b"]', int: "a number"}[known[key]]
            raise ConfigError(f"{where}: {key} of a block {fence.kind!r} must be {kind}.")
        if isinstance(value, list) and not all(isinstance(own, str) for own in value):
            raise ConfigError(f"{where}: {key} of a block {fence.kind!r} must be a list of texts.")
    limit = found.get("limit", 1)
    if not 1 <= limit <= MOST_ROWS:
        raise ConfigError(f"{where}: limit is {limit}; it is from 1 to {MOST_ROWS}.")
    return found


def _column_of(table: Table, name: str, where: str) -> str:
    full = full_name(name, table.columns)
    if full not in table.columns and f"metrics.{name}" in table.columns:
        full = f"metrics.{name}"
    if full not in table.columns:
        hint = did_you_mean(name, [own.label for own in table.columns.values()])
        raise ConfigError(f"{where}: no run has {name!r}.{hint}")
    return full


def _table(
    asked: Mapping[str, Any], table: Table, numbers: Sequence[int], places: Places, where: str
) -> NoteTable:
    order = [*range(len(table.labels))]
    if wanted := asked.get("order", ""):
        column = table.columns[_column_of(table, wanted.removeprefix("-"), where)]
        places_in_order = sort_places(column.values, column.ordered)
        known = [n for n in places_in_order if _is_known(column.values[n])]
        known = known[::-1] if wanted.startswith("-") else known
        order = [*dict.fromkeys([*known, *order])]
    elif table.direction is not None:
        order = [*dict.fromkeys([*table.ranked(), *order])]
    names = [_column_of(table, str(own), where) for own in asked.get("columns", ())]
    if not names and table.primary:
        names = [f"metrics.{table.primary}"]
    limit = asked.get("limit", _ROWS)
    columns = [table.columns[name] for name in names]
    return NoteTable(
        asked.get("title", ""),
        tuple((column.label, column.is_numeric) for column in columns),
        tuple(
            (run_link(*place_of(places, numbers[n])), tuple(cell(own, n) for own in columns))
            for n in order[:limit]
        ),
        len(numbers),
    )


def _is_known(value: object) -> bool:
    return value is not None and not (isinstance(value, float) and math.isnan(value))


def _value(
    asked: Mapping[str, Any], table: Table, numbers: Sequence[int], places: Places, where: str
) -> NoteValue:
    name = _column_of(table, str(asked.get("metric") or table.primary), where)
    column, of = table.columns[name], asked.get("of", "best")
    if of not in _OF:
        raise ConfigError(
            f"{where}: of is {of!r}.{did_you_mean(of, _OF)} It must be {', '.join(_OF)}."
        )
    values = {
        n: float(v)
        for n, v in enumerate(column.values)
        if isinstance(v, int | float) and math.isfinite(v)
    }
    if not values:
        raise ConfigError(f"{where}: no run has a number in {column.label!r}.")
    title = asked.get("title") or f"{of} {column.label}"
    if of == "mean":
        return NoteValue(_mean_text([*values.values()]), f"{title}, {len(values):,} runs", None)
    way, is_guessed = table.direction, table.is_guessed
    if name != f"metrics.{table.primary}":
        way, is_guessed = better(column.label), True
    if of == "best":
        if way is None:
            raise ConfigError(
                f"{where}: nothing says which values of {column.label!r} are better."
            )
        statuses = table.values("status")
        values = {n: v for n, v in values.items() if may_be_best(statuses[n])}
        if not values:
            raise ConfigError(f"{where}: no run that finished has {column.label!r}.")
        title += " (which way is better is guessed from its name)" if is_guessed else ""
    starts = [own if isinstance(own, int) else 0 for own in table.values("start_time")]
    number = (
        max(values, key=lambda n: starts[n])
        if of == "latest"
        else (max if way == "max" else min)(values, key=lambda n: values[n])
    )
    link = run_link(*place_of(places, numbers[number]))
    return NoteValue(cell(column, number).text, title, link)


def _mean_text(values: Sequence[float]) -> str:
    """Mean ± standard deviation of a sample."""
    mean = show_number(mean_of(values)).text
    if len(values) < 2:
        return mean
    return f"{mean} ± {show_number(deviation_of(values)).text}"


def _sides(asked: Mapping[str, Any], numbers: Sequence[int], places: Places, where: str) -> Sides:
    """The runs in the order of the block, the one that they are compared with first."""
    wanted = asked.get("against", "")
    if wanted:
        names = [str(run_link(*place_of(places, n)).name) for n in numbers]
        if wanted not in names:
            hint = did_you_mean(wanted, names)
            raise ConfigError(
                f"{where}: against is {wanted!r}; no run of the block is called so.{hint}"
            )
        first = numbers[names.index(wanted)]
        numbers = [first, *(n for n in numbers if n != first)]
    return make_sides(picked_table(places, numbers[:MOST_COLUMNS]), numbers, places, {})


def _chart(
    asked: Mapping[str, Any],
    table: Table,
    total: int,
    name: str,
    where: str,
    curves: CurveReader,
) -> Chart:
    if "chart" not in asked:
        raise ConfigError(f"{where}: a block 'chart' lacks chart, e.g. line;y=metrics.loss")
    text = renamed(read_chart(asked["chart"], where), partial(full_name, known=table.columns))
    made = make_chart(text, name, Asked(table, range(len(table.labels)), curves, total=total))
    if made is None:
        raise ConfigError(f"{where}: no run has the values of the chart {asked['chart']!r}.")
    return made
