"""Charts of any type over chosen runs, as ``static/js/chart_rows.js`` draws them live."""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from runreport.report import charts, summary_charts
from runreport.report.chart_texts import ChartText
from runreport.report.charts import Chart, Row
from runreport.report.columns import Column
from runreport.report.curves import Curve, CurveReader
from runreport.report.formatting import MISSING, NumberFormat, choose_format, plural
from runreport.report.table import Table, cell_text

MOST_LINES = 18
MOST_BAND = 300
"""Runs of a mean."""
MOST_ROWS = 300
LISTED = 100
BAND_POINTS = 200


def make_chart(
    text: ChartText, name: str, table: Table, numbers: Sequence[int], reader: CurveReader
) -> Chart | None:
    """A chart of some runs; None where none of them has the values.

    Args:
        name: names the picture; unique on its page.
        numbers: places in the table, in the order of drawing.
    """
    made = _MAKERS[text.type](text, table, numbers, reader)
    if made is None:
        return None
    title, spec, rows = made
    rows = [row for row in rows if charts.is_drawable(row)]
    if not rows:
        return None
    title = text["title"] or title
    runs = len({row["run"] for row in rows if "run" in row})
    columns, cells = _as_table(rows)
    summary = f"{title}, {plural(runs, 'run')}." if runs else f"{title}."
    return Chart(
        name, title, summary, spec, tuple(rows), columns, cells, {"type": text.type, **text.fields}
    )


_Made = tuple[str, charts.Spec, list[Row]] | None


def _as_table(rows: Sequence[Row]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    told = [row for row in rows if "run" in row or "color" in row]
    hidden = ("href", "end", "label", "place", "raw")
    names = [name for name in (told[0] if told else ()) if name not in hidden]
    forms = {
        name: choose_format(v for row in told if isinstance(v := row.get(name), int | float))
        for name in names
    }

    def cell(row: Row, name: str) -> str:
        value = row.get(name)
        if isinstance(value, int | float):
            return forms[name](value)
        return MISSING if value is None else str(value)

    return tuple(names), tuple(tuple(cell(row, n) for n in names) for row in told[:LISTED])


def _label(table: Table, name: str) -> str:
    column = table.columns.get(name)
    return name if column is None else column.label


def _finite(table: Table, name: str, numbers: Sequence[int]) -> list[int]:
    if name not in table.columns:
        return []
    values = table.values(name)
    return [n for n in numbers if isinstance(v := values[n], int | float) and math.isfinite(v)][
        :MOST_ROWS
    ]


def _text(table: Table, name: str, number: int) -> str:
    if name == "run_name" or name not in table.columns:
        return table.labels[number]
    return cell_text(table.columns[name], number)


def _line(text: ChartText, table: Table, numbers: Sequence[int], reader: CurveReader) -> _Made:
    metric = _label(table, text["y"]).removeprefix("metrics.")
    found = _curves(table, numbers, metric, reader, MOST_BAND if text["g"] else MOST_LINES)
    if not found:
        return None
    axis = text["x"] or "step"
    weight = float(text["smooth"] or 0)
    title = f"{metric} over {'steps' if axis == 'step' else 'time'}"
    x_title = {"step": "Step", "time": "Time, UTC", "relative": "Time since start, s"}[axis]
    if text["g"]:
        groups: dict[str, list[tuple[Sequence[float], Sequence[float]]]] = {}
        for number, curve in found:
            places = _places(curve, "relative" if axis == "time" else axis)
            groups.setdefault(_text(table, text["g"], number), []).append((places, curve.values))
        rows: list[Row] = [
            {"color": f"{group} (n {len(members)})", **point}
            for group, members in groups.items()
            for point in band(members)
        ]
        return title, _scaled(summary_charts.band_spec(metric, x_title), text), rows
    rows = []
    for number, curve in found:
        lines = smoothed(curve.values, weight) if weight else curve.values
        for x, y, raw in zip(_places(curve, axis), lines, curve.values, strict=True):
            is_usable = math.isfinite(raw) and (text["scale"] != "log" or raw > 0)
            row: dict[str, object] = {"run": table.labels[number], "x": x}
            row["y"] = y if is_usable else None
            if weight and is_usable:
                row["raw"] = raw
            if text["c"]:
                row["color"] = _text(table, text["c"], number)
            rows.append(row)
    if all(row["y"] is None for row in rows):
        return None
    spec = _scaled(charts.line_spec(metric, x_title), text)
    if not weight:
        spec["layer"].pop(0)
    for layer in spec["layer"]:
        layer["encoding"]["detail"] = {"field": "run", "type": "nominal"}
        if text["c"]:
            layer["encoding"]["color"] |= {"field": "color", "title": _label(table, text["c"])}
        if axis == "time":
            layer["encoding"]["x"] = {
                "field": "x", "type": "temporal", "title": x_title, "scale": {"type": "utc"}
            }  # fmt: skip
    return title, spec, rows


def _scaled(spec: charts.Spec, text: ChartText) -> charts.Spec:
    if text["scale"] == "log":
        for layer in spec.get("layer", [spec]):
            layer["encoding"]["y"]["scale"] = {"type": "log", "nice": False}
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
    return [(time - curve.times[0]) / 1000 for time in curve.times]


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


def _rows(
    table: Table,
    numbers: Sequence[int],
    color: str,
    more: Callable[[int], Mapping[str, object]],
) -> list[Row]:
    rows: list[Row] = []
    for number in numbers:
        row: dict[str, object] = {"run": table.labels[number], **more(number)}
        row["href"] = table.url_of(number)
        if color:
            row["color"] = _text(table, color, number)
        rows.append(row)
    return rows


def _scatter(text: ChartText, table: Table, numbers: Sequence[int], _: CurveReader) -> _Made:
    x = table.columns.get(text["x"])
    own = _finite(table, text["y"], numbers)
    if x is None or not own:
        return None
    own = [n for n in own if x.values[n] is not None and charts.is_drawable({"x": x.values[n]})]
    kinds = sorted({v for n in own if isinstance(v := x.values[n], int | float)})
    is_log = bool(kinds) and kinds[0] > 0 and kinds[-1] / kinds[0] >= 30
    y = table.columns[text["y"]]
    rows = _rows(table, own, text["c"], lambda n: {"x": x.values[n], "y": y.values[n]})
    spec = charts.scatter_spec(
        x.label,
        y.label,
        _label(table, text["c"]) if text["c"] else None,
        is_numeric=x.is_numeric,
        is_log=is_log,
        ticks=kinds if len(kinds) <= 8 else (),
    )
    return f"{y.label} against {x.label}", _scaled(spec, text), rows


def _by_category(text: ChartText, table: Table, numbers: Sequence[int], spec_of: Any) -> _Made:
    own = _finite(table, text["y"], numbers)
    if not own:
        return None
    y = table.columns[text["y"]]
    ordered = _in_order(table, text["x"], own)
    rows = _rows(
        table, ordered, text["c"], lambda n: {"x": _text(table, text["x"], n), "y": y.values[n]}
    )
    if text["x"] != "run_name" and text["x"] not in table.columns:
        return None
    x_label = "Run" if text["x"] == "run_name" else _label(table, text["x"])
    color = _label(table, text["c"]) if text["c"] else None
    spec = spec_of(x_label, y.label, color)
    ordered_texts = list(dict.fromkeys(str(row["x"]) for row in rows))
    for layer in spec.get("layer", [spec]):
        # A list to sort by would become an expression; a domain stays data.
        layer["encoding"]["x"]["scale"] = {"domain": ordered_texts}
    return f"{y.label} by {x_label}", spec, rows


def _in_order(table: Table, name: str, numbers: Sequence[int]) -> list[int]:
    column = table.columns.get(name)
    if column is None or name == "run_name":
        return list(numbers)

    def key(number: int) -> tuple[bool, bool, Any]:
        value = column.values[number]
        is_number = isinstance(value, int | float)
        return value is None, not is_number, value if is_number else str(value)

    return sorted(numbers, key=key)


def _bar(text: ChartText, table: Table, numbers: Sequence[int], _: CurveReader) -> _Made:
    return _by_category(text, table, numbers, summary_charts.bar_spec)


def _box(text: ChartText, table: Table, numbers: Sequence[int], _: CurveReader) -> _Made:
    return _by_category(text, table, numbers, summary_charts.box_spec)


def _histogram(text: ChartText, table: Table, numbers: Sequence[int], _: CurveReader) -> _Made:
    own = _finite(table, text["x"], numbers)
    if not own:
        return None
    x = table.columns[text["x"]]
    rows = _rows(table, own, text["c"], lambda n: {"x": x.values[n]})
    color = _label(table, text["c"]) if text["c"] else None
    return f"Runs by {x.label}", summary_charts.histogram_spec(x.label, color), rows


def _heatmap(text: ChartText, table: Table, numbers: Sequence[int], _: CurveReader) -> _Made:
    own = _finite(table, text["c"], numbers)
    if not own:
        return None
    metric = table.columns[text["c"]]
    x, y = text["x"], text["y"]
    if not {x, y} <= {*table.columns}:
        return None
    rows = _rows(
        table,
        own,
        "",
        lambda n: {"x": _text(table, x, n), "y": _text(table, y, n), "value": metric.values[n]},
    )
    spec = summary_charts.heatmap_spec(_label(table, x), _label(table, y), metric.label)
    for field, name in (("x", x), ("y", y)):
        ordered = [_text(table, name, number) for number in _in_order(table, name, own)]
        domain = list(dict.fromkeys(ordered))
        spec["encoding"][field]["scale"] = {"domain": domain if field == "x" else domain[::-1]}
    return f"{metric.label} by {_label(table, x)} and {_label(table, y)}", spec, rows


def _parallel(text: ChartText, table: Table, numbers: Sequence[int], _: CurveReader) -> _Made:
    own = _finite(table, text["c"], numbers)
    names = [name for name in text["x"].split(",") if name in table.columns]
    if len(own) < 2 or not names:
        return None
    metric = table.columns[text["c"]]
    chosen = [*(table.columns[name] for name in names if name != text["c"]), metric]
    axes = [(c.label, [c.values[n] for n in own], end_text(c)) for c in chosen]
    labels = [table.labels[number] for number in own]
    scores = [float(metric.values[number]) for number in own]  # type: ignore[arg-type]
    spec = charts.parallel_spec([column.label for column in chosen], metric.label)
    return (
        f"Settings and {metric.label}, run by run",
        spec,
        list(charts.parallel_rows(labels, axes, scores)),
    )


def end_text(column: Column) -> Callable[[Any], str]:
    """How the ends of a column's axis are written: settings with the digits they need."""
    if column.texts is not None:
        return NumberFormat("general", 6)
    return column.format if column.is_numeric else str


_MAKERS: Mapping[str, Callable[[ChartText, Table, Sequence[int], CurveReader], _Made]] = {
    "line": _line,
    "bar": _bar,
    "scatter": _scatter,
    "box": _box,
    "parallel": _parallel,
    "histogram": _histogram,
    "heatmap": _heatmap,
}
