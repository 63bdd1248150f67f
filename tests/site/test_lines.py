from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runreport.report.charts.curves import Curve
from runreport.report.runs.metrics import CurvePicture
from runreport.report.shown import Shown
from runreport.site.lines import curve_svg, nice_ticks, sparkline_svg

FLOATS = st.floats(min_value=-1e12, max_value=1e12)


@given(FLOATS, FLOATS)
def test_ticks_are_few_and_inside(a: float, b: float) -> None:
    low, high = min(a, b), max(a, b)
    ticks = nice_ticks(low, high, 5)
    assert 1 <= len(ticks) <= 12 and ticks == sorted(ticks)
    slack = (high - low) * 1e-6 + abs(high) * 1e-9
    assert all(low - slack <= tick <= high + slack for tick in ticks)


@given(st.lists(st.floats(), min_size=2, max_size=30), st.text(max_size=20))
def test_a_curve_is_well_formed_whatever_it_holds(values: list[float], key: str) -> None:
    curve = Curve(key, tuple(range(len(values))), (0,) * len(values), tuple(values), len(values))
    svg = curve_svg(CurvePicture(curve, Shown("1"), Shown("<0>"), Shown("&")))
    if any(math.isfinite(value) for value in values):
        text = "".join(c if c.isprintable() else "?" for c in str(svg))
        root = ElementTree.fromstring(text)
        assert root.get("role") == "img" and root[0].tag.endswith("title") and "style" not in text
    else:
        assert svg == ""


@pytest.mark.parametrize("values", [[], [1.0], [math.nan, 2.0]])
def test_no_sparkline_for_less_than_two_numbers(values: list[float]) -> None:
    assert sparkline_svg(values) == ""


@pytest.mark.parametrize(("low", "high"), [(0.0, 5e-324), (-1e308, 1e308), (1e-310, 2e-310)])
def test_a_curve_between_the_ends_of_numbers_has_its_places(low: float, high: float) -> None:
    assert nice_ticks(low, high, 5) == [low, high]
    curve = Curve("k", (0, 1, 2), (0, 0, 0), (low, high, low), 3)
    text = curve_svg(CurvePicture(curve, Shown("1"), Shown("0"), Shown("1")))
    assert "nan" not in text and "inf" not in text and " 126.0L" in text


def test_a_missing_value_is_a_gap() -> None:
    path = str(sparkline_svg([1.0, 2.0, math.nan, 3.0, 4.0])).split(' d="')[1].split('"')[0]
    assert path.count("M") == path.count("L") == 2
    assert len(sparkline_svg([float(n % 7) for n in range(100_000)])) < 5000


def test_a_sparkline_of_few_numbers_among_many_gaps_has_its_end() -> None:
    gaps = [math.nan] * 10_000
    text = sparkline_svg([*gaps, 1.0, *gaps, 2.0, math.nan])
    assert text.count("<circle") == 1 and "nan" not in text
