"""What open pages are told of runs that grow."""

from __future__ import annotations

import json
import re
from zlib import crc32

import pytest
from builders import RUN, log_run

from runreport.archive.growth import Growth
from runreport.archive.storage import LocalStorage
from runreport.site.live import Live, name_sum


def told(live: Live, since: int = 0) -> tuple[int, list[list[object]]]:
    """How many points came in all, and those that a page is told."""
    script = live.script("/_runreport/now.js", f"since={since}")
    assert script is not None
    found = re.fullmatch(r"runreportNow\(\d+,(\d+),(.*),(?:true|false)\);\n", script.decode())
    assert found is not None
    return int(found[1]), json.loads(found[2])


def test_pages_are_told_what_came_since_they_asked_and_what_no_build_shows(
    storage: LocalStorage,
) -> None:
    writer = log_run(storage, points=[3.0])
    live = Live(Growth(storage))
    assert told(live) == (0, [])
    writer.log_metric("loss", 2.0, 1, 50)
    writer.log_metric("é", float("nan"), 1, 60)
    loss, other = crc32(b"loss"), crc32("é".encode())
    assert told(live) == (2, [[RUN, loss, 1, 50, 2], [RUN, other, 1, 60, "NaN"]])
    assert told(live, since=2) == (2, [])
    shown = live.begin()
    writer.log_metric("loss", 1.0, 2, 70)  # while the build reads
    live.made(shown)
    assert told(live) == (3, [[RUN, loss, 2, 70, 1]])
    writer.finish()


def test_an_archive_that_nobody_can_follow_has_no_growth() -> None:
    assert told(Live()) == (0, [])
    assert Live().script("/index.html") is None


def test_names_have_the_checksums_that_the_scripts_have() -> None:
    names = ["", "loss", "val/é", "😀", "\ud800"]
    assert [name_sum(name) for name in names] == [
        0, 3726709001, 3319252773, 88978756, 2339517385,
    ]  # fmt: skip


def test_of_too_many_points_the_latest_are_told_and_that_some_are_not(
    storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runreport.site.live.MOST_POINTS", 2)
    writer = log_run(storage)
    live = Live(Growth(storage))
    for step in range(3):
        writer.log_metric("loss", 1.0, step, 50 + step)
    script = live.script("/_runreport/now.js", "since=0")
    assert script is not None and script.endswith(b",true);\n")
    assert [point[2] for point in told(live)[1]] == [1, 2]
    live.made(live.begin())
    script = live.script("/_runreport/now.js", "")
    assert script is not None and script.endswith(b",3,[],false);\n")
    writer.finish()
