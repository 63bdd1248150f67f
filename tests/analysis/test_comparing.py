"""Whether a sample is worse: false alarms stay below the level, and regressions are found."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runreport.analysis.comparing import corrected, worse

LEVEL = 0.05


def following(rng: random.Random, count: int) -> list[float]:
    """Values of which each keeps half of the one before."""
    value, found = rng.gauss(0, 1) / math.sqrt(0.75), []
    for _ in range(count):
        found.append(value)
        value = 0.5 * value + rng.gauss(0, 1)
    return found


KINDS: dict[str, Callable[[random.Random, int], list[float]]] = {
    "normal": lambda r, n: [r.gauss(0, 1) for _ in range(n)],
    "skewed": lambda r, n: [r.lognormvariate(0, 1) for _ in range(n)],
    "skewed down": lambda r, n: [-r.lognormvariate(0, 1) for _ in range(n)],
    "heavy-tailed": lambda r, n: [
        r.gauss(0, 1) / math.sqrt(r.gammavariate(1.5, 2) / 3) for _ in range(n)
    ],
    "autocorrelated": following,
}


def alarms(kind: str, seeds: int, simulations: int, shift: float = 0.0) -> float:
    """The share of histories in which the later half counts as worse."""
    rng, found = random.Random(f"{kind}{seeds}"), 0
    for _ in range(simulations):
        values = KINDS[kind](rng, 2 * seeds)
        head = [value + shift for value in values[seeds:]]
        verdict = worse(values[:seeds], head)
        found += verdict.least_p <= LEVEL and verdict.p <= LEVEL
    return found / simulations


@pytest.mark.parametrize("kind", KINDS)
def test_histories_without_a_change_give_no_more_false_alarms_than_the_level(kind: str) -> None:
    share = sum(alarms(kind, seeds, 100) for seeds in range(1, 11)) / 10
    assert share <= LEVEL


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seeds", range(1, 11))
def test_ten_thousand_histories_without_a_change(kind: str, seeds: int) -> None:
    # The share itself scatters by 0.0022 at the level.
    assert alarms(kind, seeds, 10_000) <= LEVEL + 0.005


@pytest.mark.parametrize(
    ("seeds", "shift", "least"),
    [(3, 3, 0.40), (5, 1, 0.15), (5, 2, 0.48), (5, 3, 0.70), (10, 1, 0.45), (10, 2, 0.92),
     (10, 3, 0.98)],
)  # fmt: skip
def test_planted_regressions_are_found_as_often_as_the_docs_say(
    seeds: int, shift: float, least: float
) -> None:
    assert alarms("normal", seeds, 200, shift) >= least


def test_two_values_a_side_can_show_nothing_at_the_level() -> None:
    assert worse([0.0], [9.0]).least_p == 1
    assert worse([0.0, 0.1], [9.0, 9.1]).least_p == 1
    assert worse([0.1 * (n % 7) for n in range(300)], [9.0, 9.1]).least_p == 1


def test_pairs_show_what_the_scatter_between_seeds_hides() -> None:
    base = [0.1, 5.0, 9.0, 13.0, 20.0, 26.0]
    head = [value + 0.3 for value in base]
    assert worse(base, head).p > 0.3
    paired = worse(base, head, paired=True)
    assert paired.test == "paired permutation" and paired.p == pytest.approx(1 / 64)
    assert paired.low == pytest.approx(0.3) and paired.high == pytest.approx(0.3)
    assert worse(base, head, 0.5, paired=True).p > 0.9, "within the tolerance"
    many = [float(n) for n in range(20)]
    assert worse(many, [n + 0.1 + 0.01 * (n % 3) for n in many], paired=True).test == "paired t"


def test_a_constant_metric_is_worse_as_soon_as_it_differs() -> None:
    assert worse([1.0] * 5, [1.0] * 5).p == 1
    assert worse([1.0] * 5, [2.0] * 5).p <= 1 / 252
    assert worse([1.0] * 9, [2.0] * 9).p == 0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_corrected_chances_keep_their_order_and_are_never_smaller(chances: list[float]) -> None:
    found = corrected(chances)
    assert all(own <= other <= 1 for own, other in zip(chances, found, strict=True))
    pairs = sorted(zip(chances, found, strict=True))
    assert [own for _, own in pairs] == sorted(found)
    assert min(found) == pytest.approx(min(1.0, min(chances) * len(chances)))


@pytest.mark.parametrize("scale", [1e-300, 1e-170, 1e-85, 1.0, 1e80, 1e200, 1e308])
@pytest.mark.parametrize("seeds", [5, 9])
def test_a_verdict_does_not_depend_on_the_unit(scale: float, seeds: int) -> None:
    rng = random.Random(seeds)
    base, head = ([rng.uniform(0.4, 0.5) for _ in range(seeds)] for _ in range(2))
    plain = worse(base, head)
    scaled = worse([v * scale for v in base], [v * scale for v in head])
    assert scaled.p == pytest.approx(plain.p, rel=1e-6)
    assert scaled.effect == pytest.approx(plain.effect * scale, rel=1e-6)


def test_what_is_on_the_limit_is_not_beyond_it() -> None:
    for paired in (True, False):
        assert worse([-0.9] * 8, [-0.89] * 8, 0.01, paired=paired).p > 0.9
    assert worse([-0.9] * 8, [-0.88] * 8, 0.01).p < 0.01


def test_of_too_many_divisions_some_are_drawn_always_the_same() -> None:
    rng = random.Random(1)
    base = [rng.random() for _ in range(60)]
    verdict = worse(base, [5.0, 5.1, 5.2])
    assert verdict.test == "sampled permutation" and verdict.p < 0.001
    assert worse(base, [5.0, 5.1, 5.2]) == verdict
