"""The engine, by what it leaves: the same bytes, whoever makes them."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import sample_archive, site_digests

import runreport
from runreport.build import engine
from runreport.build.executor import Pool
from runreport.pipeline import build_site
from runreport.report.config import parse_config

CONFIG = parse_config({"primary_metric": "loss", "direction": "min", "baseline": "run-0"})


def log_all_kinds() -> None:
    """Runs that need what lies elsewhere: a parent, a run resumed, notes, private texts."""
    with runreport.start_run(run_name="parent") as parent:
        runreport.set_tag("mlflow.note.content", "Best of `run-1`; see [it](run:run-1).")
        with runreport.start_run(run_name="child", nested=True):
            runreport.log_metric("loss", 0.25)
            runreport.set_tag("mlflow.note.content", "# Alone\\n\\nof no other run")
    with runreport.start_run(run_id=parent.info.run_id):
        runreport.log_metric("loss", 0.5, step=1)
    with runreport.start_run(run_name="careless"):
        runreport.log_text("password = hunter2hunter2", "settings.txt")
        runreport.log_param("folder", "/home/ada/data")
        for step in range(300):
            runreport.log_metric("loss", 1 / (step + 1), step=step)


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(engine, "_PAYS", 1)
    made = sample_archive(tmp_path / "a", runs=40)
    log_all_kinds()
    return made


def test_processes_make_the_bytes_that_one_makes(archive: Path, tmp_path: Path) -> None:
    one = build_site(str(archive), str(tmp_path / "one"), CONFIG)
    many = build_site(str(archive), str(tmp_path / "many"), CONFIG, executor=Pool(2))
    assert site_digests(tmp_path / "one") == site_digests(tmp_path / "many")
    assert (one.findings, one.notices, one.advice) == (many.findings, many.notices, many.advice)
    assert one.published.size_bytes == many.published.size_bytes


def test_an_update_by_processes_is_what_one_builds_anew(archive: Path, tmp_path: Path) -> None:
    site = str(tmp_path / "site")
    build_site(str(archive), site, CONFIG, executor=Pool(2))
    with runreport.start_run(run_name="new"):
        runreport.log_metric("loss", 0.125)
    assert build_site(str(archive), site, CONFIG, executor=Pool(2)).is_update
    build_site(str(archive), str(tmp_path / "clean"), CONFIG)
    assert site_digests(Path(site)) == site_digests(tmp_path / "clean")


def test_runs_without_a_page_are_made_by_processes_too(archive: Path, tmp_path: Path) -> None:
    capped = parse_config({"publish": {"max_run_pages": 8}})
    build_site(str(archive), str(tmp_path / "one"), capped)
    build_site(str(archive), str(tmp_path / "many"), capped, executor=Pool(2))
    assert site_digests(tmp_path / "one") == site_digests(tmp_path / "many")
