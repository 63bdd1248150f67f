from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from builders import sample_archive
from report.test_assemble import report_of

import runreport
from runreport.entities import Run
from runreport.errors import InvalidFilter
from runreport.pipeline import build_site
from runreport.report.config import parse_config
from runreport.report.tables.asked_columns import full_name, meanings

KNOWN = ("status", "metrics.loss", "metrics.acc", "metrics.acc.min", "params.lr", "tags.lr")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("status", ["status"]),
        ("metrics.loss", ["metrics.loss"]),
        ("loss", ["metrics.loss"]),
        ("loss.min", ["metrics.loss.min"]),
        ("metrics.loss.max", ["metrics.loss.max"]),
        ("metrics.`acc`.min", ["metrics.`acc`.min"]),
        ("acc.min", ["metrics.acc.min"]),
        ("lr", ["params.lr", "tags.lr"]),
        ("metrics.loss.median", []),
        ("params.lr.min", []),
        ("none", []),
    ],
)
def test_what_a_name_may_stand_for(name: str, found: list[str]) -> None:
    assert meanings(name, KNOWN) == found
    assert full_name(name, KNOWN) == (found[0] if len(found) == 1 else name)


def test_a_table_has_bare_names_and_statistics_for_columns(tmp_path: Path) -> None:
    archive = sample_archive(tmp_path / "a", runs=3)
    columns = ["loss", "metrics.loss.min", "accuracy.max", "experiment_name", "nothing"]
    report = report_of(archive, columns=columns)
    (page,) = report.experiments
    assert [column.name for column in page.table.columns] == [
        "run_name", "metrics.loss", "metrics.loss.min", "metrics.accuracy.max", "experiment_name",
    ]  # fmt: skip
    client = runreport.MlflowClient()
    runs = runreport.search_runs(
        experiment_names=["Sample"], output_format="list", order_by=["start_time DESC"]
    )
    histories = [client.get_metric_history(run.info.run_id, "loss") for run in runs]
    least = [min(point.value for point in history) for history in histories]
    assert list(page.table.columns[2].values) == least
    assert [str(row.cells[4]) for row in page.table.rows] == ["Sample"] * 3
    assert "metrics.loss.min" not in page.table.manifest.content  # scripts make it themselves


def test_a_metric_that_is_called_as_a_statistic_is_the_column(archive: Path) -> None:
    with runreport.start_run():
        runreport.log_metric("loss", 1.0, step=0)
        runreport.log_metric("loss", 3.0, step=1)
        runreport.log_metric("loss.min", 9.0)
    columns = ["metrics.loss.min", "metrics.`loss`.min"]
    (page,) = report_of(archive, columns=columns).experiments
    assert [str(cell) for cell in page.table.rows[0].cells[1:]] == ["9", "1"]


def test_charts_of_a_view_may_ask_for_statistics_and_bare_names(tmp_path: Path) -> None:
    archive = sample_archive(tmp_path / "a", runs=3)
    views = {"v": {"charts": ["scatter;x=lr;y=loss.min", "parallel;x=lr,model;c=accuracy"]}}
    (view,) = report_of(archive, views=views).views
    assert [chart.title for chart in view.charts] == [
        "loss.min against lr", "Settings and accuracy, run by run",
    ]  # fmt: skip
    assert view.left_out == ()


def test_axis_words_are_no_columns_whatever_the_columns_are_called(archive: Path) -> None:
    for value in (1.0, 2.0):
        with runreport.start_run():
            runreport.log_param("step", value)
            for step in range(2):
                runreport.log_metrics(
                    {"loss": value, "time": 1.0, "metrics.loss": 5.0 + step}, step
                )
    views = {"v": {"charts": ["line;x=time;y=loss", "line;x=step;y=metrics.metrics.loss"]}}
    (view,) = report_of(archive, views=views).views
    over_time, doubled = view.charts
    assert over_time.title == "loss over time"
    assert {row["y"] for row in doubled.rows} == {5.0, 6.0}


def test_a_name_that_is_ambiguous_elsewhere_is_not_so_here(tmp_path: Path) -> None:
    archive = sample_archive(tmp_path / "a", runs=2)
    with runreport.start_run(experiment_id=runreport.create_experiment("other")):
        runreport.log_metric("lr", 1.0)
    views = {"v": {"experiments": ["Sample"], "filter": "lr > 0", "charts": ["bar;x=lr;y=loss"]}}
    report = report_of(archive, columns=["lr"], views=views)
    assert report.advice == () and report.views[0].total == 2
    other, sample = sorted(report.experiments, key=lambda page: page.name != "other")
    assert other.table.columns[1].name == "metrics.lr"
    assert sample.table.columns[1].name == "params.lr"
    for name, count in (("other", 1), ("Sample", 2)):
        assert len(found_by("lr > 0", experiment_names=[name])) == count
    with pytest.raises(InvalidFilter, match=r"metrics\.lr or params\.lr"):
        found_by("lr > 0", search_all_experiments=True)
    (run,) = found_by("experiment_name = 'other'", search_all_experiments=True)
    assert run.info.experiment_id == other.experiment_id


def found_by(text: str, **where: Any) -> list[Run]:
    return list(runreport.search_runs(filter_string=text, output_format="list", **where))


def test_masked_names_are_asked_for_by_what_they_are_called(archive: Path, tmp_path: Path) -> None:
    for value in (1.0, 2.0):
        with runreport.start_run():
            for step in range(2):
                runreport.log_metric("util/10.1.2.3", value + step, step=step)
    config = parse_config({"columns": ["metrics.util/10.1.2.3.min"]})
    made = build_site(str(archive), str(tmp_path / "site"), config)
    (page,) = (tmp_path / "site").glob("e/*/index.html")
    assert ".min</th>" in page.read_text() and "10.1.2.3" not in page.read_text()
    assert not [advice for advice in made.advice if "columns" in advice]
