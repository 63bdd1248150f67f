from __future__ import annotations

import re
import shutil
import threading
import warnings
from pathlib import Path
from typing import Any

import pytest

import runreport as mlflow
from runreport.archive.directory import open_archive
from runreport.archive.reading import read_archive
from runreport.errors import InvalidState, InvalidValue, NotFound, RunreportError, WriteFailed

pytestmark = pytest.mark.usefixtures("archive")


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


def test_a_run_shows_itself_and_becomes_plain_values() -> None:
    with mlflow.start_run(run_name="shown") as run:
        assert repr(run).startswith("ActiveRun(data=RunData(") and "Session" not in repr(run)
        mlflow.log_param("lr", 0.1)
    told = mlflow.get_run(run.info.run_id).to_dictionary()
    assert told["info"]["run_name"] == "shown" and told["data"]["params"] == {"lr": "0.1"}
    assert dict(mlflow.get_run(run.info.run_id).info)["status"] == "FINISHED"


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


@pytest.mark.parametrize("zero", [0, "0"])
def test_experiment_0_is_the_default_one_whatever_is_active(zero: Any) -> None:
    mlflow.set_experiment("other")
    with mlflow.start_run(experiment_id=zero) as run:
        assert run.info.experiment_id == "0"


def test_no_results_are_what_was_asked_for() -> None:
    with mlflow.start_run():
        pass
    assert mlflow.search_runs(max_results=0, output_format="list") == []
    assert mlflow.search_experiments(max_results=0) == []
    assert mlflow.search_registered_models(max_results=0) == []
    assert mlflow.search_model_versions(max_results=0) == []


def test_statuses_and_views_have_names() -> None:
    assert (
        mlflow.RunStatus.from_string("FAILED")
        == mlflow.RunStatus.to_string(mlflow.RunStatus.FAILED)
        == "FAILED"
    )
    assert [mlflow.RunStatus.is_terminated(own) for own in mlflow.RunStatus.all_status()] == [
        0,
        0,
        1,
        1,
        1,
    ]
    for number, name in ((1, "active_only"), (2, "deleted_only"), (3, "all")):
        assert (
            mlflow.ViewType.from_string(name) == number
            and mlflow.ViewType.to_string(number) == name
        )
    for wrong in (
        mlflow.RunStatus.from_string,
        mlflow.ViewType.from_string,
        mlflow.ViewType.to_string,
    ):
        with pytest.raises(InvalidValue, match="'x' is none; they are"):
            wrong("x")


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


@pytest.mark.parametrize("name", [123, "x\udcff", ""])
def test_a_run_name_of_any_kind_keeps_the_other_tags(name: object, archive: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with mlflow.start_run(run_name=name, tags={"team": "x"}) as run:  # type: ignore[arg-type]
            pass
    found = mlflow.get_run(run.info.run_id)
    assert found.data.tags["team"] == "x" and found.info.run_name == run.info.run_name
    assert read_archive(open_archive(archive)).notices == ()


def test_an_end_that_could_not_be_written_can_be_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = mlflow.start_run()

    def fail(*_: object, **__: object) -> None:
        raise WriteFailed("disk full")

    monkeypatch.setattr(run.session.writer, "log_event", fail)
    with pytest.raises(WriteFailed):
        mlflow.end_run()
    monkeypatch.undo()
    mlflow.end_run()
    assert mlflow.get_run(run.info.run_id).info.status == "FINISHED"


def test_a_resumed_run_says_that_it_is_running() -> None:
    with mlflow.start_run() as run:
        pass
    with mlflow.start_run(run_id=run.info.run_id, run_name="new", tags={"a": "b"}) as again:
        assert (again.info.status, again.info.end_time) == ("RUNNING", None)
        assert again.info.run_name == "new" and again.data.tags["a"] == "b"


def test_threads_that_log_by_run_id_share_its_params() -> None:
    errors: list[Exception] = []
    with mlflow.start_run() as run:
        mlflow.log_param("x", 1)

        def work() -> None:
            try:
                mlflow.log_params({"x": 2}, run_id=run.info.run_id)
            except InvalidValue as error:
                errors.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert len(errors) == 1 and mlflow.get_run(run.info.run_id).data.params == {"x": "1"}


def test_logging_to_many_runs_by_id_keeps_few_files_open(archive: Path) -> None:
    ids = []
    for _ in range(20):
        with mlflow.start_run() as run:
            ids.append(run.info.run_id)
    for run_id in ids * 2:
        mlflow.log_metric("late", 1.0, run_id=run_id)
    assert len(list((archive / "live").glob("*.jsonl"))) <= 16
    frame = mlflow.search_runs()
    assert frame["metrics.late"].tolist() == [1.0] * 20


def test_runs_of_a_deleted_experiment_take_no_more_facts() -> None:
    identity = mlflow.create_experiment("gone")
    with mlflow.start_run(experiment_id=identity) as run:
        pass
    mlflow.delete_experiment(identity)
    with pytest.raises(InvalidState, match="deleted experiment 'gone'"):
        mlflow.start_run(run_id=run.info.run_id)
    deleted = mlflow.search_runs([identity], run_view_type=mlflow.ViewType.DELETED_ONLY)
    assert len(deleted) == 1


def test_a_folder_deleted_under_a_living_process_is_made_anew(archive: Path) -> None:
    with mlflow.start_run():
        pass
    shutil.rmtree(archive)
    with mlflow.start_run():
        mlflow.log_metric("m", 1.0)
    assert len(mlflow.search_runs()) == 1


def test_durability_is_chosen_by_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RUNREPORT_DURABILITY", "fsync")
    mlflow.set_tracking_uri(tmp_path / "other")
    with mlflow.start_run() as run:
        assert run.session.writer.durability == "fsync"
    monkeypatch.setenv("RUNREPORT_TAG_POLICY", "strict")
    mlflow.set_tracking_uri(tmp_path / "third")
    with pytest.raises(InvalidValue, match="RUNREPORT_TAG_POLICY is 'strict'"):
        mlflow.start_run()


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
