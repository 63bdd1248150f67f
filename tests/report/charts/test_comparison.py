from __future__ import annotations

import math
from pathlib import Path

import pytest
from report.test_assemble import report_of

import runreport
from runreport.report.charts.chart import Chart
from runreport.report.charts.making import shows_text
from runreport.report.pages.experiment import ExperimentPage


def sweep(archive: Path, runs: int = 24, noise: int = 20) -> ExperimentPage:
    """An experiment of many params, of which ``z_depth`` decides the accuracy."""
    for number in range(runs):
        with runreport.start_run(run_name=f"run {number}"):
            runreport.log_params({f"a{key}": (number * (key + 3)) % 5 for key in range(noise)})
            runreport.log_params({"z_depth": number % 3, "constant": 1, "seed": number % 4})
            if number == 0:
                runreport.log_param("rare", "once")
            for step in range(3):
                metrics = {"lr": 0.1, "train_loss": 1.0 / (step + 1), "val_accuracy": number % 3}
                runreport.log_metrics(metrics, step=step)
    (page,) = report_of(archive).experiments
    return page


def by_name(page: ExperimentPage) -> dict[str, Chart]:
    return {chart.name: chart for chart in page.charts}


def test_charts_and_columns_are_chosen_by_meaning_over_all_params(archive: Path) -> None:
    page = sweep(archive)
    charts = by_name(page)
    assert page.primary_metric == "val_accuracy"
    assert charts["scatter"].options["x"] == "params.z_depth"
    assert str(charts["parallel"].options["x"]).split(",")[0] == "params.z_depth"
    shown = [column.name for column in page.table.columns]
    assert shown[4:6] == ["metrics.val_accuracy", "metrics.train_loss"]
    assert "params.z_depth" in shown and not {"params.constant", "params.rare"} & {*shown}
    assert page.importance[0].param == "z_depth"


def test_every_chart_says_which_runs_it_shows(archive: Path) -> None:
    charts = by_name(sweep(archive, noise=1))
    assert charts["curves"].shows == "best 6 of 24 runs by val_accuracy"
    assert charts["curves"].is_cut and charts["scatter"].shows == "24 runs"


@pytest.mark.parametrize(
    ("drawn", "usable", "order", "text"),
    [
        (301, 301, "first", "301 runs"),
        (120, 120, "first", "120 of 301 runs"),
        (18, 120, "first", "first 18 of 301 runs"),
        (6, 301, "best", "best 6 of 301 runs by loss"),
        (400, 1200, "newest", "newest 400 of 301 runs"),
    ],
)
def test_what_is_left_out_is_counted(drawn: int, usable: int, order: str, text: str) -> None:
    assert shows_text(drawn, usable, 301, order, "loss") == text


def test_runs_have_one_colour_in_curves_and_table(archive: Path) -> None:
    page = sweep(archive, noise=1)
    curves = by_name(page)["curves"]
    told = curves.spec["layer"][2]["encoding"]["color"]["scale"]
    looks = {row.name: row.look for row in page.table.rows if row.look is not None}
    assert {name: f"var(--c{look + 1})" for name, look in looks.items()} == dict(
        zip(told["domain"], told["range"], strict=True)
    )


def test_a_metric_that_diverged_is_drawn_to_where_it_did(archive: Path) -> None:
    for number in range(2):
        with runreport.start_run():
            for step, value in enumerate([1.0, 2.0 + number, math.nan]):
                runreport.log_metric("loss", value, step=step)
    rows = by_name(report_of(archive).experiments[0])["curves"].rows
    assert [row["y"] for row in rows if row.get("mark") == "diverged"] == [3.0, 2.0]
