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
    Scale,
    amount_texts,
    fitting_scale,
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


@pytest.mark.parametrize("text", ["", "mode", "mean±", "mean±range", "std", "n±std", "last±ci"])
def test_another_aggregate_is_refused_with_what_there_is(text: str) -> None:
    with pytest.raises(InvalidValue, match="mean±std"):
        read_aggregate(text)


def test_a_column_has_the_decimals_of_its_largest_spread() -> None:
    assert fitting_scale([(0.95, 0.0041), (0.9, 0.0123)]) == Scale(3)
    assert fitting_scale([(95.0, 12.0)]) == Scale(0)
    assert fitting_scale([(0.5, None), (0.1234567, None)]) == Scale(4)
    assert fitting_scale([]) == Scale(0)
    amount_texts(5e-324, None, fitting_scale([(5e-324, None)]))
    assert fitting_scale([(0.3, 1e-17), (0.25, None)]) == Scale(2), "the noise of floats"


def test_very_small_and_very_large_values_are_times_a_power_of_ten() -> None:
    scale = fitting_scale([(3.2e-6, None), (7e-6, None)])
    assert scale == Scale(1, -6)
    assert amount_texts(3.2e-6, None, scale) == ("3.2", "")
    scale = fitting_scale([(1.6e15, 1.4e14)])
    assert amount_texts(1.6e15, 1.4e14, scale) == ("1.60", "0.14") and scale.power == 15


def test_no_value_is_printed_as_nothing() -> None:
    scale = fitting_scale([(0.3, None), (3.2e-6, None)])
    assert amount_texts(3.2e-6, None, scale)[0] == "0.000003200"
    assert amount_texts(-1e-12, None, Scale(3))[0] == "0.000", "and nothing has no sign"


@given(st.floats(-1e12, 1e12), st.floats(1e-6, 1e3))
def test_what_is_printed_is_the_value_to_its_last_digit(value: float, spread: float) -> None:
    scale = fitting_scale([(value, spread)])
    shown, beside = amount_texts(value, spread, scale)
    unit = 10.0 ** (scale.power - scale.decimals)
    slack = 0.5000001 * unit + 1e-12 * abs(value)
    assert abs(float(shown.replace(",", "")) * 10.0**scale.power - value) <= slack
    assert abs(float(beside.replace(",", "")) * 10.0**scale.power - spread) <= slack
