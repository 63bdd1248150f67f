"""Importing: once, whole, and again only what is new."""

from __future__ import annotations

import json
import os
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

from runreport.archive.artifacts import Artifact
from runreport.archive.compaction import compact_archive
from runreport.archive.directory import open_archive
from runreport.archive.merging import merge_archive
from runreport.archive.purging import purge
from runreport.archive.verify import verify_archive
from runreport.importers.copying import Copying
from runreport.importers.formats import FORMATS
from runreport.importers.found import FoundRun
from runreport.importers.importing import import_runs, search


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


def test_what_became_of_the_runs_is_said_by_format(project: Path) -> None:
    database_of(project, [1.0, 0.5])
    found = json.loads(ok("import", str(project), str(project.parent / "archive"), "--json"))
    became = {own["title"]: own["outcome"] for own in found["formats"]}
    nothing = dict.fromkeys(("new", "more", "merged", "same", "purged"), 0)
    assert became == {
        "MLflow database": {**nothing, "new": 1},
        "MLflow folder": {**nothing, "new": 1, "merged": 1},
    }
    told = ok("import", str(project), str(project.parent / "archive"))
    assert "MLflow folder mlruns: 1 experiment, 2 runs (1 merged, 1 same)" in told


def test_the_bar_counts_runs_where_one_source_has_many(tmp_path: Path) -> None:
    for number in range(120):
        write(tmp_path / "p" / "runs" / f"{number}" / "history.csv", "epoch,loss\n0,1\n1,2\n")
    shown: list[tuple[str, int, int]] = []
    found = search(str(tmp_path / "p"), FORMATS)
    import_runs(
        found,
        open_archive(tmp_path / "archive", create=True),
        progress=lambda *now: shown.append(now),
    )
    assert shown[0] == ("Importing", 0, 120)
    assert ("Importing, 100 runs", 99, 120) in shown
    assert shown[-1] == ("Importing, 120 runs", 120, 120)


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


def test_the_archive_beside_a_site_is_nobodys_source(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    ok("build", ".")
    run = project / "mlruns" / "1" / FIRST
    write(run / "metrics" / "loss", f"{BEGUN} 1.0 0\n{BEGUN + 1} 0.5 1\n{BEGUN + 2} 0.25 2\n")
    done = command("build", ".", "-o", "other")
    assert "archive" not in done.stderr
    assert "from 2 runs" in done.stdout


def test_a_site_shows_what_its_source_holds_and_nothing_else(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.parent)
    ok("build", "project")
    shutil.rmtree(project / "mlruns" / "1" / SECOND)
    assert "from 1 run " in ok("build", "project")
    other = project.parent / "other"
    write(other / "log.csv", "epoch,loss\n0,1\n")
    assert "from 1 run " in ok("build", "other")


def test_two_projects_with_folders_of_one_name_are_two_runs(tmp_path: Path) -> None:
    for number in (1, 2):
        write(
            tmp_path / f"p{number}" / "dvclive" / "plots" / "metrics" / "loss.tsv",
            f"step\tloss\n0\t0.{number}\n1\t0.05\n",
        )
        taken = Taken(tmp_path / f"p{number}", tmp_path / "archive")
    assert taken.index.runs.num_rows == 2


def test_a_run_in_the_place_of_another_is_another(tmp_path: Path) -> None:
    for first in ("0.5", "0.7"):
        write(tmp_path / "p" / "results.csv", f"epoch,train/loss\n1,{first}\n2,0.1\n")
        taken = Taken(tmp_path / "p", tmp_path / "archive")
    assert taken.index.runs.num_rows == 2


def test_runs_that_begin_alike_in_two_places_are_two(tmp_path: Path) -> None:
    """One seed gives one first loss."""
    for rate, last in (("0.1", "2.1"), ("0.5", "1.5")):
        write(tmp_path / "p" / f"lr{rate}" / "lightning_logs" / "version_0" / "metrics.csv",
              f"epoch,step,loss\n0,0,2.302585\n0,1,{last}\n")  # fmt: skip
    assert Taken(tmp_path / "p", tmp_path / "archive").totals["new"] == 2


def test_params_that_appear_later_are_of_the_same_run(tmp_path: Path) -> None:
    version = tmp_path / "p" / "version_0"
    write(version / "metrics.csv", "epoch,step,loss\n0,0,1.5\n")
    Taken(tmp_path / "p", tmp_path / "archive")
    write(version / "hparams.yaml", "lr: 0.1\n")
    taken = Taken(tmp_path / "p", tmp_path / "archive")
    assert taken.run().data.params == {"lr": "0.1"}


def test_an_experiment_that_is_deleted_in_one_store_and_used_in_another(tmp_path: Path) -> None:
    mlflow_run(mlflow_experiment(tmp_path / "p" / "a" / "mlruns" / ".trash"), SECOND)
    mlflow_run(mlflow_experiment(tmp_path / "p" / "b" / "mlruns"))
    taken = Taken(tmp_path / "p", tmp_path / "archive")
    assert [e.is_deleted for e in taken.index.experiments.values() if e.name == "wine"] == [False]


def test_a_source_that_goes_back_is_followed(project: Path) -> None:
    tag = project / "mlruns" / "1" / FIRST / "tags" / "team"
    for team in ("red", "blue", "red", "blue"):
        write(tag, team)
        assert take(project).run("first").data.tags["team"] == team
    assert take(project).totals["same"] == 2


def test_names_that_become_alike_are_told_apart(project: Path) -> None:
    folder = project / "mlruns" / "1" / FIRST / "metrics"
    for byte in (b"\xfe", b"\xff"):
        with open(os.fsencode(folder) + b"/m" + byte, "w") as file:
            file.write(f"{BEGUN} 1 0\n")
    assert {"m?", "m? (2)"} <= set(take(project).run("first").data.metrics)


def test_files_and_folders_of_one_name(project: Path) -> None:
    model = project / "mlruns" / "1" / "models" / ("m-" + "a" * 32)
    write(model / "meta.yaml", f"name: a.txt\nsource_run_id: '{FIRST}'\n")
    write(model / "artifacts" / "MLmodel", "x")
    taken = take(project)
    assert taken.artifacts("first") == {"a.txt": b"a"}
    assert "is a folder or too long a path" in taken.lost[0]


def test_a_file_that_grows_while_it_is_read_is_as_it_was_copied(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = project / "mlruns" / "1" / FIRST / "artifacts" / "a.txt"
    looked = Copying.look_at

    def look_and_grow(copying: Copying, run: FoundRun) -> list[Artifact]:
        found = looked(copying, run)
        with place.open("a") as file:
            file.write("more")
        return found

    monkeypatch.setattr(Copying, "look_at", look_and_grow)
    taken = take(project)
    assert taken.artifacts("first")["a.txt"].startswith(b"amore")
    assert verify_archive(taken.storage).problems == ()


@pytest.mark.parametrize("name", ["artifacts", "params", "metrics", "tags"])
def test_a_folder_that_is_a_link_outside_is_not_entered(project: Path, name: str) -> None:
    outside = project.parent / "outside"
    write(outside / "secret", f"{BEGUN} 42 0\n")
    folder = project / "mlruns" / "1" / SECOND / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.symlink_to(outside)
    taken = take(project)
    assert any("leads out of the folder" in loss for loss in taken.lost)
    run = taken.run("second")
    assert "secret" not in {**run.data.params, **run.data.metrics, **run.data.tags}
    assert taken.artifacts("second") == {}


def test_blank_tables_loops_and_names_of_any_bytes(tmp_path: Path) -> None:
    project = tmp_path / "project"
    write(project / "train.log", "\n\n\n")
    write(project / "open.csv", 'epoch,loss\n0,"' + "x" * 200_000)
    write(project / "data" / "resnet.csv", "epoch,loss\n0,0.5\n")
    (project / "data" / "loop").symlink_to("loop")
    os.makedirs(os.fsencode(project) + b"/x\xff/version_0")
    with open(os.fsencode(project) + b"/x\xff/version_0/metrics.csv", "w") as file:
        file.write("epoch,step,loss\n0,0,1\n")
    write(project / "u.jsonl", '{"step": 1, "loss": 1, "t": "a\u2028b"}\n')
    taken = Taken(project, tmp_path / "archive")
    assert taken.curve("loss", "resnet") == [(0, 0.5)]
    assert taken.curve("loss", "u") == [(1, 1.0)]
    assert taken.totals["new"] == 3
    assert verify_archive(taken.storage).problems == ()


def test_file_and_fact_agree_whatever_is_imported_last(project: Path, tmp_path: Path) -> None:
    shutil.copytree(project, tmp_path / "older")
    take(project)
    write(project / "mlruns" / "1" / FIRST / "artifacts" / "a.txt", "newer")
    take(project)
    taken = Taken(tmp_path / "older", tmp_path / "archive")
    assert taken.artifacts("first") == {"a.txt": b"a"}, "what was imported last holds"
    assert verify_archive(taken.storage).problems == ()


def test_pointers_of_git_lfs_are_no_artifacts(project: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 3\n"
    write(project / "mlruns" / "1" / FIRST / "artifacts" / "model.bin", pointer)
    taken = take(project)
    assert taken.artifacts("first") == {"a.txt": b"a"}
    assert taken.told.lacking["artifacts that are pointers of Git LFS"] == 1


def test_versions_of_purged_runs_do_not_come_back(project: Path) -> None:
    model = project / "mlruns" / "models" / "M"
    write(model / "meta.yaml", f"name: M\ncreation_timestamp: {BEGUN}\n")
    for number, run_id in ((1, FIRST), (2, SECOND)):
        write(
            model / f"version-{number}" / "meta.yaml",
            f"version: {number}\nrun_id: '{run_id}'\ncreation_timestamp: {BEGUN}\nsource: x\n",
        )
    purge(take(project).storage, [FIRST])
    write(model / "aliases" / "best", "2")
    assert [v.version for v in take(project).index.registry.versions] == [2]


ODD = ["null", "1", "[]", "{}", '"x"', "[1, 2]", '{"a": 1}', "NaN", "1e999", "true", '{"": null}']


@pytest.mark.parametrize("odd", ODD)
def test_content_of_another_kind_costs_itself_only(tmp_path: Path, odd: str) -> None:
    """In every file that a format reads as a whole, and in every member of the best known ones."""
    project = tmp_path / "project"
    known = {
        "sacred/1/run.json": ["experiment", "start_time", "status", "result", "meta", "heartbeat"],
        "catboost_info/catboost_training.json": ["meta", "iterations"],
        "hf/trainer_state.json": ["log_history", "global_step", "max_steps", "best_metric"],
        "wandb/run-20240101_000000-abcd1234/files/wandb-summary.json": ["_step", "loss"],
        "dvclive/metrics.json": ["step", "loss"],
    }
    start = {"experiment": {"name": "x"}, "start_time": "2024-01-01T00:00:00", "heartbeat": ""}
    for path, members in known.items():
        for member in members:
            folder = project / member
            others = {**(start if path.startswith("sacred") else {}), member: "@"}
            write(folder / path, json.dumps(others).replace('"@"', odd))
        write(project / "whole" / path, odd)
    for name in ("metrics.json", "config.json", "info.json"):
        write(project / "beside" / name / "run.json", json.dumps(start))
        write(
            project / "beside" / name / name, odd if name != "metrics.json" else f'{{"m": {odd}}}'
        )
    for name in ("args.yaml", "hparams.yaml", "params.yaml", "opt.yaml"):
        write(project / name / "version_0" / name, f"epochs: {odd}\nimgsz: {odd}\n")
    write(project / "lines.jsonl", f'{{"step": 0, "loss": {odd}}}\n{odd}\n')
    write(project / "mlruns" / "1" / "meta.yaml", f"experiment_id: 1\nartifact_location: {odd}\n"
          f"name: {odd}\ncreation_time: {odd}\n")  # fmt: skip
    for member in ("run_id", "run_name", "status", "start_time", "end_time", "user_id", "tags"):
        write(project / "mlruns" / "1" / member / "meta.yaml",
              f"artifact_uri: x\nrun_uuid: '{member}'\n{member}: {odd}\n")  # fmt: skip
    write(project / "resnet.csv", "epoch,loss\n0,0.5\n")
    taken = Taken(project, tmp_path / "archive")
    assert taken.curve("loss", "resnet") == [(0, 0.5)]
    assert verify_archive(taken.storage).problems == ()
    assert Taken(project, tmp_path / "archive").totals["new"] == 0


def test_pipes_and_folders_in_the_place_of_files_are_no_runs(tmp_path: Path) -> None:
    project = tmp_path / "project"
    for name in ("x.db", "log.csv", "results.csv", "run.json", "mlruns/1/meta.yaml", "a.parquet"):
        path = project / "pipes" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(path)
        (project / "folders" / name).mkdir(parents=True)
    write(project / "ok" / "resnet.csv", "epoch,loss\n0,0.5\n")
    assert Taken(project, tmp_path / "archive").curve("loss", "resnet") == [(0, 0.5)]
