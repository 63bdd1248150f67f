"""One run as the index knows it, and as data for scripts and other programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runreport.archive.artifacts import recorded_size
from runreport.entities import Run
from runreport.events import data_object
from runreport.report.links import VersionLink
from runreport.report.runs.packages import Packages
from runreport.report.tables.column_scripts import data_json, json_number


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What the index knows of one run, cut out of its tables."""

    number: int
    """In the index."""
    run: Run
    parent: Run | None
    baseline: Run | None
    params: Sequence[dict[str, Any]]
    """Rows of the params table, for their conflicts."""
    metrics: Sequence[dict[str, Any]]
    artifacts: Sequence[dict[str, Any]]
    registered: tuple[VersionLink, ...]
    record: dict[str, Any]
    """What was recorded of the environment, as it may be published."""
    packages: Packages | None = None
    """Those of the record."""


def run_record(facts: RunFacts, experiment: str) -> dict[str, object]:
    """The run as data; numbers in full, NaN and infinities as text, packages aside."""
    info = facts.run.info
    return {
        "run_id": info.run_id,
        "run_name": info.run_name,
        "experiment": experiment,
        "experiment_id": info.experiment_id,
        "status": info.status,
        "start_time": info.start_time,
        "end_time": info.end_time,
        "params": {row["key"]: row["value"] for row in facts.params},
        "metrics": {
            row["key"]: {
                name: json_number(row[name])
                for name in ("last", "min", "max", "count", "first_step", "last_step")
            }
            for row in facts.metrics
        },
        "tags": dict(sorted(facts.run.data.tags.items())),
        "registered": [f"{link.model}/{link.version}" for link in facts.registered],
        "artifacts": [
            {
                "path": row["path"],
                "sha256": row["sha256"],
                "size_bytes": recorded_size(data_object(row["data"])),
                "media_type": str(data_object(row["data"]).get("media_type", "")),
            }
            for row in facts.artifacts
        ],
        "environment": {key: own for key, own in facts.record.items() if key != "packages"},
    }


def run_json(data: Mapping[str, object]) -> str:
    """A run's data as JSON, for a theme without scripts."""
    return f"{data_json(data)}\n"


def run_script(data: Mapping[str, object]) -> str:
    """A run's data as a script; its second line is JSON, for other programs."""
    return f"runreport.run(\n{data_json(data)}\n);\n"


def details_script(runs: Iterable[Mapping[str, object]]) -> str:
    """The data of runs without a page as one script; all lines but the first and last are JSON of
    a run each, with commas between."""
    return "runreport.details([\n" + ",\n".join(map(data_json, runs)) + "\n]);\n"
