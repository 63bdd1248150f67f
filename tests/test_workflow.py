"""The jobs that people copy are valid, and every command in them does what it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from comments import TOKEN, Host, comments_host
from report.reviews.archives import around, log

import runreport

ROOT = Path(__file__).parent.parent
RECIPES = ROOT / "src" / "runreport" / "recipes"
WORKFLOW = ROOT / ".github" / "workflows" / "report.yml"
ACTION = ROOT / "action.yml"
CONFIG = '[[check]]\nmetric = "acc"\nagainst = "previous"\ntolerance = 0.01\n'


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("vendor.github-workflows", WORKFLOW),
        ("vendor.github-workflows", RECIPES / "github.yml"),
        ("vendor.github-actions", ACTION),
        ("vendor.gitlab-ci", RECIPES / "gitlab.yml"),
    ],
)
def test_the_yaml_meets_its_schema(schema: str, path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_our_own_workflow_is_the_one_that_people_get() -> None:
    ours, theirs = WORKFLOW.read_text(), (RECIPES / "github.yml").read_text()
    different = [
        (one, other)
        for one, other in zip(ours.splitlines(), theirs.splitlines(), strict=True)
        if one != other
    ]
    assert [one.split(":")[0].strip() for one, _ in different] == ["SOURCE", "CONFIG", "RUNREPORT"]


def test_a_job_may_do_no_more_than_it_needs() -> None:
    content = yaml.safe_load(WORKFLOW.read_text())
    assert content["permissions"] == {"contents": "read"}
    rights = {name: job.get("permissions") for name, job in content["jobs"].items()}
    assert rights == {
        "build": None,
        "deploy": {"pages": "write", "id-token": "write"},
        "preview": {"contents": "read", "pull-requests": "write"},
    }


QUIET = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{f"GIT_{who}_NAME": "a" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "a@example.org" for who in ("AUTHOR", "COMMITTER")},
}


def sh(folder: Path, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A script as a runner runs it."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=folder, env={**os.environ, **QUIET, **variables, "PATH": path},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout of the branch feature, whose runs are worse than those of main, of a bare
    origin."""
    origin, work = tmp_path / "origin.git", tmp_path / "work"
    sh(tmp_path, f"git init -q --bare -b main {origin} && git clone -q {origin} {work}")
    runreport.set_tracking_uri(work / "runs")
    log("a" * 40, around(0.9))
    (work / "runreport.toml").write_text(CONFIG)
    done = sh(
        work,
        "git checkout -q -b main && git add -A && git commit -qm a && git push -q origin main",
    )
    assert done.returncode == 0, done.stderr
    log("b" * 40, around(0.8, seed=1))
    done = sh(
        work,
        "git checkout -qb feature && git add -A && git commit -qm b && git push -q origin feature",
    )
    assert done.returncode == 0, done.stderr
    checkout = tmp_path / "checkout"
    sh(tmp_path, f"git clone -q -b feature {origin} {checkout}")
    return checkout


@pytest.fixture
def host() -> Iterator[Host]:
    with comments_host() as server:
        yield server


def expressions(host: Host) -> dict[str, str]:
    """What a runner puts in place of ``${{ … }}``, for a pull request to main."""
    return {
        "github.base_ref": "main",
        "github.token": TOKEN,
        "github.event.pull_request.head.repo.full_name == github.repository": "true",
    }


def steps_of(
    job: Mapping[str, Any], variables: Mapping[str, str], known: Mapping[str, str]
) -> Any:
    """The scripts of a job by name, each with its variables."""

    def settled(value: object) -> str:
        return re.sub(r"\$\{\{ (.*?) \}\}", lambda match: known[match[1]], str(value))

    own = {**variables, **job.get("env", {})}
    for step in job["steps"]:
        if "run" in step:
            of_step = {**own, **step.get("env", {})}
            assert "${{" not in step["run"], "an expression in a script is an injection"
            yield step["name"], step["run"], {k: settled(v) for k, v in of_step.items()}


def runner(host: Host, folder: Path) -> dict[str, str]:
    return {
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_API_URL": host.api,
        "GITHUB_REPOSITORY": "org/name",
        "GITHUB_REF": "refs/pull/7/merge",
        "GITHUB_ACTIONS": "true",
    }


@pytest.mark.long
def test_every_command_of_the_github_workflow_runs(
    project: Path, tmp_path: Path, host: Host
) -> None:
    content = yaml.safe_load((RECIPES / "github.yml").read_text())
    done = {}
    for job in ("build", "preview"):
        steps = steps_of(content["jobs"][job], content["env"], expressions(host))
        for name, script, variables in steps:
            result = sh(project, script, **runner(host, tmp_path), **variables)
            done[job, name] = result
            assert result.returncode == (1 if name == "Gate" else 0), (name, result.stderr)
        shutil.rmtree(project / "site") if job == "build" else None
    (comment,) = host.comments
    assert "1 metric compared: 1 worse" in comment["body"]
    assert "1 worse" in (tmp_path / "summary.md").read_text()
    assert (project / "site" / "compare" / "_base" / "index.html").exists()
    gate = done["preview", "Gate"]
    assert "regressed" in gate.stdout and "::error title=runreport check::" in gate.stdout


@pytest.mark.long
def test_the_first_pull_request_with_runs_has_nothing_to_compare_with(
    project: Path, tmp_path: Path, host: Host
) -> None:
    done = sh(
        project,
        "git rm -rq --cached runs && git commit -qm none "
        "&& git push -q origin HEAD:main -f && git fetch -q",
    )
    assert done.returncode == 0, done.stderr
    content = yaml.safe_load((RECIPES / "github.yml").read_text())
    for name, script, variables in steps_of(
        content["jobs"]["preview"], content["env"], expressions(host)
    ):
        result = sh(project, script, **runner(host, tmp_path), **variables)
        assert result.returncode == (1 if name == "Gate" else 0), (name, result.stderr)
        if name == "Build the report":
            assert "::notice::origin/main has no runs yet" in result.stdout
    assert host.comments == [] and (project / "site" / "index.html").exists()
    given = runner(host, tmp_path)
    assert run_step("Build", project, given, base="origin/main").returncode == 0
    assert (tmp_path / "output").read_text() == "base=\n"


@pytest.mark.long
def test_every_command_of_the_gitlab_job_runs(project: Path) -> None:
    done = sh(
        project, "git mv runs 'my runs' && git commit -qm m && git push -q origin HEAD:main -f"
    )
    assert done.returncode == 0, done.stderr
    runreport.set_tracking_uri(project / "my runs")
    log("c" * 40, around(0.7, seed=2))
    content = yaml.safe_load((RECIPES / "gitlab.yml").read_text())
    given = {
        **{name: str(value) for name, value in content["variables"].items()},
        "SOURCE": "my runs",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "BASE": "origin/main",
    }
    before = content[".runreport"]["before_script"]
    assert sh(project, "\n".join([*before, *content["pages"]["script"]]), **given).returncode == 0
    assert (project / "public" / "index.html").exists()
    done = sh(project, "\n".join([*before, *content["preview"]["script"]]), **given)
    assert done.returncode == 1 and "regressed" in done.stdout, done.stderr
    for path in ("site/index.html", "site/compare/_base/index.html", "review.html", "check.xml"):
        assert (project / path).exists(), path


def run_step(
    name: str, folder: Path, given: Mapping[str, str], event: str = "pull_request", **inputs: str
) -> Any:
    """A step of the action as a runner does it, in a folder of a project."""
    action = yaml.safe_load(ACTION.read_text())
    own = {key: str(one["default"]) for key, one in action["inputs"].items()} | inputs
    known = {f"inputs.{key}": value for key, value in own.items()} | {"github.token": TOKEN}
    known["github.action_path"] = str(ROOT)
    known["steps.build.outputs.base"] = own["base"]
    is_asked = own["comment"] == "true" and event == "pull_request"
    known["inputs.comment == 'true' && github.event_name == 'pull_request'"] = (
        "true" if is_asked else "false"
    )
    ((_, script, variables),) = (
        step for step in steps_of(action["runs"], {}, known) if step[0] == name
    )
    return sh(folder, script, **given, **variables)


@pytest.mark.long
def test_every_step_of_the_action_does_what_its_inputs_say(
    project: Path, tmp_path: Path, host: Host
) -> None:
    given = runner(host, tmp_path)
    base = {"base": "origin/main"}
    built = run_step("Build", project, given, **base)
    assert built.returncode == 0, built.stderr
    assert (project / "site" / "compare" / "_base" / "index.html").exists()
    assert (tmp_path / "output").read_text() == "base=origin/main\n"
    assert run_step("Compare", project, given, **base).returncode == 0
    assert host.comments == [] and "1 worse" in (tmp_path / "summary.md").read_text()
    assert run_step("Compare", project, given, "push", **base, comment="true").returncode == 0
    assert host.comments == [], "a push is about no pull request"
    assert run_step("Compare", project, given, **base, comment="true").returncode == 0
    assert len(host.comments) == 1
    gate = run_step("Gate", project, given)
    assert gate.returncode == 1 and "regressed" in gate.stdout
    (tmp_path / "own.toml").write_text('[[check]]\nmetric = "acc"\nagainst = 0.7\n')
    assert run_step("Gate", project, given, config=str(tmp_path / "own.toml")).returncode == 0
    (tmp_path / "none.toml").write_text("")
    none = run_step("Gate", project, given, config=str(tmp_path / "none.toml"))
    assert none.returncode == 1, "without a rule there is no gate"


@pytest.mark.slow
def test_an_archive_lives_on_a_branch_of_its_own_as_the_documents_say(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "publishing.md").read_text()
    (script,) = (own for own in re.findall(r"```sh\n(.*?)```", text, re.S) if "worktree" in own)
    (tmp_path / "train.py").write_text(
        "import runreport\nwith runreport.start_run():\n    runreport.log_metric('acc', 0.9)\n"
    )
    origin = tmp_path / "origin.git"
    begin = f"git init -q --bare -b main {origin} && git clone -q {origin} work && cd work && "
    begin += "cp ../train.py . && git checkout -qb main && git add -A && git commit -qm a && "
    assert sh(tmp_path, f"{begin} git push -q origin main").returncode == 0
    jobs = []
    for name in ("one", "two"):  # both begin before either has pushed
        assert sh(tmp_path, f"git clone -q {origin} {name}").returncode == 0
        jobs.append(tmp_path / name)
    for job in jobs:
        done = sh(job, script)
        assert done.returncode == 0, done.stderr
    found = sh(
        tmp_path, f"git clone -q -b runs {origin} all && runreport runs search -a all --json"
    )
    assert found.stdout.count('"run_id"') == 2, found.stderr
    assert sh(jobs[0], "git rev-list --count main runs -- train.py").stdout.strip() == "1"
