"""Every benchmark starts: what nobody can run measures nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent / "benchmarks"
NAMES = re.findall(
    r"^    (\w+),$",
    (BENCHMARKS / "run.py").read_text().split("\nBENCHMARKS = (")[1].split(")")[0],
    re.MULTILINE,
)


def tiny(*arguments: str) -> str:
    """What a benchmark prints that is given a hundredth of its size."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=BENCHMARKS,
        env={**os.environ, "RUNREPORT_BENCH_TINY": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_the_names_are_read() -> None:
    assert len(NAMES) > 8 and "filter_box" in NAMES


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_every_benchmark_measures_something(name: str) -> None:
    table = tiny("run.py", "--only", name)
    rows = table.strip().splitlines()[2:]
    assert rows and all(re.search(r"\| [0-9a-f]{9}\+?, \d{4}-\d\d-\d\d \|$", row) for row in rows)


@pytest.mark.long
def test_the_site_is_measured_in_a_browser() -> None:
    assert "from disk" in tiny("web.py")


@pytest.mark.long
def test_the_peers_are_measured_as_far_as_they_are_there() -> None:
    assert "runreport" in tiny("peers.py", "--tool", "runreport")
