from __future__ import annotations

import re
import threading

import pytest

import runreport as mlflow
from runreport.errors import InvalidState, InvalidValue, NotFound, RunreportError

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
