"""What a pointer finds in a picture: the values behind its lines and points, in their order there.

``static/js/pointing/`` reads their places from the picture itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from runreport.report.charts.chart import Chart, Row
from runreport.report.charts.filled import Filled
from runreport.report.tables.column_scripts import (
    DataScript,
    hashed_name,
    json_number,
    script_json,
)
from runreport.report.tables.columns import Column
from runreport.report.tables.table import show_value


def pointed(filled: Filled, rows: Sequence[Row], labels: Sequence[str]) -> dict[str, object]:
    """Names, x and y of each line, or of each point that is alone; nothing of other charts.

    ``lines`` has a list a line: the place of its run in the table (-1 for several), its name,
    its colour's text, its xs and its ys. Of parallel coordinates x are the names of axes and y
    the values in words; ``axes`` says which column each axis is.

    Args:
        rows: those that are drawn.
        labels: of the table's runs.
    """
    kind = filled.form.type
    if kind == "parallel":
        return _axes(filled, rows, labels)
    if kind not in ("line", "band", "scatter"):
        return {}
    groups = [[row] for row in rows] if kind == "scatter" else _grouped(rows, kind == "band")
    runs = (
        filled.runs if len(filled.runs) == len(groups) and kind != "band" else [-1] * len(groups)
    )
    return {
        "x": filled.titles.get("x", ""),
        "y": filled.titles.get("y", ""),
        "color": filled.titles.get("color", ""),
        "texts": [*filled.colours.texts],
        **({"time": True} if filled.is_time else {}),
        "lines": [_line(run, own) for run, own in zip(runs, groups, strict=True)],
    }


def _axes(filled: Filled, rows: Sequence[Row], labels: Sequence[str]) -> dict[str, object]:
    """The lines of parallel coordinates, in the order in which a picture has them."""
    found: dict[object, list[object]] = {}
    for row in rows:
        if "run" in row:
            found.setdefault(row["run"], []).append(row["axis"])
    columns = dict(filled.axes)
    numbers = {labels[number]: number for number in filled.runs}
    lines = []
    for name, axes in found.items():
        number = numbers[str(name)]
        words = [_words(columns[str(axis)], number) for axis in axes]
        lines.append([number, name, None, axes, words])
    used = {axis for axes in found.values() for axis in axes}
    own = [[axis, column.name] for axis, column in filled.axes if axis in used]
    return {"x": "", "y": "", "color": "", "texts": [], "axes": own, "lines": lines}


def _words(column: Column, number: int) -> str:
    value = column.values[number]
    return str(show_value(column, value) if column.is_numeric else value)


def pointed_json(told: Mapping[str, object], runs: int) -> dict[str, object]:
    """The same for the scripts, which count runs from the oldest."""
    lines = [
        [run if run < 0 else runs - 1 - run, *rest]
        for run, *rest in told["lines"]  # type: ignore[attr-defined]
    ]
    return {**told, "lines": lines}


def linked_script(charts: Iterable[Chart]) -> DataScript | None:
    """What a pointer finds in the charts of a page that has no table of runs, with the addresses
    of the runs by name; None where none of them answers."""
    told = {
        chart.name: {"type": chart.options["type"], "pointed": {**_unnumbered(chart.pointed),
                     "hrefs": _hrefs(chart)}}
        for chart in charts
        if chart.pointed
    }  # fmt: skip
    if not told:
        return None
    content = f"runreport.charts({script_json(told)});\n"
    return DataScript(hashed_name("charts", content), content)


def _unnumbered(told: Mapping[str, object]) -> dict[str, object]:
    return {**told, "lines": [[-1, *rest] for _, *rest in told["lines"]]}  # type: ignore[attr-defined]


def _hrefs(chart: Chart) -> dict[str, object]:
    return {str(row["run"]): row["href"] for row in chart.rows if "run" in row and "href" in row}


def _grouped(rows: Iterable[Row], is_band: bool) -> list[list[Row]]:
    """Rows by line, in the order in which a picture has the lines: that of their first rows."""
    found: dict[object, list[Row]] = {}
    for row in rows:
        found.setdefault(row["color" if is_band else "run"], []).append(row)
    return list(found.values())


def _line(run: int, rows: Sequence[Row]) -> list[object]:
    first, color = rows[0], rows[0].get("color")
    drawn = [row for row in rows if row["y"] is not None]
    return [
        run,
        first.get("run", color),
        color if isinstance(color, str) else None,
        [json_number(row["x"]) for row in drawn],
        [json_number(row["y"]) for row in drawn],
    ]
