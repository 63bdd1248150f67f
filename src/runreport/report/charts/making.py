"""Charts of any type over chosen runs, as ``static/js/chart_rows.js`` draws them live."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from runreport.report.charts import specs, summary_specs
from runreport.report.charts.axes import in_unit, scaled, utc_axis
from runreport.report.charts.curves import CurveReader
from runreport.report.charts.line_rows import line_chart
from runreport.report.charts.specs import Chart, Made, Row
from runreport.report.charts.texts import ChartText
from runreport.report.columns import Column
from runreport.report.formatting import full_time, plural
from runreport.report.shown import MISSING_VALUE, Shown, show_number, show_text
from runreport.report.table import Table, distinct_texts, show_value

MOST_ROWS = 300
LISTED = 100


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
    rows = [row for row in rows if specs.is_drawable(row)]
    if not rows:
        return None
    title = text["title"] or title
    runs = len({row["run"] for row in rows if "run" in row})
    columns, cells = _as_table(rows, _kinds(text, table))
    summary = f"{title}, {plural(runs, 'run')}." if runs else f"{title}."
    return Chart(
        name, title, summary, spec, tuple(rows), columns, cells, {"type": text.type, **text.fields}
    )


def _kinds(text: ChartText, table: Table) -> dict[str, str]:
    """What a row's ``x`` is where it is no plain number."""
    column = table.columns.get(text["x"])
    is_time = text["x"] == "time" and not text["g"] if column is None else column.kind == "time"
    return {"x": "time"} if is_time else {}


def _as_table(
    rows: Sequence[Row], kinds: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[tuple[Shown, ...], ...]]:
    """What is drawn, in words.

    Args:
        kinds: of fields that are no plain numbers.
    """
    told = [row for row in rows if "run" in row or "color" in row]
    hidden = ("href", "end", "label", "place", "raw")
    names = [name for name in (told[0] if told else ()) if name not in hidden]

    def shown(row: Row, name: str) -> Shown:
        value = row.get(name)
        if not isinstance(value, int | float):
            return MISSING_VALUE if value is None else Shown(str(value))
        is_time = kinds.get(name) == "time"
        return Shown(full_time(int(value))) if is_time else show_number(value)

    return tuple(names), tuple(tuple(shown(row, n) for n in names) for row in told[:LISTED])


def _finite(table: Table, name: str, numbers: Sequence[int]) -> list[int]:
    if name not in table.columns:
        return []
    values = table.values(name)
    if table.columns[name].kind == "time":  # a date is no amount
        return []
    return [n for n in numbers if isinstance(v := values[n], int | float) and math.isfinite(v)][
        :MOST_ROWS
    ]


def _measured(column: Column, rows: list[Row], field: str) -> tuple[list[Row], str]:
    """Rows whose spans of time have a unit, and what the axis is called."""
    return (
        in_unit(rows, column.label, field) if column.kind == "duration" else (rows, column.label)
    )


def _rows(
    table: Table,
    numbers: Sequence[int],
    color: str,
    more: Callable[[int], Mapping[str, object]],
) -> list[Row]:
    rows: list[Row] = []
    colors = distinct_texts(table, color, numbers) if color else {}
    for number in numbers:
        row: dict[str, object] = {"run": table.labels[number], **more(number)}
        row["href"] = table.url_of(number)
        if color:
            row["color"] = colors[number]
        rows.append(row)
    return rows


def _scatter(text: ChartText, table: Table, numbers: Sequence[int], _: CurveReader) -> Made:
    x = table.columns.get(text["x"])
    own = _finite(table, text["y"], numbers)
    if x is None or not own:
        return None
    own = [n for n in own if x.values[n] is not None and specs.is_drawable({"x": x.values[n]})]
    kinds = sorted({v for n in own if isinstance(v := x.values[n], int | float)})
    is_log = bool(kinds) and kinds[0] > 0 and kinds[-1] / kinds[0] >= 30
    y = table.columns[text["y"]]
    words = {} if x.is_numeric else distinct_texts(table, text["x"], own)
    rows = _rows(
        table, own, text["c"], lambda n: {"x": words.get(n, x.values[n]), "y": y.values[n]}
    )
    rows, y_title = _measured(y, rows, "y")
    rows, title = _measured(x, rows, "x")
    if x.kind == "duration":
        kinds = sorted({v for row in rows if isinstance(v := row["x"], int | float)})
    spec = specs.scatter_spec(
        title,
        y_title,
        table.label(text["c"]) if text["c"] else None,
        is_numeric=x.is_numeric,
        is_log=is_log,
        ticks=kinds if len(kinds) <= 8 and x.kind != "time" else (),
    )
    if x.kind == "time":
        spec["encoding"]["x"] = utc_axis(f"{x.label}, UTC", padding=16)
    return f"{y.label} against {x.label}", scaled(spec, text["scale"]), rows


def _by_category(text: ChartText, table: Table, numbers: Sequence[int], spec_of: Any) -> Made:
    own = _finite(table, text["y"], numbers)
    if not own:
        return None
    y = table.columns[text["y"]]
    ordered = _in_order(table, text["x"], own)
    words = distinct_texts(table, text["x"], ordered)
    rows = _rows(table, ordered, text["c"], lambda n: {"x": words[n], "y": y.values[n]})
    if text["x"] != "run_name" and text["x"] not in table.columns:
        return None
    x_label = "Run" if text["x"] == "run_name" else table.label(text["x"])
    color = table.label(text["c"]) if text["c"] else None
    rows, y_title = _measured(y, rows, "y")
    spec = spec_of(x_label, y_title, color)
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


def _bar(text: ChartText, table: Table, numbers: Sequence[int], _: CurveReader) -> Made:
    return _by_category(text, table, numbers, summary_specs.bar_spec)


def _box(text: ChartText, table: Table, numbers: Sequence[int], _: CurveReader) -> Made:
    return _by_category(text, table, numbers, summary_specs.box_spec)


def _histogram(text: ChartText, table: Table, numbers: Sequence[int], _: CurveReader) -> Made:
    own = _finite(table, text["x"], numbers)
    if not own:
        return None
    x = table.columns[text["x"]]
    rows = _rows(table, own, text["c"], lambda n: {"x": x.values[n]})
    color = table.label(text["c"]) if text["c"] else None
    rows, x_title = _measured(x, rows, "x")
    return f"Runs by {x.label}", summary_specs.histogram_spec(x_title, color), rows


def _heatmap(text: ChartText, table: Table, numbers: Sequence[int], _: CurveReader) -> Made:
    own = _finite(table, text["c"], numbers)
    if not own:
        return None
    metric = table.columns[text["c"]]
    x, y = text["x"], text["y"]
    if not {x, y} <= {*table.columns}:
        return None
    across, down = distinct_texts(table, x, own), distinct_texts(table, y, own)
    rows = _rows(
        table, own, "", lambda n: {"x": across[n], "y": down[n], "value": metric.values[n]}
    )
    rows, title = _measured(metric, rows, "value")
    spec = summary_specs.heatmap_spec(table.label(x), table.label(y), title)
    for field, name, texts in (("x", x, across), ("y", y, down)):
        ordered = [texts[number] for number in _in_order(table, name, own)]
        domain = list(dict.fromkeys(ordered))
        spec["encoding"][field]["scale"] = {"domain": domain if field == "x" else domain[::-1]}
    return f"{metric.label} by {table.label(x)} and {table.label(y)}", spec, rows


def _parallel(text: ChartText, table: Table, numbers: Sequence[int], _: CurveReader) -> Made:
    own = _finite(table, text["c"], numbers)
    names = [name for name in text["x"].split(",") if name in table.columns]
    if len(own) < 2 or not names:
        return None
    metric = table.columns[text["c"]]
    chosen = [*(table.columns[name] for name in names if name != text["c"]), metric]
    names = axis_names(chosen)
    axes = [
        (name, [c.values[n] for n in own], end_text(c))
        for name, c in zip(names, chosen, strict=True)
    ]
    labels = [table.labels[number] for number in own]
    scores = [float(metric.values[number]) for number in own]  # type: ignore[arg-type]
    spec = specs.parallel_spec(names, metric.label)
    return (
        f"Settings and {metric.label}, run by run",
        spec,
        list(specs.parallel_rows(labels, axes, scores)),
    )


def axis_names(columns: Sequence[Column]) -> list[str]:
    """What the axes of parallel coordinates are called: in full where several have one label."""
    counts = Counter(column.label for column in columns)
    return [c.label if counts[c.label] == 1 else c.name for c in columns]


def end_text(column: Column) -> Callable[[Any], Shown]:
    """How the ends of a column's axis are written."""
    return partial(show_value, column) if column.is_numeric else show_text


_MAKERS: Mapping[str, Callable[[ChartText, Table, Sequence[int], CurveReader], Made]] = {
    "line": line_chart,
    "bar": _bar,
    "scatter": _scatter,
    "box": _box,
    "parallel": _parallel,
    "histogram": _histogram,
    "heatmap": _heatmap,
}
