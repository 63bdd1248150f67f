"""Building again: what has not changed is not made, and the site equals a clean build."""

from __future__ import annotations

import os
import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from builders import sample_archive, site_digests

import runreport
from runreport.archive.directory import open_archive
from runreport.archive.storage import LocalStorage
from runreport.build import run_work, upkeep
from runreport.build.upkeep import unchanged
from runreport.pipeline import build_site
from runreport.report.config import Config, parse_config
from runreport.site.publish import Stage
from runreport.site.state_folder import state_folder

CONFIG = parse_config({"primary_metric": "loss", "direction": "min", "baseline": "run-0"})


def add_run(**tags: str) -> None:
    with runreport.start_run(run_name="new") as run:
        runreport.set_tags({"team": "red", **tags})
        runreport.log_params({"lr": 0.5, "model": "net"})
        runreport.log_metric("loss", 0.01)
        runreport.log_text("new", "notes/new.txt")
    assert run.info.run_id


def first_run() -> str:
    return runreport.search_runs(output_format="list", order_by=["start_time"])[0].info.run_id


def rename_experiment() -> None:
    client = runreport.RunreportClient()
    experiment = client.get_experiment_by_name("Sample")
    assert experiment is not None
    client.rename_experiment(experiment.experiment_id, "Renamed")


def log_to_the_parent() -> None:
    with runreport.start_run(run_id=first_run()):
        runreport.log_metric("loss", 5.0, step=99)


def nest_a_run() -> None:
    with runreport.start_run(run_id=first_run()), runreport.start_run(nested=True):
        runreport.log_metric("loss", 0.5)


def log_a_secret_file() -> None:
    with runreport.start_run(run_name="careless"):
        runreport.log_text("password = hunter2hunter2", "settings.txt")


def delete_the_parents_experiment() -> None:
    runreport.set_experiment("Parents")
    with runreport.start_run(run_name="parent") as parent:
        pass
    runreport.set_experiment("Sample")
    with runreport.start_run(run_name="child") as child:
        runreport.set_tag("mlflow.parentRunId", parent.info.run_id)
    build_again()
    assert child.info.run_id
    runreport.delete_experiment(parent.info.experiment_id)


def build_again() -> None:
    archive = Path(runreport.get_tracking_uri())
    build_site(str(archive), str(archive.parent / "site"), CONFIG)


CHANGES: dict[str, Callable[[], object]] = {
    "a run more": add_run,
    "a baseline that went on": log_to_the_parent,
    "a nested run": nest_a_run,
    "a deleted run": lambda: runreport.delete_run(first_run()),
    "a renamed experiment": rename_experiment,
    "another experiment": lambda: (runreport.set_experiment("Other"), add_run()),
    "a secret": lambda: add_run(password="hunter2"),
    "a secret in a file": log_a_secret_file,
    "a secret in a file and a run more": lambda: (log_a_secret_file(), build_again(), add_run()),
    "a parent whose experiment is deleted": delete_the_parents_experiment,
    "a note": lambda: add_run(**{"mlflow.note.content": "# Read this"}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_increment_equals_a_clean_build(tmp_path: Path, change: str) -> None:
    archive = sample_archive(tmp_path / "a", runs=5)
    site = tmp_path / "site"
    build_site(str(archive), str(site), CONFIG)
    CHANGES[change]()
    again = build_site(str(archive), str(site), CONFIG)
    clean = build_site(str(archive), str(tmp_path / "clean"), CONFIG)
    assert again.is_update and not clean.is_update
    assert site_digests(site) == site_digests(tmp_path / "clean")
    assert (again.runs, again.findings) == (clean.runs, clean.findings)
    assert again.published.files == clean.published.files
    assert again.published.size_bytes + 69 >= clean.published.size_bytes > 0


def test_one_run_more_makes_one_page_of_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = sample_archive(tmp_path / "a", runs=6)
    site = tmp_path / "site"
    build_site(str(archive), str(site), CONFIG)
    before = {path: os.stat(path).st_mtime_ns for path in site.glob("r/*/*.html")}
    made: list[str] = []
    run_files = run_work.run_files
    monkeypatch.setattr(
        run_work,
        "run_files",
        lambda renderer, pictures, page, note: (
            made.append(page.name) or run_files(renderer, pictures, page, note)
        ),
    )
    add_run()
    build_site(str(archive), str(site), CONFIG)
    assert made == ["new"]
    assert all(os.stat(path).st_mtime_ns == then for path, then in before.items())


def test_nothing_is_read_where_nothing_has_changed(tmp_path: Path) -> None:
    archive = sample_archive(tmp_path / "a", runs=3)
    site = tmp_path / "site"
    assert unchanged(str(archive), str(site), CONFIG) is None
    first = build_site(str(archive), str(site), CONFIG)
    found = unchanged(str(archive), str(site), CONFIG)
    assert found is not None and found.published.written == 0
    assert (found.runs, found.charts) == (first.runs, first.charts)
    assert unchanged(str(archive), str(site), Config(title="other")) is None
    add_run()
    assert unchanged(str(archive), str(site), CONFIG) is None
    build_site(str(archive), str(site), CONFIG)
    shutil.rmtree(site)
    assert unchanged(str(archive), str(site), CONFIG) is None


def test_another_config_or_a_lost_state_builds_all_anew(tmp_path: Path) -> None:
    archive = sample_archive(tmp_path / "a", runs=3)
    site = tmp_path / "site"
    build_site(str(archive), str(site), CONFIG)
    assert not build_site(str(archive), str(site), Config(title="other")).is_update
    (Path(state_folder(str(site))) / "files.json").write_text('{"parts": 3}')
    assert not build_site(str(archive), str(site), Config(title="other")).is_update
    assert build_site(str(archive), str(site), Config(title="other")).is_update
    assert not build_site(str(archive), str(site), Config(title="other"), clean=True).is_update


def test_an_artifact_damaged_after_the_build_is_left_out_by_the_next(tmp_path: Path) -> None:
    archive = sample_archive(tmp_path / "a", runs=3)
    site = tmp_path / "site"
    build_site(str(archive), str(site), CONFIG)
    victim = next(archive.glob("artifacts/*/notes/hello.txt"))
    victim.write_text("evil!!!")
    assert unchanged(str(archive), str(site), CONFIG) is None
    again = build_site(str(archive), str(site), CONFIG)
    assert again.is_update and any(victim.parts[-3] in notice for notice in again.notices)
    published = [path.read_text() for path in site.glob("shared/*/*-hello.txt")]
    assert len(published) == 2 and not any("evil" in text for text in published)
    build_site(str(archive), str(tmp_path / "clean"), CONFIG)
    assert site_digests(site) == site_digests(tmp_path / "clean")


def test_an_update_that_dies_leaves_no_state_and_the_next_build_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = sample_archive(tmp_path / "a", runs=3)
    site = tmp_path / "site"
    build_site(str(archive), str(site), CONFIG)
    add_run()
    with monkeypatch.context() as broken:
        broken.setattr(Stage, "_remove", lambda self, path: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            build_site(str(archive), str(site), CONFIG)
    assert not build_site(str(archive), str(site), CONFIG).is_update
    build_site(str(archive), str(tmp_path / "clean"), CONFIG)
    assert site_digests(site) == site_digests(tmp_path / "clean")


def test_runs_beyond_the_cap_are_in_scripts_of_details(tmp_path: Path) -> None:
    archive = sample_archive(tmp_path / "a", runs=6)
    capped = parse_config({"publish": {"max_run_pages": 4}, "baseline": "run-0"})
    site = tmp_path / "site"
    build_site(str(archive), str(site), capped)
    assert len(list(site.glob("r/*/*.html"))) == 4
    (details,) = site.glob("e/*/data/details-*.js")
    assert details.read_text().startswith('runreport.details([\n{"run_id":')
    page = next(site.glob("e/*/index.html")).read_text()
    assert page.count("r/view.html#v=1") == 2
    assert first_run() in "".join(
        str(path) for path in site.glob("r/*/*.html")
    )  # the baseline has one
    add_run()
    build_site(str(archive), str(site), capped)
    build_site(str(archive), str(tmp_path / "clean"), capped)
    assert site_digests(site) == site_digests(tmp_path / "clean")


def test_a_build_looks_at_the_version_of_each_library_that_makes_pages() -> None:
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())
    names = {re.split(r"[><=~!]", own)[0] for own in project["project"]["dependencies"]}
    assert names - {*upkeep._LIBRARIES} == {"click", "pyyaml", "wrapt"}  # no page is made by them


@pytest.mark.usefixtures("few_known")
def test_one_run_more_opens_the_events_of_one_run(tmp_path: Path, opened: list[str]) -> None:
    archive = sample_archive(tmp_path / "a", runs=4)
    build_site(str(archive), str(tmp_path / "site"), CONFIG)
    add_run()
    opened.clear()
    build_site(str(archive), str(tmp_path / "site"), CONFIG)
    # Charts of all runs ask for their points.
    assert len([path for path in opened if path.endswith(".events.parquet")]) == 1


@pytest.mark.usefixtures("few_known")
@pytest.mark.parametrize("options", [{"clean": True}, {"strict": True}])
def test_a_clean_and_a_strict_build_open_all_files(
    tmp_path: Path, opened: list[str], options: dict[str, bool]
) -> None:
    archive = sample_archive(tmp_path / "a", runs=4)
    config = parse_config({"primary_metric": "loss"})
    build_site(str(archive), str(tmp_path / "site"), config)
    opened.clear()
    build_site(str(archive), str(tmp_path / "site"), config, **options)
    assert {*opened} == {
        str(path.relative_to(archive)) for path in archive.rglob("segments/**/*.parquet")
    }


@pytest.mark.usefixtures("few_known")
def test_a_metrics_file_that_rots_without_a_sign_is_named_when_its_page_is_made(
    tmp_path: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = sample_archive(tmp_path / "a", runs=4)
    storage = open_archive(archive)
    build_site(str(archive), str(tmp_path / "site"), CONFIG)
    before = {file.path: file for file in storage.list("segments")}
    victim = next(path for path in before if path.endswith(".metrics.parquet"))
    content = bytearray((archive / victim).read_bytes())
    content[len(content) // 2] ^= 0xFF
    (archive / victim).write_bytes(content)
    listed = LocalStorage.list

    def as_before(self: LocalStorage, folder: str, *given: Any) -> Any:
        return (before.get(file.path, file) for file in listed(self, folder, *given))

    monkeypatch.setattr(LocalStorage, "list", as_before)
    run_id = runreport.search_runs(output_format="list", order_by=["start_time"])[0].info.run_id
    for change in ("one", "two"):  # its page is made anew
        runreport.RunreportClient().set_tag(run_id, "note", change)
        found = build_site(str(archive), str(tmp_path / "site"), CONFIG)
        assert [victim in notice for notice in found.notices] == [True]


def test_another_limit_is_another_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, site = str(sample_archive(tmp_path / "a", runs=2)), str(tmp_path / "site")
    with monkeypatch.context() as limited:
        limited.setenv("RUNREPORT_LIMITS", "rows=10")
        assert "at most 10" in build_site(archive, site, CONFIG).notices[0]
        assert unchanged(archive, site, CONFIG) is not None
    assert unchanged(archive, site, CONFIG) is None
    assert build_site(archive, site, CONFIG).notices == ()
    build_site(archive, str(tmp_path / "clean"), CONFIG, clean=True)
    assert site_digests(Path(site)) == site_digests(tmp_path / "clean")
