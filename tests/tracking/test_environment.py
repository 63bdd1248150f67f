from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import runreport
from runreport.tracking import environment


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = tmp_path / "repo"
    path.mkdir()
    for command in (
        "git init -q -b trunk",
        "git config user.email a@b.example",
        "git config user.name A",
        "git commit -q --allow-empty -m x",
    ):
        subprocess.run(command.split(), cwd=path, check=True)
    return path


def test_git_state_is_commit_branch_and_diff(repository: Path) -> None:
    environment.git_state.cache_clear()
    clean = environment.git_state(str(repository))
    assert clean is not None
    assert len(str(clean["commit"])) == 40 and clean["branch"] == "trunk" and not clean["dirty"]
    (repository / "a.py").write_text("x = 1\n")
    subprocess.run(["git", "add", "a.py"], cwd=repository, check=True)
    environment.git_state.cache_clear()
    dirty = environment.git_state(str(repository))
    assert dirty is not None and dirty["dirty"] and "+x = 1" in str(dirty["diff"])
    assert environment.git_state("/") is None


def test_a_broken_git_warns_and_goes_on(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment.git_state.cache_clear()
    monkeypatch.setenv("PATH", "")
    with pytest.warns(UserWarning, match="git state"):
        assert environment.git_state(str(repository)) is None
    environment.git_state.cache_clear()


def test_whatever_fails_while_looking_around_only_warns(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode() -> dict[str, str]:
        raise RuntimeError("boom")

    monkeypatch.setattr(environment, "installed_packages", explode)
    with pytest.warns(UserWarning, match="boom"), runreport.start_run():
        runreport.log_metric("m", 1.0)


@pytest.mark.parametrize(
    ("variables", "job"),
    [
        ({}, None),
        (
            {"GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": "7", "GITHUB_SERVER_URL": "https://g",
             "GITHUB_REPOSITORY": "o/r"},
            {"kind": "github", "id": "7", "url": "https://g/o/r/actions/runs/7"},
        ),
        ({"SLURM_JOB_ID": "12"}, {"kind": "slurm", "id": "12", "url": ""}),
        ({"GITLAB_CI": "1", "CI_JOB_ID": "3"}, {"kind": "gitlab", "id": "3", "url": ""}),
    ],
)  # fmt: skip
def test_jobs_are_recognised(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], job: dict[str, str] | None
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert environment.find_job() == job


def test_packages_are_those_installed() -> None:
    found = environment.installed_packages()
    import pyarrow

    assert found["pyarrow"] == pyarrow.__version__
    assert "scikit-learn" in found


def test_the_record_names_python_and_the_command(archive: Path) -> None:
    tags, record = environment.capture_environment()
    assert record["python"] == sys.version.split()[0] and record["command"]
    assert tags["mlflow.source.type"] == "LOCAL"
