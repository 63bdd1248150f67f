from __future__ import annotations

import math
import random
from pathlib import Path

import pandas as pd
import pytest

import runreport
from runreport.entities import Run, ViewType
from runreport.errors import InvalidValue


@pytest.fixture
def runs(archive: Path) -> dict[str, str]:
    """Run ids by name: three runs with and without a metric, a param and a tag, oldest first."""
    ids = {}
    for name, value, rate in (
        ("one", 0.5, "0.1"),
        ("two", math.nan, None),
        ("three", None, "0.01"),
    ):
        with runreport.start_run(run_name=name) as run:
            ids[name] = run.info.run_id
            if value is not None:
                runreport.log_metric("loss", value)
            if rate is not None:
                runreport.log_param("lr", rate)
            runreport.set_tag("first.letter", name[0])
    return ids


def names(filter_string: str = "", order_by: list[str] | None = None) -> list[str]:
    found = runreport.search_runs(
        filter_string=filter_string, order_by=order_by, output_format="list"
    )
    return [run.info.run_name for run in found]


@pytest.mark.usefixtures("runs")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("metrics.loss < 1", {"one"}),
        ("metrics.loss != 3", {"one", "two"}),  # NaN matches !=, a missing key nothing
        ("metrics.loss = 0.5 AND params.lr = '0.1'", {"one"}),
        ("params.lr != '0.1'", {"three"}),
        ("params.lr IS NULL", {"two"}),
        ("params.lr IS NOT NULL", {"one", "three"}),
        ("params.lr LIKE '0._'", {"one"}),
        ("tags.first.letter = 'T'", set()),
        ("tags.first.letter ILIKE 'T'", {"two", "three"}),
        ("run_name LIKE 't%'", {"two", "three"}),
        ("run_name LIKE '%\\%'", set()),
        ("status = 'FINISHED'", {"one", "two", "three"}),
        ("status = 'finished'", set()),
        ("params.nothing = 'x'", set()),
        ("start_time > 0 and end_time < 1", set()),
    ],
)
def test_filters_follow_mlflow(text: str, expected: set[str]) -> None:
    assert set(names(text)) == expected


def test_run_ids_in_a_list(runs: dict[str, str]) -> None:
    assert names(f"run_id IN ('{runs['one']}', 'x')") == ["one"]
    assert set(names(f"run_id NOT IN ('{runs['one']}')")) == {"two", "three"}
    assert set(names(f"artifact_uri LIKE '%{runs['two']}'")) == {"two"}


@pytest.mark.usefixtures("runs")
def test_missing_values_come_last_and_nan_before_them_in_both_directions(archive: Path) -> None:
    with runreport.start_run(run_name="four"):
        runreport.log_metric("loss", -math.inf)
    assert names(order_by=["metrics.loss"]) == ["four", "one", "two", "three"]
    assert names(order_by=["metrics.loss DESC"]) == ["one", "four", "two", "three"]
    assert names(order_by=["params.lr DESC", "run_name"])[:2] == ["one", "three"]


@pytest.mark.usefixtures("runs")
def test_the_newest_run_comes_first_by_default() -> None:
    found = runreport.search_runs(output_format="list")
    starts = [(-run.info.start_time, run.info.run_id) for run in found]
    assert starts == sorted(starts)


@pytest.mark.usefixtures("runs")
def test_the_frame_has_mlflows_columns_and_types() -> None:
    frame = runreport.search_runs(order_by=["run_name"])
    assert list(frame.columns[:6]) == [
        "run_id", "experiment_id", "status", "artifact_uri", "start_time", "end_time",
    ]  # fmt: skip
    assert str(frame["start_time"].dtype).startswith("datetime64") and frame["start_time"].dt.tz
    assert frame["metrics.loss"].dtype == "float64"
    assert frame["params.lr"].dtype == pd.Series(["text"]).dtype
    assert frame["params.lr"].tolist()[:2] == ["0.1", "0.01"] and frame["params.lr"].isna()[2]
    assert "tags.mlflow.runName" in frame.columns


@pytest.mark.usefixtures("archive")
def test_nothing_found_is_an_empty_frame_of_six_columns() -> None:
    frame = runreport.search_runs(filter_string="metrics.x > 1")
    assert len(frame) == 0 and len(frame.columns) == 6


@pytest.mark.usefixtures("runs")
def test_formats_and_limits() -> None:
    assert len(runreport.search_runs(max_results=2)) == 2
    assert runreport.search_runs(output_format="arrow").num_rows == 3
    assert all(isinstance(run, Run) for run in runreport.search_runs(output_format="list"))
    for bad in ({"output_format": "xml"}, {"max_results": -1}, {"run_view_type": 7}):
        with pytest.raises(InvalidValue):
            runreport.search_runs(**bad)


@pytest.mark.usefixtures("runs")
def test_experiments_by_id_name_or_all() -> None:
    runreport.set_experiment("other")
    with runreport.start_run(run_name="elsewhere"):
        pass
    assert names() == ["elsewhere"]
    assert len(runreport.search_runs("0")) == 3
    assert len(runreport.search_runs(experiment_names=["other", "Default"])) == 4
    assert len(runreport.search_runs(search_all_experiments=True)) == 4
    assert len(runreport.search_runs(["12"])) == 0
    with pytest.warns(UserWarning, match="no experiment named 'typo'"):
        assert len(runreport.search_runs(experiment_names=["typo"])) == 0
    with pytest.raises(InvalidValue, match="not both"):
        runreport.search_runs(["0"], experiment_names=["other"])


def test_deleted_runs_and_experiments_are_hidden_until_asked_for(runs: dict[str, str]) -> None:
    runreport.delete_run(runs["one"])
    assert set(names()) == {"two", "three"}
    assert len(runreport.search_runs(run_view_type=ViewType.DELETED_ONLY)) == 1
    assert len(runreport.search_runs(run_view_type=ViewType.ALL)) == 3
    runreport.restore_run(runs["one"])
    assert len(names()) == 3
    runreport.set_experiment("other")
    with runreport.start_run():
        pass
    runreport.delete_experiment(runreport.get_experiment_by_name("other").experiment_id)  # type: ignore[union-attr]
    assert len(runreport.search_runs(search_all_experiments=True)) == 3


@pytest.mark.usefixtures("archive")
def test_search_experiments_filters_and_orders() -> None:
    for name in ("b", "a", "c"):
        runreport.create_experiment(name, tags={"letter": name})
    found = runreport.search_experiments(filter_string="name != 'Default'", order_by=["name DESC"])
    assert [e.name for e in found] == ["c", "b", "a"]
    assert [e.name for e in runreport.search_experiments(filter_string="tags.letter = 'a'")] == [
        "a"
    ]
    assert len(runreport.search_experiments(max_results=2)) == 2
    with pytest.raises(InvalidValue, match="no metrics"):
        runreport.search_experiments(filter_string="metrics.a > 1")


@pytest.mark.usefixtures("archive")
def test_data_sets_are_found_by_name_and_context() -> None:
    data = runreport.data
    import numpy as np

    with runreport.start_run(run_name="used"):
        runreport.log_input(data.from_numpy(np.zeros(3), name="zeros"), context="training")
        runreport.log_input(data.from_numpy(np.ones(3), name="ones"), context="test")
    with runreport.start_run(run_name="unused"):
        pass
    with runreport.start_run(run_name="accents"):
        runreport.log_input(data.from_numpy(np.ones(3), name="é"), context="entraînement")
    assert names("datasets.context = 'entraînement' and dataset.name = 'é'") == ["accents"]
    assert names("dataset.name = 'zeros' AND dataset.context = 'test'") == ["used"]
    assert names("dataset.context LIKE 'valid%'") == []
    (used,) = runreport.search_runs(filter_string="run_name = 'used'", output_format="list")
    inputs = used.inputs
    assert {entry.dataset.name for entry in inputs.dataset_inputs} == {"zeros", "ones"}


@pytest.mark.usefixtures("archive")
def test_a_random_archive_is_searched_as_a_plain_loop_would() -> None:
    rng = random.Random(5)
    expected = {}
    for number in range(25):
        with runreport.start_run(run_name=f"r{number}"):
            value = rng.choice([None, math.nan, rng.random()])
            if value is not None:
                runreport.log_metric("m", value)
            expected[f"r{number}"] = value
    for limit in (0.2, 0.5, 0.8):
        wanted = {name for name, value in expected.items() if value is not None and value > limit}
        assert set(names(f"metrics.m > {limit}")) == wanted
