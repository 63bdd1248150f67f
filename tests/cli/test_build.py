"""``runreport build``: who makes the pages, where they go, and what is said of their size."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from builders import sample_archive

from runreport.archive.directory import open_archive
from runreport.cli import hints
from runreport.cli.hints import hint_at_compaction
from runreport.cli.site_report import kinds_of, too_large
from runreport.site.published import Published


@pytest.fixture
def archive(tmp_path: Path) -> str:
    return str(sample_archive(tmp_path / "a", runs=4))


def run(*words: str, **environment: str) -> tuple[int, str]:
    program = str(Path(sys.executable).parent / "runreport")
    done = subprocess.run(
        [program, *words], capture_output=True, text=True, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip
    return done.returncode, done.stderr + done.stdout


def test_a_report_of_the_space_names_each_kind_and_its_largest_file(
    archive: str, tmp_path: Path
) -> None:
    code, told = run(
        "build", archive, "-o", str(tmp_path / "s"), "--workers", "1", "--site-report"
    )
    assert (code == 0 and " kB → " in told) or " MB → " in told
    rows = told.splitlines()
    assert {"theme", "pages of runs", "tables of runs", "all"} <= {
        row.split("  ")[0] for row in rows
    }
    again = run("build", archive, "-o", str(tmp_path / "s"), "--site-report")[1]
    assert again.splitlines()[1:] == rows[rows.index(again.splitlines()[1]) :]


def test_kinds_are_told_by_what_files_are_for() -> None:
    sizes = {
        "r/ab/abc.html": 10, "r/ab/abc.js": 5, "r/ab/abc/files/x.png": 90,
        "r/ab/abc/evaluation/index.html": 3, "e/x/data/pack-1.js": 7, "e/x/index.html": 4,
        "static/a.js": 2, "shared/packages-1.js": 1,
    }  # fmt: skip
    kinds = kinds_of(sizes)
    assert [kind.name for kind in kinds][:3] == [
        "files of runs",
        "pages of runs",
        "tables of runs",
    ]
    assert sum(kind.size_bytes for kind in kinds) == sum(sizes.values()) and len(kinds) == 8


def test_what_github_pages_does_not_take_is_told() -> None:
    small = Published("site", 3, 1, 10_000_000, 3, "a.bin", 9_000_000)
    assert list(too_large(small)) == []
    large = replace(small, size_bytes=1_200_000_000, largest_bytes=150_000_000)
    site, file = too_large(large)
    assert "1.2 GB" in site and "--site-report" in site and "a.bin has 150 MB" in file


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--executor", "dask"], "needs --scheduler"),
        (["--scheduler", "tcp://x:1"], "is for --executor dask"),
        (["--executor", "dask", "--scheduler", "tcp://x:1", "--workers", "2"], "its own workers"),
        (["--workers", "0"], "0 is not in the range x>=1"),
    ],
)
def test_words_that_do_not_go_together_are_refused(
    archive: str, tmp_path: Path, words: list[str], told: str
) -> None:
    code, output = run("build", archive, "-o", str(tmp_path / "s"), *words)
    assert code == 2 and told in output and not (tmp_path / "s").exists()


def test_many_small_segments_are_told_once(
    archive: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    storage = open_archive(archive)
    hint_at_compaction(storage)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(hints, "_MANY", 3)
    hint_at_compaction(storage)
    told = capsys.readouterr().err
    assert told.count("small segments") == 1 and f"archive compact {archive}" in told
