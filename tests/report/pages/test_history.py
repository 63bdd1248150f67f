"""The history of an experiment."""

from __future__ import annotations

from pathlib import Path

from report.pages.test_overview import run_at
from report.test_assemble import report_of

import runreport
from runreport.site.history_svg import history_svg


def log(archive: Path, values: list[float]) -> None:
    for day, value in enumerate(values):
        run_at(100 - day, accuracy=value)


def test_a_change_names_the_first_run_after_it_with_both_means(archive: Path) -> None:
    values = [0.5 + 0.01 * (n % 3) for n in range(20)] + [0.9 + 0.01 * (n % 3) for n in range(20)]
    log(archive, [*values[:5], float("nan"), *values[5:]])
    report = report_of(archive)
    (page,) = report.experiments
    assert page.history is not None
    (history,) = page.history.metrics
    assert (history.metric, history.values, history.left_out) == ("accuracy", tuple(values), 1)
    (change,) = history.changes
    assert (change.place, str(change.before), str(change.after)) == (20, "0.5095", "0.9095")
    assert (change.delta.text, change.delta.sense) == ("+0.4", "better")
    assert change.run.url == page.table.rows[19].url
    low, high = map(float, change.interval.split(" to "))
    assert low < 0.4 < high
    (card,) = report.overview.cards
    assert card.change == change and card.history == f"{page.folder}/history/index.html"
    picture = str(history_svg(history, "x"))
    assert picture.count('class="run"') == 40 and picture.count('<line class="change"') == 1
    assert "accuracy of 40 runs, oldest first: 1 change" in picture


def test_few_runs_have_no_history(archive: Path) -> None:
    log(archive, [0.5] * 15)
    (page,) = report_of(archive).experiments
    assert page.history is None


def test_runs_of_one_value_have_a_history_without_a_change(archive: Path) -> None:
    log(archive, [0.5] * 16)
    (page,) = report_of(archive).experiments
    assert page.history is not None and page.history.last is None
    assert "no change" in history_svg(page.history.metrics[0], "x")


def test_a_history_stands_over_time_and_over_commits_whose_runs_are_bands(archive: Path) -> None:
    for day, value in enumerate([0.5, 0.6, 0.7] * 8):
        run_id = run_at(100 - day, accuracy=value)
        commit = f"{day // 3:08}{'0' * 32}"
        runreport.MlflowClient().set_tag(run_id, "mlflow.source.git.commit", commit)
    (page,) = report_of(archive).experiments
    assert page.history is not None
    (history,) = page.history.metrics
    assert [(own.first, own.runs) for own in history.commits] == [(3 * n, 3) for n in range(8)]
    first = history.commits[0]
    assert (first.low, first.high) == (0.5, 0.7) and round(first.mean, 6) == 0.6
    commits = str(history_svg(history, "x", "commits"))
    assert commits.count('class="band"') == 1 and commits.count('class="run"') == 8
    assert "accuracy of 8 commits" in commits and ">00000007<" in commits
    by_time = str(history_svg(history, "x", "time"))
    assert "accuracy of 24 runs, by time" in by_time and by_time.count('class="run"') == 24


def test_runs_without_commits_have_no_picture_over_them(archive: Path) -> None:
    log(archive, [0.5] * 16)
    (page,) = report_of(archive).experiments
    assert page.history is not None and page.history.metrics[0].commits == ()
