"""One run as the index knows it, and as JSON for other programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from runreport.archive.artifacts import recorded_size
from runreport.entities import Run
from runreport.events import data_object
from runreport.report.links import VersionLink
from runreport.report.tables.column_scripts import json_number


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


def run_json(facts: RunFacts, experiment: str) -> str:
    """The run for other programs; numbers in full, NaN and infinities as text."""
    info = facts.run.info
    content = {
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
        "environment": facts.record,
    }
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
