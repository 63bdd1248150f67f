"""What a review says of two sets of runs."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from report.reviews.archives import around, log, review_of

import runreport
from runreport.errors import ConfigError
from runreport.pipeline import build_site
from runreport.report.config import Config, parse_config
from runreport.report.reviews.making import make_review
from runreport.report.reviews.review import (
    BETTER,
    CHANGED,
    DIVERGED,
    SAME,
    UNCLEAR,
    UNDECIDED,
    WORSE,
    Review,
)
from runreport.sources import opened_sides

BASE, HEAD = "tags.side = 'base'", "tags.side = 'head'"


def states(review: Review) -> dict[str, str]:
    return {row.metric: row.state for row in review.metrics}


def both(archive: Path, before: list[float], after: list[float], metric: str = "acc") -> Review:
    log("a", before, metric, {"side": "base"})
    log("b", after, metric, {"side": "head"})
    return review_of(BASE, HEAD, archive)


@pytest.mark.parametrize(
    ("metric", "after", "state"),
    [
        ("acc", around(0.88, seed=1), WORSE),
        ("acc", around(0.92, seed=1), BETTER),
        ("loss", around(0.92, seed=1), WORSE),
        ("blob", around(0.92, seed=1), CHANGED),
        ("acc", around(0.9, seed=1), UNCLEAR),
        ("acc", around(0.88, 2), UNDECIDED),
        ("acc", [0.9, float("nan")], DIVERGED),
        ("acc", [float("inf")], DIVERGED),
    ],
)
def test_a_metric_is_called_by_what_its_values_show(
    archive: Path, metric: str, after: list[float], state: str
) -> None:
    review = both(archive, around(0.9), after, metric)
    assert states(review) == {metric: state}


def test_the_same_single_value_is_the_same_and_another_one_is_undecided(archive: Path) -> None:
    assert states(both(archive, [0.9], [0.9])) == {"acc": SAME}
    log("c", [0.8], tags={"side": "third"})
    assert states(review_of(BASE, "tags.side = 'third'", archive)) == {"acc": UNDECIDED}


def test_a_difference_has_its_sign_its_interval_and_the_runs_behind_it(archive: Path) -> None:
    review = both(archive, around(0.9), around(0.88, seed=1))
    (row,) = review.metrics
    assert row.difference == pytest.approx(-0.02, abs=0.004)
    assert row.low < row.difference < row.high < 0
    assert row.p is not None and row.p < 1e-4 and row.test == "paired t" and row.is_primary
    assert row.base.count == row.head.count == len(row.head.runs) == 10
    assert row.url.startswith("r/") and review.settings == () and review.alone == ()


def test_the_primary_metric_does_not_pay_for_all_that_is_logged(archive: Path) -> None:
    for side, mean in (("base", 0.9), ("head", 0.894)):
        for seed, value in enumerate(around(mean, seed=len(side) + (side == "head"))):
            with runreport.start_run():
                runreport.set_tag("side", side)
                runreport.log_params({"seed": seed})
                runreport.log_metric("val/acc", value)
                runreport.log_metrics({f"noise{n}": seed * n % 7 for n in range(40)})
    (row,) = [own for own in review_of(BASE, HEAD, archive).metrics if own.is_primary]
    assert (row.metric, row.state) == ("val/acc", WORSE)


def test_a_config_says_which_metric_is_primary_and_which_way_is_better(archive: Path) -> None:
    log("a", around(3), "blob", {"side": "base"})
    log("b", around(2), "blob", {"side": "head"})
    config = {"primary_metric": "blob", "direction": "min"}
    assert states(review_of(BASE, HEAD, archive, **config)) == {"blob": BETTER}


def test_a_failed_run_is_named_with_its_reason_before_the_others(archive: Path) -> None:
    log("a", [0.9], tags={"side": "base"})
    log("b", [0.9, None], tags={"side": "head"})
    review = review_of(BASE, HEAD, archive)
    assert [run.name for run in review.new] == ["b-1", "b-0"]
    assert review.new[0].why == "ValueError: no data" and review.new[1].value == "acc 0.9"
    assert review.failed == 1


def test_a_later_state_of_an_archive_is_compared_by_what_was_added(tmp_path: Path) -> None:
    base, head = tmp_path / "base", tmp_path / "head"
    runreport.set_tracking_uri(base)
    gone = log("a", around(0.9))[0]
    shutil.copytree(base, head)
    runreport.set_tracking_uri(head)
    runreport.delete_run(gone)
    log("b", around(0.85, seed=1))
    review = review_of(base, head)
    assert review.runs == (10, 19)
    assert [run.run_id for run in review.gone] == [gone] and review.gone[0].url == ""
    assert len(review.new) == 10 and states(review) == {"acc": WORSE}
    assert {row.what: (row.base, row.head) for row in review.code} == {"commit": ("a", "b")}


def test_an_archive_against_itself_has_nothing_new(archive: Path) -> None:
    log("a", [0.9])
    review = review_of(archive, archive)
    assert (review.new, review.gone, review.metrics, review.models) == ((), (), (), ())


def test_two_archives_that_share_no_run_are_compared_whole(tmp_path: Path) -> None:
    for name, mean in (("base", 0.9), ("head", 0.8)):
        runreport.set_tracking_uri(tmp_path / name)
        log("", around(mean))
    review = review_of(tmp_path / "base", tmp_path / "head")
    assert review.gone == () and states(review) == {"acc": WORSE}


def test_a_metric_that_is_no_longer_logged_is_told(archive: Path) -> None:
    log("a", [0.9], "acc", {"side": "base"})
    log("b", [0.9], "acc_new", {"side": "head"})
    told = {row.what: (row.base, row.head) for row in review_of(BASE, HEAD, archive).lacking}
    assert told == {"acc": ("", "not logged"), "acc_new": ("not logged", "")}


def test_what_was_changed_is_compared_and_named(archive: Path) -> None:
    log("a", around(0.9), tags={"side": "base"}, lr=0.1)
    log("b", around(0.8), tags={"side": "head"}, lr=0.5)
    review = review_of(BASE, HEAD, archive)
    assert [(row.what, row.base, row.head) for row in review.settings] == [("lr", "0.1", "0.5")]
    assert states(review) == {"acc": WORSE}


def test_models_and_aliases_that_moved_are_told(tmp_path: Path) -> None:
    base, head = tmp_path / "base", tmp_path / "head"
    runreport.set_tracking_uri(base)
    client = runreport.RunreportClient()
    client.create_registered_model("net")
    run = log("a", [0.9])[0]
    client.create_model_version("net", f"runs:/{run}/model", run)
    client.set_registered_model_alias("net", "champion", "1")
    shutil.copytree(base, head)
    runreport.set_tracking_uri(head)
    client = runreport.RunreportClient()
    client.create_model_version("net", f"runs:/{run}/model", run)
    client.set_registered_model_alias("net", "champion", "2")
    rows = [(row.experiment, row.what, row.base, row.head) for row in review_of(base, head).models]
    assert rows == [
        ("net", "version 2", "", "new"),
        ("net", "alias champion", "version 1", "version 2"),
    ]


def test_evaluations_that_were_asked_the_same_are_counted_row_by_row(archive: Path) -> None:
    for side, scores in (("base", (1.0, 0.0, 1.0)), ("head", (1.0, 1.0, 0.0))):
        with runreport.start_run(run_name=side):
            runreport.set_tag("side", side)
            columns = ["inputs", "outputs", "exact_match/score"]
            rows = [[f"question {n}", "answer", score] for n, score in enumerate(scores)]
            data = {"columns": columns, "data": rows}
            runreport.log_dict(data, "eval_results_table.json")
    (row,) = review_of(BASE, HEAD, archive).scores
    assert (row.wins, row.losses, row.same) == (1, 1, 1)
    assert (row.base_run, row.head_run) == ("base", "head")


def test_what_a_site_would_not_show_a_review_does_not_say(archive: Path) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6" * 3
    log("a", [0.9], tags={"side": "base"}, api_key=secret)
    log("b", [0.9], tags={"side": "head"}, api_key=f"{secret}X")
    told = repr(review_of(BASE, HEAD, archive))
    assert secret not in told and "[redacted]" in told


def test_what_nobody_has_is_refused(archive: Path) -> None:
    log("a", [0.9])
    with pytest.raises(ConfigError, match=r"tags\.sid"):
        review_of("tags.sid = 'base'", None, archive)


def test_a_run_that_went_on_is_compared_with_what_it_was(tmp_path: Path) -> None:
    base, head = tmp_path / "base", tmp_path / "head"
    runreport.set_tracking_uri(base)
    (own,) = log("a", [0.9])
    shutil.copytree(base, head)
    runreport.set_tracking_uri(head)
    with runreport.start_run(run_id=own):
        runreport.log_metric("acc", 0.1, step=1)
    review = review_of(base, head)
    assert review.new == () and [run.value for run in review.went_on] == ["acc 0.1"]
    assert [(row.base.mean, row.head.mean) for row in review.metrics] == [(0.9, 0.1)]


def test_other_tools_files_of_one_name_are_compared_by_what_they_say(tmp_path: Path) -> None:
    for name, last in (("a", 0.4), ("b", 0.9)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "metrics.csv").write_text(f"step,loss\n1,.5\n2,{last}\n")
    review = review_of(tmp_path / "a", tmp_path / "b")
    assert [(row.base.mean, row.head.mean) for row in review.metrics] == [(0.4, 0.9)]


def test_a_row_of_pairs_shows_what_was_compared(archive: Path) -> None:
    log("a", [*around(0.9, 8), *around(0.5, 12)], tags={"side": "base"})
    log("b", around(0.88, 8, seed=1), tags={"side": "head"})
    (row,) = review_of(BASE, HEAD, archive).metrics
    assert (row.base.count, row.head.count) == (8, 8) and row.base.mean == pytest.approx(
        0.9, abs=0.01
    )
    assert row.difference == pytest.approx(row.head.mean - row.base.mean)


def test_a_commit_whose_runs_all_failed_does_not_hide_the_ones_before(tmp_path: Path) -> None:
    base, head = tmp_path / "base", tmp_path / "head"
    runreport.set_tracking_uri(base)
    log("a", around(0.9))
    log("b", [None])
    shutil.copytree(base, head)
    runreport.set_tracking_uri(head)
    log("c", around(0.5, seed=1))
    review = review_of(base, head)
    assert states(review) == {"acc": WORSE} and review.lacking == ()


def test_params_that_name_a_run_do_not_keep_it_from_being_compared(archive: Path) -> None:
    for side, mean in (("base", 0.9), ("head", 0.5)):
        for seed, value in enumerate(around(mean)):
            with runreport.start_run():
                runreport.set_tag("side", side)
                runreport.log_params({"seed": seed, "out": f"out/{side}-{seed}", "lr": 0.1})
                runreport.log_metric("acc", value)
    assert states(review_of(BASE, HEAD, archive)) == {"acc": WORSE}


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [
        ([0.9] * 4 + [float("nan")], [float("nan")] * 5, DIVERGED),
        ([0.9] * 9 + [float("nan")], [0.9] * 9 + [float("nan")] * 5, DIVERGED),
        ([*around(0.9), float("nan")], [*around(0.8, seed=1), float("nan")], WORSE),
    ],
)
def test_what_diverged_in_the_base_hides_nothing_of_the_head(
    archive: Path, before: list[float], after: list[float], state: str
) -> None:
    assert states(both(archive, before, after)) == {"acc": state}


def test_counters_beyond_what_floats_tell_apart_have_exact_differences(archive: Path) -> None:
    review = both(archive, [9.1e15, 9.1e15 + 2] * 4, [9.1e15 + 60, 9.1e15 + 62] * 4, "tokens_seen")
    assert review.metrics[0].difference == 60.0


def test_a_field_that_one_side_alone_has_groups_both(archive: Path) -> None:
    log("a", around(0.9), tags={"side": "base"})
    log("b", around(0.8, seed=1), tags={"side": "head"}, warmup=5)
    sides = opened_sides(BASE, HEAD, str(archive), Config())
    with sides as (base, head):
        found = make_review(base, head, Config(), group=["params.lr", "params.warmup"])
    assert [row.what for row in found.settings] == ["params.warmup"]


def test_a_secret_in_a_filter_is_not_what_a_side_is_called(archive: Path) -> None:
    log("a", [0.9], api_key="hunter2aaa")
    log("b", [0.9], api_key="other")
    told = repr(
        review_of("params.api_key = 'hunter2aaa'", "params.api_key != 'hunter2aaa'", archive)
    )
    assert "hunter2aaa" not in told


def test_settings_of_many_digits_are_settings(archive: Path) -> None:
    for side in ("base", "head"):
        for number in range(5):
            with runreport.start_run():
                runreport.set_tag("side", side)
                rate = 0.1234567891 + number / 7 + (side == "head") / 3
                runreport.log_params({"lr": rate, "seed": 0})
                runreport.log_metric("acc", number / 10)
    review = review_of(BASE, HEAD, archive)
    assert review.metrics == () and len(review.alone) == 5, "five rates are no five seeds"


def test_values_that_follow_each_other_are_undecided_and_not_without_a_difference(
    archive: Path,
) -> None:
    before, after = [0.22, 0.25, 0.3, 0.36, 0.43], [0.53, 0.7, 0.9, 1.2, 1.5]
    assert states(both(archive, before, after, "loss")) == {"loss": UNDECIDED}


def test_a_run_that_ended_well_in_the_end_has_no_reason_to_have_failed(archive: Path) -> None:
    log("a", [0.9], tags={"side": "base"})
    (own,) = log("b", [None], tags={"side": "head"})
    with runreport.start_run(run_id=own):
        runreport.log_metric("acc", 0.9)
    (run,) = review_of(BASE, HEAD, archive).new
    assert (run.status, run.why) == ("FINISHED", "")


def test_a_page_leads_to_where_a_run_is_shown(archive: Path, tmp_path: Path) -> None:
    log("a", around(0.9), tags={"side": "base"})
    log("b", around(0.8, seed=1), tags={"side": "head"})
    config = parse_config({"publish": {"max_run_pages": 2}, "views": {"_base": {}, "base": {}}})
    review = review_of(BASE, HEAD, archive)
    site = tmp_path / "site"
    build_site(str(archive), str(site), config, review=review)
    page = (site / "compare" / "_base" / "index.html").read_text()
    links = re.findall(r'href="../../(r/[^"#]+)', page)
    assert len(links) > 10 and all((site / link).exists() for link in links)
