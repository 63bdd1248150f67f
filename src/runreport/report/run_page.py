"""The page of one run: its eight fields, curves, files, note and surroundings.

It depends on its own run and its parent only, so that a new run rewrites no other run's page.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runreport.archive.artifacts import read_artifact
from runreport.archive.storage import Storage
from runreport.entities import NOTE_TAG, OVERRIDDEN_TAG, Run
from runreport.errors import InvalidValue
from runreport.events import data_object
from runreport.report import evaluations
from runreport.report.column_scripts import json_number
from runreport.report.config import Config
from runreport.report.curves import CurveReader
from runreport.report.experiment_page import moment
from runreport.report.formatting import (
    MISSING,
    choose_format,
    format_duration,
    format_size,
    plural,
)
from runreport.report.notes import render_note
from runreport.report.pages import (
    CurvePicture,
    Field,
    MetricField,
    OutputFile,
    Preview,
    PublishedFile,
    RunLink,
    RunPage,
    VersionLink,
)
from runreport.report.previews import make_preview, publishable
from runreport.report.redaction import Redactor
from runreport.report.urls import file_path, run_folder

_KILLED = "Its process ended without saying how; what it logged until then is here."


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What the index knows of one run, cut out of its tables."""

    run: Run
    parent: Run | None
    params: Sequence[dict[str, Any]]
    """Rows of the params table, for their conflicts."""
    metrics: Sequence[dict[str, Any]]
    artifacts: Sequence[dict[str, Any]]
    registered: tuple[VersionLink, ...]
    record: dict[str, Any]
    """What was recorded of the environment, as it may be published."""


def make_run_page(
    facts: RunFacts,
    experiment: str,
    experiment_folder: str,
    curves: CurveReader,
    storage: Storage,
    redactor: Redactor,
    config: Config,
) -> RunPage:
    """The page model of one run."""
    run = facts.run
    info, tags = run.info, run.data.tags
    files, published = _files(facts, storage, redactor, config)
    note = tags.get(NOTE_TAG, "")
    ended = info.end_time
    span = None if ended is None or info.start_time is None else ended - info.start_time
    return RunPage(
        run_id=info.run_id,
        name=info.run_name,
        folder=run_folder(info.run_id),
        experiment=experiment,
        experiment_url=f"{experiment_folder}/index.html",
        parent=_parent_link(facts.parent),
        source=tags.get("mlflow.source.name", MISSING),
        registered=facts.registered,
        started=moment(info.start_time),
        ended=moment(ended),
        duration=format_duration(span),
        status=info.status,
        status_note=_KILLED if info.status == "KILLED" else "",
        params=tuple(_param(row, tags) for row in facts.params),
        metrics=tuple(_metric(row) for row in facts.metrics),
        tags=tuple(
            Field(key, value)
            for key, value in sorted(tags.items())
            if not key.startswith(("mlflow.", OVERRIDDEN_TAG))
        ),
        files=files,
        datasets=tuple(
            Field(
                entry.dataset.name,
                entry.dataset.digest,
                entry.tags.get("mlflow.data.context", ""),
            )
            for entry in run.inputs.dataset_inputs
        ),
        curves=tuple(_pictures(curves, info.run_id)),
        note_html=render_note(note) if note else "",
        environment=tuple(_environment(facts.record)),
        packages=tuple(
            Field(str(name), str(version))
            for name, version in sorted(_object(facts.record, "packages").items())
        ),
        is_deleted=info.lifecycle_stage == "deleted",
        published=published,
        record=_as_json(facts, experiment, redactor),
        evaluation=_evaluation(facts, storage, redactor),
    )


def _evaluation(
    facts: RunFacts, storage: Storage, redactor: Redactor
) -> evaluations.EvaluationPage | None:
    info = facts.run.info
    for row in facts.artifacts:
        if row["path"] == evaluations.TABLE_FILE:
            table = evaluations.read_table(storage, info.run_id, row, redactor)
            if table is not None:
                folder = run_folder(info.run_id)
                return evaluations.make_page(info.run_id, info.run_name, folder, table)
    return None


def _parent_link(parent: Run | None) -> RunLink | None:
    if parent is None:
        return None
    url = f"{run_folder(parent.info.run_id)}/index.html"
    started = moment(parent.info.start_time)
    return RunLink(parent.info.run_name, url, parent.info.status, started)


def _param(row: dict[str, Any], tags: Mapping[str, str]) -> Field:
    note = ""
    automatic = tags.get(f"{OVERRIDDEN_TAG}{row['key']}")
    if automatic is not None:
        note = f"set by hand; autologging recorded {automatic}"
    if row["rivals"] > 1:
        note = f"{row['rivals']} different values were logged; this is the latest"
    return Field(row["key"], row["value"], note)


def _metric(row: dict[str, Any]) -> MetricField:
    form = choose_format([row["last"], row["min"], row["max"]])
    first, last = row["first_step"], row["last_step"]
    return MetricField(
        row["key"],
        form(row["last"]),
        form(row["min"]),
        form(row["max"]),
        f"{last:,}" if first == last else f"{first:,} to {last:,}",
        row["count"],
    )


def _pictures(curves: CurveReader, run_id: str) -> list[CurvePicture]:
    pictures = []
    for _, curve in sorted(curves.read(run_id).items()):
        if len(curve.values) > 1:
            form = choose_format(curve.values)
            numbers = [v for v in curve.values if v == v]
            pictures.append(
                CurvePicture(
                    curve,
                    form(curve.values[-1]),
                    form(min(numbers)) if numbers else "NaN",
                    form(max(numbers)) if numbers else "NaN",
                )
            )
    return pictures


def _files(
    facts: RunFacts, storage: Storage, redactor: Redactor, config: Config
) -> tuple[tuple[OutputFile, ...], tuple[PublishedFile, ...]]:
    """Artifacts with previews, and the bytes that go beside the page."""
    files, published = [], []
    for row in facts.artifacts:
        data = data_object(row["data"])
        path, size = row["path"], _size(data)
        media_type = str(data.get("media_type", "application/octet-stream"))
        shown = redactor.text(path, "file names")
        if size > config.max_file_mb * 1e6:
            note = f"Over {config.max_file_mb:g} MB, so it stays in the archive."
            files.append(
                OutputFile(shown, format_size(size), media_type, "", Preview("none"), note)
            )
            continue
        try:
            content = read_artifact(storage, facts.run.info.run_id, path)
        except (OSError, InvalidValue):
            content = None
        if content is None or hashlib.sha256(content).hexdigest() != row["sha256"]:
            note = "The file in the archive is missing." if content is None else (
                "The file in the archive is not the one that was logged; it is left out."
            )  # fmt: skip
            files.append(
                OutputFile(shown, format_size(size), media_type, "", Preview("none"), note)
            )
            continue
        content = publishable(content, shown, redactor)
        place = f"files/{file_path(shown)}"
        preview = make_preview(content, media_type, place)
        if path == evaluations.TABLE_FILE and preview.kind == "table":  # it has a page of its own
            preview = Preview("none", note=preview.note)
        published.append(PublishedFile(place, content))
        files.append(OutputFile(shown, format_size(size), media_type, place, preview))
    return tuple(files), tuple(published)


def _object(record: dict[str, Any], key: str) -> dict[str, Any]:
    """A member that should be an object; empty where another tool wrote something else."""
    value = record.get(key)
    return value if isinstance(value, dict) else {}


def _environment(record: dict[str, Any]) -> list[Field]:
    fields = []
    git = _object(record, "git")
    if git.get("commit"):
        dirty = " with uncommitted changes" if git.get("dirty") else ""
        fields.append(
            Field("Git commit", f"{str(git['commit'])[:12]}{dirty}", str(git.get("branch", "")))
        )
    job = _object(record, "job")
    if job:
        fields.append(Field("Job", f"{job.get('kind', '')} {job.get('id', '')}".strip()))
    labels = {
        "python": "Python",
        "platform": "Platform",
        "user": "User",
        "host": "Host",
        "folder": "Folder",
    }
    fields += [Field(label, str(record[key])) for key, label in labels.items() if record.get(key)]
    if isinstance(record.get("command"), list):
        fields.append(Field("Command", " ".join(map(str, record["command"]))))
    if packages := _object(record, "packages"):
        fields.append(Field("Packages", plural(len(packages), "package")))
    if git.get("diff"):
        fields.append(Field("Git diff", str(git["diff"])))
    return fields


def _size(data: dict[str, Any]) -> int:
    size = data.get("size_bytes")
    return size if isinstance(size, int) else 0


def _as_json(facts: RunFacts, experiment: str, redactor: Redactor) -> str:
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
                "path": redactor.text(row["path"], "file names"),
                "sha256": row["sha256"],
                "size_bytes": _size(data_object(row["data"])),
                "media_type": str(data_object(row["data"]).get("media_type", "")),
            }
            for row in facts.artifacts
        ],
        "environment": facts.record,
    }
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
