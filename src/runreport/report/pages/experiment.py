"""The page of one experiment: best run, comparison charts, table and facets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from runreport.archive.facts import ExperimentState
from runreport.report.aside import ignore
from runreport.report.charts.chart import Chart
from runreport.report.charts.choosing import telling_params
from runreport.report.charts.comparison import chart_script, comparison_charts
from runreport.report.charts.curves import CurveReader
from runreport.report.charts.filled import Asked
from runreport.report.charts.importance import Importance
from runreport.report.config import ExperimentConfig
from runreport.report.formatting import format_time
from runreport.report.links import Field, RunLink
from runreport.report.meaning import rank_in_sections
from runreport.report.pages.history import HistoryPage
from runreport.report.pages.note_blocks import NoteGround
from runreport.report.pages.note_bodies import NoteBody, make_body
from runreport.report.sections import Section, in_sections
from runreport.report.shown import Shown, show_number, show_text
from runreport.report.tables.asked_columns import full_name
from runreport.report.tables.column_scripts import DataScript
from runreport.report.tables.columns import Column
from runreport.report.tables.parquet import runs_parquet
from runreport.report.tables.ranking import is_common, may_be_best, metrics_by_meaning
from runreport.report.tables.run_table import (
    RunTable,
    is_facet,
    run_link,
    run_table,
    status_counts,
)
from runreport.report.tables.table import Table, cell, varying
from runreport.tags import is_set_tag

MAX_SHOWN_COLUMNS = 12
MOST_TOLD = 12
"""Params that scripts are told in the order in which they go with the primary metric."""


@dataclass(frozen=True, slots=True)
class ShownExperiment:
    """An experiment that the site shows."""

    identity: str
    name: str
    folder: str
    note: str
    numbers: pa.Array
    table: Table


@dataclass(frozen=True, slots=True)
class BestRun:
    """The best run of an experiment by its primary metric."""

    run: RunLink
    metric: str
    value: Shown
    direction: str
    """``highest`` or ``lowest``."""
    settings: tuple[Field, ...]
    is_guessed: bool = False
    """Whether the direction is what the metric's name says, since no config says it."""


@dataclass(frozen=True, slots=True)
class ExperimentPage:
    """One experiment: what it found, charts, and the table of its runs."""

    experiment_id: str
    name: str
    folder: str
    description: NoteBody | None
    tags: tuple[Field, ...]
    counts: tuple[tuple[str, int], ...]
    """(status, runs), as the header shows them."""
    runs: int
    active: str
    """The span of time in which its runs started."""
    primary_metric: str
    best: BestRun | None
    charts: tuple[Chart, ...]
    chart_script: DataScript | None
    curves: tuple[Section[str], ...]
    """The metrics of which runs have curves, where there are others than the chart's."""
    table: RunTable
    parquet: bytes = field(repr=False)
    """Its runs as one wide table."""
    importance: tuple[Importance, ...] = ()
    """What goes with the primary metric."""
    history: HistoryPage | None = None
    """What its runs reached one after the other; None of too few runs."""
    evaluations: str = ""
    """URL of its evaluations from the site's root; empty where it has none."""


def make_experiment_page(
    state: ExperimentState,
    table: Table,
    curves: CurveReader,
    config: ExperimentConfig,
    folder: str,
    note: str,
    ground: NoteGround,
    *,
    all_rows: bool,
    baseline: str = "",
    meet: Callable[[Iterable[Chart]], None] = ignore,
) -> ExperimentPage:
    """The page model of one experiment.

    Args:
        note: Markdown; empty where nobody wrote one.
        ground: what its blocks and links are made of.
        baseline: id of the run that the others are compared with; empty for none.
        meet: told of its charts before the rest of it is made.
    """
    asked = Asked(table, range(len(table.labels)), curves)
    drawn = comparison_charts(asked)
    meet(drawn)
    counts = status_counts(table.values("status"))
    started = [value for value in table.values("start_time") if isinstance(value, int)]
    return ExperimentPage(
        experiment_id=state.experiment_id,
        name=state.name,
        folder=folder,
        description=make_body(
            note,
            f"description of {state.name}",
            replace(ground, experiment=state.name),
            folder=folder,
            top=3,
        )
        if note
        else None,
        tags=tuple(
            Field(key, show_text(value))
            for key, value in sorted(state.tags.items())
            if is_set_tag(key)
        ),
        counts=counts,
        runs=len(table.labels),
        active=_span(started),
        primary_metric=table.primary,
        best=best_run(table, contenders(table)),
        charts=drawn,
        chart_script=chart_script(drawn, len(table.labels)) if drawn else None,
        curves=_curve_sections(table),
        parquet=runs_parquet(table),
        table=run_table(
            table,
            _shown_columns(table, config),
            folder,
            all_rows=all_rows,
            looks=asked.looks,
            telling=[param.name for param in telling_params(table)[:MOST_TOLD]],
            baseline=baseline,
        ),
    )


def _curve_sections(table: Table) -> tuple[Section[str], ...]:
    """All folded at first: each curve is drawn when a reader opens its section."""
    names = [column.label for column in table.columns.values() if column.has_curves]
    found = in_sections(names, str, rank_in_sections, 0)
    return tuple(replace(own, is_open=False) for own in found) if len(names) > 1 else ()


def contenders(table: Table) -> list[int]:
    """The places of the runs that finished, or of which nobody recorded how they ended, the best
    one first; none where neither config nor the metric's name says what best is."""
    if table.direction is None:
        return []
    statuses = table.values("status")
    return [number for number in table.ranked() if may_be_best(statuses[number])]


def best_run(table: Table, ranked: Sequence[int]) -> BestRun | None:
    """The first of the `contenders`."""
    if not ranked:
        return None
    number = ranked[0]
    return BestRun(
        run=run_link(table, number),
        metric=table.primary,
        value=show_number(table.scores[number]),
        direction="highest" if table.direction == "max" else "lowest",
        settings=tuple(
            Field(param.label, cell(param, number))
            for param in telling_params(table)
            if param.values[number] is not None
        )[:6],
        is_guessed=table.is_guessed,
    )


def _shown_columns(table: Table, config: ExperimentConfig) -> tuple[Column, ...]:
    if config.columns:
        wanted = [
            full
            for name in config.columns
            if (full := full_name(name, table.columns)) in table.columns
        ]
        if "run_name" not in wanted:
            wanted.insert(0, "run_name")
    else:
        params = [column.name for column in telling_params(table)[:4]]
        count = len(table.labels)
        ordered = metrics_by_meaning(table.columns.values(), count)
        metrics = [f"metrics.{table.primary}"] if table.primary else []
        metrics += [metric.name for metric in ordered if is_common(metric, count)]
        metrics = [*dict.fromkeys(metrics)]
        tags = [c.name for c in varying(table, "tags") if is_facet(c) and is_common(c, count)]
        wanted = ["run_name", "status", "start_time", "duration", *metrics[:3], *params, *tags[:1]]
    return tuple(table.columns[name] for name in dict.fromkeys(wanted))[:MAX_SHOWN_COLUMNS]


def _span(started: Sequence[int]) -> str:
    if not started:
        return ""
    first, last = format_time(min(started))[:10], format_time(max(started))[:10]
    return first if first == last else f"{first} to {last}"
