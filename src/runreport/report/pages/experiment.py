"""The page of one experiment: best run, comparison charts, table and facets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from runreport.archive.facts import ExperimentState
from runreport.entities import ERROR_TAG, OVERRIDDEN_TAG
from runreport.report.charts.comparison import chart_script, comparison_charts
from runreport.report.charts.curves import CurveReader
from runreport.report.charts.filling import Asked
from runreport.report.charts.importance import param_importance
from runreport.report.config import ExperimentConfig
from runreport.report.formatting import (
    format_time,
    iso_time,
)
from runreport.report.notes import render_note
from runreport.report.pages.values import (
    BestRun,
    ExperimentPage,
    Facet,
    Field,
    Moment,
    RunLink,
    RunTable,
    TableRow,
)
from runreport.report.shown import show_number, show_text
from runreport.report.tables.asked_columns import full_name
from runreport.report.tables.column_scripts import data_scripts, facet_counts
from runreport.report.tables.columns import EXPERIMENT, FOLDER, OF_METRICS, Column
from runreport.report.tables.parquet import runs_parquet
from runreport.report.tables.table import (
    Table,
    cell,
    is_common,
    metrics_by_meaning,
    telling_params,
    varying,
)

PAGE_SIZE = 50
MAX_PAGES = 20
MAX_SHOWN_COLUMNS = 12
MAX_FACET = 20
"""Values of a facet."""
MAX_FACETS = 8
MOST_TOLD = 12
"""Params that scripts are told in the order in which they go with the primary metric."""
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
    asked = Asked(table, range(len(table.labels)), curves)
    drawn = comparison_charts(asked)
    counts = status_counts(table.values("status"))
    note = config.description or state.tags.get("mlflow.note.content", "")
    started = [value for value in table.values("start_time") if isinstance(value, int)]
    return ExperimentPage(
        experiment_id=state.experiment_id,
        name=state.name,
        folder=folder,
        description_html=render_note(note) if note else "",
        tags=tuple(
            Field(key, show_text(value))
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
        importance=param_importance(
            [param for param in varying(table, "params") if param.distinct > 1], table.scores
        ),
        parquet=runs_parquet(table),
        table=run_table(
            table, _shown_columns(table, config), folder, all_rows=all_rows, looks=asked.looks
        ),
    )


def status_counts(statuses: Sequence[object]) -> tuple[tuple[str, int], ...]:
    """(status, runs) of the statuses that occur."""
    counted = Counter(str(status) for status in statuses)
    return tuple((status, counted[status]) for status in STATUSES if counted[status])


def run_link(table: Table, number: int, experiment: str = "") -> RunLink:
    """One run of the table, as other pages mention it."""
    started = table.values("start_time")[number]
    return RunLink(
        name=str(table.values("run_name")[number]),
        url=table.url_of(number),
        status=str(table.values("status")[number]),
        started=moment(started if isinstance(started, int) else None),
        experiment=experiment,
        metric=table.score_text(number),
        problem=table.problem_of(number),
    )


def moment(time_ms: int | None) -> Moment:
    """A time for a page."""
    return Moment(format_time(time_ms), iso_time(time_ms))


def best_run(table: Table, experiment: str = "") -> BestRun | None:
    """The best finished run; None where neither config nor the metric's name says what best is."""
    if table.direction is None:
        return None
    statuses = table.values("status")
    for number in table.ranked():
        if statuses[number] == "FINISHED":
            return BestRun(
                run=run_link(table, number, experiment),
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
    return None


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
        tags = [
            c.name
            for c in varying(table, "tags")
            if c.distinct <= 20 and _is_facet(c) and is_common(c, count)
        ]
        wanted = ["run_name", "status", "start_time", "duration", *metrics[:3], *params, *tags[:1]]
    return tuple(table.columns[name] for name in dict.fromkeys(wanted))[:MAX_SHOWN_COLUMNS]


def run_table(
    table: Table,
    shown: tuple[Column, ...],
    folder: str,
    *,
    all_rows: bool,
    page_size: int | None = None,
    pages: int | None = None,
    looks: Mapping[int, int] | None = None,
) -> RunTable:
    """A run table with its pre-rendered rows and the scripts that hold all of them.

    Args:
        shown: the columns before the reader chooses.
        folder: of its page, from the site's root.
        all_rows: pre-render every row.
        pages: how many pages of rows to pre-render otherwise.
        looks: of the runs that the page's charts draw in a colour of their own.
    """
    count = len(table.labels)
    page_size, pages = page_size or PAGE_SIZE, pages or MAX_PAGES
    ids, names = table.values("run_id"), table.values("run_name")
    statuses = table.values("status")
    folders = table.values(FOLDER) if FOLDER in table.columns else None
    rows = tuple(
        TableRow(
            number,
            str(ids[number]),
            str(names[number]),
            folder if folders is None else str(folders[number]),
            table.url_of(number),
            str(statuses[number]),
            tuple(cell(column, number) for column in shown),
            table.problem_of(number),
            (looks or {}).get(number),
        )
        for number in range(count if all_rows else min(count, page_size * pages))
    )
    # Scripts make statistics of what they have for the filter box.
    columns = tuple(c for c in table.columns.values() if c.group != OF_METRICS)
    manifest, scripts = data_scripts(
        columns,
        count,
        folder,
        primary=table.primary,
        direction=table.told_direction,
        telling=[param.name for param in telling_params(table)[:MOST_TOLD]],
    )
    facets = tuple(
        Facet(
            column.name,
            column.label,
            tuple((show_text(value), count) for value, count in facet_counts(column)),
        )
        for column in columns
        if column.name == "status"
        or (_is_facet(column) and 0 < column.distinct <= MAX_FACET and column.varies)
    )[:MAX_FACETS]
    return RunTable(shown, rows, page_size, count, folder, columns, facets, manifest, scripts)


def _is_facet(column: Column) -> bool:
    """Whether runs are told apart by it; what autologging recorded is of single runs."""
    is_tag = column.group == "tags" and not column.label.startswith((OVERRIDDEN_TAG, ERROR_TAG))
    return is_tag or column.name == EXPERIMENT


def _span(started: Sequence[int]) -> str:
    if not started:
        return ""
    first, last = format_time(min(started))[:10], format_time(max(started))[:10]
    return first if first == last else f"{first} to {last}"
