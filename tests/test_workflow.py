"""The workflow people copy is valid, and the commands in it do what they say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import runreport

ROOT = Path(__file__).parent.parent
WORKFLOW = ROOT / ".github" / "workflows" / "report.yml"


@pytest.mark.parametrize(
    ("schema", "path"),
    [("vendor.github-workflows", WORKFLOW), ("vendor.github-actions", ROOT / "action.yml")],
)
def test_the_yaml_meets_its_schema(schema: str, path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_the_commands_of_the_workflow_build_the_sample_report(tmp_path: Path) -> None:
    content = yaml.safe_load(WORKFLOW.read_text())
    steps = content["jobs"]["build"]["steps"]
    commands = {step["name"]: step["run"] for step in steps if "run" in step}
    assert commands["Install runreport"] == 'python -m pip install "$RUNREPORT"'
    assert content["env"]["RUNREPORT"] == "."
    binaries = Path(sys.executable).parent
    for name in ("sample_runs", "pyproject.toml"):
        (tmp_path / name).symlink_to(ROOT / name)
    subprocess.run(
        ["bash", "-e", "-c", commands["Build the report"]],
        cwd=tmp_path,
        env={**os.environ, **content["env"], "PATH": f"{binaries}:{os.environ['PATH']}"},
        check=True,
    )
    assert (tmp_path / "site" / "index.html").exists()
    upload = next(step for step in steps if "upload-pages-artifact" in step.get("uses", ""))
    assert upload["with"]["path"] == "site"


def run_step(name: str, folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """A step of the action as a runner does it, in a folder of a project."""
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    given = {key: str(one["default"]) for key, one in action["inputs"].items()} | inputs
    (step,) = (step for step in action["runs"]["steps"] if step.get("name") == name)
    variables = {
        key: given[value.removeprefix("${{ inputs.").removesuffix(" }}")]
        for key, value in step["env"].items()
    }
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", step["run"]],
        cwd=folder, env={**os.environ, **variables, "PATH": path}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_the_action_builds_and_its_gate_fails_on_a_regression(tmp_path: Path) -> None:
    runreport.set_tracking_uri(tmp_path / "runs")
    for accuracy in (0.9, 0.8):
        with runreport.start_run():
            runreport.set_tag("mlflow.source.git.commit", str(accuracy))
            runreport.log_metric("accuracy", accuracy)
    (tmp_path / "own.toml").write_text('[[check]]\nmetric = "accuracy"\nagainst = 0.85\n')
    built = run_step("Build", tmp_path, config="own.toml")
    assert built.returncode == 0, built.stderr
    assert (tmp_path / "site" / "index.html").exists()
    gate = run_step("Gate", tmp_path, config="own.toml")
    assert gate.returncode == 1 and "regressed" in gate.stdout
    assert run_step("Gate", tmp_path).returncode == 1, "without a rule there is no gate"
    (tmp_path / "own.toml").write_text('[[check]]\nmetric = "accuracy"\nagainst = 0.75\n')
    assert run_step("Gate", tmp_path, config="own.toml").returncode == 0
