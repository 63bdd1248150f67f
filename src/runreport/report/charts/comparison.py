"""The comparison charts of an experiment: which runs, params and metrics each one shows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from runreport.report.charts import specs
from runreport.report.charts.curves import Curve, CurveReader
from runreport.report.charts.making import axis_names, end_text
from runreport.report.charts.specs import Chart
from runreport.report.column_scripts import DataScript, hashed_name, script_json
from runreport.report.formatting import plural
from runreport.report.shown import Shown, show_number
from runreport.report.table import Table, cell, distinct_texts, varying

CURVE_RUNS = specs.SERIES
PARALLEL_AXES = 7
PARALLEL_RUNS = 120
SCATTER_RUNS = 400
"""Newest runs that the built picture shows; the live chart shows more."""
MAX_TICKS = 8


def comparison_charts(table: Table, curves: CurveReader) -> tuple[Chart, ...]:
    """The charts that the runs have data for: curves, scatter, parallel coordinates."""
    lines = _curves_chart(table, curves)
    points = _scatter_chart(table, specs.WIDE if lines is None else specs.WIDTH)
    return tuple(c for c in (lines, points, _parallel_chart(table)) if c is not None)


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
        {"run": table.labels[number], "x": step, "y": value}
        for number, curve in drawn
        for step, value in zip(curve.steps, curve.values, strict=True)
        if math.isfinite(value)
    ]
    if not rows:  # NaN and infinities only
        return None
    which = "newest" if table.direction is None else "best"
    return Chart(
        "curves",
        f"{metric} over steps",
        f"{metric} over steps for the {which} {plural(len(drawn), 'run')} that logged it.",
        specs.line_spec(metric),
        tuple(rows),
        ("Run", "Steps", "First", "Last", "Min", "Max"),
        tuple(
            (
                Shown(table.labels[number]),
                Shown(f"{curve.steps[0]:,} to {curve.steps[-1]:,}"),
                *map(show_number, (curve.values[0], curve.values[-1])),
                *map(show_number, (min(curve.values), max(curve.values))),
            )
            for number, curve in drawn
        ),
        {
            "type": "line",
            "y": f"metrics.{metric}",
            "runs": "built",
            "runs_built": [ids[number] for number, _ in drawn],
        },
    )


def _scatter_chart(table: Table, width: int) -> Chart | None:
    """The primary metric against the param it could depend on most plainly."""
    params = [param for param in varying(table, "params") if param.distinct > 1]
    if not table.primary or not params:
        return None
    scores = table.scores
    told = {param.name: explained_share(param.values, scores) for param in params}
    x = max(params, key=lambda param: (param.is_numeric, told[param.name]))
    groups = [
        column for column in params if column is not x and 1 < column.distinct <= specs.SERIES
    ]
    color = max(groups, key=lambda column: told[column.name]) if groups else None
    rows = []
    drawn = range(min(len(scores), SCATTER_RUNS))
    groups_of = {} if color is None else distinct_texts(table, color.name, drawn)
    words = {} if x.is_numeric else distinct_texts(table, x.name, drawn)
    for number in drawn:
        score, value = scores[number], x.values[number]
        if score is None or value is None:
            continue
        row: dict[str, object] = {"x": words.get(number, value), "y": score}
        row["run"] = table.labels[number]
        if not specs.is_drawable(row):
            continue
        row["href"] = table.url_of(number)
        if color is not None:
            row["color"] = groups_of[number]
        rows.append(row)
    if len(rows) < 2:
        return None
    kinds = sorted({v for v in x.values if isinstance(v, int | float) and math.isfinite(v)})
    is_log = x.is_numeric and _wants_log(kinds)
    return Chart(
        "scatter",
        f"{table.primary} against {x.label}",
        f"{table.primary} against {x.label}"
        + (f", coloured by {color.label}" if color else "")
        + f", for {plural(len(rows), 'run')}.",
        specs.scatter_spec(
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
        _grouped(rows),
        {
            "type": "scatter",
            "x": x.name,
            "y": f"metrics.{table.primary}",
            "c": color.name if color else "",
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
    scale = max(abs(score) for _, score in pairs) or 1.0  # squares of 1e200 fit no float
    mean = math.fsum(score / scale for _, score in pairs) / len(pairs)
    total = math.fsum((score / scale - mean) ** 2 for _, score in pairs)
    between = math.fsum(
        len(group) * (math.fsum(score / scale for score in group) / len(group) - mean) ** 2
        for group in groups.values()
    )
    return between / total if total > 0 else 0.0


def _wants_log(ordered: Sequence[float]) -> bool:
    return bool(ordered) and ordered[0] > 0 and ordered[-1] / ordered[0] >= 30


def _grouped(rows: Sequence[Mapping[str, object]]) -> tuple[tuple[Shown, ...], ...]:
    """The scatter chart as a table: per x, how many runs and what they reached."""
    groups: dict[object, list[float]] = {}
    for row in rows:
        groups.setdefault(row["x"], []).append(float(row["y"]))  # type: ignore[arg-type]
    ordered = sorted(groups.items(), key=lambda pair: (str(type(pair[0])), pair[0]))
    return tuple(
        (
            show_number(x) if isinstance(x, int | float) else Shown(str(x)),
            Shown(f"{len(ys):,}"),
            *map(show_number, (min(ys), math.fsum(y / len(ys) for y in ys), max(ys))),
        )
        for x, ys in ordered[:40]
    )


def _parallel_chart(table: Table) -> Chart | None:
    """Params and the primary metric side by side, a line a run."""
    params = [param for param in varying(table, "params") if param.distinct > 1]
    params = params[: PARALLEL_AXES - 1]
    if not table.primary or len(params) < 2:
        return None
    order = table.ranked()[:PARALLEL_RUNS]
    metric = table.columns[f"metrics.{table.primary}"]
    chosen = [*params, metric]
    scores = table.scores
    names = axis_names(chosen)
    axes = [
        (name, [column.values[number] for number in order], end_text(column))
        for name, column in zip(names, chosen, strict=True)
    ]
    labels = [table.labels[number] for number in order]
    rows = specs.parallel_rows(labels, axes, [scores[number] for number in order])
    if len(order) < 2:
        return None
    return Chart(
        "parallel",
        f"Settings and {table.primary}, run by run",
        f"Parallel coordinates of {', '.join(c.label for c in chosen)} "
        f"for {plural(len(order), 'run')}.",
        specs.parallel_spec(
            names,
            table.primary,
            is_lower_better=table.direction == "min",
        ),
        tuple(rows),
        ("Run", *(column.label for column in chosen)),
        tuple(
            (Shown(table.labels[number]), *(cell(column, number) for column in chosen))
            for number in order[:20]
        ),
        {
            "type": "parallel",
            "x": ",".join(column.name for column in params),
            "c": f"metrics.{table.primary}",
        },
    )


def chart_script(drawn: Sequence[Chart]) -> DataScript:
    """What the charts show, as a script for the browser."""
    shown = {chart.name: chart.options for chart in drawn}
    content = f"runreport.charts({script_json(shown)});\n"
    return DataScript(hashed_name("charts", content), content)
