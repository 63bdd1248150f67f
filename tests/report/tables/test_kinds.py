from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runreport.report.tables.kinds import (
    MOST_BINS,
    bin_step,
    order_of,
    placed,
    sort_places,
    spread_of,
)


@pytest.mark.parametrize(
    ("values", "kind", "least"),
    [
        ([1e-4, 1e-1], "log", 1e-4),
        ([1.0, 29.0], "number", 0.0),
        ([0.0, 1e-5, 1e-2], "symlog", 1e-5),
        ([-1.0, 100.0], "number", 0.0),
        ([0.0, 0.0], "number", 0.0),
        ([1e-310, 1.0], "number", 0.0),
        ([math.nan, math.inf, 1.0, 1000.0], "log", 1.0),
        ([None, "x"], "number", 0.0),
    ],
)
def test_amounts_over_decades_are_spread_by_ratio(
    values: list[object], kind: str, least: float
) -> None:
    spread = spread_of(values)
    assert (spread.kind, spread.least) == (kind, least)


def test_equal_ratios_lie_equally_far_apart() -> None:
    spread = spread_of([0.001, 10.0])
    places = [placed(value, spread) for value in (0.001, 0.1, 10.0)]
    assert places[1] - places[0] == pytest.approx(places[2] - places[1])
    assert placed(0.0, spread_of([0.0, 1e-5, 1.0])) == 0


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["large", "base", "small"], ("small", "base", "large")),
        (["High", "low"], ("low", "High")),
        (["resnet50", "resnet18", "resnet101"], ("resnet18", "resnet50", "resnet101")),
        (["x", "n", "m", "s"], ("n", "s", "m", "x")),
        (["adam", "sgd"], ()),
        (["True", "False"], ()),
        (["a1b2", "a2b1"], ()),
        (["small"], ()),
    ],
)
def test_texts_that_name_an_order_have_it(texts: list[str], order: tuple[str, ...]) -> None:
    assert order_of(texts) == order


def test_values_stand_as_people_order_them() -> None:
    values: list[object] = [None, "v10", 3.0, "v2", math.nan, -1.0, "b", "small"]
    assert [values[place] for place in sort_places(values)][:2] == [-1.0, 3.0]
    assert [values[p] for p in sort_places(values)][3:] == ["b", "small", "v2", "v10", None]
    assert sort_places(["large", "small"], ("small", "large")) == [1, 0]


@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=20))
def test_a_histogram_has_few_ranges_of_a_round_width(values: list[float]) -> None:
    step = bin_step(values)
    span = max(values) - min(values)
    if step is not None:
        assert span / step <= MOST_BINS * (1 + 1e-9)
        assert f"{step:e}"[0] in "125" and float(f"{step:.0e}") == step
