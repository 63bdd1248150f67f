"""What other programs read of a site: badges, numbers, the feed."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import runreport
from runreport.pipeline import build_site
from runreport.report.config import parse_config

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def site(archive: Path, tmp_path: Path) -> Path:
    runreport.set_experiment("A & <b>")
    for name, accuracy in (("first", 0.5), ("second\x07", 0.75), ("third", 0.625)):
        with runreport.start_run(run_name=name):
            runreport.log_metric("accuracy", accuracy)
    with runreport.start_run(run_name="broken"):
        runreport.log_metric("accuracy", float("nan"))
    runreport.set_experiment("empty of metrics")
    with runreport.start_run():
        pass
    config = parse_config({"publish": {"url": "https://example.org/report/"}})
    build_site(str(archive), str(tmp_path / "site"), config)
    return tmp_path / "site"


def test_badges_say_the_best_and_the_newest_run_that_has_the_metric(site: Path) -> None:
    (newest,) = site.glob("e/a-*/badge.svg")
    root = ET.fromstring(newest.read_text())
    assert root.get("aria-label") == "accuracy: 0.625 ▼"
    assert "#c62828" in newest.read_text(), "worse"
    assert ET.fromstring((newest.parent / "best.svg").read_text()).get("aria-label") == (
        "best accuracy: 0.75"
    )
    (none,) = site.glob("e/empty*/badge.svg")
    assert ET.fromstring(none.read_text()).get("aria-label") == "empty of metrics: no runs"


def test_scripts_find_best_and_newest_as_numbers(site: Path) -> None:
    (path,) = site.glob("e/a-*/latest.json")
    found = json.loads(path.read_text())
    assert (found["metric"], found["direction"], found["runs"]) == ("accuracy", "max", 4)
    assert (found["best"]["value"], found["newest"]["run_name"]) == (0.75, "third")
    assert (site / found["best"]["url"]).exists() and found["changes"] == []


def test_the_feed_names_runs_newest_first_at_the_sites_address(site: Path) -> None:
    feed = ET.parse(site / "feed.xml").getroot()
    entries = feed.findall(f"{ATOM}entry")
    titles = [entry.findtext(f"{ATOM}title") for entry in entries]
    assert len(entries) == 5 and {"Run first", "Run second\ufffd"} < {*titles}
    moments = [entry.findtext(f"{ATOM}updated") or "" for entry in entries]
    assert moments == sorted(moments, reverse=True)
    links = [entry.find(f"{ATOM}link").get("href") for entry in entries]  # type: ignore[union-attr]
    assert all(str(link).startswith("https://example.org/report/r/") for link in links)
    identities = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len({*identities}) == 5
