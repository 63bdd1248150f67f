from __future__ import annotations

from pathlib import Path

from builders import sample_archive
from report.test_assemble import report_of

import runreport


def test_the_runs_of_all_experiments_stand_newest_first_with_counts(tmp_path: Path) -> None:
    archive = sample_archive(tmp_path / "a", runs=3)
    runreport.set_experiment("Later")
    with runreport.start_run(run_name="last"):
        runreport.log_metric("loss", 1.0)
    page = report_of(archive).activity
    assert [str(row.cells[0]) for row in page.table.rows] == ["last", "run-2", "run-1", "run-0"]
    assert page.table.rows[0].cells[1].text == "Later" and page.table.rows[0].folder.startswith(
        "e/"
    )
    assert [str(cell) for cell in page.table.rows[0].cells[-2:]] == ["loss", "1"]
    assert [window.runs for window in page.windows] == [4] * 5
    assert [facet.name for facet in page.table.facets][:1] == ["experiment_name"]


def test_without_runs_there_are_no_windows_to_choose(archive: Path) -> None:
    runreport.create_experiment("empty")
    page = report_of(archive).activity
    assert page.table.runs == 0 and page.windows[-1].runs == 0
