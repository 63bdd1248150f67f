"""Importing: once, whole, and again only what is new."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from builders import state_of
from cli.test_commands import command, ok
from stores import (
    BEGUN,
    FIRST,
    SECOND,
    Taken,
    mlflow_database,
    mlflow_experiment,
    mlflow_run,
    write,
)

from runreport.archive.compaction import compact_archive
from runreport.archive.directory import open_archive
from runreport.archive.merging import merge_archive
from runreport.archive.purging import purge
from runreport.archive.verify import verify_archive


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    experiment = mlflow_experiment(folder / "mlruns")
    mlflow_run(
        experiment,
        params={"lr": "0.1"},
        metrics={"loss": f"{BEGUN} 1.0 0\n{BEGUN + 1} 0.5 1\n"},
        tags={"team": "red"},
        artifacts={"a.txt": "a"},
    )
    mlflow_run(experiment, SECOND, run_name="second", metrics={"loss": f"{BEGUN} 2.0 0\n"})
    return folder


def take(project: Path, name: str = "archive") -> Taken:
    return Taken(project, project.parent / name)


def test_a_second_import_adds_nothing(project: Path) -> None:
    first = take(project)
    before = sorted(file.path for file in first.storage.list(""))
    second = take(project)
    assert second.totals == {"new": 0, "more": 0, "merged": 0, "same": 2, "purged": 0}
    assert sorted(file.path for file in second.storage.list("")) == before
    assert verify_archive(second.storage).problems == ()


def test_a_source_that_has_grown_adds_the_rest(project: Path) -> None:
    take(project)
    run = project / "mlruns" / "1" / FIRST
    write(run / "metrics" / "loss", f"{BEGUN} 1.0 0\n{BEGUN + 1} 0.5 1\n{BEGUN + 2} 0.25 2\n")
    write(run / "tags" / "team", "blue")
    write(run / "params" / "depth", "3")
    taken = take(project)
    assert taken.totals == {"new": 0, "more": 1, "merged": 0, "same": 1, "purged": 0}
    assert taken.curve("loss", "first") == [(0, 1.0), (1, 0.5), (2, 0.25)]
    assert taken.run("first").data.params == {"lr": "0.1", "depth": "3"}
    assert taken.run("first").data.tags["team"] == "blue"
    assert take(project).totals["more"] == 0
    assert verify_archive(taken.storage).problems == ()


def test_a_run_that_has_ended_since_is_no_longer_unknown(project: Path) -> None:
    run = mlflow_run(project / "mlruns" / "1", "3" * 32, run_name="live", status=1, end_time=None)
    assert take(project).run("live").info.status == "UNKNOWN"
    text = (run / "meta.yaml").read_text()
    write(run / "meta.yaml", text.replace("status: 1", "status: 3") + f"end_time: {BEGUN + 9}\n")
    found = take(project).run("live").info
    assert (found.status, found.end_time) == ("FINISHED", BEGUN + 9)


def database_of(project: Path, values: list[float]) -> None:
    mlflow_database(
        project / "mlflow.db",
        experiments=[{"experiment_id": 1, "name": "wine"}],
        runs=[{"run_uuid": FIRST, "name": "first", "experiment_id": 1, "status": "FINISHED",
               "start_time": BEGUN, "end_time": BEGUN + 60_000}],
        metrics=[{"run_uuid": FIRST, "key": "loss", "step": step, "timestamp": BEGUN + step,
                  "value": value} for step, value in enumerate(values)],
    )  # fmt: skip


def test_a_run_in_a_folder_and_a_database_is_one_run(project: Path) -> None:
    database_of(project, [1.0, 0.5])
    taken = take(project)
    assert taken.index.runs.num_rows == 2
    assert taken.totals["merged"] == 1
    assert taken.curve("loss", "first") == [(0, 1.0), (1, 0.5)]
    assert taken.run("first").data.params == {"lr": "0.1"}


def test_what_only_one_of_two_stores_has_is_kept(project: Path) -> None:
    database_of(project, [1.0, 0.5, 0.125])
    taken = take(project)
    assert taken.curve("loss", "first") == [(0, 1.0), (1, 0.5), (2, 0.125)]
    assert take(project).totals["same"] == 2


def test_archives_of_one_source_merge_into_one(project: Path) -> None:
    """Taken in at two times and in two places; nothing counts twice."""
    first = take(project, "one")
    run = project / "mlruns" / "1" / FIRST
    write(run / "metrics" / "loss", f"{BEGUN} 1.0 0\n{BEGUN + 1} 0.5 1\n{BEGUN + 2} 0.25 2\n")
    take(project, "one")
    other = take(project, "two")
    assert state_of(first.storage) == state_of(other.storage)
    merge_archive(first.storage, other.storage)
    assert state_of(first.storage) == state_of(other.storage)
    assert verify_archive(other.storage).problems == ()


def test_compaction_changes_no_answer(project: Path) -> None:
    database_of(project, [1.0, 0.5, 0.125])
    taken = take(project)
    before = state_of(taken.storage)
    compact_archive(taken.storage)
    assert state_of(taken.storage) == before
    assert take(project).totals["same"] == 2


def test_the_same_source_elsewhere_is_the_same_runs(project: Path, tmp_path: Path) -> None:
    write(project / "log" / "history.csv", "epoch,loss\n0,1\n")
    take(project)
    shutil.copytree(project, tmp_path / "moved")
    assert Taken(tmp_path / "moved", tmp_path / "archive").totals["new"] == 0


def test_what_was_purged_does_not_come_back(project: Path) -> None:
    taken = take(project)
    purge(taken.storage, [FIRST])
    again = take(project)
    assert again.totals["purged"] == 1
    assert again.index.runs["run_id"].to_pylist() == [SECOND]
    assert not (project.parent / "archive" / "artifacts" / FIRST).exists()


def test_without_artifacts(project: Path) -> None:
    taken = Taken(project, project.parent / "archive", with_files=False)
    assert taken.artifacts("first") == {}


def test_an_archive_that_lies_in_the_source_is_left_alone(project: Path) -> None:
    Taken(project, project / "archive")
    assert Taken(project, project / "archive").totals["same"] == 2


def test_the_command_says_what_it_did(project: Path) -> None:
    told = ok("import", str(project), str(project.parent / "archive"))
    assert (
        "MLflow folder mlruns: 1 experiment, 2 runs, 1 param, 3 tags, 3 points, 1 artifact" in told
    )
    assert "Runs: 2 new → archive" in told
    assert "Not there: runs whose artifact URI points to another machine: 1" in told
    found = json.loads(
        ok("import", "mlflow", str(project), str(project.parent / "archive"), "--json")
    )
    assert found["runs"]["same"] == 2
    assert found["sources"][0]["points"] == 3


def test_a_loss_ends_with_3_and_the_rest_is_there(project: Path) -> None:
    write(project / "mlruns" / "1" / FIRST / "metrics" / "loss", f"{BEGUN} 1.0 0\nhalf")
    done = command("import", str(project), str(project.parent / "archive"))
    assert done.returncode == 3
    assert "Lost (1):" in done.stderr
    assert "1 of its lines are no points (line 2)" in done.stderr


def test_mistakes_are_told(project: Path) -> None:
    empty = project.parent / "empty"
    empty.mkdir()
    nothing = command("import", str(empty), str(project.parent / "archive"))
    assert nothing.returncode == 1
    assert "There is nothing to import in" in nothing.stderr
    assert "MLflow folder: mlruns/" in nothing.stderr
    assert not (project.parent / "archive").exists(), "nothing is left half-made"
    ok("import", str(project), str(project.parent / "archive"))
    archive = command("import", str(project.parent / "archive"), str(project.parent / "other"))
    assert "is an archive already" in archive.stderr
    assert "runreport archive merge" in archive.stderr
    assert "no format 'mlfow'" in command("import", "mlfow", str(project), "a").stderr
    assert "There is no 'gone'" in command("import", "gone").stderr
    assert "both source and archive" in command("import", str(project), str(project)).stderr


def test_a_project_is_built_as_it_is(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.parent)
    done = command("build", "project")
    assert done.returncode == 0, done.stderr
    assert "Recognised MLflow folder mlruns (2 runs)" in done.stderr
    assert (project.parent / "site" / "index.html").is_file()
    assert "Nothing has changed" in ok("build", "project")
    mlflow_run(project / "mlruns" / "1", "3" * 32, run_name="third")
    assert "from 3 runs" in ok("build", "project")
    ok("build", "project", "--clean", "--archive-to", "kept")
    assert open_archive("kept")


def test_a_project_with_losses_is_built_and_they_are_named(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.parent)
    write(project / "mlruns" / "1" / FIRST / "metrics" / "loss", "half a line")
    done = command("build", "project")
    assert done.returncode == 0
    assert "it is lost" in done.stderr
    again = command("build", "project")
    assert "it is lost" in again.stderr, "also when nothing has changed"
    strict = command("build", "project", "--strict")
    assert strict.returncode == 1
    assert "Aborted in strict mode" in strict.stderr


def test_archives_in_a_project_are_in_its_site(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    ok("run", "-a", "ours", "--", "true")
    assert "from 3 runs" in ok("build", ".")


def test_nothing_to_build_is_told(tmp_path: Path) -> None:
    write(tmp_path / "empty" / "readme.txt", "hello")
    done = command("build", "empty")
    assert done.returncode == 1
    assert "There is nothing to import in empty" in done.stderr
    assert not (tmp_path / "site.state").exists()
