"""The cases in formatting_cases.json are run by this and by tests/js/format.test.js."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from runreport.report.charts.axes import (
    axis_format,
    fit_axes,
    in_unit,
    tamed,
)
from runreport.report.charts.chart import Chart, vega_lite_version
from runreport.report.charts.templates import template, titled
from runreport.site.chart_svg import chart_svg

CASES = json.loads((Path(__file__).parents[1] / "formatting_cases.json").read_text())


@pytest.mark.parametrize(("numbers", "ticks", "is_log", "form"), CASES["axis"])
def test_the_format_of_an_axis(
    numbers: list[float], ticks: list[float], is_log: bool, form: str
) -> None:
    assert axis_format(numbers, ticks, is_log=is_log) == form


def scatter(kind: str = "number") -> dict[str, Any]:
    titles = {"x": "x", "y": "y"}
    spec: dict[str, Any] = titled(template(f"scatter {kind} linear none"), titles)
    return spec


def labels(
    rows: list[dict[str, Any]], *, kind: str = "number", ticks: list[float] | None = None
) -> list[str]:
    """The labels below the axis of a drawn scatter chart."""
    spec = scatter(kind)
    if ticks:
        spec["encoding"]["x"]["axis"]["values"] = ticks
    chart = Chart("scatter", "", "", spec, tuple(rows), (), (), {})
    svg = str(chart_svg(chart, vega_lite_version(spec)))
    axis = svg[svg.index("role-axis") :]
    return re.findall(r'text-anchor="(?:middle|start|end)"[^>]*>([^<]+)</text>', axis)


@pytest.mark.parametrize("size", [1e-300, 1e-30, 1e-9, 1e-6, 1.0, 1e6, 1e14, 1e30, 1e300])
def test_no_two_ticks_of_any_size_are_alike(size: float) -> None:
    rows = [{"x": n * size, "y": n * size, "run": str(n)} for n in (1.0, 2.0, 3.0)]
    found = labels(rows)
    across, down = found[: found.index("x")], found[found.index("x") + 1 : -1]
    assert len(across) > 1 and len({*across}) == len(across)
    assert len(down) > 1 and len({*down}) == len(down)


def test_given_ticks_are_told_apart() -> None:
    ticks = [0.9998123, 0.9998124]
    found = labels([{"x": x, "y": 1.0, "run": str(x)} for x in ticks], ticks=ticks)
    assert found[:2] == ["0.9998123", "0.9998124"]


def test_a_spec_is_not_changed_but_copied() -> None:
    spec = scatter()
    before = json.dumps(spec)
    assert (
        fit_axes(spec, [{"x": 1e-9, "y": 1e-9}, {"x": 2e-9, "y": 1e-9}])["encoding"]["x"]["axis"][
            "format"
        ]
        == "~e"
    )
    assert json.dumps(spec) == before


def test_spans_are_divided_by_their_unit() -> None:
    rows, title = in_unit([{"x": 0}, {"x": 5_400_000}, {"x": None}], "Duration")
    assert ([row["x"] for row in rows], title) == ([0.0, 90.0, None], "Duration, min")


@pytest.mark.parametrize("value", [0.37, 0.5, 0.003, 42.0, 1e-9, 3e15, -0.25])
def test_an_axis_of_one_value_says_it(value: float) -> None:
    rows = [{"x": n, "y": value, "run": str(n)} for n in (1.0, 2.0)]
    found = labels(rows)
    (tick,) = found[found.index("x") + 1 : -1]
    assert float(tick.replace(",", "").replace("−", "-")) == value


def test_a_logarithmic_axis_of_close_numbers_tells_its_ticks_apart() -> None:
    rows = [{"x": 1762027200000 + 3.0 * n, "y": 1.0, "run": str(n)} for n in range(10)]
    found = labels(rows, kind="log")
    across = found[: found.index("x")]
    assert len(across) > 2 and len({*across}) == len(across)


def test_hours_of_several_days_have_their_day() -> None:
    spec = scatter("time")
    day = 86_400_000
    rows = [{"x": 1_762_000_000_000 + n * day, "y": float(n), "run": str(n)} for n in range(4)]
    chart = Chart("scatter", "", "", spec, tuple(rows), (), (), {})
    svg = str(chart_svg(chart, vega_lite_version(spec)))
    ticks = re.findall(r">(\d\d-\d\d \d\d:\d\d|\d{4}-\d\d-\d\d|\d\d:\d\d)</text>", svg)
    assert len(ticks) > 2 and len({*ticks}) == len(ticks)


def test_numbers_whose_range_no_float_holds_are_divided_and_the_title_says_so() -> None:
    rows = [{"x": 1.0, "y": 1e308, "run": "a"}, {"x": 2.0, "y": -1e308, "run": "b"}]
    found = labels(rows)
    assert found[-1] == "y, in 1e10" and "1e+298" in found and "NaN" not in found
    ticks = labels([{"x": row["y"], "y": 1.0, "run": row["run"]} for row in rows], ticks=[1e308])
    assert ticks[:2] == ["1e+298", "x, in 1e10"]
    spec, same = tamed({"encoding": {"y": {"field": "y", "type": "quantitative"}}}, [{"y": 1e300}])
    assert same == [{"y": 1e300}] and "title" not in spec["encoding"]["y"]


def test_the_ends_of_a_ramp_over_decades_are_rounded_as_other_numbers_are() -> None:
    color = {"field": "color", "type": "quantitative", "scale": {"type": "log"}, "legend": {}}
    rows = [{"color": 0.000175147260513}, {"color": 0.980789452136}]
    spec = fit_axes({"encoding": {"color": color}}, rows)
    assert spec["encoding"]["color"]["legend"]["format"] == ",.4~r"
