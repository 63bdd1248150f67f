from __future__ import annotations

from pathlib import Path

import pytest
from builders import pages_of
from report.test_assemble import report_of

import runreport
from runreport.report.deltas import NONE
from runreport.report.tables.run_table import RunTable


@pytest.fixture
def runs(archive: Path) -> Path:
    for name, loss, speed in (("first", 0.5, 10.0), ("second", 0.4, 8.0), ("third", None, 10.0)):
        with runreport.start_run(run_name=name):
            runreport.log_metric("throughput", speed)
            if loss is not None:
                runreport.log_metric("val_loss", loss)
    return archive


def table_of(archive: Path, **settings: str) -> RunTable:
    (page,) = report_of(archive, **settings).experiments
    return page.table


def test_each_metric_has_its_difference_to_the_baseline_and_its_own_direction(runs: Path) -> None:
    table = table_of(runs, baseline="first")
    assert table.baseline is not None and table.baseline.name == "first"
    loss, speed = (
        [column.name for column in table.columns].index(f"metrics.{name}")
        for name in ("val_loss", "throughput")
    )
    deltas = {row.name: row.deltas for row in table.rows}
    assert (deltas["second"][loss].text, deltas["second"][loss].sense) == ("−0.1", "better")
    assert (deltas["second"][speed].text, deltas["second"][speed].sense) == ("−2", "")
    assert deltas["third"][loss] == NONE  # which has no such metric
    assert set(deltas["first"]) == {NONE}


def test_without_a_baseline_there_are_no_differences(runs: Path) -> None:
    table = table_of(runs)
    assert table.baseline is None and {row.deltas for row in table.rows} == {()}


def test_a_direction_without_a_metric_is_that_of_the_metric_the_report_chose(
    archive: Path,
) -> None:
    """On tables and on the runs' pages alike."""
    for name, value in (("first", 0.5), ("second", 0.75)):
        with runreport.start_run(run_name=name):
            runreport.log_metric("accuracy", value)
    report = report_of(archive, direction="min", baseline="first")
    row = next(row for row in report.experiments[0].table.rows if row.name == "second")
    (delta,) = (delta for delta in row.deltas if delta != NONE)
    (page,) = (page for page in pages_of(report) if page.name == "second")
    assert delta.sense == page.metrics[0].items[0].to_baseline.sense == "worse"
