"""`check` as a job runs it: exit codes, and the forms that other programs read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from cli.test_commands import command, ok

import runreport


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Three commits of six seeds each: the last is worse in loss, as good in accuracy."""
    folder = tmp_path_factory.mktemp("check") / "archive"
    runreport.set_tracking_uri(folder)
    runreport.set_experiment("nightly")
    for number, commit in enumerate(("aaa", "bbb", "ccc")):
        for seed in range(6):
            with runreport.start_run():
                runreport.set_tag("mlflow.source.git.commit", commit)
                runreport.set_tag("mlflow.source.git.branch", "feature")
                runreport.log_params({"lr": 0.1, "seed": seed})
                noise = 0.001 * (seed * 7 % 5) + 0.0001 * number * seed
                runreport.log_metric("loss", 0.2 + 0.05 * (commit == "ccc") + noise)
                runreport.log_metric("accuracy", 0.9 + noise)
    return str(folder)


RULES = """
[[check]]
metric = "loss"
against = "previous"
tolerance = "5 %"

[[check]]
metric = "accuracy"
against = "best"
tolerance = 0.01
"""


def test_what_the_config_says_is_better_decides_what_has_regressed(
    archive: str, tmp_path: Path
) -> None:
    config = tmp_path / "runreport.toml"
    for direction, word in (("min", "regressed"), ("max", "passed")):
        config.write_text(
            f'[experiments.nightly]\nprimary_metric = "loss"\ndirection = "{direction}"\n'
            '[[check]]\nmetric = "loss"\nagainst = "previous"\n'
        )
        result = command("check", "-a", archive, "--config", config)
        assert (result.returncode, word in result.stdout) == (direction == "min", True)


def test_a_regression_fails_the_job_and_says_where(archive: str, tmp_path: Path) -> None:
    config = tmp_path / "runreport.toml"
    config.write_text(RULES)
    junit, sarif = tmp_path / "junit.xml", tmp_path / "check.sarif"
    forms = ("--junit", str(junit), "--sarif", str(sarif))
    done = command("check", "-a", archive, "--config", str(config), *forms)
    assert done.returncode == 1
    first = done.stdout.splitlines()[0]
    assert first.startswith("✗ loss <= previous + 5 %: regressed in nightly at ccc")
    assert "; loss 0.25" in first
    assert "difference +0.0" in first and "of 2 comparisons" in first
    assert "1 regressed, 0 undecided, 1 passed" in done.stderr
    suite = ET.parse(junit).getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    (failure,) = suite.findall("testcase/failure")
    assert "regressed" in (failure.get("message") or "")
    found = json.loads(sarif.read_text())
    (result,) = found["runs"][0]["results"]
    assert (found["version"], result["level"]) == ("2.1.0", "error")
    assert result["ruleId"] == "loss <= previous + 5 %"


def test_all_that_is_known_is_there_as_json(archive: str) -> None:
    text = ok("check", "-a", archive, "--rule", "accuracy >= previous - 0.01", "--json")
    (outcome,) = json.loads(text)["outcomes"]
    assert (outcome["status"], outcome["test"]) == ("passed", "permutation")
    low, high = outcome["interval"]
    assert low <= outcome["difference"] <= high and outcome["group"] == {}
    assert (outcome["head"]["n"], outcome["base"]["n"]) == (6, 6)


def test_what_is_undecided_counts_as_the_job_says(archive: str) -> None:
    head = "params.seed = '0' and tags.`mlflow.source.git.commit` = 'ccc'"
    one = ("check", "-a", archive, "--rule", "accuracy >= previous", "--head", head)
    done = command(*one)
    assert done.returncode == 0 and done.stdout.startswith("? accuracy >= previous: undecided")
    assert command(*one, "--undecided", "fail").returncode == 1


def test_github_gets_annotations(archive: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    done = command("check", "-a", archive, "--rule", "loss <= previous")
    line = next(line for line in done.stdout.splitlines() if line.startswith("::"))
    assert line.startswith("::error title=runreport check::loss <= previous: regressed")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "There is no rule to check"),
        (("--rule", "loss"), "cannot be read"),
        (("--rule", "los <= 1"), "loss"),
        (("--rule", "loss <= 1", "--rule", "loss >= 2"), "contradict each other"),
        (("--rule", "loss <= baseline"), "there is none: add baseline"),
        (("--rule", "loss <= 1", "--head", "los < 1"), "loss"),
        (("--rule", "loss <= 1", "--junit", "/nowhere/x.xml"), "Could not write /nowhere/x.xml"),
    ],
)
def test_the_gate_never_passes_because_of_an_error(
    archive: str, arguments: tuple[str, ...], said: str
) -> None:
    done = command("check", "-a", archive, *arguments)
    assert done.returncode == 1 and said in done.stderr and "Traceback" not in done.stderr


def test_a_base_that_is_not_there_is_undecided_and_an_archive_that_is_not_an_error(
    archive: str, tmp_path: Path
) -> None:
    done = command("check", "-a", archive, "--rule", "loss <= main", "--undecided", "fail")
    assert done.returncode == 1 and "there is nothing to compare with: main" in done.stdout
    done = command("check", "-a", str(tmp_path / "none"), "--rule", "loss <= 1")
    assert done.returncode == 1 and "Traceback" not in done.stderr


def test_without_a_rule_a_job_may_go_on_if_it_says_so(archive: str, tmp_path: Path) -> None:
    assert command("check", "-a", archive).returncode == 1
    done = command("check", "-a", archive, "--allow-none")
    assert done.returncode == 0 and "There is no rule to check." in done.stderr
    config = tmp_path / "runreport.toml"
    config.write_text(" [[ check ]]\nmetric = 'accuracy'\nagainst = 2\n")
    done = command("check", "-a", archive, "--config", str(config), "--allow-none")
    assert done.returncode == 1, "however a rule is written"


def test_a_pull_request_checks_its_own_runs_though_main_has_newer_ones(tmp_path: Path) -> None:
    base, head = tmp_path / "base", tmp_path / "head"

    def log(place: Path, commit: str, value: float) -> None:
        runreport.set_tracking_uri(place)
        for seed in range(8):
            with runreport.start_run():
                runreport.set_tag("mlflow.source.git.commit", commit)
                runreport.log_param("seed", seed)
                runreport.log_metric("acc", value + 0.001 * (seed * 3 % 5))

    log(base, "aaa", 0.9)
    shutil.copytree(base, head)
    log(head, "branch", 0.8)
    log(base, "newer", 0.9)
    ok("archive", "merge", str(base), str(head))
    rule = ("--rule", "acc >= previous - 0.01", "-a", str(head))
    assert command("check", *rule).returncode == 0, "the newest are those of main"
    done = command("check", *rule, "--since", str(base))
    assert done.returncode == 1 and "regressed" in done.stdout and "at branch" in done.stdout
    done = command("check", *rule[:2], "-a", str(base), "--since", str(base))
    assert done.returncode == 0 and "no new run has acc" in done.stdout
    strict = ("--since", str(base), "--undecided", "fail")
    assert command("check", *rule[:2], "-a", str(base), *strict).returncode == 1


def test_runs_of_uncommitted_code_are_not_those_of_their_commit(
    archive: str, tmp_path: Path
) -> None:
    place = tmp_path / "dirty"
    runreport.set_tracking_uri(place)
    for is_dirty, mean in (("false", 0.9), ("true", 0.5)):
        for seed in range(8):
            with runreport.start_run():
                runreport.set_tag("mlflow.source.git.commit", "aaa")
                runreport.set_tag("mlflow.source.git.dirty", is_dirty)
                runreport.log_param("seed", seed)
                runreport.log_metric("acc", mean + 0.001 * (seed * 3 % 5))
    done = command("check", "-a", str(place), "--rule", "acc >= previous")
    assert done.returncode == 1 and "at aaa+" in done.stdout
