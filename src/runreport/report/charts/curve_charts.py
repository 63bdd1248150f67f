"""Charts of curves: a line a run, or a mean with a band a group of runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from runreport.report.charts.axes import in_unit
from runreport.report.charts.chart import Row
from runreport.report.charts.curves import Curve
from runreport.report.charts.filled import MOST_BAND, MOST_LINES, Asked, Filled, most_of, row_of
from runreport.report.charts.forms import Form
from runreport.report.charts.line_rows import band, curves_of, line_rows, placed_curve, step_title
from runreport.report.charts.looks import (
    LOOKS,
    Coloured,
    coloured,
    give_looks,
    grouped,
    run_colours,
)
from runreport.report.charts.texts import ChartText

MOST_NAMED = 3
"""Metrics of a chart that are named in its title."""


def fill_lines(text: ChartText, asked: Asked) -> Filled | None:
    table = asked.table
    if text["g"]:
        return _band(text, asked)
    if "," in text["y"] and text["y"] not in table.columns:
        return _several(text, asked)
    metric = text["y"].removeprefix("metrics.")
    most = most_of(text, asked, MOST_LINES)
    axis = text["x"] or "step"
    every = curves_of(table, asked.numbers, metric, asked.reader, most, text["scale"], axis)
    runs = [number for number, _ in every]
    colours = coloured(table, text["c"], runs)
    if colours.kind == "none":
        give_looks(asked.looks, runs)
        colours = replace(run_colours(table, runs, asked.looks), note=colours.note)
    found = [(number, curve) for number, curve in every if number in colours.values]
    rows = line_rows(found, axis, float(text["smooth"] or 0), lambda n: row_of(asked, n, colours))
    if all(row["y"] is None for row in rows):
        return None
    curves = [curve for _, curve in found]
    title = step_title(curves, axis)
    if axis == "relative":
        rows, title = in_unit(rows, title)
    return Filled(
        Form(
            "line", "time" if axis == "time" else "number", text["scale"] or "linear", colours.kind
        ),
        rows,
        [number for number, _ in found],
        _usable(asked, text["y"], len(found), is_all=len(every) < most),
        {"x": title, "y": metric, "color": colours.title},
        colours,
        is_time=axis == "time",
        curves=curves,
    )


def _several(text: ChartText, asked: Asked) -> Filled | None:
    """Several metrics of some runs: a colour a metric, a line each."""
    table, axis = asked.table, text["x"] or "step"
    wanted = [name.removeprefix("metrics.") for name in dict.fromkeys(text["y"].split(","))]
    metrics = wanted[:LOOKS]
    most = max(1, most_of(text, asked, MOST_LINES) // len(metrics))
    found = {
        metric: own
        for metric in metrics
        if (
            own := curves_of(table, asked.numbers, metric, asked.reader, most, text["scale"], axis)
        )
    }
    rows: list[Row] = []
    for metric, own in found.items():
        told = partial(_told_line, asked, metric)
        rows += line_rows(own, axis, float(text["smooth"] or 0), told)
    if all(row["y"] is None for row in rows):
        return None
    curves = [curve for own in found.values() for _, curve in own]
    title = step_title(curves, axis)
    if axis == "relative":
        rows, title = in_unit(rows, title)
    runs = [number for own in found.values() for number, _ in own]
    note = f"the first {LOOKS} of {len(wanted)} metrics" if len(wanted) > LOOKS else ""
    colours = Coloured("category", {}, "Metric", tuple(found), tuple(range(len(found))), note)
    is_time = axis == "time"
    is_all = all(len(own) < most for own in found.values())
    return Filled(
        Form("line", "time" if is_time else "number", text["scale"] or "linear", "category"),
        rows,
        runs,
        max(_usable(asked, f"metrics.{metric}", len({*runs}), is_all=is_all) for metric in found),
        {"x": title, "y": several_text([*found]), "color": colours.title},
        colours,
        is_time=is_time,
        curves=curves,
    )


def _told_line(asked: Asked, metric: str, number: int) -> dict[str, object]:
    table = asked.table
    return {
        "run": f"{table.labels[number]}, {metric}", "href": table.url_of(number), "color": metric
    }  # fmt: skip


def several_text(names: Sequence[str]) -> str:
    """What several metrics are called together."""
    return ", ".join(names) if len(names) <= MOST_NAMED else f"{len(names)} metrics"


def _usable(asked: Asked, name: str, found: int, *, is_all: bool) -> int:
    """Runs that have a curve; where not all were read, those that have the metric."""
    column = asked.table.columns.get(name)
    if is_all or column is None:
        return found
    return sum(column.values[n] is not None for n in asked.numbers)


def _band(text: ChartText, asked: Asked) -> Filled | None:
    table = asked.table
    metric = text["y"].removeprefix("metrics.")
    most = most_of(text, asked, MOST_BAND)
    axis = "step" if text["x"] in ("", "step") else "relative"
    found = curves_of(table, asked.numbers, metric, asked.reader, most, text["scale"], axis)
    colours = grouped(table, text["g"], [number for number, _ in found])
    groups: dict[object, list[Curve]] = {group: [] for group in colours.texts}
    for number, curve in found:
        groups[colours.values[number]].append(curve)
    rows: list[Row] = []
    labels = []
    for group, curves in groups.items():
        points = [*band([placed_curve(curve, axis) for curve in curves])]
        labels.append(f"{group} ({_runs_of(points, len(curves))})")
        rows += [{"color": labels[-1], **point} for point in points]
    title = step_title([curve for _, curve in found], axis)
    if axis == "relative":
        rows, title = in_unit(rows, title)
    return Filled(
        Form("band", "number", text["scale"] or "linear", colours.kind),
        rows,
        [number for number, _ in found],
        _usable(asked, text["y"], len(found), is_all=len(found) < most),
        {"x": title, "y": metric, "color": colours.title},
        replace(colours, texts=tuple(labels)),
        curves=[curve for _, curve in found],
    )


def _runs_of(points: Sequence[Mapping[str, float]], most: int) -> str:
    """``n 3``, or ``n 1 to 3`` where fewer runs come as far as others."""
    least = min((int(point["n"]) for point in points), default=most)
    return f"n {most}" if least == most else f"n {least} to {most}"
