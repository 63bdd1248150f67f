from __future__ import annotations

import math
import statistics
from pathlib import Path

import pytest

import runreport
from runreport.errors import InvalidValue
from runreport.query.grouping import Groups, group_runs
from runreport.query.search import find_runs, load_index, make_query
from runreport.query.syntax import Field
from runreport.tracking.active import store

SCORES = {"tree": [0.5, 0.7, 0.9], "net": [0.2], "none": []}


@pytest.fixture
def groups(archive: Path) -> Groups:
    for model, scores in SCORES.items():
        for seed, score in enumerate(scores or [None]):
            with runreport.start_run():
                if model != "none":
                    runreport.log_param("model", model)
                runreport.log_param("seed", seed)
                if score is not None:
                    runreport.log_metric("score", score)
    index = load_index(store().storage)
    numbers = find_runs(index, make_query(None), "").numbers
    by, metrics = [Field("param", "model")], [Field("metric", "score")]
    return group_runs(index, numbers, by, metrics, ["mean", "std", "min", "max", "n"])


def test_runs_that_agree_are_one_row_with_mean_spread_and_number(groups: Groups) -> None:
    rows = {row["params.model"]: row for row in groups.table.to_pylist()}
    tree = rows["tree"]
    assert tree["metrics.score.n"] == 3 and tree["metrics.score.mean"] == pytest.approx(0.7)
    assert tree["metrics.score.std"] == pytest.approx(statistics.stdev(SCORES["tree"]))
    assert (tree["metrics.score.min"], tree["metrics.score.max"]) == (0.5, 0.9)
    assert rows["net"]["metrics.score.mean"] == 0.2 and rows["net"]["metrics.score.std"] is None
    assert rows[None]["runs"] == 1 and rows[None]["metrics.score.n"] == 0
    assert rows[None]["metrics.score.mean"] is None


def test_what_is_not_finite_is_left_out_and_counted(archive: Path) -> None:
    for value in (1.0, 3.0, math.nan, math.inf):
        with runreport.start_run():
            runreport.log_metric("m", value)
    index = load_index(store().storage)
    numbers = find_runs(index, make_query(None), "").numbers
    groups = group_runs(
        index, numbers, [Field("attribute", "status")], [Field("metric", "m")], ["mean"]
    )
    assert groups.table.column("metrics.m.mean").to_pylist() == [2.0]
    assert groups.table.column("metrics.m.left_out").to_pylist() == [2]


def test_what_cannot_be_grouped_is_an_error(groups: Groups) -> None:
    index = load_index(store().storage)
    with pytest.raises(InvalidValue, match="mean, std, min, max, n"):
        group_runs(index, index.attribute("run_id"), [Field("param", "a")], [], ["median"])
    for by, aggregates in (([], ["mean"]), ([Field("param", "a")], [])):
        with pytest.raises(InvalidValue, match="group by"):
            group_runs(index, index.attribute("run_id"), by, [], aggregates)
    numbers = find_runs(index, make_query(None), "").numbers
    with pytest.raises(InvalidValue, match=r"Two columns .* 'metrics\.score\.min'"):
        smallest = [Field("metric", "score", "min")]
        group_runs(index, numbers, smallest, [Field("metric", "score")], ["min"])


def test_what_is_asked_twice_is_answered_once(groups: Groups) -> None:
    index = load_index(store().storage)
    numbers = find_runs(index, make_query(None), "").numbers
    by, metrics = [Field("param", "model")] * 2, [Field("metric", "score")] * 2
    twice = group_runs(index, numbers, by, metrics, ["mean", "mean"])
    assert twice.table.column_names == ["params.model", "runs", "metrics.score.mean"]


def test_numbers_beyond_those_of_floats_are_grouped_too(archive: Path) -> None:
    with runreport.start_run():
        runreport.log_metric("m", 1.0, step=2**62 + 1)
    index = load_index(store().storage)
    numbers = find_runs(index, make_query(None), "").numbers
    last = Field("metric", "m", "last_step")
    groups = group_runs(index, numbers, [Field("attribute", "status")], [last], ["max", "n"])
    assert groups.table.column("metrics.m.last_step.max").to_pylist() == [float(2**62)]
