"""The workflow people copy is valid, and the commands in it do what they say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

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
