"""The client: run id first, whatever run is active."""

from __future__ import annotations

from pathlib import Path

import pytest

import runreport
from runreport import MlflowClient, RunreportClient
from runreport.entities import Metric, PagedList, Param, RunTag, ViewType
from runreport.errors import AlreadyExists, InvalidState, InvalidValue, NotFound
from runreport.exceptions import MlflowException


@pytest.fixture
def client(archive: Path) -> RunreportClient:
    return RunreportClient()


@pytest.fixture
def run_id(client: RunreportClient) -> str:
    return str(client.create_run("0", run_name="made").info.run_id)


def test_mlflow_code_finds_it_under_its_names() -> None:
    from runreport.tracking import MlflowClient as Tracked

    assert MlflowClient is RunreportClient is Tracked
    assert runreport.exceptions.MlflowException is MlflowException


def test_a_run_is_made_logged_to_and_ended_without_becoming_active(
    client: RunreportClient,
) -> None:
    made = client.create_run("0", start_time=5000, tags={"team": "red"}, run_name="made")
    run_id = made.info.run_id
    assert runreport.active_run() is None
    assert client.get_run(run_id).info.status == "RUNNING"
    client.log_param(run_id, "lr", 0.1)
    client.log_metric(run_id, "loss", 0.5, timestamp=6000, step=3)
    client.set_tag(run_id, "more", "yes")
    client.log_text(run_id, "hello", "notes/hello.txt")
    client.log_dict(run_id, {"a": 1}, "config.json")
    client.set_terminated(run_id, "FAILED", end_time=9000)
    found = client.get_run(run_id)
    assert (found.info.status, found.info.start_time, found.info.end_time) == (
        "FAILED",
        5000,
        9000,
    )
    assert found.data.params == {"lr": "0.1"} and found.data.metrics == {"loss": 0.5}
    assert found.data.tags["team"] == "red" and found.data.tags["more"] == "yes"
    assert [file.path for file in client.list_artifacts(run_id)] == ["config.json", "notes"]
    path = client.download_artifacts(run_id, "notes/hello.txt")
    assert Path(path).read_text() == "hello"


def test_the_active_run_stays_the_active_one(client: RunreportClient, run_id: str) -> None:
    with runreport.start_run() as active:
        client.log_metric(run_id, "m", 1.0)
        client.log_metric(active.info.run_id, "m", 2.0)
        runreport.log_metric("m", 3.0, step=1)
        assert runreport.active_run() is active
    assert client.get_run(run_id).data.metrics == {"m": 1.0}
    assert client.get_run(active.info.run_id).data.metrics == {"m": 3.0}
    assert len(client.get_metric_history(active.info.run_id, "m")) == 2


def test_a_client_of_another_archive_leaves_the_one_in_use_alone(
    client: RunreportClient, tmp_path: Path
) -> None:
    other = RunreportClient(tmp_path / "other")
    made = other.create_run(other.create_experiment("elsewhere"))
    other.log_param(made.info.run_id, "a", 1)
    assert other.get_run(made.info.run_id).data.params == {"a": "1"}
    assert client.get_experiment_by_name("elsewhere") is None
    with pytest.raises(NotFound):
        client.get_run(made.info.run_id)
    assert other.tracking_uri.endswith("/other") and client.tracking_uri.endswith("/archive")
    with pytest.raises(InvalidValue, match="part of the archive"):
        RunreportClient(tmp_path / "a", tmp_path / "b")


def test_every_point_of_a_metric_is_had_in_order(client: RunreportClient, run_id: str) -> None:
    for step, value in ((5, 2.0), (3, 3.0), (5, 1.0)):
        client.log_metric(run_id, "m", value, timestamp=1000 + step, step=step)
    expected = [Metric("m", 3.0, 1003, 3), Metric("m", 2.0, 1005, 5), Metric("m", 1.0, 1005, 5)]
    assert client.get_metric_history(run_id, "m") == expected  # from the journal
    client.set_terminated(run_id)
    assert client.get_metric_history(run_id, "m") == expected  # from the segment
    assert client.get_metric_history(run_id, "nothing") == []
    with pytest.raises(NotFound):
        client.get_metric_history("nobody", "m")


def test_a_batch_is_logged_whole_or_not_at_all(client: RunreportClient, run_id: str) -> None:
    metrics = [Metric("m", float(step), 1000, step) for step in range(3)]
    client.log_batch(run_id, metrics, [Param("p", "1")], [RunTag("t", "x")])
    data = client.get_run(run_id).data
    assert data.metrics == {"m": 2.0} and data.params == {"p": "1"} and data.tags["t"] == "x"
    with pytest.raises(InvalidValue):
        client.log_batch(run_id, [*metrics, Metric("bad|name", 1.0, 0, 0)], [Param("q", "1")])
    assert "q" not in client.get_run(run_id).data.params


def test_a_batch_is_as_large_as_it_is(client: RunreportClient, run_id: str) -> None:
    points = [Metric("many", float(step), 1000, step) for step in range(2500)]
    params = [Param(f"p{number}", "1") for number in range(250)]
    tags = [RunTag(f"t{number}", "x") for number in range(250)]
    client.log_batch(run_id, points, params, tags)
    data = client.get_run(run_id).data
    assert len(client.get_metric_history(run_id, "many")) == 2500
    assert data.params.keys() == {param.key for param in params}
    assert data.tags.keys() >= {tag.key for tag in tags}


def test_what_is_not_synchronous_can_be_waited_for(client: RunreportClient, run_id: str) -> None:
    for outcome in (
        client.log_metric(run_id, "m", 1.0, synchronous=False),
        client.log_param(run_id, "p", 1, synchronous=False),
        client.set_tag(run_id, "t", 1, synchronous=False),
        client.log_batch(run_id, [Metric("m", 2.0, 1000, 1)], synchronous=False),
    ):
        outcome.wait()
    assert client.log_param(run_id, "q", 1) == 1 and client.log_metric(run_id, "m", 3.0) is None
    assert client.get_run(run_id).data.params == {"p": "1", "q": "1"}


def test_runs_are_updated_deleted_and_restored(client: RunreportClient, run_id: str) -> None:
    client.update_run(run_id, status="SCHEDULED", name="renamed")
    found = client.get_run(run_id)
    assert found.info.run_name == "renamed" and found.info.status == "SCHEDULED"
    client.set_tag(run_id, "t", "x")
    client.delete_tag(run_id, "t")
    with pytest.raises(NotFound, match="no tag"):
        client.delete_tag(run_id, "t")
    client.set_terminated(run_id)
    client.delete_run(run_id)
    assert client.get_run(run_id).info.lifecycle_stage == "deleted"
    with pytest.raises(InvalidState):
        client.log_metric(run_id, "m", 1.0)
    client.restore_run(run_id)
    with pytest.raises(InvalidValue, match="'DONE' is not allowed"):
        client.set_terminated(run_id, "DONE")
    nested = client.create_run("0", tags={"mlflow.parentRunId": run_id})
    parent = client.get_parent_run(nested.info.run_id)
    assert parent is not None and parent.info.run_id == run_id
    with pytest.raises(InvalidValue, match="give one of them"):
        client.create_run("0", tags={"mlflow.runName": "a"}, run_name="b")


def test_many_created_runs_stay_running_until_they_are_ended(client: RunreportClient) -> None:
    ids = [client.create_run("0").info.run_id for _ in range(20)]
    assert {client.get_run(one).info.status for one in ids} == {"RUNNING"}
    for one in ids:
        client.set_terminated(one)
    assert {run.info.status for run in client.search_runs(["0"])} == {"FINISHED"}


def test_pages_follow_one_another_by_their_tokens(client: RunreportClient) -> None:
    for number in range(7):
        run = client.create_run("0", start_time=number, run_name=f"r{number}")
        client.set_terminated(run.info.run_id)
    names, token, pages = [], None, 0
    while True:
        page = client.search_runs(["0"], order_by=["start_time"], max_results=3, page_token=token)
        assert isinstance(page, PagedList)
        names += [run.info.run_name for run in page]
        token, pages = page.token, pages + 1
        if token is None:
            break
    assert names == [f"r{number}" for number in range(7)] and pages == 3
    first = client.search_runs("0", max_results=3)
    assert first.to_list() == list(first)
    with pytest.raises(InvalidValue, match="another question"):
        client.search_runs("0", "status = 'FAILED'", max_results=3, page_token=first.token)
    for bad in ("x", "eyJ9", "e30="):
        with pytest.raises(InvalidValue, match="page_token"):
            client.search_runs("0", page_token=bad)
    with pytest.raises(InvalidValue, match="max_results"):
        client.search_runs("0", max_results=0)
    assert client.search_runs("0", max_results=7).token is None


def test_experiments_are_made_renamed_tagged_and_paged(client: RunreportClient) -> None:
    identity = client.create_experiment("first", tags={"a": "1"})
    client.create_experiment("second")
    with pytest.raises(AlreadyExists):
        client.create_experiment("first")
    client.rename_experiment(identity, "renamed")
    client.set_experiment_tag(identity, "b", 2)
    client.delete_experiment_tag(identity, "a")
    with pytest.raises(NotFound):
        client.delete_experiment_tag(identity, "a")
    assert client.get_experiment(identity).tags == {"b": "2"}
    page = client.search_experiments(max_results=2, order_by=["name"])
    rest = client.search_experiments(max_results=2, order_by=["name"], page_token=page.token)
    assert [e.name for e in (*page, *rest)] == ["Default", "renamed", "second"]
    client.delete_experiment(identity)
    assert len(client.search_experiments(ViewType.DELETED_ONLY)) == 1
    client.restore_experiment(identity)
    assert len(client.search_experiments(filter_string="name LIKE 're%' or tags.b = 2")) == 1


def test_tables_images_figures_and_inputs(client: RunreportClient, run_id: str) -> None:
    import numpy as np
    from matplotlib.figure import Figure

    from runreport.entities import Dataset, DatasetInput

    client.log_table(run_id, {"a": [1, 2]}, "t.json")
    assert client.load_table("0", "t.json", extra_columns=["run_id"])["a"].tolist() == [1, 2]
    client.log_image(run_id, np.zeros((4, 4, 3), np.uint8), "black.png")
    client.log_figure(run_id, Figure(), "empty.svg")
    given = DatasetInput(Dataset("iris", "d1"), {"mlflow.data.context": "training"})
    client.log_inputs(run_id, [given])
    (found,) = client.search_runs("0", "dataset.context = 'training'")
    assert found.inputs.dataset_inputs[0].dataset.name == "iris"
    names = [file.path for file in client.list_artifacts(run_id)]
    assert names == ["black.png", "empty.svg", "t.json"]
