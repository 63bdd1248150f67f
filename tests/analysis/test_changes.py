"""Where series change, and that noise does not."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest

from runreport.analysis.changes import LEAST, change_points

NOISE: dict[str, Callable[[random.Random], float]] = {
    "normal": lambda r: r.gauss(0, 1),
    "uniform": lambda r: r.random(),
    "skewed": lambda r: r.lognormvariate(0, 1),
    "exponential": lambda r: r.expovariate(1),
    "heavy-tailed": lambda r: r.gauss(0, 1) / math.sqrt(r.gammavariate(1.5, 2) / 3),
}


def noise(kind: str, seed: int, points: int = 100) -> list[float]:
    rng = random.Random(f"{kind}{seed}")
    return [NOISE[kind](rng) for _ in range(points)]


def following(seed: int, share: float, points: int = 100) -> list[float]:
    """Noise of which each value keeps a share of the one before."""
    rng, value, found = random.Random(f"following{seed}"), 0.0, []
    for _ in range(points + 100):
        value = share * value + rng.gauss(0, 1)
        found.append(value)
    return found[100:]


@pytest.mark.parametrize("kind", NOISE)
def test_a_hundred_series_of_noise_have_one_change_at_most(kind: str) -> None:
    assert sum(len(change_points(noise(kind, seed))) for seed in range(100)) <= 1


@pytest.mark.parametrize("share", [-0.5, 0.3, 0.6])
def test_nor_has_noise_that_follows_itself(share: float) -> None:
    assert sum(len(change_points(following(seed, share))) for seed in range(100)) <= 1


@pytest.mark.parametrize(
    ("size", "least"), [(2.0, 70), (2.5, 88), (3.0, 97)], ids=["2 sd", "2.5 sd", "3 sd"]
)
def test_a_planted_shift_is_found_where_it_is(size: float, least: int) -> None:
    found = 0
    for seed in range(100):
        values = noise("normal", seed)
        points = change_points([v + size * (at >= 60) for at, v in enumerate(values)])
        found += any(abs(point - 60) <= 5 for point in points)
    assert found >= least


def test_several_changes_of_level_trend_and_scatter_are_found() -> None:
    levels = [v + 6 * (at // 50) for at, v in enumerate(noise("normal", 1, 200))]
    assert [round(point, -1) for point in change_points(levels)] == [50, 100, 150]
    trend = [0.3 * max(0, at - 60) + v for at, v in enumerate(noise("normal", 2, 120))]
    (bend,) = change_points(trend)
    assert abs(bend - 60) <= 8


def test_what_is_no_number_keeps_its_place_and_counts_nowhere() -> None:
    values = [float(at >= 30) + 0.01 * v for at, v in enumerate(noise("normal", 3, 60))]
    values[10] = values[40] = math.nan
    values[20] = math.inf
    assert change_points(values) == [30]


@pytest.mark.parametrize(
    "values",
    [
        [],
        [1.0],
        [1.0] * 500,
        [0.0, 1.0] * (LEAST - 1),
        [math.nan] * 40,
        [1e308, -1e308] * 20,
        [5e-324] * 20 + [0.0] * 2,
        [1.0 + 1e-15 * (at % 2) for at in range(60)],
    ],
)
def test_short_constant_and_odd_series_have_no_change(values: list[float]) -> None:
    assert change_points(values) == []


def test_a_long_series_is_searched_coarsely_first_and_then_to_the_point() -> None:
    values = [v + 3 * (at >= 4321) for at, v in enumerate(noise("normal", 4, 10_000))]
    (point,) = change_points(values)
    assert abs(point - 4321) <= 2
