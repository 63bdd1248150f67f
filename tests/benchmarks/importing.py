"""Importing: against merely reading what is imported, against TensorBoard's own reader, scanning.

Each in this process, the import first and then its floor, both with the files in memory.
"""

from __future__ import annotations

import os
import random
import sqlite3
import time
from importlib.util import find_spec
from pathlib import Path

from figures import Figure, sized

from runreport.archive.directory import open_archive
from runreport.importers.formats import FORMATS
from runreport.importers.importing import import_runs, search

RUNS = sized(10_000)
SCALARS = sized(1_000_000)
FILES = sized(100_000)
PARAMS, METRICS, STEPS = 10, 5, 20
BEGUN = 1_700_000_000_000


def importing(folder: Path) -> list[Figure]:
    """All four."""
    return [
        _mlflow_files(folder / "files"),
        _mlflow_database(folder / "database"),
        _event_file(folder / "events"),
        _scan(folder / "scan"),
    ]


def _import(source: Path) -> float:
    begin = time.perf_counter()
    import_runs(search(str(source), FORMATS), open_archive(f"{source}.archive", create=True))
    return time.perf_counter() - begin


def _figure(what: str, own: float, floor: float, peer: str, goal: float) -> Figure:
    ratio = own / floor
    return Figure(what, f"{own:.2f} s", f"{peer}: {floor:.2f} s", f"{ratio:.2f}", f"≤ {goal:g}",
                  ratio <= goal)  # fmt: skip


def _mlflow_files(folder: Path) -> Figure:
    rng = random.Random(0)
    store = folder / "mlruns" / "1"
    store.mkdir(parents=True)
    (store / "meta.yaml").write_text(
        "artifact_location: file:///x/1\nexperiment_id: '1'\nlifecycle_stage: active\nname: big\n"
    )
    for number in range(RUNS):
        run_id, begun = f"{number:032x}", BEGUN + number * 60_000
        run = store / run_id
        for kind in ("params", "metrics", "tags", "artifacts"):
            (run / kind).mkdir(parents=True)
        (run / "meta.yaml").write_text(
            f"artifact_uri: file:///x/1/{run_id}/artifacts\nend_time: {begun + 50_000}\n"
            f"experiment_id: '1'\nlifecycle_stage: active\nrun_id: '{run_id}'\n"
            f"run_name: run-{number}\nstart_time: {begun}\nstatus: 3\ntags: []\nuser_id: ada\n"
        )
        for key in range(PARAMS):
            (run / "params" / f"p{key}").write_text(str(rng.random()))
        for key in range(METRICS):
            lines = (f"{begun + step} {rng.random()} {step}\n" for step in range(STEPS))
            (run / "metrics" / f"m{key}").write_text("".join(lines))
    own = _import(folder)

    begin = time.perf_counter()
    for place, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(place, name), "rb") as file:
                file.read()
    floor = time.perf_counter() - begin
    what = f"importing an `mlruns/` of {RUNS:,} runs"
    return _figure(what, own, floor, "reading its files once", 1.5)


def _mlflow_database(folder: Path) -> Figure:
    rng = random.Random(0)
    folder.mkdir()
    tables = {
        "experiments": "experiment_id, name, lifecycle_stage",
        "runs": "run_uuid, name, user_id, status, start_time, end_time, lifecycle_stage, "
        "artifact_uri, experiment_id",
        "params": "key, value, run_uuid",
        "tags": "key, value, run_uuid",
        "metrics": "key, value, timestamp, run_uuid, step, is_nan",
    }
    with sqlite3.connect(folder / "mlflow.db") as base:
        for name, columns in tables.items():
            base.execute(f"CREATE TABLE {name} ({columns})")
        base.execute("INSERT INTO experiments VALUES (1, 'big', 'active')")
        for number in range(RUNS):
            run_id, begun = f"{number:032x}", BEGUN + number * 60_000
            base.execute(
                "INSERT INTO runs VALUES (?, ?, 'ada', 'FINISHED', ?, ?, 'active', 'x', 1)",
                (run_id, f"run-{number}", begun, begun + 50_000),
            )
            base.executemany(
                "INSERT INTO params VALUES (?, ?, ?)",
                [(f"p{key}", str(rng.random()), run_id) for key in range(PARAMS)],
            )
            base.executemany(
                "INSERT INTO metrics VALUES (?, ?, ?, ?, ?, 0)",
                [(f"m{key}", rng.random(), begun + step, run_id, step)
                 for key in range(METRICS) for step in range(STEPS)],
            )  # fmt: skip
    base.close()
    own = _import(folder)
    begin = time.perf_counter()
    base = sqlite3.connect(folder / "mlflow.db")
    for name in tables:
        base.execute(f"SELECT * FROM {name}").fetchall()
    floor = time.perf_counter() - begin
    base.close()
    what = f"importing an `mlflow.db` of {RUNS:,} runs"
    return _figure(what, own, floor, "`SELECT *` of its tables", 3)


def _event_file(folder: Path) -> Figure:
    from tensorboardX import SummaryWriter

    rng = random.Random(0)
    with SummaryWriter(str(folder / "run"), max_queue=10_000, flush_secs=600) as writer:
        for step in range(SCALARS // 20):
            for key in range(20):
                writer.add_scalar(f"m{key}", rng.random(), step)
    own = _import(folder)
    what = f"importing {SCALARS:,} scalars of TensorBoard"
    if find_spec("tensorboard") is None:
        return Figure(what, f"{own:.2f} s", "TensorBoard is not installed", "", "≤ 0.1", False)
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    begin = time.perf_counter()
    peer = EventAccumulator(str(folder / "run"), size_guidance={"scalars": 0})
    peer.Reload()
    floor = time.perf_counter() - begin
    return _figure(what, own, floor, "`EventAccumulator`", 0.1)


def _scan(folder: Path) -> Figure:
    for number in range(FILES):
        place = folder / f"package{number // 100}" / f"module{number % 10}"
        place.mkdir(parents=True, exist_ok=True)
        ending = ("py", "json", "csv", "yaml", "txt")[number % 5]
        (place / f"file{number}.{ending}").write_text("name,value\nx,1\n")
    begin = time.perf_counter()
    found = search(str(folder), FORMATS)
    own = time.perf_counter() - begin
    assert not found.claims
    what = f"scanning a project of {FILES:,} unrelated files"
    return Figure(what, f"{own:.2f} s", "", "", "under 2 s", own < 2)
