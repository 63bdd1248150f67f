from __future__ import annotations

import math
import re
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
    assert "nan" not in text and "inf" not in text
    assert [y for _, y in drawn_places(text)] == [126.0, 10.0, 126.0]


def drawn_places(text: str) -> list[tuple[float, float]]:
    """Where the points of a curve's line lie, as a page's script reads them."""
    places = []
    path = text.partition('class="line"')[2].partition(' d="')[2].partition('"')[0]
    for begin, moves in re.findall(r"M(\d+ \d+)(?:l([\d -]+))?", path):
        x, y = map(int, begin.split())
        places.append((x / 10, y / 10))
        numbers = list(map(int, re.findall(r"-?\d+", moves)))
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            places.append((x / 10, y / 10))
    return places


@given(st.lists(st.floats(0, 1) | st.just(math.nan), min_size=1, max_size=40))
def test_each_finite_point_of_a_curve_lies_where_its_value_is(values: list[float]) -> None:
    values = [0.0, *values, 1.0]
    count = len(values)
    curve = Curve("k", tuple(range(count)), (0,) * count, tuple(values), count)
    places = drawn_places(str(curve_svg(CurvePicture(curve, Shown("1"), Shown("0"), Shown("1")))))
    finite = [(step, value) for step, value in enumerate(values) if math.isfinite(value)]
    left = places[0][0]
    assert len(places) == len(finite)
    for (x, y), (step, value) in zip(places, finite, strict=True):
        assert x == pytest.approx(left + step / (count - 1) * (310 - left), abs=0.051)
        assert y == pytest.approx(126 - 116 * value, abs=0.051)


def test_a_missing_value_is_a_gap() -> None:
    path = str(sparkline_svg([1.0, 2.0, math.nan, 3.0, 4.0])).split(' d="')[1].split('"')[0]
    assert path.count("M") == path.count("L") == 2
    assert len(sparkline_svg([float(n % 7) for n in range(100_000)])) < 5000


def test_a_sparkline_of_few_numbers_among_many_gaps_has_its_end() -> None:
    gaps = [math.nan] * 10_000
    text = sparkline_svg([*gaps, 1.0, *gaps, 2.0, math.nan])
    assert text.count("<circle") == 1 and "nan" not in text
