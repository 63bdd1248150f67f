from __future__ import annotations

import math
from pathlib import Path

import pytest

import runreport as mlflow
from runreport.archive.directory import open_archive
from runreport.archive.reading import read_archive
from runreport.errors import InvalidValue, NotFound

pytestmark = pytest.mark.usefixtures("archive")


def test_log_param_returns_the_value_and_keeps_text() -> None:
    with mlflow.start_run() as run:
        assert mlflow.log_param("n", 1) == 1
        mlflow.log_param("n", "1")  # the same text again is fine
        with pytest.raises(InvalidValue, match="cannot become '2'") as caught:
            mlflow.log_param("n", 2)
        assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
    assert mlflow.get_run(run.info.run_id).data.params == {"n": "1"}


def test_params_are_logged_all_or_none() -> None:
    with mlflow.start_run() as run, pytest.raises(InvalidValue):
        mlflow.log_params({"good": 1, "../bad": 2})
    assert mlflow.get_run(run.info.run_id).data.params == {}


def test_long_values_are_cut_with_a_warning() -> None:
    with mlflow.start_run() as run:
        with pytest.warns(UserWarning, match="first 6,000"):
            mlflow.log_param("long", "x" * 7000)
        with pytest.warns(UserWarning, match="first 8,000"):
            mlflow.set_tag("long", "x" * 9000)
    data = mlflow.get_run(run.info.run_id).data
    assert len(data.params["long"]) == 6000 and len(data.tags["long"]) == 8000


def test_a_metrics_value_is_the_greatest_by_step() -> None:
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 2.0, step=5)
        mlflow.log_metric("m", 3.0, step=3)
    assert mlflow.get_run(run.info.run_id).data.metrics == {"m": 2.0}


@pytest.mark.parametrize(
    ("value", "kept"),
    [("0.5", 0.5), (True, 1.0), (3, 3.0), (math.inf, math.inf), (-0.0, -0.0), (5e-324, 5e-324),
     (2**53 + 2, 2.0**53 + 2)],
)  # fmt: skip
def test_numbers_of_all_kinds_are_kept(value: object, kept: float) -> None:
    with mlflow.start_run() as run:
        mlflow.log_metric("m", value)  # type: ignore[arg-type]
    assert repr(mlflow.get_run(run.info.run_id).data.metrics["m"]) == repr(kept)


def test_nan_is_kept() -> None:
    with mlflow.start_run() as run:
        mlflow.log_metrics({"m": math.nan, "n": 1}, step=-3)
    assert math.isnan(mlflow.get_run(run.info.run_id).data.metrics["m"])


@pytest.mark.parametrize("value", ["abc", None, [1], 10**400])
def test_what_is_no_number_is_refused(value: object) -> None:
    with mlflow.start_run() as run:
        with pytest.raises(InvalidValue, match="'m'"):
            mlflow.log_metric("m", value)  # type: ignore[arg-type]
        with pytest.raises(InvalidValue):
            mlflow.log_metrics({"ok": 1.0, "m": value})  # type: ignore[dict-item]
    assert mlflow.get_run(run.info.run_id).data.metrics == {}


@pytest.mark.parametrize(
    "arguments", [{"step": "x"}, {"step": 2**63}, {"timestamp": -1}, {"timestamp": "now"}]
)
def test_bad_steps_and_times_are_refused(arguments: dict[str, object]) -> None:
    with mlflow.start_run(), pytest.raises(InvalidValue):
        mlflow.log_metric("m", 1.0, **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "key", ["", "a\nb", "../a", "/a", "a//b", "x" * 251, "a;b", None, "a/./b", "😀"]
)
def test_names_mlflow_refuses_are_refused(key: object) -> None:
    with mlflow.start_run():
        for call in (mlflow.log_param, mlflow.log_metric, mlflow.set_tag):
            with pytest.raises(InvalidValue, match="name"):
                call(key, 1)  # type: ignore[operator]


@pytest.mark.parametrize("key", ["a", "a.b-c_d/e f:g", "Ü", "x" * 250])
def test_names_mlflow_allows_are_kept(key: str) -> None:
    with mlflow.start_run() as run:
        mlflow.log_param(key, 1)
        mlflow.log_metric(key, 1)
        mlflow.set_tag(key, 1)
    data = mlflow.get_run(run.info.run_id).data
    assert data.params[key] == data.tags[key] == "1" and data.metrics[key] == 1.0


def test_tags_change_and_go() -> None:
    with mlflow.start_run() as run:
        mlflow.set_tags({"a": 1, "b": ""})
        mlflow.set_tag("a", 2)
        mlflow.delete_tag("b")
        with pytest.raises(NotFound):
            mlflow.delete_tag("b")
    tags = mlflow.get_run(run.info.run_id).data.tags
    assert tags["a"] == "2" and "b" not in tags


def test_the_fabric_policy_refuses_what_fabric_refuses() -> None:
    from runreport.tracking import active

    with mlflow.start_run():
        active.store().tag_policy = "fabric"
        for key, value in (("a", ""), ("a", "x" * 5001), ("mlflow.x", "y"), ("trident.x", "y")):
            with pytest.raises(InvalidValue, match="fabric"):
                mlflow.set_tag(key, value)


def test_an_array_of_one_number_is_a_number_as_in_mlflow() -> None:
    import numpy as np

    with mlflow.start_run() as run:
        mlflow.log_metric("one", np.array([[0.25]]))  # type: ignore[arg-type]
        with pytest.raises(InvalidValue, match="a number is needed"):
            mlflow.log_metric("two", np.array([0.25, 0.5]))  # type: ignore[arg-type]
    assert mlflow.get_run(run.info.run_id).data.metrics == {"one": 0.25}


def test_whole_numbers_of_any_type_are_steps_and_times() -> None:
    import numpy as np

    with mlflow.start_run() as run:
        mlflow.log_metric("m", np.float32(0.5), step=np.int32(3), timestamp=np.int64(5))
        mlflow.log_metric("m", 1.0, step=2.0)  # type: ignore[arg-type]
        with pytest.raises(InvalidValue, match=r"1\.9"):
            mlflow.log_metric("m", 1.0, step=1.9)  # type: ignore[arg-type]
    assert mlflow.get_run(run.info.run_id).data.metrics == {"m": 0.5}


def test_text_of_any_kind_survives(archive: Path) -> None:
    text = "line\nbreak\t\"quotes\" 'single' \\ \u2028 \x00 </script> 😀 e\u0301"
    with mlflow.start_run() as run:
        mlflow.log_param("p", text)
        with pytest.warns(UserWarning, match="half a Unicode character"):
            mlflow.set_tag("t", "a\ud800b")
    data = mlflow.get_run(run.info.run_id).data
    assert data.params["p"] == text and data.tags["t"] == "a?b"
    assert read_archive(open_archive(archive)).notices == ()
