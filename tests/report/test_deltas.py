from __future__ import annotations

import math

import pytest

from runreport.report.deltas import NONE, delta


@pytest.mark.parametrize(
    ("value", "base", "direction", "text", "sense"),
    [
        (0.9, 0.8, "max", "+0.1", "better"),
        (0.9, 0.8, "min", "+0.1", "worse"),
        (0.7, 0.8, "min", "−0.1", "better"),
        (0.7, 0.8, None, "−0.1", ""),
        (0.8, 0.8, "max", "=", ""),
        (0.80000001, 0.8, "max", "+1.00e-8", "better"),
    ],
)
def test_a_difference_has_its_sign_and_sense(
    value: float, base: float, direction: str | None, text: str, sense: str
) -> None:
    found = delta(value, base, direction)
    assert (found.text, found.sense) == (text, sense)


def test_what_is_no_number_has_no_difference() -> None:
    for value in (None, math.nan, math.inf):
        assert delta(value, 1.0, "max") == NONE
        assert delta(1.0, value, "max") == NONE


def test_the_share_is_left_out_where_it_says_nothing() -> None:
    assert delta(0.9, 0.8, None).share == "+12 %"
    assert delta(1.0, 0.0, None).share == ""
    assert delta(1000.0, 1.0, None).share == ""
