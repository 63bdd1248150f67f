"""W&B: run folders with ``run-<id>.wandb`` and ``files/``; copies of one run are one run."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from runreport.archive.content import Curve
from runreport.entities import RunStatus
from runreport.importers.folders import names_of, run_files
from runreport.importers.found import Found, FoundRun
from runreport.importers.reading import (
    Files,
    derived_id,
    flattened,
    milliseconds,
    number_of,
    time_of,
    whole_number,
)
from runreport.importers.scanning import Claim, Folder
from runreport.importers.tables import SPELLED, flat_numbers
from runreport.importers.told import Told
from runreport.importers.wandb_log import WandbLog, read_log
from runreport.tags import NOTE_TAG

_FOLDER = re.compile(r"(?:offline-)?run-\d{8}_\d{6}-(.+)")
_MADE_UP = re.compile(r"[0-9a-z]{8}")
_LOG = re.compile(r"run-(.+)\.wandb")
_OWN = ("config.yaml", "wandb-summary.json", "wandb-metadata.json")
_MOST_LOG = 2**30


def claim(folder: Folder, files: Files) -> Iterator[Claim]:
    """Claim a run's folder by its log, or by its name and its files."""
    logs = [name for name in folder.files if _LOG.fullmatch(name)]
    named = _FOLDER.fullmatch(folder.name)
    if logs or (named and "files" in folder.folders):
        match = _LOG.fullmatch(logs[0]) if logs else named
        assert match is not None
        log = folder.place(logs[0]) if logs else ""
        yield Claim(folder.path, partial(_read, folder.path, match[1], log, files), is_whole=True)
    elif folder.name.startswith("latest-run") and "files" in folder.folders:
        files.told.leave(files.name_of(folder.path), "a copy of a run that does not say of which")


def _read(folder: str, run_id: str, log_place: str, files: Files) -> Iterator[Found]:
    log = WandbLog()
    if log_place:
        data = files.read(log_place, _MOST_LOG)
        if data is not None:
            log = read_log(data, files.name_of(log_place), files.told) or log if data else log
            if not data:
                files.told.lose(files.name_of(log_place), "it is empty")
    else:
        files.told.lacking["runs of W&B without their .wandb file: last values only"] += 1
    own = os.path.join(folder, "files")
    config = _config(os.path.join(own, "config.yaml"), files) or log.config
    summary = _json(os.path.join(own, "wandb-summary.json"), files) or log.summary
    metadata = _json(os.path.join(own, "wandb-metadata.json"), files)
    curves = _history(log, files)
    begun = _begun_ms(log, metadata)
    _add_summary(curves, summary, begun or 0, files.told)
    last = max((time for curve in curves.values() for time in curve.times), default=0)
    ended = None
    if log.runtime is not None and begun is not None:
        ended = begun + (milliseconds(log.runtime) or 0)
    inside = files.name_of(folder)
    parent, name = names_of(folder, files)
    told = flattened({k: v for k, v in config.items() if k not in ("_wandb", "wandb_version")},
                     files.told, inside)  # fmt: skip
    yield FoundRun(
        run_id=derived_id("wandb", run_id, *_scope(run_id, log.project or parent)),
        experiment=log.project or parent,
        source=inside,
        name=log.name or run_id or name,
        status=_status(log.exit_code),
        begun_ms=begun,
        ended_ms=ended or last or None,
        params=told,
        tags=_tags(log, metadata, run_id),
        curves=curves,
        files=run_files(own, files, _OWN),
    )


def _scope(run_id: str, project: str) -> tuple[str, ...]:
    """Within what an id is unique: everywhere if W&B made it up, else in its project."""
    return () if _MADE_UP.fullmatch(run_id) else (project,)


def _status(exit_code: int | None) -> str:
    if exit_code is None:
        return RunStatus.UNKNOWN
    return RunStatus.FAILED if exit_code else RunStatus.FINISHED


def _config(place: str, files: Files) -> dict[str, Any]:
    """The config's values, out of what W&B wraps them in."""
    value = files.yaml(place) if os.path.isfile(place) else None
    if not isinstance(value, dict):
        return {}
    return {
        key: own["value"] if isinstance(own, dict) and "value" in own else own
        for key, own in value.items()
    }


def _json(place: str, files: Files) -> dict[str, Any]:
    value = files.json(place) if os.path.isfile(place) else None
    return value if isinstance(value, dict) else {}


def _history(log: WandbLog, files: Files) -> dict[str, Curve]:
    """The curves of the rows that were logged."""
    curves: dict[str, Curve] = {}
    media = 0
    for number, row in enumerate(log.history):
        counted = whole_number(row.get("_step"))
        step = number if counted is None else counted
        moment = milliseconds(row.get("_timestamp")) or milliseconds(log.begun) or 0
        for key, value in row.items():
            if key.startswith("_"):
                continue
            if isinstance(value, dict) and "_type" in value:
                media += 1
                continue
            own = flat_numbers(value) if isinstance(value, dict) else [("", _number(value))]
            for inner, found in own:
                if found is not None:
                    curve = curves.setdefault(f"{key}/{inner}" if inner else key,
                                              Curve.empty())  # fmt: skip
                    curve.add(step, moment, found)
                else:
                    files.told.left_out["logged values of W&B that are no numbers"] += 1
    if media:
        files.told.left_out["media of W&B as rows (their files are artifacts)"] += media
    return curves


def _number(value: Any) -> float | None:
    if isinstance(value, str):
        return SPELLED.get(value)
    return number_of(value)


def _add_summary(
    curves: dict[str, Curve], summary: dict[str, Any], begun_ms: int, told: Told
) -> None:
    """A last value for each number that has no curve."""
    step = whole_number(summary.get("_step")) or 0
    moment = milliseconds(summary.get("_timestamp")) or begun_ms
    for value in summary.values():
        if isinstance(value, dict) and "_type" in value:
            kind = str(value["_type"])
            told.left_out[f"values of W&B of kind {kind}"] += 1
    plain = {k: v for k, v in summary.items() if not (isinstance(v, dict) and "_type" in v)}
    for key, value in flat_numbers(plain):
        if not key.startswith("_") and key not in curves:
            curves[key] = Curve.of([step], [moment], [value])


def _begun_ms(log: WandbLog, metadata: dict[str, Any]) -> int | None:
    return milliseconds(log.begun) or time_of(metadata.get("startedAt"))


def _tags(log: WandbLog, metadata: dict[str, Any], run_id: str) -> dict[str, str]:
    """What W&B calls tags, group, job type, sweep and notes, and where the code was from."""
    git = metadata.get("git")
    found = {
        "wandb.run_id": run_id,
        "wandb.tags": ", ".join(log.tags),
        "wandb.group": log.group,
        "wandb.job_type": log.job_type,
        "wandb.sweep": log.sweep,
        NOTE_TAG: log.notes,
        "mlflow.source.name": str(metadata.get("program") or ""),
        "mlflow.source.git.commit": str(git.get("commit") or "") if isinstance(git, dict) else "",
    }
    return {key: value for key, value in found.items() if value}
