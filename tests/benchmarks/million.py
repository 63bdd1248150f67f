"""A million runs, in one experiment and in two hundred: built whole, opened, sorted and filtered.

python tests/benchmarks/million.py [RUNS [EXPERIMENTS ...]]
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
from page import chromium, measure
from scale import build
from web import actions, first_sort
from wide import wide_table, write_compacted

from runreport.archive.directory import open_archive


def archive_of(folder: Path, runs: int, experiments: int) -> Path:
    """A compacted archive; runs of an experiment are not next to each other."""
    owners = np.arange(runs) * 7919 % experiments
    names = np.array([f"{number:018d}" for number in range(1, experiments + 1)])
    table = wide_table(runs).append_column("experiment", pa.array(names[owners]))
    write_compacted(open_archive(folder / "archive", create=True), table)
    return folder / "archive"


def browsed(site: Path) -> dict[str, float]:
    """What a reader of the largest experiment waits for, from disk."""
    pages = (site / "e").glob("*/index.html")
    page = max(pages, key=lambda path: (path.parent / "data" / "runs.parquet").stat().st_size)
    with chromium() as browser:
        cold = measure(browser, f"file://{page}", act=first_sort, runs=3)
        warm = measure(browser, f"file://{page}", act=actions, runs=3)
    return {
        "ready_ms": cold["interactive_ms"],
        "blocked_ms": cold["blocked_ms"],
        "first_sort_ms": cold["first_sort_ms"],
        "heap_mb": warm["heap_mb"],
        **{name: warm[name] for name in ("sort_ms", "filter_ms", "column_ms", "jump_ms")},
    }


def main(runs: int, experiments: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        archive = archive_of(folder, runs, experiments)
        print(f"{runs:,} runs in {experiments:,} experiments", flush=True)
        print(build(archive, folder / "site", "--workers", "2"), flush=True)
        print(browsed(folder / "site"), flush=True)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    for number in map(int, sys.argv[2:] or ["1", "200"]):
        main(count, number)
