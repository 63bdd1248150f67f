from __future__ import annotations

import math
import random

import pytest

from runreport.report.charts.curves import make_curve
from runreport.report.charts.line_rows import band, placed_curve, smoothed
from runreport.report.charts.sessions import Logged


def noise(points: int, seed: int) -> Logged:
    rng = random.Random(seed)
    steps = range(points)
    return Logged(steps, steps, [rng.gauss(0, 1) for _ in steps], ["w"] * points, steps)


@pytest.mark.parametrize("points", [150, 450, 2000, 20_000])
def test_a_band_is_as_wide_whatever_was_thinned(points: int) -> None:
    curves = [make_curve("m", noise(points, seed)) for seed in range(5)]
    rows = [*band([placed_curve(curve, "step") for curve in curves])]
    widths = [row["high"] - row["y"] for row in rows[1:-1]]
    assert sum(widths) / len(widths) == pytest.approx(0.97, abs=0.06)
    assert {row["n"] for row in rows} == {5} and len(rows) <= 200


def test_a_bucket_counts_as_often_as_it_has_values() -> None:
    each = smoothed([1.0] * 3 + [5.0] * 4, [1] * 7, 0.9)
    together = smoothed([1.0, 5.0], [3, 4], 0.9)
    assert together == pytest.approx([each[2], each[-1]])
    assert math.isnan(smoothed([math.nan, 2.0], [0, 1], 0.5)[0])


def test_gaps_and_infinities_count_nowhere_in_a_band() -> None:
    values = [math.nan, 1.0, math.inf, 3.0, -math.inf] * 60
    steps = range(300)
    odd = make_curve("m", Logged(steps, steps, values, ["w"] * 300, steps))
    plain = make_curve("m", noise(300, 1))
    rows = [*band([placed_curve(odd, "step"), placed_curve(plain, "step")])]
    assert all(math.isfinite(row["y"]) and math.isfinite(row["high"]) for row in rows)
    assert {row["n"] for row in rows} <= {1, 2} and 2 in {row["n"] for row in rows}
