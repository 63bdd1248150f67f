from __future__ import annotations

from pathlib import Path

from report.test_assemble import report_of

import runreport
from runreport.report.tables.columns import make_column
from runreport.report.tables.table import cell, quoted, unique_labels


def columns_of(names: list[str], ids: list[str]) -> dict[str, object]:
    return {
        "run_name": make_column("run_name", "Run", "properties", "text", names),
        "run_id": make_column("run_id", "Run ID", "properties", "text", ids),
    }


def test_no_two_runs_have_one_label() -> None:
    ids = ["abcdef1" + "0" * 25, "abcdef2" + "0" * 25, "123456" + "0" * 26]
    names = ["a", "a", "a abcdef"]
    labels = unique_labels(columns_of(names, ids))  # type: ignore[arg-type]
    assert labels == ("a abcdef1", "a abcdef2", "a abcdef")


def test_run_names_are_what_they_are_even_if_they_look_like_numbers() -> None:
    columns = columns_of(["0.12345678912"], ["1e99999"])
    assert str(cell(columns["run_name"], 0)) == "0.12345678912"  # type: ignore[arg-type]


def test_charts_tell_a_dash_and_a_blank_from_nothing(archive: Path) -> None:
    for number, value in enumerate(("–", None, "", " ", "x")):
        with runreport.start_run(run_name=f"run {number}"):
            runreport.log_metric("loss", 1.0)
            if value is not None:
                runreport.log_param("p", value)
    views = {"v": {"charts": ["bar;x=params.p;y=metrics.loss"]}}
    (view,) = report_of(archive, views=views).views
    assert sorted(str(row["x"]) for row in view.charts[0].rows) == ["x", "–", "“ ”", "“–”", "“”"]
    assert quoted("x") == "x"
