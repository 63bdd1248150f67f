"""Curves of chosen runs and means over groups of them; ``chart_lines.js`` draws the same."""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence

from runreport.report.charts import specs, summary_specs
from runreport.report.charts.axes import in_unit, scaled, utc_axis
from runreport.report.charts.curves import Curve, CurveReader
from runreport.report.charts.specs import Made, Row
from runreport.report.charts.texts import ChartText
from runreport.report.table import Table, distinct_texts

MOST_LINES = 18
MOST_BAND = 300
"""Runs of a mean."""
BAND_POINTS = 200
_TITLES = {"step": "Step", "time": "Time, UTC", "relative": "Time since start"}


def line_chart(text: ChartText, table: Table, numbers: Sequence[int], reader: CurveReader) -> Made:
    """A metric of some runs over steps or time: a line a run, or a mean a group."""
    metric = text["y"].removeprefix("metrics.")
    found = _curves(table, numbers, metric, reader, MOST_BAND if text["g"] else MOST_LINES)
    if not found:
        return None
    axis = text["x"] or "step"
    title = f"{metric} over {'steps' if axis == 'step' else 'time'}"
    if text["g"]:
        axis = "relative" if axis == "time" else axis
        rows = _band_rows(text, table, found, axis)
    else:
        rows = _line_rows(text, table, found, axis)
        if all(row["y"] is None for row in rows):
            return None
    x_title = _TITLES[axis]
    if axis == "relative":
        rows, x_title = in_unit(rows, x_title)
    if text["g"]:
        return title, scaled(summary_specs.band_spec(metric, x_title), text["scale"]), rows
    return title, _line_spec(text, table, metric, x_title, axis), rows


def _band_rows(
    text: ChartText, table: Table, found: Sequence[tuple[int, Curve]], axis: str
) -> list[Row]:
    texts = distinct_texts(table, text["g"], [number for number, _ in found])
    groups: dict[str, list[tuple[Sequence[float], Sequence[float]]]] = {}
    for number, curve in found:
        groups.setdefault(texts[number], []).append((_places(curve, axis), curve.values))
    return [
        {"color": f"{group} (n {len(members)})", **point}
        for group, members in groups.items()
        for point in band(members)
    ]


def _line_rows(
    text: ChartText, table: Table, found: Sequence[tuple[int, Curve]], axis: str
) -> list[Row]:
    weight = float(text["smooth"] or 0)
    numbers = [number for number, _ in found]
    colors = distinct_texts(table, text["c"], numbers) if text["c"] else {}
    rows: list[Row] = []
    for number, curve in found:
        lines = smoothed(curve.values, weight) if weight else curve.values
        for x, y, raw in zip(_places(curve, axis), lines, curve.values, strict=True):
            is_usable = math.isfinite(raw) and (text["scale"] != "log" or raw > 0)
            row: dict[str, object] = {"run": table.labels[number], "x": x}
            row["y"] = y if is_usable else None
            if weight and is_usable:
                row["raw"] = raw
            if text["c"]:
                row["color"] = colors[number]
            rows.append(row)
    return rows


def _line_spec(text: ChartText, table: Table, metric: str, x_title: str, axis: str) -> specs.Spec:
    spec = scaled(specs.line_spec(metric, x_title), text["scale"])
    if not text["smooth"] or not float(text["smooth"]):
        spec["layer"].pop(0)
    for layer in spec["layer"]:
        layer["encoding"]["detail"] = {"field": "run", "type": "nominal"}
        if text["c"]:
            layer["encoding"]["color"] |= {"field": "color", "title": table.label(text["c"])}
        if axis == "time":
            layer["encoding"]["x"] = utc_axis(x_title)
    return spec


def _curves(
    table: Table, numbers: Sequence[int], metric: str, reader: CurveReader, most: int
) -> list[tuple[int, Curve]]:
    found = []
    for number in numbers:
        curve = reader.read(str(table.values("run_id")[number])).get(metric)
        if curve is not None and len(curve.values) > 1:
            found.append((number, curve))
        if len(found) == most:
            break
    return found


def _places(curve: Curve, axis: str) -> Sequence[float]:
    if axis == "step":
        return curve.steps
    if axis == "time":
        return curve.times
    return [time - curve.times[0] for time in curve.times]


def smoothed(values: Sequence[float], weight: float) -> list[float]:
    """An exponential moving mean, corrected for its start (Kingma and Ba, "Adam", 2015).

    Args:
        values: NaN and infinities stay where they are and do not count.
        weight: of what came before, 0 to below 1.
    """
    total, count, found = 0.0, 0, []
    for value in values:
        if not math.isfinite(value):
            found.append(value)
            continue
        total = weight * total + (1 - weight) * value
        count += 1
        found.append(total / (1 - weight**count))
    return found


def band(
    curves: Sequence[tuple[Sequence[float], Sequence[float]]],
) -> list[dict[str, float]]:
    """Mean and one standard deviation (of a sample) of curves, between their points.

    Args:
        curves: places, growing, and values of each; NaN counts nowhere.
    """
    places = sorted({x for xs, _ in curves for x in xs})
    stride = max(1, math.ceil(len(places) / BAND_POINTS))
    found = []
    for number, x in enumerate(places):
        if number % stride and number != len(places) - 1:
            continue
        values = [v for xs, ys in curves if math.isfinite(v := value_at(xs, ys, x))]
        if values:
            mean = math.fsum(value / len(values) for value in values)
            squares = math.fsum((value - mean) ** 2 for value in values)
            std = math.sqrt(squares / (len(values) - 1)) if len(values) > 1 else 0.0
            found.append({"x": x, "y": mean, "low": mean - std, "high": mean + std})
    return found


def value_at(xs: Sequence[float], ys: Sequence[float], x: float) -> float:
    """A curve between its points; NaN before the first and after the last."""
    if not xs or x < xs[0] or x > xs[-1]:
        return math.nan
    place = bisect.bisect_right(xs, x) - 1
    if xs[place] == x or place + 1 == len(xs):
        return ys[place]
    share = (x - xs[place]) / (xs[place + 1] - xs[place])
    return ys[place] + (ys[place + 1] - ys[place]) * share
