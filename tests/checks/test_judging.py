"""What becomes of rules: regressed, passed, or too few runs to tell."""

from __future__ import annotations

from pathlib import Path

import pytest

import runreport
from runreport.archive.directory import open_archive
from runreport.checks.judging import PASSED, REGRESSED, UNDECIDED, Asked, Outcome, judge
from runreport.checks.rules import read_rule
from runreport.checks.samples import Runs
from runreport.errors import ConfigError, InvalidFilter, RunreportError
from runreport.query.search import load_index

LEFT = (0.90, 0.91, 0.92, 0.905, 0.915, 0.91, 0.9)


def log(
    commit: str, values: tuple[float | None, ...], *, model: str = "net", branch: str = "",
    name: str | None = None,
) -> None:  # fmt: skip
    """Runs of one commit, a seed each."""
    for seed, value in enumerate(values):
        with runreport.start_run(run_name=name):
            runreport.set_tag("mlflow.source.git.commit", commit)
            if branch:
                runreport.set_tag("mlflow.source.git.branch", branch)
            runreport.log_params({"model": model, "random_seed": seed})
            if value is not None:
                runreport.log_metric("acc", value)


def outcomes(archive: Path, *rules: str, **asked: object) -> list[Outcome]:
    runs = Runs(load_index(open_archive(archive)))
    given = {"baselines": {"Default": "base"}, **asked}
    return judge([read_rule(rule) for rule in rules], Asked(runs, **given))  # type: ignore[arg-type]


def lower(by: float) -> tuple[float, ...]:
    return tuple(value - by - 0.001 * (at % 2) for at, value in enumerate(LEFT))


def test_seeds_of_the_newest_commit_are_compared_with_those_before_pair_by_pair(
    archive: Path,
) -> None:
    log("aaa", (0.2,) * 3)
    log("bbb", LEFT)
    log("ccc", lower(0.05))
    (outcome,) = outcomes(archive, "acc >= previous - 0.01")
    assert outcome.status == REGRESSED and outcome.verdict is not None
    assert (len(outcome.head.values), len(outcome.base.values)) == (7, 7)
    assert outcome.verdict.test == "paired permutation" and outcome.group == ()
    assert outcomes(archive, "acc >= previous - 0.1")[0].status == PASSED


def test_main_is_the_newest_commit_there_and_best_the_best_settings(archive: Path) -> None:
    log("aaa", LEFT, branch="main")
    log("bbb", lower(0.3), branch="feature")
    log("ccc", lower(0.2), model="tree", branch="main")
    log("ddd", lower(0.3), branch="feature")
    assert outcomes(archive, "acc >= main")[0].group == (("model", "net"),)
    for reference, status in (("main", REGRESSED), ("previous", PASSED), ("best", REGRESSED)):
        (outcome,) = outcomes(archive, f"acc >= {reference}")
        assert outcome.status == status, reference


def test_the_baseline_is_all_seeds_of_the_configured_run(archive: Path) -> None:
    log("aaa", LEFT, name="base")
    log("bbb", lower(0.2))
    (outcome,) = outcomes(archive, "acc >= baseline - 0.1")
    assert outcome.status == REGRESSED and len(outcome.base.values) == 7
    with pytest.raises(ConfigError, match="there is none: add baseline"):
        outcomes(archive, "acc >= baseline", baselines={})
    with pytest.raises(ConfigError, match="is 0 runs"):
        outcomes(archive, "acc >= baseline", baselines={"Default": "nobody"})


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_runs_to_tell_are_never_a_pass(archive: Path, count: int) -> None:
    log("aaa", LEFT[:count])
    log("bbb", lower(0.5)[:count])
    (outcome,) = outcomes(archive, "acc >= previous")
    assert outcome.status == UNDECIDED and "too few to tell" in outcome.reason


def test_many_comparisons_need_clearer_differences(archive: Path) -> None:
    log("aaa", LEFT[:3])
    log("bbb", lower(0.5)[:3])
    assert outcomes(archive, "acc >= previous")[0].status == REGRESSED  # p = 1/20
    many = outcomes(archive, *(f"acc >= previous - 0.{n:02}" for n in range(8)))
    assert {outcome.status for outcome in many} == {UNDECIDED}


def test_a_number_is_a_limit_and_no_matter_of_chance(archive: Path) -> None:
    log("aaa", (0.9,))
    assert outcomes(archive, "acc >= 0.9")[0].status == PASSED
    assert outcomes(archive, "acc >= 0.91")[0].status == REGRESSED
    assert outcomes(archive, "acc >= 0.91 - 2 %")[0].status == PASSED
    assert outcomes(archive, "acc <= 0.8 + 0.05")[0].status == REGRESSED


def test_a_run_without_a_number_is_never_a_pass(archive: Path) -> None:
    log("aaa", LEFT)
    log("bbb", (0.95, float("nan"), 0.96))
    (outcome,) = outcomes(archive, "acc >= previous")
    assert outcome.status == REGRESSED and outcome.reason == "1 run of 3 NaN or infinite"
    log("ccc", (None, None))
    (outcome,) = outcomes(archive, "acc >= 0.1")
    assert outcome.status == UNDECIDED and outcome.reason == "no run of 2 has acc"


def test_without_commits_the_newest_run_is_checked_and_filters_choose_others(
    archive: Path,
) -> None:
    for value in (0.9, 0.8):
        with runreport.start_run() as run:
            runreport.set_tag("mlflow.source.git.commit", "")
            runreport.log_metric("acc", value)
    (outcome,) = outcomes(archive, "acc >= 0.85")
    assert [one.run_id for one in outcome.head.runs] == [run.info.run_id]
    log("aaa", LEFT, model="a")
    log("bbb", lower(0.3), model="b")
    asked = {"head": "params.model = 'b'", "base": "params.model = 'a'"}
    (outcome,) = outcomes(archive, "acc >= previous", **asked)
    assert outcome.status == REGRESSED and len(outcome.base.values) == 7


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("acuracy >= 1", "acc"),
        ("metrics.ac >= 1", "No run has the metric"),
        ("params.model >= 1", "is none"),
    ],
)
def test_a_rule_that_names_nothing_is_an_error(archive: Path, rule: str, said: str) -> None:
    log("aaa", LEFT[:1])
    with pytest.raises(RunreportError, match=said) as caught:
        outcomes(archive, rule)
    assert isinstance(caught.value, ConfigError | InvalidFilter)
