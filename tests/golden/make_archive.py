"""Make tests/golden/archive: a sample of format 1 that every later version must read alike.

Run once per archive format, never to make a test pass:

    python tests/golden/make_archive.py
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import runreport
from runreport.archive import writer
from runreport.tracking import environment

HERE = Path(__file__).parent


@contextmanager
def stored_archive(folder: Path) -> Iterator[None]:
    """A new archive of one machine, user and clock, whoever makes it and when."""
    moments = iter(range(1_790_000_000_000_000_000, 1 << 62, 7_000_000))
    time.time_ns = lambda: next(moments)
    writer.host_name = lambda: "goldenhost"
    writer.boot_id = lambda: "0"
    record = {"python": "3.11.0", "packages": {"numpy": "2.0.0"}, "git": {"commit": "c" * 40}}
    tags = {"mlflow.user": "grace", "mlflow.source.name": "/home/grace/train.py"}
    runreport.tracking.runs.capture_environment = lambda: (tags, record)
    environment.find_job = lambda: None
    shutil.rmtree(folder, ignore_errors=True)
    runreport.set_tracking_uri(folder)
    yield
    for lock in (folder / "live").glob("*.lock"):
        lock.unlink()


def log_runs() -> None:
    runreport.set_experiment("Golden & <odd>")
    runreport.set_experiment_tags({"team": "red", "mlflow.note.content": "# Note\n*emphasis*"})
    for number, value in enumerate((0.5, float("nan"), float("inf"))):
        with runreport.start_run(run_name=f"run {number}", description=f"run **{number}**"):
            runreport.log_params({"lr": 10.0**-number, "kind": "ab"[number % 2]})
            runreport.set_tag("team", "red" if number else "blue")
            for step in range(4):
                runreport.log_metric("loss", 1 / (step + 1 + number), step=step)
            runreport.log_metric("odd", value)
            runreport.log_text("a,b\n1,2\n", "table.csv")
            runreport.log_dict({"n": number}, "deep/values.json")
    with (
        runreport.start_run(run_name="parent"),
        runreport.start_run(nested=True, run_name="child"),
    ):
        pass
    runreport.start_run(run_name="killed")
    runreport.log_metric("loss", 9.0, step=1)
    session = runreport.active_run().session  # type: ignore[union-attr]
    session.is_over = True  # as if the process had died here: the journal stays
    session.writer.finish()


if __name__ == "__main__":
    with stored_archive(HERE / "archive"):
        log_runs()
