from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders import pages_of
from report.test_assemble import report_of

import runreport
from runreport.report.pages import listings


def log(name: str, value: float, **tags: str) -> None:
    with runreport.start_run(run_name=name):
        runreport.log_metric("loss", value)
        runreport.set_tags(tags)


def test_a_tag_that_two_runs_have_gets_a_page_with_what_they_reached(archive: Path) -> None:
    runreport.set_experiment("One")
    log("a", 1.0, team="red", only="mine")
    runreport.set_experiment("Two")
    log("b", 3.0, team="red")
    log("c", 5.0, team="blue")
    only, team = report_of(archive).tags
    assert (only.name, only.listings, only.left_out) == ("only", (), 1)
    (red,) = team.listings
    assert (red.title, red.total, team.left_out) == ("red", 2, 1)
    assert [run.name for run in red.runs] == ["b", "a"]
    (loss,) = red.metrics
    assert (loss.name, loss.runs, str(loss.mean), loss.std.text) == ("loss", 2, "2", "1.41")


def test_system_tags_and_too_many_values_get_no_page(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listings, "MOST_VALUES", 1)
    for number in range(6):
        log(f"r{number}", 1.0, kind=str(number // 3), **{"mlflow.project.env": "x"})
    (kind,) = report_of(archive).tags
    assert len(kind.listings) == 1 and kind.left_out == 1


def test_the_runs_of_a_job_are_listed_and_link_to_it(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLURM_JOB_ID", "4711")
    log("a", 1.0)
    log("b", 2.0)
    report = report_of(archive)
    (slurm,) = report.jobs
    (job,) = slurm.listings
    assert job.title == "4711" and job.total == 2
    page = pages_of(report)[0]
    assert page.job is not None and page.job[1] == f"{job.folder}/index.html"
    assert json.dumps(f"{job.folder}/index.html") in report.site_script
