"""``runreport init``: what it writes is valid, says what was found, and builds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from builders import sample_archive
from cli.test_commands import command, ok
from stores import BEGUN, mlflow_experiment, mlflow_run

from runreport.report.config import load_config


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "wine-quality"
    experiment = mlflow_experiment(folder / "mlruns", name='a "quoted" name')
    for number in range(3):
        values = f"{BEGUN} 0.{number + 5} 0\n"
        mlflow_run(experiment, f"{number:032x}", metrics={"val_accuracy": values, "zeal": values})
    monkeypatch.chdir(folder)
    return folder


def test_a_config_says_what_was_found_and_that_it_guesses(project: Path) -> None:
    assert "Wrote runreport.toml" in ok("init")
    text = (project / "runreport.toml").read_text()
    assert 'title = "wine quality"' in text
    assert 'primary_metric = "val_accuracy"    # guessed' in text
    assert 'direction = "max"    # guessed' in text
    config = load_config(None)
    assert config.for_experiment('a "quoted" name').primary_metric == "val_accuracy"
    done = command("build", ".", "--strict")
    assert done.returncode == 0, done.stderr


def test_without_runs_it_shows_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    ok("init")
    assert "No run was found yet" in (tmp_path / "empty" / "runreport.toml").read_text()
    assert load_config(None).title == "empty"


def test_of_an_archive(tmp_path: Path) -> None:
    sample_archive(tmp_path / "runs", runs=3)
    ok("init")
    assert load_config(None).for_experiment("Sample").primary_metric == "accuracy"


def test_nothing_is_written_over(project: Path) -> None:
    (project / "runreport.toml").write_text("title = 'mine'\n")
    done = command("init")
    assert (done.returncode, "--force" in done.stderr) == (1, True)
    assert "Kept runreport.toml" in ok("init", "--github")
    assert (project / "runreport.toml").read_text() == "title = 'mine'\n"
    assert (project / ".github" / "workflows" / "report.yml").exists()
    ok("init", "--force")
    assert "mine" not in (project / "runreport.toml").read_text()


def test_a_source_that_is_none_is_told(project: Path) -> None:
    (project / "empty").mkdir()
    done = command("init", "empty")
    assert "There is nothing to import in empty" in done.stderr
    assert not (project / "runreport.toml").exists()


def test_the_workflow_meets_its_schema_and_its_command_builds(project: Path) -> None:
    ok("init", "--github")
    path = project / ".github" / "workflows" / "report.yml"
    schema = [sys.executable, "-m", "check_jsonschema", "--builtin-schema",
              "vendor.github-workflows", str(path)]  # fmt: skip
    done = subprocess.run(schema, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    content = yaml.safe_load(path.read_text())
    (build,) = [
        s["run"] for s in content["jobs"]["build"]["steps"] if "Build" in s.get("name", "")
    ]
    environment = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", **content["env"]}
    subprocess.run(["bash", "-e", "-c", build], env=environment, check=True)
    assert (project / "site" / "index.html").is_file()


def test_what_takes_the_place_of_a_job_is_refused_before_anything_is_written(
    tmp_path: Path,
) -> None:
    (tmp_path / ".github").write_text("")
    (tmp_path / ".gitlab-ci.yml").mkdir()
    for option, told in (("--github", ".github is a file"), ("--gitlab", "is a folder")):
        done = command("init", option, "--force")
        assert done.returncode == 1 and told in done.stderr
    assert not (tmp_path / "runreport.toml").exists()


def test_a_job_for_gitlab_takes_no_dollar_for_a_variable(tmp_path: Path) -> None:
    sample_archive(tmp_path / "a$b", runs=1)
    ok("init", "a$b", "--gitlab", "--github")
    assert (
        yaml.safe_load((tmp_path / ".gitlab-ci.yml").read_text())["variables"]["SOURCE"] == "a$$b"
    )
    workflow = (tmp_path / ".github" / "workflows" / "report.yml").read_text()
    assert yaml.safe_load(workflow)["env"]["SOURCE"] == "a$b"
