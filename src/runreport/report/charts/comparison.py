"""The comparison charts of an experiment: which charts, of which runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from runreport.report.charts.chart import Chart
from runreport.report.charts.choosing import telling_params
from runreport.report.charts.filled import Asked
from runreport.report.charts.making import make_chart
from runreport.report.charts.pointed import pointed_json
from runreport.report.charts.texts import ChartText
from runreport.report.tables.column_scripts import DataScript, hashed_name, script_json
from runreport.report.tables.columns import Column
from runreport.report.tables.ranking import metrics_by_meaning
from runreport.report.tables.table import Table

CURVE_RUNS = 6
PARALLEL_AXES = 7
MOST_GROUPS = 9
"""Values of a param that colours points by default."""


def comparison_charts(asked: Asked) -> tuple[Chart, ...]:
    """Curves of the best runs, the primary metric against the param that goes with it most, and
    parallel coordinates: those for which there is data."""
    table = asked.table
    order = "newest" if table.direction is None else "best"
    every = range(len(table.labels))
    best = replace(asked, numbers=table.ranked() or every, total=len(every))
    # Where there is room, those that diverged: what became of them is what one looks for.
    with_curves = replace(best, numbers=[*dict.fromkeys([*best.numbers, *every])])
    params = telling_params(table)
    lines = _curves(replace(with_curves, most=CURVE_RUNS), order)
    points = make_chart(
        _scatter_text(table, params), "scatter", asked, order="newest", is_wide=lines is None
    ) if table.primary and params else None  # fmt: skip
    if points is not None and len(points.rows) < 2:
        points = None
    several = [param.name for param in params[: PARALLEL_AXES - 1]]
    axes = None
    if table.primary and len(several) > 1:
        fields = {"x": ",".join(several), "c": f"metrics.{table.primary}"}
        axes = make_chart(ChartText("parallel", fields), "parallel", best, order=order)
    return tuple(chart for chart in (lines, points, axes) if chart is not None)


def _curves(asked: Asked, order: str) -> Chart | None:
    """The primary metric over steps, or the first metric that has curves."""
    table = asked.table
    primary = f"metrics.{table.primary}"
    ordered = metrics_by_meaning(table.columns.values(), len(table.labels))
    names = dict.fromkeys([primary, *(column.name for column in ordered)])
    for name in names:
        column = table.columns.get(name)
        if column is not None and column.has_curves:
            text = ChartText("line", {"y": name})
            chart = make_chart(text, "curves", asked, order=order)
            if chart is not None:
                ids = [table.values("run_id")[number] for number in chart.runs]
                told = {"runs": "built", "runs_built": ids, "order": order, "is_cut": chart.is_cut}
                return replace(chart, options={**chart.options, **told})
    return None


def _scatter_text(table: Table, params: Sequence[Column]) -> ChartText:
    """The primary metric against the first param, coloured by the next that has few values."""
    fields = {"x": params[0].name, "y": f"metrics.{table.primary}"}
    groups = [param for param in params[1:] if param.distinct <= MOST_GROUPS]
    return ChartText("scatter", {**fields, "c": groups[0].name} if groups else fields)


def chart_script(drawn: Sequence[Chart], runs: int) -> DataScript:
    """What the charts show, as a script for the browser.

    Args:
        runs: of the table.
    """
    shown = {
        chart.name: {**chart.options, "pointed": pointed_json(chart.pointed, runs)}
        if chart.pointed
        else chart.options
        for chart in drawn
    }
    content = f"runreport.charts({script_json(shown)});\n"
    return DataScript(hashed_name("charts", content), content)
