"""MLflow's file store: each of its files becomes what MLflow itself would say of it."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest
from stores import BEGUN, FIRST, SECOND, Taken, mlflow_experiment, mlflow_run, write

from runreport.importers.mlflow_files import read_curve

MODEL = "m-" + "a" * 32


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "project" / "mlruns"


def take(store: Path) -> Taken:
    return Taken(store.parent, store.parent.parent / "archive")


def test_a_run_is_as_its_files_say(store: Path) -> None:
    mlflow_run(
        mlflow_experiment(store, tags="x"),
        params={"lr": "0.1", "net/depth": "3", "text": "two\nlines", "empty": ""},
        metrics={"loss": f"{BEGUN} 1.5 0\n{BEGUN + 1000} 0.5 1\n", "val/acc": f"{BEGUN} 0.9 7\n"},
        tags={"team": "red", "mlflow.note.content": "# Note", "mlflow.parentRunId": SECOND},
        artifacts={"plots/roc.txt": "roc"},
    )
    taken = take(store)
    run = taken.run("first")
    assert (run.info.run_id, run.info.status) == (FIRST, "FINISHED")
    assert (run.info.start_time, run.info.end_time) == (BEGUN, BEGUN + 60_000)
    assert taken.experiment_of(run) == "wine"
    assert run.data.params == {
        "lr": "0.1", "net/depth": "3", "text": "two\nlines", "empty": "",
    }  # fmt: skip
    assert taken.curve("loss") == [(0, 1.5), (1, 0.5)]
    assert taken.times("loss") == [BEGUN, BEGUN + 1000]
    assert taken.curve("val/acc") == [(7, 0.9)]
    assert run.data.tags["team"] == "red"
    assert run.data.tags["mlflow.parentRunId"] == SECOND
    assert taken.artifacts() == {"plots/roc.txt": b"roc"}
    assert taken.lost == []


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (1, "UNKNOWN"), (2, "SCHEDULED"), (3, "FINISHED"), (4, "FAILED"), (5, "KILLED"),
        ("FAILED", "FAILED"), (None, "UNKNOWN"), ("nonsense", "UNKNOWN"),
    ],
)  # fmt: skip
def test_a_status_that_is_not_an_end_is_unknown(store: Path, status: object, shown: str) -> None:
    mlflow_run(mlflow_experiment(store), status=status, end_time=None)
    assert take(store).run().info.status == shown


def test_names_stand_where_each_version_of_mlflow_wrote_them(store: Path) -> None:
    experiment = mlflow_experiment(store)
    mlflow_run(experiment, "a" * 32, run_name=None, name="old")
    mlflow_run(experiment, "b" * 32, run_name=None, tags={"mlflow.runName": "by tag"})
    mlflow_run(experiment, "c" * 32, run_name=None, run_id=None)
    runs = take(store).index.runs
    names = dict(zip(runs["run_id"].to_pylist(), runs["run_name"].to_pylist(), strict=True))
    assert names == {"a" * 32: "old", "b" * 32: "by tag", "c" * 32: "c" * 8}


@pytest.mark.parametrize(
    ("text", "points", "bad"),
    [
        ("5 1.5\n", [(0, 5, 1.5)], []),
        ("5 1.5 3\n", [(3, 5, 1.5)], []),
        ("5 1.5 3 data abc\n", [(3, 5, 1.5)], []),
        ("5 1.5 3 data\n", [(3, 5, 1.5)], []),
        ("5 1.5 3\r\n6 2.5 4\r\n", [(3, 5, 1.5), (4, 6, 2.5)], []),
        ("5 1.5 -3", [(-3, 5, 1.5)], []),
        ("5\n", [], [1]),
        ("5 1.5 3\nhalf a li", [(3, 5, 1.5)], [2]),
        ("5 x 3\n\n6 1 4\n", [(4, 6, 1.0)], [1]),
        ("5 1 99999999999999999999\n", [], [1]),
        ("", [], []),
    ],
)
def test_lines_of_a_metric(
    text: str, points: list[tuple[int, int, float]], bad: list[int]
) -> None:
    curve, found_bad = read_curve(text.encode())
    assert list(zip(*curve, strict=True)) == points
    assert found_bad == bad


def test_values_that_are_no_usual_numbers_are_kept(store: Path) -> None:
    lines = f"{BEGUN} nan 0\n{BEGUN} inf 1\n{BEGUN} -inf 2\n{BEGUN} -0.0 3\n{BEGUN} 1e-300 4\n"
    mlflow_run(mlflow_experiment(store), metrics={"m": lines})
    values = [value for _, value in take(store).curve("m")]
    assert math.isnan(values[0])
    assert values[1:3] == [math.inf, -math.inf]
    assert math.copysign(1, values[3]) == -1
    assert values[4] == 1e-300


@pytest.mark.parametrize("text", ["\ufeff", "\ufeffx", "\ufeff\ufeffx", "x\ufeff"])
def test_a_byte_order_mark_is_part_of_a_value(store: Path, text: str) -> None:
    mlflow_run(mlflow_experiment(store), params={"p": text}, tags={"t": text})
    data = take(store).run().data
    assert (data.params["p"], data.tags["t"]) == (text, text)


def test_a_value_written_as_utf_16_is_read(store: Path) -> None:
    mlflow_run(mlflow_experiment(store), params={"p": "red".encode("utf-16")})
    assert take(store).run().data.params == {"p": "red"}


def test_lines_logged_twice_count_twice(store: Path) -> None:
    mlflow_run(mlflow_experiment(store), metrics={"m": f"{BEGUN} 1 0\n" * 3})
    assert take(store).curve("m") == [(0, 1.0)] * 3


def test_a_line_that_is_none_is_named_and_the_others_count(store: Path) -> None:
    mlflow_run(mlflow_experiment(store), metrics={"m": f"{BEGUN} 1 0\noops\n{BEGUN} 2 1\n"})
    taken = take(store)
    assert taken.curve("m") == [(0, 1.0), (1, 2.0)]
    (loss,) = taken.lost
    assert loss.startswith(f"mlruns/1/{FIRST}/metrics/m: 1 of its lines")


def test_a_pointer_of_git_lfs_is_no_value(store: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 3\n"
    mlflow_run(mlflow_experiment(store), params={"lr": pointer, "n": "1"})
    taken = take(store)
    assert taken.run().data.params == {"n": "1"}
    assert "Git LFS pointer" in taken.lost[0]


def test_folders_that_git_dropped_are_nothing_to_speak_of(store: Path) -> None:
    mlflow_run(mlflow_experiment(store))
    taken = take(store)
    assert taken.run().info.run_name == "first"
    assert taken.lost == []
    assert dict(taken.told.lacking) == {"runs whose artifact URI points to another machine": 1}


@pytest.mark.parametrize(
    ("uri", "what"),
    [
        ("file:///C:/Users/ada/mlruns/1/x/artifacts", "a Windows machine"),
        ("s3://bucket/1/x/artifacts", "s3:"),
        ("mlflow-artifacts:/1/x/artifacts", "mlflow-artifacts:"),
    ],
)
def test_artifacts_that_are_elsewhere_are_counted(store: Path, uri: str, what: str) -> None:
    mlflow_run(mlflow_experiment(store), artifact_uri=uri)
    assert dict(take(store).told.lacking) == {f"runs whose artifact URI points to {what}": 1}


def test_deleted_runs_and_experiments_stay_deleted(store: Path) -> None:
    mlflow_run(mlflow_experiment(store), lifecycle_stage="deleted")
    mlflow_run(mlflow_experiment(store / ".trash", "2", "old"), SECOND)
    taken = take(store)
    assert taken.index.runs["is_deleted"].to_pylist() == [True, True]
    stages = {e.name: e.is_deleted for e in taken.index.experiments.values()}
    assert (stages["wine"], stages["old"]) == (False, True)


def test_the_registry_comes_along(store: Path) -> None:
    mlflow_run(mlflow_experiment(store), artifacts={"model/MLmodel": "flavors: {}\n"})
    model = store / "models" / "wine"
    write(model / "meta.yaml", f"name: wine\ncreation_timestamp: {BEGUN}\ndescription: best\n")
    write(model / "tags" / "team", "red")
    write(model / "aliases" / "champion", "2")
    for number in (1, 2):
        write(
            model / f"version-{number}" / "meta.yaml",
            f"name: wine\nversion: {number}\nrun_id: {FIRST}\ncreation_timestamp: {BEGUN}\n"
            f"current_stage: {'Production' if number == 1 else 'None'}\n"
            f"source: file:///home/ada/mlruns/1/{FIRST}/artifacts/model\n",
        )
    registry = take(store).index.registry
    (found,) = registry.models
    assert (found.name, found.description, found.tags) == ("wine", "best", {"team": "red"})
    assert found.aliases == {"champion": "2"}
    assert [(v.version, v.run_id, v.source) for v in registry.versions] == [
        (1, FIRST, f"runs:/{FIRST}/model"), (2, FIRST, f"runs:/{FIRST}/model"),
    ]  # fmt: skip
    assert registry.versions[0].tags == {"mlflow.stage": "Production"}


def test_files_of_logged_models_are_files_of_their_run(store: Path) -> None:
    experiment = mlflow_experiment(store)
    mlflow_run(experiment)
    own = experiment / "models" / MODEL
    write(own / "meta.yaml", f"model_id: {MODEL}\nname: net\nsource_run_id: {FIRST}\n")
    write(own / "artifacts" / "MLmodel", "flavors: {}\n")
    write(experiment / "models" / ("m-" + "b" * 32) / "artifacts" / "x", "y")
    taken = take(store)
    assert taken.artifacts() == {"net/MLmodel": b"flavors: {}\n"}
    assert taken.told.lacking["models without their description; it is in a database"] == 1


def test_data_sets_are_those_of_the_run(store: Path) -> None:
    experiment = mlflow_experiment(store)
    write(experiment / "datasets" / "d1" / "meta.yaml", "name: wine\ndigest: abc\nsource: s\n")
    run = mlflow_run(experiment)
    write(
        run / "inputs" / "i1" / "meta.yaml",
        "source_id: d1\nsource_type: DATASET\ntags:\n  mlflow.data.context: train\n",
    )
    (found,) = take(store).run().inputs.dataset_inputs
    assert (found.dataset.name, found.dataset.digest) == ("wine", "abc")
    assert found.tags == {"mlflow.data.context": "train"}


def test_traces_are_counted(store: Path) -> None:
    write(mlflow_experiment(store) / "traces" / "tr-1" / "trace_info.yaml", "x: 1\n")
    assert take(store).told.left_out["traces"] == 1


def test_an_experiment_called_mlruns_and_one_called_models(store: Path) -> None:
    mlflow_run(mlflow_experiment(store, "mlruns", "odd"), "a" * 32)
    mlflow_run(mlflow_experiment(store, "models", "odder"), "b" * 32)
    assert take(store).index.runs.num_rows == 2


def test_a_run_without_meta_is_named(store: Path) -> None:
    experiment = mlflow_experiment(store)
    write(experiment / FIRST / "params" / "lr", "1")
    write(experiment / SECOND / "artifacts" / "x", "1")
    taken = take(store)
    assert taken.lost == [f"mlruns/1/{FIRST}: it has no meta.yaml, so it is no run"]
    assert taken.told.lacking == {"folders of artifacts only; their runs are in a database": 1}


def test_nothing_is_read_through_a_link_that_leads_out(store: Path, tmp_path: Path) -> None:
    secret = write(tmp_path / "secret.txt", "top secret")
    run = mlflow_run(mlflow_experiment(store), params={"n": "1"}, artifacts={"a.txt": "a"})
    os.symlink(secret, run / "params" / "stolen")
    os.symlink(secret, run / "artifacts" / "stolen.txt")
    os.symlink(tmp_path, run / "artifacts" / "folder")
    os.symlink(run / "artifacts" / "a.txt", run / "artifacts" / "same.txt")
    taken = take(store)
    assert taken.run().data.params == {"n": "1"}
    assert taken.artifacts() == {"a.txt": b"a", "same.txt": b"a"}
    assert sum("leads out of the folder" in loss for loss in taken.lost) == 3


def test_yaml_that_constructs_is_read_as_text(store: Path) -> None:
    mlflow_run(mlflow_experiment(store), user_id="!!python/object/apply:os.system ['false']")
    assert take(store).run().info.run_name == "first"


def test_meta_that_is_no_yaml_costs_its_own_run(store: Path) -> None:
    experiment = mlflow_experiment(store)
    mlflow_run(experiment)
    write(experiment / SECOND / "meta.yaml", "run_id: [unclosed\n")
    taken = take(store)
    assert taken.run().info.run_id == FIRST
    assert any(SECOND in loss for loss in taken.lost)


def test_an_id_that_leads_out_of_the_archive_is_derived_anew(store: Path) -> None:
    mlflow_run(mlflow_experiment(store), run_id="../../x", artifacts={"a": "1"})
    taken = take(store)
    assert "/" not in taken.run().info.run_id
    assert taken.artifacts() == {"a": b"1"}
