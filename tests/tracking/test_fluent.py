from __future__ import annotations

import math
import os
import re
import threading
from pathlib import Path

import pytest

import runreport as mlflow
from runreport.archive.directory import open_archive
from runreport.archive.reading import read_archive
from runreport.errors import AlreadyExists, InvalidState, InvalidValue, NotFound, RunreportError

pytestmark = pytest.mark.usefixtures("archive")


# -- experiments ----------------------------------------------------------------------------


def test_set_experiment_makes_it_once_and_tells_subprocesses() -> None:
    first = mlflow.set_experiment("My Experiment")
    assert mlflow.set_experiment("My Experiment").experiment_id == first.experiment_id
    assert os.environ["MLFLOW_EXPERIMENT_ID"] == first.experiment_id
    assert mlflow.get_experiment_by_name("My Experiment") == first
    assert mlflow.get_experiment(first.experiment_id).name == "My Experiment"
    assert mlflow.get_experiment_by_name("none") is None


def test_default_exists_before_anything_was_written() -> None:
    assert mlflow.get_experiment("0").name == "Default"
    with mlflow.start_run() as run:
        assert run.info.experiment_id == "0"


def test_a_taken_name_is_refused_even_when_its_holder_is_deleted() -> None:
    identity = mlflow.create_experiment("x", tags={"a": 1})
    with pytest.raises(AlreadyExists) as caught:
        mlflow.create_experiment("x")
    assert caught.value.error_code == "RESOURCE_ALREADY_EXISTS"
    mlflow.delete_experiment(identity)
    with pytest.raises(AlreadyExists, match="deleted; restore it"):
        mlflow.create_experiment("x")
    with pytest.raises(InvalidValue, match="is deleted"):
        mlflow.set_experiment("x")
    mlflow.restore_experiment(identity)
    assert mlflow.set_experiment("x").tags == {"a": "1"}


def test_the_default_experiment_cannot_be_deleted() -> None:
    with pytest.raises(InvalidState, match="Default"):
        mlflow.delete_experiment("0")


def test_experiment_tags_are_set_and_removed() -> None:
    mlflow.set_experiment("x")
    mlflow.set_experiment_tags({"a": 1, "b": 2})
    mlflow.delete_experiment_tag("a")
    assert mlflow.get_experiment_by_name("x").tags == {"b": "2"}  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["", "  ", None, 7, "x" * 501])
def test_bad_experiment_names(name: object) -> None:
    with pytest.raises(InvalidValue):
        mlflow.create_experiment(name)  # type: ignore[arg-type]


def test_an_unknown_experiment_is_named() -> None:
    with pytest.raises(NotFound, match="'123'"):
        mlflow.start_run(experiment_id="123")
    with pytest.raises(NotFound):
        mlflow.set_experiment(experiment_id="123")
    assert mlflow.active_run() is None


def test_the_environment_names_the_experiment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "from environment")
    with mlflow.start_run() as run:
        pass
    found = mlflow.get_experiment_by_name("from environment")
    assert found is not None and found.experiment_id == run.info.experiment_id


# -- runs -----------------------------------------------------------------------------------


def test_a_run_has_an_id_a_name_and_system_tags() -> None:
    with mlflow.start_run() as run:
        pass
    assert re.fullmatch(r"[0-9a-f]{32}", run.info.run_id)
    assert re.fullmatch(r"[a-z]+-[a-z]+-\d+", run.info.run_name) and len(run.info.run_name) <= 20
    tags = mlflow.get_run(run.info.run_id).data.tags
    assert tags["mlflow.runName"] == run.info.run_name
    assert tags["mlflow.source.type"] == "LOCAL" and tags["mlflow.user"]


@pytest.mark.parametrize(
    ("error", "status"),
    [(None, "FINISHED"), (ValueError, "FAILED"), (KeyboardInterrupt, "KILLED")],
)
def test_leaving_the_block_says_how_it_went(
    error: type[BaseException] | None, status: str
) -> None:
    try:
        with mlflow.start_run() as run:
            if error is not None:
                raise error
    except (ValueError, KeyboardInterrupt):
        pass
    found = mlflow.get_run(run.info.run_id)
    assert found.info.status == status and found.info.end_time is not None
    assert mlflow.active_run() is None


def test_end_run_without_a_run_does_nothing_and_a_bad_status_is_refused() -> None:
    mlflow.end_run()
    mlflow.start_run()
    with pytest.raises(InvalidValue, match="FINISHED"):
        mlflow.end_run("DONE")
    assert mlflow.active_run() is not None


def test_a_second_run_must_be_nested_and_knows_its_parent() -> None:
    with mlflow.start_run() as parent:
        with pytest.raises(RunreportError, match="already active"):
            mlflow.start_run()
        with pytest.raises(InvalidValue, match="parent_run_id"):
            mlflow.start_run(nested=True, parent_run_id="other")
        with mlflow.start_run(nested=True) as child:
            assert mlflow.active_run() is child
        assert mlflow.active_run() is parent
    found = mlflow.get_parent_run(child.info.run_id)
    assert found is not None and found.info.run_id == parent.info.run_id
    assert mlflow.get_parent_run(parent.info.run_id) is None


def test_logging_without_a_run_starts_one() -> None:
    mlflow.log_param("a", 1)
    run = mlflow.active_run()
    assert run is not None
    mlflow.end_run()
    assert mlflow.get_run(run.info.run_id).data.params == {"a": "1"}


def test_a_run_is_resumed_by_its_id() -> None:
    with mlflow.start_run(run_name="first") as run:
        mlflow.log_param("lr", 0.1)
        mlflow.log_metric("loss", 2.0, step=1)
    with mlflow.start_run(run_id=run.info.run_id, tags={"again": "yes"}):
        assert mlflow.get_run(run.info.run_id).info.status == "RUNNING"
        mlflow.log_metric("loss", 1.0, step=2)
        with pytest.raises(InvalidValue, match="Changing param values"):
            mlflow.log_param("lr", 0.2)
    found = mlflow.get_run(run.info.run_id)
    assert found.data.metrics == {"loss": 1.0} and found.info.run_name == "first"
    assert found.data.tags["again"] == "yes" and found.info.status == "FINISHED"
    with pytest.raises(NotFound):
        mlflow.start_run(run_id="f" * 32)


def test_a_run_named_by_the_environment_is_resumed(monkeypatch: pytest.MonkeyPatch) -> None:
    with mlflow.start_run() as run:
        pass
    monkeypatch.setenv("MLFLOW_RUN_ID", run.info.run_id)
    with mlflow.start_run() as again:
        assert again.info.run_id == run.info.run_id


def test_a_deleted_run_takes_no_more_facts_until_restored() -> None:
    with mlflow.start_run() as run:
        pass
    mlflow.delete_run(run.info.run_id)
    with pytest.raises(InvalidState, match="is deleted"):
        mlflow.start_run(run_id=run.info.run_id)
    with pytest.raises(InvalidState):
        mlflow.log_metric("a", 1.0, run_id=run.info.run_id)
    mlflow.restore_run(run.info.run_id)
    with mlflow.start_run(run_id=run.info.run_id):
        pass


def test_a_finished_run_can_be_logged_to() -> None:
    with mlflow.start_run() as run:
        pass
    mlflow.log_metric("late", 1.0, run_id=run.info.run_id)
    mlflow.log_params({"p": 1}, run_id=run.info.run_id)
    found = mlflow.get_run(run.info.run_id)
    assert found.data.metrics == {"late": 1.0} and found.info.status == "FINISHED"


def test_names_and_notes() -> None:
    with mlflow.start_run(run_name="n", description="*why*") as run:
        pass
    tags = mlflow.get_run(run.info.run_id).data.tags
    assert tags["mlflow.note.content"] == "*why*"
    with pytest.raises(InvalidValue):
        mlflow.start_run(run_name="a", tags={"mlflow.runName": "b"})
    with pytest.raises(InvalidValue):
        mlflow.start_run(description="a", tags={"mlflow.note.content": "b"})


def test_another_thread_has_no_active_run() -> None:
    seen: list[object] = []
    with mlflow.start_run():
        thread = threading.Thread(target=lambda: seen.append(mlflow.active_run()))
        thread.start()
        thread.join()
    assert seen == [None]


def test_the_last_active_run_is_remembered() -> None:
    assert mlflow.last_active_run() is None
    with mlflow.start_run() as run:
        mlflow.log_metric("a", 1.0)
    last = mlflow.last_active_run()
    assert last is not None and last.info.run_id == run.info.run_id
    assert last.data.metrics == {"a": 1.0}


# -- params, metrics, tags ------------------------------------------------------------------


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


def test_text_of_any_kind_survives(archive: Path) -> None:
    text = "line\nbreak\t\"quotes\" 'single' \\ \u2028 \x00 </script> 😀 e\u0301"
    with mlflow.start_run() as run:
        mlflow.log_param("p", text)
        with pytest.warns(UserWarning, match="half a Unicode character"):
            mlflow.set_tag("t", "a\ud800b")
    data = mlflow.get_run(run.info.run_id).data
    assert data.params["p"] == text and data.tags["t"] == "a?b"
    assert read_archive(open_archive(archive)).notices == ()


# -- where ----------------------------------------------------------------------------------


def test_the_tracking_uri_chooses_the_archive(tmp_path: Path) -> None:
    mlflow.set_tracking_uri(f"runreport://{tmp_path}/other")
    assert mlflow.get_tracking_uri() == f"file://{tmp_path}/other"
    assert mlflow.is_tracking_uri_set()
    with mlflow.start_run():
        pass
    assert (tmp_path / "other" / "archive.json").exists()


def test_a_read_only_question_about_a_new_archive_writes_no_run(archive: Path) -> None:
    assert mlflow.search_experiments()[0].name == "Default"
    assert sorted(path.name for path in archive.iterdir()) == ["archive.json"]


def test_a_moved_archive_keeps_its_artifacts(archive: Path, tmp_path: Path) -> None:
    with mlflow.start_run() as run:
        mlflow.log_text("hello", "a.txt")
    archive.rename(tmp_path / "moved")
    mlflow.set_tracking_uri(tmp_path / "moved")
    path = mlflow.download_artifacts(run_id=run.info.run_id, artifact_path="a.txt")
    assert Path(path).read_text() == "hello"
