"""The page of one experiment: best run, comparison charts, table and facets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from runreport.archive.facts import ExperimentState
from runreport.entities import OVERRIDDEN_TAG
from runreport.report.column_scripts import data_scripts, facet_counts
from runreport.report.columns import Column
from runreport.report.comparison import chart_script, comparison_charts
from runreport.report.config import ExperimentConfig
from runreport.report.curves import CurveReader
from runreport.report.formatting import (
    format_time,
    iso_time,
)
from runreport.report.notes import render_note
from runreport.report.pages import (
    BestRun,
    ExperimentPage,
    Facet,
    Field,
    Moment,
    RunLink,
    RunTable,
    TableRow,
)
from runreport.report.table import Table, cell_text, varying
from runreport.report.urls import run_folder

PAGE_SIZE = 50
MAX_PAGES = 20
MAX_SHOWN_COLUMNS = 12
STATUSES = ("FINISHED", "RUNNING", "FAILED", "KILLED", "SCHEDULED")


def make_experiment_page(
    state: ExperimentState,
    table: Table,
    curves: CurveReader,
    config: ExperimentConfig,
    folder: str,
    *,
    all_rows: bool,
) -> ExperimentPage:
    """The page model of one experiment."""
    drawn = comparison_charts(table, curves)
    counts = status_counts(table.values("status"))
    note = config.description or state.tags.get("mlflow.note.content", "")
    started = [value for value in table.values("start_time") if isinstance(value, int)]
    return ExperimentPage(
        experiment_id=state.experiment_id,
        name=state.name,
        folder=folder,
        description_html=render_note(note) if note else "",
        tags=tuple(
            Field(key, value)
            for key, value in sorted(state.tags.items())
            if not key.startswith("mlflow.")
        ),
        counts=counts,
        runs=len(table.labels),
        active=_span(started),
        primary_metric=table.primary,
        best=best_run(table),
        charts=drawn,
        chart_script=chart_script(drawn) if drawn else None,
        table=_run_table(table, config, all_rows=all_rows),
    )


def status_counts(statuses: Sequence[object]) -> tuple[tuple[str, int], ...]:
    """(status, runs) of the statuses that occur."""
    counted = Counter(str(status) for status in statuses)
    return tuple((status, counted[status]) for status in STATUSES if counted[status])


def run_link(table: Table, number: int, experiment: str = "") -> RunLink:
    """One run of the table, as other pages mention it."""
    started = table.values("start_time")[number]
    score = table.scores[number]
    column = table.columns.get(f"metrics.{table.primary}")
    return RunLink(
        name=str(table.values("run_name")[number]),
        url=f"{run_folder(str(table.values('run_id')[number]))}/index.html",
        status=str(table.values("status")[number]),
        started=moment(started if isinstance(started, int) else None),
        experiment=experiment,
        metric=f"{table.primary} {column.format(score)}" if column and score is not None else "",
    )


def moment(time_ms: int | None) -> Moment:
    """A time for a page."""
    return Moment(format_time(time_ms), iso_time(time_ms))


def best_run(table: Table, experiment: str = "") -> BestRun | None:
    """The best finished run; None where no direction says what best is."""
    if table.direction is None:
        return None
    statuses = table.values("status")
    for number in table.ranked():
        if statuses[number] == "FINISHED":
            column = table.columns[f"metrics.{table.primary}"]
            return BestRun(
                run=run_link(table, number, experiment),
                metric=table.primary,
                value=column.format(table.scores[number]),
                direction="highest" if table.direction == "max" else "lowest",
                settings=tuple(
                    Field(param.label, cell_text(param, number))
                    for param in varying(table, "params")
                    if param.values[number] is not None
                )[:6],
            )
    return None


def _shown_columns(table: Table, config: ExperimentConfig) -> tuple[Column, ...]:
    if config.columns:
        wanted = [name for name in config.columns if name in table.columns]
        if "run_name" not in wanted:
            wanted.insert(0, "run_name")
    else:
        params = [column.name for column in varying(table, "params")[:4]]
        metrics = [c.name for c in table.columns.values() if c.group == "metrics"]
        primary = f"metrics.{table.primary}"
        metrics.sort(key=lambda name: (name != primary, name))
        tags = [c.name for c in varying(table, "tags") if c.distinct <= 20 and _is_facet(c)]
        wanted = ["run_name", "status", "start_time", "duration", *metrics[:3], *params, *tags[:1]]
    return tuple(table.columns[name] for name in wanted)[:MAX_SHOWN_COLUMNS]


def _run_table(table: Table, config: ExperimentConfig, *, all_rows: bool) -> RunTable:
    shown = _shown_columns(table, config)
    count = len(table.labels)
    ids, statuses = table.values("run_id"), table.values("status")
    rows = tuple(
        TableRow(
            number,
            f"{run_folder(str(ids[number]))}/index.html",
            str(statuses[number]),
            tuple(cell_text(column, number) for column in shown),
        )
        for number in range(count if all_rows else min(count, PAGE_SIZE * MAX_PAGES))
    )
    columns = tuple(table.columns.values())
    manifest, scripts = data_scripts(columns, count)
    facets = tuple(
        Facet(column.name, column.label, tuple(facet_counts(column)))
        for column in columns
        if column.name == "status"
        or (_is_facet(column) and 0 < column.distinct <= 20 and column.varies)
    )
    return RunTable(shown, rows, PAGE_SIZE, count, columns, facets, manifest, scripts)


def _is_facet(column: Column) -> bool:
    """Whether runs are told apart by a tag; what autologging recorded is of single runs."""
    return column.group == "tags" and not column.label.startswith(OVERRIDDEN_TAG)


def _span(started: Sequence[int]) -> str:
    if not started:
        return ""
    first, last = format_time(min(started))[:10], format_time(max(started))[:10]
    return first if first == last else f"{first} to {last}"
