"""The page of one experiment: best run, comparison charts, table and facets."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from runreport.archive.facts import ExperimentState
from runreport.query.index import RunIndex
from runreport.report import charts
from runreport.report.charts import Chart
from runreport.report.columns import (
    Column,
    DataScript,
    data_scripts,
    experiment_columns,
    facet_counts,
    hashed_name,
    script_json,
)
from runreport.report.config import ExperimentConfig
from runreport.report.curves import Curve, CurveReader
from runreport.report.formatting import (
    MISSING,
    choose_format,
    format_duration,
    format_time,
    general,
    iso_time,
    plural,
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
from runreport.report.urls import experiment_folder, run_folder

PAGE_SIZE = 50
MAX_PAGES = 20
MAX_SHOWN_COLUMNS = 12
CURVE_RUNS = charts.SERIES
PARALLEL_AXES = 7
PARALLEL_RUNS = 300
SCATTER_RUNS = 1000
MAX_TICKS = 8
STATUSES = ("FINISHED", "RUNNING", "FAILED", "KILLED", "SCHEDULED")


@dataclass(frozen=True, slots=True)
class Table:
    """An experiment's runs as columns, and the few things that all parts of the page ask."""

    columns: Mapping[str, Column]
    labels: tuple[str, ...]
    """A name for each run that no other run of the experiment has."""
    primary: str
    """Primary metric; empty when the runs have none."""
    direction: str | None
    scores: tuple[float | None, ...]
    """The primary metric of each run."""

    def values(self, name: str) -> tuple[object, ...]:
        """The values of a column, one a run."""
        return self.columns[name].values

    def ranked(self) -> list[int]:
        """Runs with a finite primary metric, best first; without a direction, newest first."""
        scores = self.scores
        usable = [
            n for n, score in enumerate(scores) if score is not None and math.isfinite(score)
        ]
        if self.direction is None:
            return usable
        sign = -1.0 if self.direction == "max" else 1.0
        return sorted(usable, key=lambda number: sign * (scores[number] or 0.0))


def make_table(index: RunIndex, numbers: pa.Array, config: ExperimentConfig) -> Table:
    """The columns of an experiment's runs, newest run first."""
    columns = {column.name: column for column in experiment_columns(index, numbers)}
    names = [str(name) for name in columns["run_name"].values]
    ids = [str(run_id) for run_id in columns["run_id"].values]
    repeated = {name for name, count in Counter(names).items() if count > 1}
    labels = tuple(
        f"{name} {run_id[:6]}" if name in repeated else name
        for name, run_id in zip(names, ids, strict=True)
    )
    primary = _primary_metric(columns, config)
    metric = columns.get(f"metrics.{primary}")
    scores = metric.values if metric is not None else [None] * len(labels)
    return Table(
        columns,
        labels,
        primary,
        config.direction,
        tuple(float(v) if isinstance(v, int | float) else None for v in scores),
    )


def make_experiment_page(
    state: ExperimentState,
    table: Table,
    curves: CurveReader,
    config: ExperimentConfig,
) -> ExperimentPage:
    """The page model of one experiment."""
    lines = _curves_chart(table, curves)
    points = _scatter_chart(table, charts.WIDE if lines is None else charts.WIDTH)
    drawn = [chart for chart in (lines, points, _parallel_chart(table)) if chart is not None]
    counts = status_counts(table.values("status"))
    note = config.description or state.tags.get("mlflow.note.content", "")
    started = [value for value in table.values("start_time") if isinstance(value, int)]
    return ExperimentPage(
        experiment_id=state.experiment_id,
        name=state.name,
        folder=experiment_folder(state.name),
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
        charts=tuple(drawn),
        chart_script=_chart_script(drawn) if drawn else None,
        table=_run_table(table, config),
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
                    for param in _varying(table, "params")
                    if param.values[number] is not None
                )[:6],
            )
    return None


def cell_text(column: Column, number: int) -> str:
    """A value as the table shows it."""
    value = column.values[number]
    if value is None:
        return MISSING
    if column.kind == "number":
        return column.format(float(value))  # type: ignore[arg-type]
    if column.kind == "time":
        return format_time(int(value))  # type: ignore[call-overload]
    if column.kind == "duration":
        return format_duration(float(value))  # type: ignore[arg-type]
    return str(value)


def _primary_metric(columns: Mapping[str, Column], config: ExperimentConfig) -> str:
    if config.primary_metric and f"metrics.{config.primary_metric}" in columns:
        return config.primary_metric
    metrics = [column for column in columns.values() if column.group == "metrics"]
    if not metrics:
        return ""
    most = max(metrics, key=lambda c: (sum(v is not None for v in c.values), c.varies, _desc(c)))
    return most.label


def _desc(column: Column) -> tuple[int, ...]:
    return tuple(-ord(letter) for letter in column.label)


def _varying(table: Table, group: str) -> list[Column]:
    """The columns of a group in which runs differ, those that most runs have first."""
    columns = [c for c in table.columns.values() if c.group == group and c.varies]
    return sorted(columns, key=lambda c: -sum(value is not None for value in c.values))


def _shown_columns(table: Table, config: ExperimentConfig) -> tuple[Column, ...]:
    if config.columns:
        wanted = [name for name in config.columns if name in table.columns]
        if "run_name" not in wanted:
            wanted.insert(0, "run_name")
    else:
        params = [column.name for column in _varying(table, "params")[:4]]
        metrics = [c.name for c in table.columns.values() if c.group == "metrics"]
        primary = f"metrics.{table.primary}"
        metrics.sort(key=lambda name: (name != primary, name))
        tags = [column.name for column in _varying(table, "tags") if column.distinct <= 20]
        wanted = ["run_name", "status", "start_time", "duration", *metrics[:3], *params, *tags[:1]]
    return tuple(table.columns[name] for name in wanted)[:MAX_SHOWN_COLUMNS]


def _run_table(table: Table, config: ExperimentConfig) -> RunTable:
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
        for number in range(min(count, PAGE_SIZE * MAX_PAGES))
    )
    columns = tuple(table.columns.values())
    manifest, scripts = data_scripts(columns, count)
    facets = tuple(
        Facet(column.name, column.label, tuple(facet_counts(column)))
        for column in columns
        if column.name == "status"
        or (column.group == "tags" and 0 < column.distinct <= 20 and column.varies)
    )
    return RunTable(shown, rows, PAGE_SIZE, count, columns, facets, manifest, scripts)


def _span(started: Sequence[int]) -> str:
    if not started:
        return ""
    first, last = format_time(min(started))[:10], format_time(max(started))[:10]
    return first if first == last else f"{first} to {last}"


# -- charts ---------------------------------------------------------------------------------


def _curves_chart(table: Table, reader: CurveReader) -> Chart | None:
    """The primary metric, or the one with most curves, over steps, for the best runs."""
    ids = [str(run_id) for run_id in table.values("run_id")]
    order = table.ranked() or list(range(len(ids)))
    found: list[tuple[int, dict[str, Curve]]] = []
    for number in order[:60]:  # runs without any curve do not count as looked at for ever
        curves = {k: c for k, c in reader.read(ids[number]).items() if len(c.values) > 1}
        if curves:
            found.append((number, curves))
        if len(found) == CURVE_RUNS:
            break
    if not found:
        return None
    usage = Counter(key for _, curves in found for key in curves)
    metric = table.primary
    if metric not in usage:
        metric = min(usage, key=lambda key: (-usage[key], key))
    drawn = [(number, curves[metric]) for number, curves in found if metric in curves]
    rows = [
        {"run": table.labels[number], "step": step, "value": value}
        for number, curve in drawn
        for step, value in zip(curve.steps, curve.values, strict=True)
        if math.isfinite(value)
    ]
    form = choose_format(value for _, curve in drawn for value in curve.values)
    which = "newest" if table.direction is None else "best"
    metrics = sorted(
        c.label for c in table.columns.values() if c.group == "metrics" and c.label in usage
    )
    return Chart(
        "curves",
        f"{metric} over steps",
        f"{metric} over steps for the {which} {plural(len(drawn), 'run')} that logged it.",
        charts.curves_spec(metric),
        tuple(rows),
        ("Run", "Steps", "First", "Last", "Min", "Max"),
        tuple(
            (
                table.labels[number],
                f"{curve.steps[0]:,} to {curve.steps[-1]:,}",
                form(curve.values[0]),
                form(curve.values[-1]),
                form(min(curve.values)),
                form(max(curve.values)),
            )
            for number, curve in drawn
        ),
        {"metric": metric, "metrics": metrics, "runs": [ids[number] for number, _ in drawn]},
    )


def _scatter_chart(table: Table, width: int) -> Chart | None:
    """The primary metric against the param it could depend on most plainly."""
    params = [param for param in _varying(table, "params") if param.distinct > 1]
    if not table.primary or not params:
        return None
    scores = table.scores
    told = {param.name: explained_share(param.values, scores) for param in params}
    x = max(params, key=lambda param: (param.is_numeric, told[param.name]))
    groups = [
        column for column in params if column is not x and 1 < column.distinct <= charts.SERIES
    ]
    color = max(groups, key=lambda column: told[column.name]) if groups else None
    ids = table.values("run_id")
    rows = []
    for number, score in enumerate(scores[:SCATTER_RUNS]):
        value = x.values[number]
        if score is None or not math.isfinite(score) or value is None:
            continue
        row: dict[str, object] = {"x": value, "y": score, "run": table.labels[number]}
        row["href"] = f"{run_folder(str(ids[number]))}/index.html"
        if color is not None:
            row["color"] = MISSING if color.values[number] is None else cell_text(color, number)
        rows.append(row)
    if len(rows) < 2:
        return None
    kinds = sorted({v for v in x.values if isinstance(v, int | float) and math.isfinite(v)})
    is_log = x.is_numeric and _wants_log(kinds)
    form = table.columns[f"metrics.{table.primary}"].format
    return Chart(
        "scatter",
        f"{table.primary} against {x.label}",
        f"{table.primary} against {x.label}"
        + (f", coloured by {color.label}" if color else "")
        + f", for {plural(len(rows), 'run')}.",
        charts.scatter_spec(
            x.label,
            table.primary,
            color.label if color else None,
            is_numeric=x.is_numeric,
            is_log=is_log,
            ticks=kinds if len(kinds) <= MAX_TICKS else (),
            width=width,
        ),
        tuple(rows),
        (x.label, "Runs", "Lowest", "Mean", "Highest"),
        _grouped(rows, form),
        {
            "x": x.name,
            "y": f"metrics.{table.primary}",
            "color": color.name if color else "",
        },
    )


def explained_share(values: Sequence[object], scores: Sequence[float | None]) -> float:
    """How much of the scores' variance lies between the values, 0 to 1 (eta squared).

    Numbers of more than 12 kinds are put into six groups of equal size first. Says which param
    is worth an axis, nothing about cause.
    """
    pairs = [
        (value, score)
        for value, score in zip(values, scores, strict=True)
        if value is not None and score is not None and math.isfinite(score)
    ]
    kinds = {value for value, _ in pairs}
    if len(kinds) < 2:
        return 0.0
    if len(kinds) > 12:
        pairs.sort(key=lambda pair: (isinstance(pair[0], str), pair[0]))
        pairs = [(number * 6 // len(pairs), score) for number, (_, score) in enumerate(pairs)]
    groups: dict[object, list[float]] = {}
    for value, score in pairs:
        groups.setdefault(value, []).append(score)
    mean = math.fsum(score for _, score in pairs) / len(pairs)
    total = math.fsum((score - mean) ** 2 for _, score in pairs)
    between = math.fsum(len(g) * (math.fsum(g) / len(g) - mean) ** 2 for g in groups.values())
    return between / total if total > 0 else 0.0


def _wants_log(ordered: Sequence[float]) -> bool:
    return bool(ordered) and ordered[0] > 0 and ordered[-1] / ordered[0] >= 30


def _grouped(rows: Sequence[Mapping[str, object]], form: object) -> tuple[tuple[str, ...], ...]:
    """The scatter chart as a table: per x, how many runs and what they reached."""
    assert callable(form)
    groups: dict[object, list[float]] = {}
    for row in rows:
        groups.setdefault(row["x"], []).append(float(row["y"]))  # type: ignore[arg-type]
    ordered = sorted(groups.items(), key=lambda pair: (str(type(pair[0])), pair[0]))
    return tuple(
        (
            general(x, 6) if isinstance(x, int | float) else str(x),
            f"{len(ys):,}",
            form(min(ys)),
            form(math.fsum(ys) / len(ys)),
            form(max(ys)),
        )
        for x, ys in ordered[:40]
    )


def _parallel_chart(table: Table) -> Chart | None:
    """Params and the primary metric side by side, a line a run."""
    params = [param for param in _varying(table, "params") if param.distinct > 1]
    params = params[: PARALLEL_AXES - 1]
    if not table.primary or len(params) < 2:
        return None
    order = table.ranked()[:PARALLEL_RUNS]
    metric = table.columns[f"metrics.{table.primary}"]
    chosen = [*params, metric]
    scores = table.scores
    axes = [
        (
            column.label,
            [column.values[number] for number in order],
            column.format if column.is_numeric else str,
        )
        for column in chosen
    ]
    labels = [table.labels[number] for number in order]
    rows = charts.parallel_rows(labels, axes, [scores[number] for number in order])
    if len(order) < 2:
        return None
    return Chart(
        "parallel",
        f"Settings and {table.primary}, run by run",
        f"Parallel coordinates of {', '.join(c.label for c in chosen)} "
        f"for {plural(len(order), 'run')}.",
        charts.parallel_spec(
            [column.label for column in chosen],
            table.primary,
            is_lower_better=table.direction == "min",
        ),
        tuple(rows),
        ("Run", *(column.label for column in chosen)),
        tuple(
            (table.labels[number], *(cell_text(column, number) for column in chosen))
            for number in order[:20]
        ),
        {"columns": [column.name for column in chosen], "score": f"metrics.{table.primary}"},
    )


def _chart_script(drawn: Sequence[Chart]) -> DataScript:
    specs = {chart.name: {"spec": chart.spec, "options": chart.options} for chart in drawn}
    content = f"runreport.charts({script_json(specs)});\n"
    return DataScript(hashed_name("charts", content), content)
