"""The engine, by what it leaves: the same bytes, whoever makes them."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from builders import sample_archive, site_digests

import runreport
from runreport import pipeline
from runreport.build import engine
from runreport.build.executor import Pool, Serial
from runreport.build.task import Task
from runreport.build.upkeep import unchanged
from runreport.errors import BuildError
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


class Backwards(Serial):
    """Brings back first what it was given last, as any executor may."""

    workers = 2

    def results(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Any]]:
        yield from reversed(list(super().results(tasks)))


def test_charts_of_one_name_in_several_experiments_are_not_mixed_up(tmp_path: Path) -> None:
    archive = sample_archive(tmp_path / "a", runs=4)
    for number in range(5):
        runreport.set_experiment(f"Experiment {number}")
        for place in range(3):
            with runreport.start_run():
                runreport.log_param("lr", place * (number + 1))
                for step in range(4):
                    runreport.log_metric("loss", (number + 1) / (place + step + 1), step=step)
    build_site(str(archive), str(tmp_path / "one"), CONFIG)
    build_site(str(archive), str(tmp_path / "many"), CONFIG, executor=Backwards())
    assert site_digests(tmp_path / "one") == site_digests(tmp_path / "many")


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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_build_that_is_ended_leaves_nothing_beside_the_site(
    tmp_path: Path, number: signal.Signals
) -> None:
    archive = sample_archive(tmp_path / "a", runs=260)
    program = str(Path(sys.executable).parent / "runreport")
    words = ["build", str(archive), "-o", str(tmp_path / "site"), "--workers", "2"]
    with subprocess.Popen([program, *words], stderr=subprocess.DEVNULL) as build:
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob("site.building-*/r")) and time.monotonic() < deadline:
            time.sleep(0.01)
        build.send_signal(number)
    assert build.returncode not in (0, None)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_workers_end_with_the_process_that_leads(tmp_path: Path) -> None:
    archive = sample_archive(tmp_path / "a", runs=260)
    program = str(Path(sys.executable).parent / "runreport")
    words = ["build", str(archive), "-o", str(tmp_path / "site"), "--workers", "2"]
    with subprocess.Popen([program, *words], stderr=subprocess.DEVNULL) as build:
        while not (workers := workers_of(build.pid)) and build.poll() is None:
            time.sleep(0.01)
        build.kill()
    deadline = time.monotonic() + 20
    while any(map(psutil.pid_exists, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert workers and not any(map(psutil.pid_exists, workers))
    build_site(str(archive), str(tmp_path / "site"), CONFIG)
    assert {path.name for path in tmp_path.iterdir()} == {"a", "site", "site.state"}


def workers_of(leader: int) -> list[int]:
    """The processes that do tasks: children of those that a build has started."""
    with suppress(psutil.NoSuchProcess):
        children = psutil.Process(leader).children()
        return [own.pid for child in children for own in child.children()]
    return []


def test_a_build_does_not_go_on_from_a_site_that_another_has_changed(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = str(tmp_path / "site")
    build_site(str(archive), site, CONFIG)
    with runreport.start_run(run_name="new"):
        runreport.log_metric("loss", 0.125)
    finish = pipeline.finish_report

    def meanwhile(*given: Any, **named: Any) -> Any:
        with monkeypatch.context() as other:
            other.setattr(pipeline, "finish_report", finish)
            build_site(str(archive), site, parse_config({"title": "Another"}))
        return finish(*given, **named)

    monkeypatch.setattr(pipeline, "finish_report", meanwhile)
    with pytest.raises(BuildError, match=r"Another build of .* ended meanwhile"):
        build_site(str(archive), site, CONFIG)
    monkeypatch.undo()
    build_site(str(archive), site, CONFIG)
    build_site(str(archive), str(tmp_path / "clean"), CONFIG)
    assert site_digests(Path(site)) == site_digests(tmp_path / "clean")


@pytest.mark.parametrize("path", ["index.html", "feed.xml"])
def test_a_file_that_somebody_removed_or_emptied_is_made_again(
    archive: Path, tmp_path: Path, path: str
) -> None:
    site = tmp_path / "site"
    build_site(str(archive), str(site), CONFIG)
    assert unchanged(str(archive), str(site), CONFIG) is not None
    whole = (site / path).read_bytes()
    (site / path).write_bytes(b"")
    assert unchanged(str(archive), str(site), CONFIG) is None
    build_site(str(archive), str(site), CONFIG)
    assert (site / path).read_bytes() == whole


class Drawing(Serial):
    """Counts what it is given, and whether it was told to get ready."""

    workers = 2

    def __init__(self) -> None:
        self.names: list[str] = []

    def warm(self) -> None:
        self.is_ready = True

    def aside(self, task: Task) -> Callable[[], Any]:
        self.names.append(task.name)
        return task.do


def test_charts_of_many_experiments_are_drawn_by_others_and_known_ones_by_nobody(
    tmp_path: Path,
) -> None:
    archive = sample_archive(tmp_path / "a", runs=4)
    for number in range(5):
        runreport.set_experiment(f"Experiment {number}")
        for place in range(3):
            with runreport.start_run():
                runreport.log_param("lr", place)
                runreport.log_metric("loss", 1 / (number + place + 1))
    first = Drawing()
    build_site(str(archive), str(tmp_path / "site"), CONFIG, executor=first)
    assert first.names.count("drawn") >= 10
    with runreport.start_run():
        runreport.set_tag("team", "red")
    again = Drawing()
    build_site(str(archive), str(tmp_path / "site"), CONFIG, executor=again)
    assert (again.names, again.is_ready) == ([], False)
