"""What the runs of a cell come to, and how many digits of it are printed."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runreport.errors import InvalidValue
from runreport.report.papers.amounts import (
    Aggregate,
    amount_texts,
    fitting_decimals,
    read_aggregate,
)


@pytest.mark.parametrize("text", ["mean±std", "mean+-std", "mean +/- std", " mean ± std "])
def test_a_mean_with_its_deviation_is_written_in_several_ways(text: str) -> None:
    assert read_aggregate(text) == Aggregate("mean", "std")


def test_an_aggregate_is_that_of_a_sample() -> None:
    values = [1.0, 2.0, 4.0]
    assert Aggregate("mean", "std").of(values) == (7 / 3, statistics.stdev(values))
    assert Aggregate("median").of(values) == (2.0, None)
    assert Aggregate("n").of(values) == (3.0, None)
    assert Aggregate("mean", "std").of([5.0]) == (5.0, None), "one value has no deviation"
    error = statistics.stdev(values) / math.sqrt(3)
    assert Aggregate("mean", "sem").of(values)[1] == pytest.approx(error)
    assert Aggregate("mean", "ci").of(values)[1] == pytest.approx(4.302653 * error, rel=1e-6)


@pytest.mark.parametrize("text", ["", "mode", "mean±", "mean±range", "std"])
def test_another_aggregate_is_refused_with_what_there_is(text: str) -> None:
    if text == "mean±":
        assert read_aggregate(text) == Aggregate("mean")
        return
    with pytest.raises(InvalidValue, match="mean±std"):
        read_aggregate(text)


def test_a_column_has_the_decimals_of_its_largest_spread() -> None:
    assert fitting_decimals([(0.95, 0.0041), (0.9, 0.0123)]) == 3
    assert fitting_decimals([(95.0, 12.0)]) == 0
    assert fitting_decimals([(0.5, None), (0.1234567, None)]) == 4
    assert fitting_decimals([]) == 0


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e3))
def test_what_is_printed_is_the_value_to_its_last_digit(value: float, spread: float) -> None:
    places = fitting_decimals([(value, spread)])
    shown, beside = amount_texts(value, spread, places)
    assert abs(float(shown.replace(",", "")) - value) <= 0.5000001 * 10.0**-places
    assert abs(float(beside.replace(",", "")) - spread) <= 0.5000001 * 10.0**-places
