"""What becomes of rules: regressed, passed, or too few runs to tell."""

from __future__ import annotations

from pathlib import Path

import pytest

import runreport
from runreport.archive.directory import open_archive
from runreport.errors import ConfigError, InvalidFilter, RunreportError
from runreport.query.samples import Runs
from runreport.query.search import load_index
from runreport.report.checks.judging import PASSED, REGRESSED, UNDECIDED, Asked, Outcome, judge
from runreport.report.checks.rules import read_rule, rule_of

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


def test_a_crashed_seed_is_named_and_the_others_are_still_pairs(archive: Path) -> None:
    base = tuple(0.5 + 0.05 * n for n in range(10))
    log("aaa", base)
    log("bbb", (*(value - 0.01 for value in base[:9]), None))
    (outcome,) = outcomes(archive, "acc >= previous")
    assert outcome.status == REGRESSED and outcome.verdict is not None
    assert outcome.verdict.test == "paired t" and len(outcome.base.values) == 9
    assert outcome.reason.endswith("1 run of 10 without a value")


def test_a_seed_of_several_commits_counts_by_its_mean(archive: Path) -> None:
    for commit, by in (("aaa", 0.0), ("bbb", 0.1)):
        log(commit, tuple(value + by for value in LEFT), name="base")
    log("ccc", tuple(value + 0.05 for value in LEFT))
    (outcome,) = outcomes(archive, "acc >= baseline", baselines={"Default": "base"})
    assert outcome.status == PASSED and len(outcome.base.values) == len(outcome.head.values) == 7
    assert outcome.base.mean == pytest.approx(outcome.head.mean)


@pytest.mark.parametrize("asked", [{"head": "params.modl = 'net'"}, {"base": "tags.nobody = 'x'"}])
def test_a_filter_that_names_what_no_run_has_is_an_error(
    archive: Path, asked: dict[str, str]
) -> None:
    log("aaa", LEFT)
    log("bbb", LEFT)
    with pytest.raises(ConfigError, match="No run has"):
        outcomes(archive, "acc >= previous", **asked)
    runs = Runs(load_index(open_archive(archive)))
    rule = rule_of({"metric": "acc", "against": 0.5, "group": ["params.nope"]}, "x")
    with pytest.raises(ConfigError, match=r"No run has params\.nope"):
        judge([rule], Asked(runs, {}))


def test_only_what_is_called_a_seed_tells_runs_of_one_setting_apart(archive: Path) -> None:
    for name in ("seedling_type", "hidden_state", "state", "seeds"):
        with runreport.start_run():
            runreport.log_params({name: 1, "train.seed": 2, "random_state": 3, "np_seed": 4})
            runreport.log_metric("acc", 0.5)
    (runs,) = Runs(load_index(open_archive(archive))).by_experiment.values()
    assert [[key for key, _ in run.settings] for run in runs] == [
        ["seedling_type"], ["hidden_state"], ["state"], ["seeds"],
    ]  # fmt: skip


def test_an_experiment_without_runs_of_the_newest_commit_is_not_checked(archive: Path) -> None:
    log("aaa", LEFT)
    log("bbb", lower(0.3))
    runreport.set_experiment("other")
    log("ccc", LEFT)
    found = outcomes(archive, "acc >= 0.9")
    assert [outcome.experiment for outcome in found] == ["other"]
