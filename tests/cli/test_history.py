"""`history`: a metric over runs, and where it changes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from cli.test_commands import command, ok

import runreport


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """40 runs of two models; that of one is better from its 12th run on."""
    archive = tmp_path_factory.mktemp("history") / "archive"
    runreport.set_tracking_uri(archive)
    runreport.set_experiment("nightly")
    for number in range(40):
        with runreport.start_run(run_name=f"night-{number}"):
            model = "net" if number % 2 else "tree"
            runreport.log_param("model", model)
            better = model == "net" and number >= 23
            runreport.log_metric("accuracy", 0.8 + 0.1 * better + 0.001 * (number * 7 % 5))
    with runreport.start_run(run_name="broken"):
        runreport.log_params({"model": "net"})
        runreport.log_metric("accuracy", float("nan"))
    return str(archive)


def test_each_series_has_its_runs_in_order_and_the_indices_of_its_changes(changed: str) -> None:
    found = json.loads(ok("history", "accuracy", "-a", changed, "--by", "params.model", "--json"))
    tree, net = found["series"]
    assert (tree["group"], net["group"]) == ({"params.model": "tree"}, {"params.model": "net"})
    assert [run["run_name"] for run in net["runs"]] == [f"night-{n}" for n in range(1, 40, 2)]
    assert (tree["change_points"], net["change_points"], net["left_out"]) == ([], [11], 1)
    (change,) = net["changes"]
    assert change["run_name"] == "night-23" and change["difference"] == pytest.approx(
        0.1, abs=0.01
    )
    low, high = change["interval"]
    assert low < change["difference"] < high


def test_a_person_reads_which_run_was_the_first_after_a_change(changed: str) -> None:
    text = ok("history", "accuracy", "-a", changed, "--by", "model")
    assert "nightly, params.model net: accuracy of 20 runs, 1 change" in text
    assert "1 run with NaN or an infinity left out" in text
    line = next(line for line in text.splitlines() if "night-23" in line)
    assert line.rstrip().endswith("better") and "+0.1" in line


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("acuracy",), "did you mean metrics.accuracy"),
        (("metrics.acuracy",), "Did you mean metrics.accuracy?"),
        (("params.model",), "'params.model' is no metric"),
        (("accuracy", "-x", "nightlY"), "nightly"),
        (("accuracy", "-f", "params.model = 'x'"), "No run that matches has accuracy"),
    ],
)
def test_what_is_not_there_is_named(changed: str, arguments: tuple[str, ...], said: str) -> None:
    done = command("history", *arguments, "-a", changed)
    assert done.returncode != 0 and said in done.stderr and not done.stdout


def test_an_archive_without_runs_says_so(tmp_path: Path) -> None:
    done = command("history", "loss", "-a", str(tmp_path / "none"))
    assert done.returncode == 1 and "Traceback" not in done.stderr


def test_over_commits_a_point_is_the_mean_of_a_commits_runs_in_the_order_of_the_branch(
    archive: Path, tmp_path: Path
) -> None:
    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments],
            cwd=tmp_path, check=True, capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout.strip()

    git("init", "-q")
    commits = []
    for number in range(3):
        git("commit", "-q", "--allow-empty", "-m", str(number))
        commits.append(git("rev-parse", "HEAD"))
    for commit, values in ((commits[2], (0.7, 0.9)), (commits[0], (0.5,)), (commits[1], (0.6,))):
        for value in values:  # the newest commit ran first
            with runreport.start_run():
                runreport.set_tag("mlflow.source.git.commit", commit)
                runreport.log_metric("acc", value)
    given = ("history", "acc", "-a", str(archive), "--over", "commits")
    (series,) = json.loads(ok(*given, "--json"))["series"]
    points = [(own["commit"], own["value"], own.get("runs", 1)) for own in series["runs"]]
    assert points == [
        (commits[0], 0.5, 1), (commits[1], 0.6, 1), (commits[2], pytest.approx(0.8), 2),
    ]  # fmt: skip
    assert (series["runs"][2]["low"], series["runs"][2]["high"]) == (0.7, 0.9)
    assert "acc of 3 commits" in ok(*given)
    with runreport.start_run():
        runreport.set_tag("mlflow.source.git.commit", "f" * 40)
        runreport.log_metric("acc", 0.4)
    done = command(*given, "--json")
    assert "has not all of them" in done.stderr
    (series,) = json.loads(done.stdout)["series"]
    assert series["runs"][0]["commit"] == commits[2], "by their first runs"


def test_over_time_runs_stand_where_they_started(changed: str) -> None:
    text = ok("history", "accuracy", "-a", changed, "--over", "time")
    assert "accuracy of 40 runs" in text


def test_runs_without_commits_are_no_commits(archive: Path) -> None:
    client = runreport.RunreportClient(str(archive))
    for value in (0.1, 0.2):
        run_id = client.create_run("0").info.run_id
        client.log_metric(run_id, "acc", value)
        client.set_terminated(run_id)
    done = command("history", "acc", "-a", str(archive), "--over", "commits")
    assert done.returncode == 1 and "No run has a commit" in done.stderr
    done = command("history", "acc", "-a", str(archive), "--by", "params.modle")
    assert done.returncode == 1 and "modle" in done.stderr
