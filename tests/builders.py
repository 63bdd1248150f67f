"""Builders: the smallest real thing of each kind that a test needs."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

import runreport
from runreport.archive.schema import event_table
from runreport.archive.storage import LocalStorage
from runreport.archive.writer import Writer
from runreport.events import Event
from runreport.query.search import load_index
from runreport.query.summaries import with_stats
from runreport.report.assemble import Report
from runreport.report.runs.page import RunPage

RUN = "a" * 32


def event(kind: str, key: str | None = None, value: str | None = None, **fields: object) -> Event:
    """One event, with defaults for what the test does not care about."""
    values: dict[str, object] = {
        "writer_id": "w1",
        "seq": 0,
        "counter": 1 << 16,
        "time": 1000,
        "kind": kind,
        "experiment_id": "0",
        "run_id": RUN,
        "key": key,
        "value": value,
        "data": None,
        **fields,
    }
    return Event(**values)  # type: ignore[arg-type]


def events_of(*events: Event) -> pa.Table:
    """Events as a table."""
    return event_table(events)


def log_run(
    storage: LocalStorage,
    run_id: str = RUN,
    *,
    params: Mapping[str, str] | None = None,
    points: Sequence[float] = (),
) -> Writer:
    """A writer with a started run in its journal, not finished yet."""
    writer = Writer(storage, "0", run_id)
    writer.log_lines(
        (
            ("run", (None, None, {}, 1000)),
            ("status", (None, "RUNNING", None, 1000)),
            ("tag", {"mlflow.runName": f"run {run_id[:4]}"}),
        )
    )
    writer.log_values("param", params or {})
    for step, value in enumerate(points):
        writer.log_metric("loss", value, step, 2000 + step)
    return writer


def sample_archive(folder: Path, runs: int = 6) -> Path:
    """A small archive of one experiment with params, curves, tags and files, made by the API."""
    runreport.set_tracking_uri(folder)
    runreport.set_experiment("Sample")
    rng = random.Random(0)
    for number in range(runs):
        with runreport.start_run(run_name=f"run-{number}"):
            rate = (0.001, 0.01, 0.1)[number % 3]
            runreport.log_params(
                {"lr": rate, "model": ("tree", "net")[number % 2], "seed": number}
            )
            runreport.set_tags({"team": ("red", "blue")[number % 2]})
            for step in range(5):
                runreport.log_metric("loss", 1 / (step + 1) + rng.random() / 10, step=step)
            runreport.log_metric("accuracy", 0.5 + number / 20)
            runreport.log_text(f"hello {number}", "notes/hello.txt")
    return folder


def pages_of(report: Report) -> list[RunPage]:
    """The pages of a report's runs, newest first."""
    return list(report.run_pages.make(report.run_pages.own))


def state_of(storage: LocalStorage) -> dict[str, object]:
    """All that the archive says, as plain values to compare."""
    index = load_index(storage)

    def rows(name: str) -> list[dict[str, object]]:
        table = with_stats(index.metrics) if name == "metrics" else getattr(index, name)
        return sorted(table.to_pylist(), key=lambda row: row["run"])

    return {
        "runs": index.runs.drop_columns(["counter"]).to_pylist(),
        "params": rows("params"),
        "tags": rows("tags"),
        "metrics": [{k: repr(v) for k, v in row.items()} for row in rows("metrics")],
        "artifacts": rows("artifacts"),
        "experiments": sorted(state.name for state in index.experiments.values()),
    }


def site_digests(site: Path) -> dict[str, str]:
    """Digests of all files of a site, by path."""
    return {
        str(path.relative_to(site)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in site.rglob("*")
        if path.is_file()
    }
