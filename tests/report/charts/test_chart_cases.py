"""What charts show: `tests/report/chart_cases.json` holds this and tests/js/charts.test.js to the
same forms, titles, looks, rows and drawn places, here through vl-convert, there through Vega.

With RUNREPORT_UPDATE_GOLDEN the expected parts are made anew from `chart_data`.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import vl_convert
from chart_data import CHARTS, DATA

from runreport.report.charts.axes import fit_axes, tamed
from runreport.report.charts.chart import vega_lite_version
from runreport.report.charts.curves import Curve
from runreport.report.charts.filled import Asked, Filled
from runreport.report.charts.filling import fill
from runreport.report.charts.making import make_chart
from runreport.report.charts.texts import read_chart
from runreport.report.tables.columns import Column
from runreport.report.tables.table import Table
from runreport.site.chart_svg import harmless

PATH = Path(__file__).parents[1] / "chart_cases.json"
PLACES = {
    "symbol": ("x", "y"),
    "rect": ("x", "y", "width", "height"),
    "rule": ("x", "y", "x2", "y2"),
    "line": ("x", "y"),
    "area": ("x", "y", "y2"),
    "text": ("x", "y"),
}
"""What of a mark is compared."""
KEYS = [(data, chart) for data, charts in CHARTS.items() for chart in charts]


class FixedReader:
    """Curves that a case names."""

    def __init__(self, curves: dict[str, dict[str, Any]]) -> None:
        self.curves = curves

    def read(self, run_id: str) -> dict[str, Curve]:
        return {key: curve_of(key, own) for key, own in self.curves.get(run_id, {}).items()}


def curve_of(key: str, told: dict[str, Any]) -> Curve:
    def several(name: str) -> tuple[Any, ...] | None:
        return tuple(map(float, told[name])) if name in told else None

    return Curve(
        key,
        tuple(told["step"]),
        tuple(told["time"]),
        tuple(map(float, told["value"])),
        told["logged"],
        tuple(told["count"]) if "count" in told else None,
        several("low"),
        several("high"),
        spreads=several("spread"),
        resumed=tuple(told.get("resumed", ())),
        has_steps=not told.get("ordered"),
    )


def table_of(data: dict[str, Any]) -> Table:
    columns = {}
    for one in data["columns"]:
        is_number = one["kind"] == "number"
        values = [float(v) if is_number and isinstance(v, str) else v for v in one["values"]]
        columns[one["name"]] = Column(
            one["name"],
            one["label"],
            one["group"],
            one["kind"],
            tuple(values),
            one["distinct"],
            tuple(one["texts"]) if "texts" in one else None,
            one.get("curves", False),
            tuple(one.get("ordered", ())),
            dict(one.get("slots", ())),
        )
    scores = columns["metrics.loss"].values
    labels = tuple(map(str, columns["run_name"].values))
    return Table(columns, labels, data["primary"], "min", scores)  # type: ignore[arg-type]


def made(data: dict[str, Any], text: str) -> tuple[Filled | None, dict[str, Any]]:
    """What a chart shows, as a case tells it."""
    table = table_of(data)
    asked = Asked(table, range(len(table.labels)), FixedReader(data["curves"]))  # type: ignore[arg-type]
    chart = read_chart(text, "case")
    filled, drawn = fill(chart, asked), make_chart(chart, "case", asked)
    if filled is None or drawn is None:
        return None, {"form": None}
    return filled, {
        "form": filled.form.name,
        "title": drawn.title,
        "shows": drawn.shows,
        "titles": dict(filled.titles),
        "texts": list(filled.colours.texts),
        "looks": list(filled.colours.looks),
        "ticks": list(filled.ticks),
        "rows": [{k: v for k, v in row.items() if k != "href"} for row in filled.rows],
        "drawn": places(drawn.spec, drawn.rows),
        "pointed": dict(drawn.pointed),
    }


def places(spec: dict[str, Any], rows: Any) -> list[Any]:
    """Type, places and colour of each mark that vl-convert draws."""
    spec, rows = tamed(spec, rows)
    whole = harmless({**fit_axes(spec, rows), "datasets": {"rows": [*rows]}})
    scene = vl_convert.vegalite_to_scenegraph(whole, vl_version=vega_lite_version(spec))
    return [
        [kind, *(rounded(item.get(name, 0)) for name in PLACES[kind]), paint(item)]
        for kind, item in marks(scene["scenegraph"], None)
    ]


def rounded(value: float | None) -> float | None:
    return None if value is None else math.floor(value * 10 + 0.5) / 10


def paint(item: dict[str, Any]) -> str:
    found = item.get("fill") or item.get("stroke") or ""
    return found if isinstance(found, str) else "ramp"


def marks(node: dict[str, Any], role: str | None) -> Iterator[tuple[str, dict[str, Any]]]:
    for item in node.get("items", ()):
        if "marktype" in item or item.get("items") is not None:
            if str(item.get("role", "")).startswith(("axis", "legend", "title")):
                continue
            yield from marks(item, item.get("role", role))
        elif node.get("marktype") in PLACES and item.get("defined") is not False:
            yield node["marktype"], item


@lru_cache(maxsize=1)
def cases() -> dict[tuple[str, str], dict[str, Any]]:
    if os.environ.get("RUNREPORT_UPDATE_GOLDEN"):
        written = [
            {"data": data, "chart": chart, **made(DATA[data], chart)[1]} for data, chart in KEYS
        ]
        lines = ",\n".join(json.dumps(plain(case), ensure_ascii=False) for case in written)
        told = json.dumps(DATA, ensure_ascii=False)
        PATH.write_text(f'{{"data": {told},\n"cases": [\n{lines}\n]}}\n', encoding="utf-8")
    stored = json.loads(PATH.read_text(encoding="utf-8"))
    assert stored["data"] == json.loads(json.dumps(DATA))
    return {(case["data"], case["chart"]): case for case in stored["cases"]}


def plain(value: Any) -> Any:
    """Numbers as JSON has them, with twelve digits, which no order of sums changes."""
    if isinstance(value, dict):
        return {key: plain(own) for key, own in value.items()}
    if isinstance(value, list | tuple):
        return [plain(own) for own in value]
    return float(f"{value:.12g}") if isinstance(value, float) else value


@pytest.mark.parametrize(("data", "chart"), KEYS, ids=[f"{d} {c}" for d, c in KEYS])
def test_a_chart_shows_what_its_case_says(data: str, chart: str) -> None:
    expected = cases()[data, chart]
    _, found = made(DATA[data], chart)
    assert plain({"data": data, "chart": chart, **found}) == expected


def test_there_are_cases_of_every_type_and_many_of_them() -> None:
    assert len(KEYS) >= 120
    forms = {case["form"].split()[0] for case in cases().values() if case["form"]}
    assert forms == {
        "line", "band", "scatter", "bar", "box", "histogram", "heatmap", "parallel",
    }  # fmt: skip
