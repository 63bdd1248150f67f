"""The conformance cases of the filter language, which the browser's scripts must meet too.

``archives.json`` holds runs, ``cases.jsonl`` a case a line:

- ``archive``, ``filter`` and, where it matters, ``order_by``
- ``runs``: names in the expected order; or ``error``: the column, and ``suggests``: a name
- ``extra``: MLflow does not know it, so that ``mlflow_strict`` refuses it
- ``mlflow: false``: MLflow reads it otherwise; ``browser: false``: a report lacks the field
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from runreport.archive.storage import LocalStorage
from runreport.archive.writer import Writer
from runreport.tracking.store import Store

FOLDER = Path(__file__).parent
NOW_MS = 1_790_010_000_000
"""What ``now`` stands for in the cases."""

ARCHIVES: dict[str, list[dict[str, Any]]] = json.loads((FOLDER / "archives.json").read_text())
CASES: list[dict[str, Any]] = [
    json.loads(line) for line in (FOLDER / "cases.jsonl").read_text().splitlines()
]
ROOT = "archive/artifacts"
for _runs in ARCHIVES.values():
    for _run in _runs:
        _run["uri"] = f"{ROOT}/{_run['run_id']}"


def write_runs(storage: LocalStorage, runs: list[dict[str, Any]]) -> list[Writer]:
    """Log runs into experiment 0; returns the writers of those that still run."""
    store = Store(storage)
    running = []
    for run in runs:
        writer = Writer(storage, "0", run["run_id"])
        writer.log_lines(
            (
                ("run", (None, None, {}, run["start_time"])),
                ("status", (None, "RUNNING", None, run["start_time"])),
                (
                    "tag",
                    {"mlflow.runName": run["name"], "mlflow.user": run["user"], **run["tags"]},
                ),
            )
        )
        writer.log_values("param", run["params"])
        for key, values in run["metrics"].items():
            for step, value in enumerate(values):
                writer.log_metric(key, float(value), step, run["start_time"] + step)
        for name, digest, context in run["datasets"]:
            writer.log_event("dataset", name, digest, {"context": context} if context else {})
        if run["status"] == "RUNNING":
            running.append(writer)
        else:
            store.end(writer, run["status"], time_ms=run["end_time"])
    return running
