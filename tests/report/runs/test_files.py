"""What is published of the files of runs: each content once, however many runs logged it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from builders import site_digests

import runreport
from runreport.pipeline import build_site
from runreport.report.config import Config, parse_config


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Three runs, two of which logged the same under one name, and one that under another."""
    runreport.set_tracking_uri(tmp_path / "a")
    runreport.set_experiment("x")
    for number, name in enumerate(("conda.yaml", "conda.yaml", "other.yaml")):
        with runreport.start_run(run_name=f"run-{number}"):
            runreport.log_text("name: mlflow-env\n", f"model/{name}")
            runreport.log_text(f"run {number}\n", "own.txt")
    return tmp_path / "a"


def shared(site: Path) -> list[str]:
    """The names of the shared files, without their digests."""
    return sorted(path.name.split("-", 1)[1] for path in site.glob("shared/??/*"))


def links(site: Path, name: str) -> list[Path]:
    """Where the pages of runs lead that link a file of that name."""
    found = []
    for page in site.glob("r/*/*.html"):
        addresses = set(re.findall(rf'href="([^"]*-{re.escape(name)})"', page.read_text()))
        found += [(page.parent / address).resolve() for address in addresses]
    return found


def test_what_runs_have_in_common_is_there_once(archive: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    build_site(str(archive), str(site), Config())
    assert shared(site) == ["conda.yaml", "other.yaml", "own.txt", "own.txt", "own.txt"]
    conda = links(site, "conda.yaml")
    assert len(conda) == 2 and len({*conda}) == 1
    assert conda[0].read_text() == "name: mlflow-env\n"
    assert sorted(path.read_text() for path in links(site, "own.txt")) == [
        "run 0\n", "run 1\n", "run 2\n",
    ]  # fmt: skip


def test_what_is_shared_stays_until_the_last_run_that_has_it_is_gone(
    archive: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    client = runreport.MlflowClient()
    for left in (2, 1, 0):
        build_site(str(archive), str(site), Config())
        assert len(links(site, "conda.yaml")) == left
        assert shared(site).count("conda.yaml") == (left > 0)
        build_site(str(archive), str(tmp_path / "clean"), Config(), clean=True)
        assert site_digests(site) == site_digests(tmp_path / "clean")
        if left:
            client.delete_run(client.search_runs(_ids(client))[-1].info.run_id)


def _ids(client: runreport.MlflowClient) -> list[str]:
    return [one.experiment_id for one in client.search_experiments()]


def test_a_new_run_with_a_known_file_writes_it_not_again(archive: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    build_site(str(archive), str(site), Config())
    (before,) = {*links(site, "conda.yaml")}
    inode = before.stat().st_ino
    with runreport.start_run():
        runreport.log_text("name: mlflow-env\n", "model/conda.yaml")
    build_site(str(archive), str(site), Config())
    assert len(links(site, "conda.yaml")) == 3 and before.stat().st_ino == inode


def test_documents_with_scripts_keep_the_files_beside_them(archive: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    with runreport.start_run():
        runreport.log_text("<script src='data.js'></script>", "plot/plot.html")
        runreport.log_text("draw(1)", "plot/data.js")
    build_site(str(archive), str(site), parse_config({"publish": {"html": "scripted"}}))
    assert shared(site) == []
    (plot,) = site.glob("r/*/*/files/plot/plot-*.html")
    assert len([*plot.parent.iterdir()]) == 2
