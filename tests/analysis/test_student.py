from __future__ import annotations

import math
import warnings

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from runreport.analysis.ranks import rank_score, ranks_of
from runreport.analysis.student import mean_of, t_quantile, t_tail, welch

scipy_stats = pytest.importorskip("scipy.stats")


@given(st.floats(-50, 50), st.floats(1, 500))
def test_the_tail_is_that_of_scipy(t: float, freedom: float) -> None:
    assert t_tail(t, freedom) == pytest.approx(2 * scipy_stats.t.sf(abs(t), freedom), rel=1e-7)


@given(st.floats(0.01, 0.999), st.floats(1, 500))
def test_the_quantile_is_where_the_tail_says(level: float, freedom: float) -> None:
    expected = scipy_stats.t.ppf(0.5 + level / 2, freedom)
    assert t_quantile(level, freedom) == pytest.approx(expected, rel=1e-6)


values = st.lists(st.integers(-1000, 1000).map(float), min_size=2, max_size=20)


@given(values, values)
def test_welch_is_that_of_scipy(one: list[float], other: list[float]) -> None:
    assume(len({*one}) > 1 or len({*other}) > 1)
    found = welch(one, other)
    with warnings.catch_warnings(action="ignore"):  # one of the two may be the same throughout
        theirs = scipy_stats.ttest_ind(other, one, equal_var=False)
    ends = theirs.confidence_interval(0.95)
    assert found.p == pytest.approx(theirs.pvalue, abs=1e-9)
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high), rel=1e-6, abs=1e-6)


def test_one_value_a_side_has_a_difference_and_no_interval() -> None:
    found = welch([1.0], [3.0])
    assert (found.size, found.low, found.high, found.p) == (2.0, -math.inf, math.inf, 1.0)
    same = welch([1.0, 1.0], [1.0, 1.0])
    assert (same.size, same.low, same.high, same.p) == (0.0, 0.0, 0.0, 1.0)
    apart = welch([1.0, 1.0], [2.0, 2.0])
    assert (apart.low, apart.high, apart.p) == (1.0, 1.0, 0.0)


@given(st.lists(st.integers(0, 6).map(float), min_size=1, max_size=30))
def test_equal_values_share_their_ranks(own: list[float]) -> None:
    assert ranks_of(own) == pytest.approx(list(scipy_stats.rankdata(own)))


@given(values, values)
def test_the_score_of_ranks_is_that_of_scipy(one: list[float], other: list[float]) -> None:
    score = rank_score(one, other)
    if len({*one, *other}) < 2:
        assert score == 0
        return
    theirs = scipy_stats.mannwhitneyu(
        other, one, alternative="two-sided", method="asymptotic", use_continuity=False
    )
    assert math.erfc(abs(score) / math.sqrt(2)) == pytest.approx(theirs.pvalue, abs=1e-9)


@pytest.mark.parametrize("scale", [1e-300, 1e-170, 1e-85, 1e160, 1e308])
def test_numbers_of_any_size_have_a_difference(scale: float) -> None:
    found = welch([0.1 * scale, 0.2 * scale], [0.5 * scale, 0.5 * scale])
    plain = welch([0.1, 0.2], [0.5, 0.5])
    assert found.p == pytest.approx(plain.p) and found.size == pytest.approx(plain.size * scale)
    tiny = welch([1e-90, 3e-90, 2e-90], [1.0, 1.0, 1.0])
    assert tiny.size == 1 and tiny.p < 1e-9
    assert mean_of([1e308] * 3) == pytest.approx(1e308)
