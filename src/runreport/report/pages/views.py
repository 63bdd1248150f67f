"""Comparisons that the config asks for, built as pages: what the runs differ in, and charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import quote

from runreport.errors import ConfigError, InvalidFilter
from runreport.nearest import did_you_mean
from runreport.query.index import RunIndex
from runreport.query.search import find_runs, make_query
from runreport.report.charts.chart import Chart
from runreport.report.charts.choosing import telling_params
from runreport.report.charts.curves import CurveReader
from runreport.report.charts.filled import Asked
from runreport.report.charts.making import make_chart
from runreport.report.charts.pointed import linked_script
from runreport.report.charts.texts import ChartText, read_chart, renamed
from runreport.report.config import Config, ViewConfig
from runreport.report.deltas import NONE, Delta, delta
from runreport.report.links import RunLink
from runreport.report.notes import render_note
from runreport.report.pages.listings import Places
from runreport.report.shown import Shown
from runreport.report.tables.asked_columns import full_name
from runreport.report.tables.column_scripts import DataScript
from runreport.report.tables.columns import CURVES, FOLDER, OF_METRICS, VIEW, Column, make_column
from runreport.report.tables.run_table import run_link
from runreport.report.tables.table import Table, cell, logged_text, unique_labels, varying
from runreport.report.urls import comparison_folder

MOST_COLUMNS = 8
"""Runs that stand side by side; charts show all."""
MOST_RUNS = 20_000
"""That charts are drawn of."""
_COMPARED = ("properties", "params", "metrics", "tags", OF_METRICS)


@dataclass(frozen=True, slots=True)
class ComparedValue:
    """What one run has in one row."""

    cell: Shown
    delta: Delta = NONE
    """To the first run."""


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """A param or metric of several runs."""

    name: str
    values: tuple[ComparedValue, ...]
    is_number: bool


@dataclass(frozen=True, slots=True)
class Sides:
    """Runs side by side."""

    runs: tuple[RunLink, ...]
    """The first is what the others are compared with."""
    total: int
    """With those that have no column."""
    params: tuple[ComparedRow, ...]
    """In which the runs differ."""
    metrics: tuple[ComparedRow, ...]
    looks: tuple[int | None, ...] = ()
    """Of ``runs``, their colours in the charts of the page."""
    link: str = ""
    """Hash of the page that compares runs, for the same ones."""


@dataclass(frozen=True, slots=True)
class ViewPage:
    """A saved comparison."""

    name: str
    folder: str
    """From the site's root."""
    description_html: str
    sides: Sides
    charts: tuple[Chart, ...]
    left_out: tuple[str, ...]
    """Charts for which no run has values, as the config writes them."""

    @property
    def chart_script(self) -> DataScript | None:
        """What a pointer finds in the charts."""
        return linked_script(self.charts)

    @property
    def total(self) -> int:
        """How many runs it is of."""
        return self.sides.total


def make_views(
    config: Config, index: RunIndex, places: Places, curves: CurveReader, now_ms: int
) -> tuple[ViewPage, ...]:
    """The pages of all views of a config.

    Raises:
        ConfigError: a view names an experiment, a run or a chart that there is not, or its filter
            cannot be read.
    """
    return tuple(
        _make_view(view, f"{config.path}: views.{view.name}", index, places, curves, now_ms)
        for view in config.views
    )


def _make_view(
    view: ViewConfig,
    where: str,
    index: RunIndex,
    places: Places,
    curves: CurveReader,
    now_ms: int,
) -> ViewPage:
    numbers = chosen_runs(view, index, places, now_ms, where)
    table = picked_table(places, numbers[:MOST_RUNS])
    every = range(len(table.labels))
    texts = [
        renamed(read_chart(text, f"{where}.charts"), partial(full_name, known=table.columns))
        for text in view.charts
    ] or _default_charts(table)
    asked = Asked(table, every, curves, total=len(numbers))
    drawn = _drawn(texts, asked)
    return ViewPage(
        name=view.name,
        folder=comparison_folder(view.name),
        description_html=render_note(view.description) if view.description else "",
        sides=make_sides(table, numbers, places, asked.looks),
        charts=tuple(chart for chart in drawn if chart is not None),
        left_out=tuple(
            text for text, chart in zip(view.charts, drawn, strict=False) if chart is None
        ),
    )


def make_sides(
    table: Table, numbers: Sequence[int], places: Places, looks: Mapping[int, int]
) -> Sides:
    """Runs side by side, the first of them.

    Args:
        table: of the first runs at least.
        numbers: of all runs, in their order.
        looks: their colours in the charts of the page, by their places in the table.
    """
    shown = range(min(len(table.labels), MOST_COLUMNS))
    return Sides(
        runs=tuple(run_link(*place_of(places, n)) for n in numbers[: len(shown)]),
        total=len(numbers),
        params=tuple(_row(column, shown) for column in _differing(table, "params")),
        metrics=tuple(
            _row(column, shown, table.direction_of(column))
            for column in table.columns.values()
            if column.group == "metrics"
        ),
        looks=tuple(looks.get(number) for number in shown),
        link=_link(places, numbers[: len(shown)]),
    )


def _drawn(texts: Sequence[ChartText], asked: Asked) -> list[Chart | None]:
    """The charts, those of curves made first: they say which runs have a look."""
    by_place = sorted(enumerate(texts), key=lambda pair: pair[1].type != "line")
    made = {place: make_chart(text, f"chart-{place}", asked) for place, text in by_place}
    return [made[place] for place in range(len(texts))]


def place_of(places: Places, number: int) -> tuple[Table, int, str]:
    experiment, table, place = places[number]
    return table, place, experiment


def chosen_runs(
    view: ViewConfig, index: RunIndex, places: Places, now_ms: int, where: str
) -> list[int]:
    """The numbers of a view's runs, in its order."""
    names = {experiment for experiment, *_ in places.values()}
    for name in view.experiments:
        if name not in names:
            hint = did_you_mean(name, names)
            raise ConfigError(
                f"{where}.experiments holds {name!r}, but no experiment has this name.{hint}"
            )
    in_view = {
        number: str(table.values("run_id")[place])
        for number, (experiment, table, place) in places.items()
        if not view.experiments or experiment in view.experiments
    }
    if view.filter:
        try:
            query = make_query(
                _ids(view, index),
                view.filter,
                max_results=len(places) or 1,
                now_ms=now_ms,
                index=lambda: index,
            )
        except InvalidFilter as error:
            raise ConfigError(f"{where}.filter: {error}") from error
        found = find_runs(index, query, "").numbers.to_pylist()
        in_view = {number: in_view[number] for number in found if number in in_view}
    if not view.runs:
        return sorted(in_view)
    return [_find(short, in_view, where) for short in view.runs]


def _ids(view: ViewConfig, index: RunIndex) -> list[str] | None:
    """The experiments that a view is about; None for all."""
    if not view.experiments:
        return None
    states = index.experiments.values()
    return [state.experiment_id for state in states if state.name in view.experiments]


def _find(short: str, in_view: Mapping[int, str], where: str) -> int:
    found = [number for number, run_id in in_view.items() if run_id.startswith(short)]
    exact = [number for number in found if in_view[number] == short]
    if len(exact or found) != 1:
        problem = "no run of the view has" if not found else f"{len(found)} runs have"
        raise ConfigError(f"{where}.runs holds {short!r}, but {problem} such an ID.")
    return (exact or found)[0]


def picked_table(places: Places, numbers: Sequence[int]) -> Table:
    """Runs of several tables as one, in their order."""
    chosen = [places[number] for number in numbers]
    tables = {id(table): table for _, table, _ in chosen}
    columns: dict[str, Column] = {}
    for table in tables.values():
        for name, column in table.columns.items():
            is_asked = column.group in _COMPARED or name in (VIEW, CURVES)
            if name not in columns and is_asked:
                columns[name] = _gathered(column, chosen)
    folders = [table.folder for _, table, _ in chosen]
    columns[FOLDER] = make_column(FOLDER, FOLDER, "hidden", "text", folders)
    first = chosen[0][1] if chosen else None
    primary = first.primary if first else ""
    scores = columns[f"metrics.{primary}"].values if f"metrics.{primary}" in columns else ()
    return Table(
        columns,
        unique_labels(columns) if chosen else (),
        primary,
        first.direction if first else None,
        tuple(float(s) if isinstance(s, int | float) else None for s in scores)
        or (None,) * len(chosen),
        is_guessed=first.is_guessed if first else False,
    )


def _gathered(like: Column, chosen: Sequence[tuple[str, Table, int]]) -> Column:
    own = [table.columns.get(like.name) for _, table, _ in chosen]
    values = [None if c is None else c.values[n] for c, (*_, n) in zip(own, chosen, strict=True)]
    texts = [
        None if c is None or c.values[n] is None else logged_text(c, n)
        for c, (*_, n) in zip(own, chosen, strict=True)
    ]
    kinds = {column.kind for column in own if column is not None}
    if len(kinds) > 1:  # a number here and a text there
        made = make_column(like.name, like.label, like.group, "text", texts)
        return replace(made, slots=like.slots)
    made = make_column(
        like.name, like.label, like.group, like.kind, values,
        texts=tuple(texts) if like.texts is not None else None,
    )  # fmt: skip
    has_curves = any(c.has_curves for c in own if c is not None)
    return replace(made, has_curves=has_curves, slots=like.slots)


def _differing(table: Table, group: str) -> list[Column]:
    return sorted(varying(table, group), key=lambda column: column.name)


def _row(column: Column, shown: range, direction: str | None = None) -> ComparedRow:
    base = column.values[0] if len(shown) else None

    def to_base(number: int) -> Delta:
        value = column.values[number]
        if number == 0 or column.group != "metrics":
            return NONE
        if not isinstance(value, int | float) or not isinstance(base, int | float):
            return NONE
        return delta(value, base, direction)

    return ComparedRow(
        column.label,
        tuple(ComparedValue(cell(column, number), to_base(number)) for number in shown),
        column.is_numeric,
    )


def _default_charts(table: Table) -> list[ChartText]:
    """Curves of the primary metric, and how it stands to the param that goes with it most."""
    texts = []
    if table.primary:
        y = f"metrics.{table.primary}"
        texts.append(ChartText("line", {"y": y}))
        params = telling_params(table)
        x = params[0].name if params else "run_name"
        texts.append(ChartText("bar", {"x": x, "y": y}))
    return texts


def _link(places: Places, numbers: Sequence[int]) -> str:
    chosen = [places[number] for number in numbers]
    ids = [
        f"{table.folder.removeprefix('e/')}:{table.values('run_id')[place]}"
        for _, table, place in chosen
    ]
    return f"#v=1&sel={','.join(map(quote, ids))}" if ids else ""
