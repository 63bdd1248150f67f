from __future__ import annotations

import os
from pathlib import Path

import pytest

import runreport as mlflow
from runreport.errors import AlreadyExists, InvalidState, InvalidValue, NotFound

pytestmark = pytest.mark.usefixtures("archive")


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


def test_the_tracking_uri_chooses_the_archive(tmp_path: Path) -> None:
    mlflow.set_tracking_uri(f"runreport://{tmp_path}/other")
    assert mlflow.get_tracking_uri() == f"file://{tmp_path}/other"
    assert mlflow.is_tracking_uri_set()
    with mlflow.start_run():
        pass
    assert (tmp_path / "other" / "archive.json").exists()


def test_an_experiment_that_was_set_by_name_is_set_in_the_next_archive_too(tmp_path: Path) -> None:
    mlflow.set_tracking_uri(tmp_path / "one")
    chosen = mlflow.set_experiment("mine").experiment_id
    mlflow.set_tracking_uri(tmp_path / "two")
    with mlflow.start_run() as run:
        mlflow.log_metric("loss", 1.0)
    assert run.info.experiment_id == chosen
    assert mlflow.get_experiment(chosen).name == "mine"
    mlflow.set_tracking_uri(tmp_path / "empty")
    assert len(mlflow.search_runs(output_format="list")) == 0
    assert [one.name for one in mlflow.search_experiments()] == ["Default"]  # asking makes nothing
    mlflow.set_tracking_uri(tmp_path / "two")
    assert len(mlflow.search_runs(output_format="list")) == 1
    mlflow.set_experiment(experiment_id=chosen)
    mlflow.set_tracking_uri(tmp_path / "three")
    with pytest.raises(NotFound, match=chosen), mlflow.start_run():
        pass


def test_a_read_only_question_about_a_new_archive_writes_no_run(archive: Path) -> None:
    assert mlflow.search_experiments()[0].name == "Default"
    assert sorted(path.name for path in archive.iterdir()) == [".gitattributes", "archive.json"]


def test_a_moved_archive_keeps_its_artifacts(archive: Path, tmp_path: Path) -> None:
    with mlflow.start_run() as run:
        mlflow.log_text("hello", "a.txt")
    archive.rename(tmp_path / "moved")
    mlflow.set_tracking_uri(tmp_path / "moved")
    path = mlflow.download_artifacts(run_id=run.info.run_id, artifact_path="a.txt")
    assert Path(path).read_text() == "hello"
