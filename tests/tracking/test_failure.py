"""A failed run says why."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from builders import pages_of
from report.test_assemble import report_of

import runreport


def fail(message: str) -> None:
    with runreport.start_run():
        raise ValueError(message)


def test_what_ended_a_run_is_kept_and_shown(tmp_path: Path) -> None:
    runreport.set_tracking_uri(tmp_path / "a")
    runreport.set_experiment("x")
    with pytest.raises(ValueError, match="too wide"):
        fail("layer 3 is too wide")
    (run,) = runreport.search_runs(output_format="list")
    assert run.data.tags["runreport.error"] == "ValueError"
    assert "in fail" in run.data.tags["runreport.error.traceback"]
    report = report_of(tmp_path / "a")
    (page,) = pages_of(report)
    assert page.status_note == "ValueError: layer 3 is too wide"
    assert "raise ValueError(message)" in page.traceback and "home" not in page.traceback
    assert not [tag for tag in page.tags if tag.label.startswith("runreport.")]
    (row,) = report.experiments[0].table.rows
    assert row.problem == page.status_note
    assert report.overview.failed[0].problem == page.status_note


def test_a_run_that_goes_on_and_ends_well_says_nothing_more(tmp_path: Path) -> None:
    runreport.set_tracking_uri(tmp_path / "a")
    with pytest.raises(ValueError, match="no"):
        fail("no")
    (run,) = runreport.search_runs(output_format="list")
    with runreport.start_run(run_id=run.info.run_id):
        pass
    (page,) = pages_of(report_of(tmp_path / "a"))
    assert (page.status_note, page.traceback) == ("", "")


def test_a_run_whose_metric_ends_at_nan_is_called_diverged(tmp_path: Path) -> None:
    runreport.set_tracking_uri(tmp_path / "a")
    with runreport.start_run():
        for value in (1.0, float("inf"), float("nan")):
            runreport.log_metric("loss", value)
    report = report_of(tmp_path / "a")
    (page,) = pages_of(report)
    assert page.status_note == "Diverged: loss ended at NaN."
    (row,) = report.experiments[0].table.rows
    assert row.problem == page.status_note


PROGRAM = """
import sys, runreport
runreport.set_tracking_uri(sys.argv[1])
runreport.start_run()
raise RuntimeError("out of memory")
"""


def test_what_ends_the_program_is_kept_too(tmp_path: Path) -> None:
    place = str(tmp_path / "a")
    done = subprocess.run([sys.executable, "-c", PROGRAM, place], check=False, capture_output=True)
    assert done.returncode == 1
    runreport.set_tracking_uri(place)
    (run,) = runreport.search_runs(output_format="list")
    assert run.data.tags["runreport.error.message"] == "out of memory"


def test_a_command_that_fails_shows_the_end_of_its_output(tmp_path: Path) -> None:
    code = "print('line one'); print('disk is full'); raise SystemExit(3)"
    command = ["run", "-a", str(tmp_path / "a"), "--", sys.executable, "-c", code]
    call = "from runreport.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", call, *command], check=False, capture_output=True)
    assert done.returncode == 3, done.stderr
    (page,) = pages_of(report_of(tmp_path / "a"))
    assert page.status_note == "exit code 3" and page.traceback.endswith("disk is full")
