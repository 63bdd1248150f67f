"""MLflow's database: whatever columns its revision has."""

from __future__ import annotations

import math
import sqlite3
import sys
from pathlib import Path

import pytest
from stores import BEGUN, FIRST, SECOND, Taken, mlflow_database, write


def run_row(run_id: str = FIRST, **more: object) -> dict[str, object]:
    return {
        "run_uuid": run_id, "name": "first", "experiment_id": 1, "status": "FINISHED",
        "start_time": BEGUN, "end_time": BEGUN + 1000, "lifecycle_stage": "active",
        "artifact_uri": f"/home/ada/mlruns/1/{run_id}/artifacts", **more,
    }  # fmt: skip


EXPERIMENTS = [{"experiment_id": 1, "name": "wine", "lifecycle_stage": "active"}]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tmp_path / "project"


def take(project: Path) -> Taken:
    return Taken(project, project.parent / "archive")


def test_a_run_is_as_its_rows_say(project: Path) -> None:
    mlflow_database(
        project / "mlflow.db",
        experiments=EXPERIMENTS,
        runs=[run_row()],
        params=[{"run_uuid": FIRST, "key": "lr", "value": "0.1"}],
        tags=[{"run_uuid": FIRST, "key": "team", "value": "red"}],
        metrics=[
            {"run_uuid": FIRST, "key": "m", "step": step, "timestamp": BEGUN + step,
             "value": value, "is_nan": is_nan}
            for step, (value, is_nan) in enumerate(
                [(1.5, 0), (0.0, 1), (sys.float_info.max, 0), (-sys.float_info.max, 0)]
            )
        ],
    )  # fmt: skip
    write(project / "mlruns" / "1" / FIRST / "artifacts" / "a.txt", "a")
    taken = take(project)
    run = taken.run("first")
    assert (run.info.run_id, run.info.status, run.info.end_time) == (
        FIRST, "FINISHED", BEGUN + 1000,
    )  # fmt: skip
    assert taken.experiment_of(run) == "wine"
    assert run.data.params == {"lr": "0.1"}
    assert run.data.tags["team"] == "red"
    values = [value for _, value in taken.curve("m")]
    assert values[0] == 1.5
    assert math.isnan(values[1])
    assert values[2:] == [math.inf, -math.inf]
    assert taken.artifacts() == {"a.txt": b"a"}
    assert taken.lost == []


def test_an_early_revision_has_fewer_columns(project: Path) -> None:
    mlflow_database(
        project / "mlflow.db",
        experiments=[{"experiment_id": 1, "name": "wine"}],
        runs=[{"run_uuid": FIRST, "name": "old", "experiment_id": 1, "status": "FAILED",
               "start_time": BEGUN, "end_time": None}],
        metrics=[{"run_uuid": FIRST, "key": "m", "timestamp": BEGUN, "value": 2.0}],
    )  # fmt: skip
    taken = take(project)
    assert taken.run("old").info.status == "FAILED"
    assert taken.curve("m") == [(0, 2.0)]


def test_what_stands_in_the_write_ahead_log_counts(project: Path) -> None:
    path = mlflow_database(project / "mlflow.db", experiments=EXPERIMENTS, runs=[run_row()])
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("INSERT INTO runs (run_uuid, name, experiment_id, start_time) "
                       f"VALUES ('{SECOND}', 'late', 1, {BEGUN})")  # fmt: skip
    connection.commit()
    before = path.read_bytes()
    assert take(project).index.runs.num_rows == 2
    assert path.read_bytes() == before, "the source is not touched"
    connection.close()


def test_versions_and_aliases(project: Path) -> None:
    mlflow_database(
        project / "mlflow.db",
        experiments=EXPERIMENTS,
        runs=[run_row()],
        registered_models=[{"name": "M", "creation_time": BEGUN, "description": "d"}],
        registered_model_aliases=[{"name": "M", "alias": "champion", "version": 1}],
        model_versions=[{"name": "M", "version": 1, "run_id": FIRST, "creation_time": BEGUN,
                         "source": f"mlflow-artifacts:/1/{FIRST}/artifacts/model"}],
        model_version_tags=[{"name": "M", "version": 1, "key": "k", "value": "v"}],
    )  # fmt: skip
    (version,) = take(project).index.registry.versions
    assert (version.version, version.source) == (1, f"runs:/{FIRST}/model")
    assert (version.aliases, version.tags) == (["champion"], {"k": "v"})


def test_traces_and_logged_models_of_no_run_are_counted(project: Path) -> None:
    mlflow_database(
        project / "mlflow.db",
        experiments=EXPERIMENTS,
        trace_info=[{"request_id": "a"}, {"request_id": "b"}],
        logged_models=[{"model_id": "m-1", "experiment_id": 1}],
    )
    assert dict(take(project).told.left_out) == {"traces": 2, "logged models of no run": 1}


def test_other_databases_are_left_alone(project: Path) -> None:
    project.mkdir()
    with sqlite3.connect(project / "study.db") as connection:
        connection.execute("CREATE TABLE studies (id)")
    connection.close()
    write(project / "mlflow.db", b"no database at all" * 100)
    write(project / "empty.db", b"")
    taken = Taken(project, project.parent / "archive")
    assert taken.search.claims == ()
    assert [loss.place for loss in taken.told.left_alone] == ["mlflow.db", "study.db"]


def test_a_damaged_database_is_named_and_the_rest_is_imported(project: Path) -> None:
    path = mlflow_database(
        project / "a" / "mlflow.db",
        experiments=EXPERIMENTS,
        runs=[run_row(run_id=f"{n:032x}") for n in range(500)],
    )
    data = path.read_bytes()
    write(project / "b" / "mlflow.db", data[: len(data) // 2])
    taken = take(project)
    assert taken.index.runs.num_rows >= 500
    assert any(loss.startswith("b/mlflow.db: it is damaged") for loss in taken.lost)


def test_a_pointer_of_git_lfs_is_named(project: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 3\n"
    write(project / "mlflow.db", pointer)
    taken = Taken(project, project.parent / "archive")
    assert "Git LFS pointer" in taken.lost[0]


def test_text_that_is_no_utf_8_is_read_with_marks_and_nothing_twice(project: Path) -> None:
    mlflow_database(
        project / "mlflow.db",
        experiments=EXPERIMENTS,
        runs=[run_row()],
        params=[{"run_uuid": FIRST, "key": f"p{n}", "value": "fine"} for n in range(5)],
        metrics=[
            {"run_uuid": FIRST, "key": "m", "step": step, "timestamp": BEGUN, "value": 1.0,
             "is_nan": 0}
            for step in range(5)
        ],
    )  # fmt: skip
    with sqlite3.connect(project / "mlflow.db") as base:
        base.execute("UPDATE params SET value = CAST(X'ff61' AS TEXT) WHERE key = 'p3'")
        base.execute("UPDATE metrics SET key = CAST(X'6dff' AS TEXT) WHERE step = 4")
    base.close()
    taken = take(project)
    assert taken.run("first").data.params["p3"] == "\N{REPLACEMENT CHARACTER}a"
    assert len(taken.run("first").data.params) == 5
    assert [step for step, _ in taken.curve("m")] == [0, 1, 2, 3]
    assert [step for step, _ in taken.curve("m\N{REPLACEMENT CHARACTER}")] == [4]
