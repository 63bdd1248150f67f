from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runreport.report.charts.thinning import Buckets, by_step, of_points, thinned

VALUES = st.lists(
    st.one_of(st.floats(-1e9, 1e9), st.sampled_from([math.nan, math.inf, -math.inf, 0.0])),
    min_size=51,
    max_size=700,
)


def points(values: list[float]) -> Buckets:
    return of_points(range(len(values)), range(len(values)), values)


@given(VALUES)
def test_thinned_curves_keep_counts_mean_range_and_ends(values: list[float]) -> None:
    made, _ = thinned(points(values), limit=50)
    finite = [value for value in values if math.isfinite(value)]
    assert len(made.steps) <= 50 and list(made.steps) == sorted(made.steps)
    assert (made.steps[0], made.steps[-1]) == (0, len(values) - 1)
    assert sum(made.counts) == len(finite) and sum(made.lost) == len(values) - len(finite)
    told = [place for place, count in enumerate(made.counts) if count]
    if finite:
        total = math.fsum(made.means[place] * made.counts[place] for place in told)
        assert total == pytest.approx(math.fsum(finite), rel=1e-9, abs=1e-6 * len(values))
        assert min(made.lows[place] for place in told) == min(finite)
        assert max(made.highs[place] for place in told) == max(finite)
    assert all(made.lows[p] <= made.means[p] <= made.highs[p] for p in told)


def test_a_metric_that_is_seldom_1_keeps_its_mean() -> None:
    rng = random.Random(1)
    values = [float(rng.random() < 0.01) for _ in range(50_000)]
    made, _ = thinned(points(values))
    mean = sum(m * n for m, n in zip(made.means, made.counts, strict=True)) / 50_000
    assert mean == pytest.approx(sum(values) / 50_000)


@pytest.mark.parametrize("gap", [1, 3, 1000])
def test_a_gap_stays_a_gap_however_short(gap: int) -> None:
    values = [1.0] * 900 + [math.nan] * gap + [2.0] * 900
    made, _ = thinned(points(values))
    (place,) = [place for place, count in enumerate(made.counts) if not count]
    assert math.isnan(made.means[place]) and made.lost[place] == gap
    assert (made.means[place - 1], made.means[place + 1]) == (1.0, 2.0)


def test_a_curve_of_more_gaps_than_buckets_is_thinned_all_the_same() -> None:
    values = [math.nan, 1.0] * 2000
    made, _ = thinned(points(values))
    assert len(made.steps) <= 500 and sum(made.counts) == 2000
    assert {mean for mean in made.means if math.isfinite(mean)} == {1.0}


def test_means_of_the_largest_numbers_are_numbers() -> None:
    made, _ = thinned(points([1.7e308] * 2000))
    assert {*made.means} == {1.7e308}


def test_means_of_several_largest_numbers_are_theirs() -> None:
    steps = [step for step in range(1000) for _ in range(2)]
    values = [1.7e308 if step % 2 else -1.7e308 for step in range(1000) for _ in range(2)]
    by, _ = by_step(of_points(steps, steps, values), [])
    made, _ = thinned(by)
    assert all(math.isfinite(mean) and abs(mean) <= 1.7e308 for mean in made.means)


def test_marks_move_to_the_bucket_that_holds_them() -> None:
    made, marks = thinned(points([0.0] * 1000), [600, 601])
    (mark,) = marks
    assert made.steps[mark] <= 601 and made.steps[mark + 1] > 600
    assert by_step(of_points([0, 0, 1], [1, 2, 3], [1.0, 2.0, 3.0]), [2])[1] == [1]
