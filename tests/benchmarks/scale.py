"""Builds of many runs: by one process, by two, and by two workers of a Dask cluster.

python tests/benchmarks/scale.py [RUNS ...]
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
from wide import START_MS, write_compacted

from runreport.archive.directory import open_archive

PARAMS, CURVES, STEPS = 10, 5, 20
_PROGRAM = """
import json, os, resource, sys, time
began = time.monotonic()
from runreport.cli import run
try:
    run()
except SystemExit as end:
    assert not end.code, end.code
own = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"wall": time.monotonic() - began, "peak_mb": own.ru_maxrss / 1024}))
"""


def curved_table(runs: int) -> pa.Table:
    """Runs with params and last values of curves, a row a run."""
    random = np.random.default_rng(5)
    digits = random.bytes(16 * runs).hex()
    columns: dict[str, pa.Array] = {
        "run_id": pa.array([digits[place : place + 32] for place in range(0, len(digits), 32)]),
        "start_time": pa.array(START_MS + np.arange(runs) * 1000),
        "tags.mlflow.runName": pa.array([f"run-{number}" for number in range(runs)]),
    }
    for number in range(PARAMS):
        kinds = random.choice([1, 2, 4, 8, 16, 32], runs)
        columns[f"params.p{number}"] = pa.array(map(str, kinds.tolist()), pa.string())
    for number in range(CURVES):
        columns[f"metrics.m{number}"] = pa.array(random.random(runs))
    return pa.table(columns)


def build(archive: Path, site: Path, *words: str) -> dict[str, float]:
    """A build of all: seconds, peak memory of the leading process in MB, what there is then."""
    for place in (site, Path(f"{site}.state")):
        shutil.rmtree(place, ignore_errors=True)
    found = rebuild(archive, site, *words)
    sizes = [path.stat().st_size for path in site.rglob("*") if path.is_file()]
    return {**found, "files": len(sizes), "mb": sum(sizes) / 1e6}


def rebuild(archive: Path, site: Path, *words: str) -> dict[str, float]:
    """The same of a build that goes on from what is there, without what there is then."""
    command = [sys.executable, "-c", _PROGRAM, "build", str(archive), "-o", str(site), *words]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


@contextmanager
def workers(count: int) -> Iterator[str]:
    """The address of a scheduler with so many processes."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None) as cluster:
        yield str(cluster.scheduler_address)


def measure(runs: int, folder: Path) -> None:
    """Print a table for one size."""
    began = time.monotonic()
    archive, site = folder / "archive", folder / "site"
    write_compacted(open_archive(archive, create=True), curved_table(runs), STEPS)
    print(f"{runs:,} runs, archive written in {time.monotonic() - began:.0f} s", flush=True)
    for words in (("--workers", "1"), ("--workers", "2")):
        print(" ".join(words), build(archive, site, *words), flush=True)
    for count in (1, 2):
        with workers(count) as address:
            told = build(archive, site, "--executor", "dask", "--scheduler", address)
            print(f"Dask, {count} workers", told, flush=True)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    for size in map(int, sys.argv[1:] or ["10000", "100000"]):
        with tempfile.TemporaryDirectory() as place:
            measure(size, Path(place))
