from __future__ import annotations

import random

from runreport.report.charts.importance import begin_importance
from runreport.report.tables.columns import Column, make_column


def column(name: str, values: list[object]) -> Column:
    kind = "number" if isinstance(values[0], float) else "text"
    return make_column(f"params.{name}", name, "params", kind, values)


def test_what_decides_the_metric_comes_first_and_chance_is_taken_off() -> None:
    rng = random.Random(1)
    count = 120
    kinds: list[object] = [f"k{n % 3}" for n in range(count)]
    ramp: list[object] = [float(n) for n in range(count)]
    noise: list[object] = [f"n{rng.randrange(20)}" for _ in range(count)]
    scores = [float(n % 3) * 10 + rng.random() for n in range(count)]
    params = [column("noise", noise), column("kind", kinds), column("ramp", ramp)]
    found = begin_importance(params, scores)()
    by_name = {one.param: one for one in found}
    assert found[0].param == "kind" and found[0].share > 0.95
    assert by_name["noise"].share < 0.15 and by_name["ramp"].share < 0.1
    for one in found:
        assert 0 <= one.low <= one.share <= one.high <= 1 and one.runs == count


def test_it_is_the_same_in_every_build_and_silent_on_too_few_runs() -> None:
    values: list[object] = ["a", "b"] * 10
    scores = [float(n) for n in range(20)]
    params = [column("p", values)]
    assert begin_importance(params, scores)() == begin_importance(params, scores)()
    assert begin_importance(params, [None] * 15 + scores[:5])() == ()
    assert begin_importance([column("id", [f"{n}" for n in range(20)])], scores)() == ()
