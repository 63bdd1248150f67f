"""Trackio: a database or Parquet files a project, beside each other in one folder.

Files are read where there is no database of the same project, of which they are copies.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from runreport.archive.content import Curve
from runreport.importers.found import Found, FoundFile, FoundRun
from runreport.importers.parquet_rows import columns_of, rows_of
from runreport.importers.reading import (
    Files,
    derived_id,
    flattened,
    milliseconds,
    text_of,
    time_of,
    whole_number,
)
from runreport.importers.scanning import Claim, Folder
from runreport.importers.sqlite_reading import opened, tables_of
from runreport.importers.tables import SPELLED, flat_numbers

_UNPLACED = {"traces": "traces", "alerts": "alerts", "artifact_versions": "artifacts of Trackio"}
_ROW = ("run_id", "run_name", "timestamp", "step", "metrics")


@dataclass(slots=True)
class _Run:
    """What the rows of a run have come to."""

    name: str
    config: dict[str, Any] = field(default_factory=dict)
    curves: dict[str, Curve] = field(default_factory=dict)
    files: list[FoundFile] = field(default_factory=list)
    times: list[int] = field(default_factory=list)


def claim(folder: Folder, files: Files) -> Iterator[Claim]:
    """Claim databases and Parquet files that have Trackio's columns."""
    databases = set()
    for name in folder.files:
        place = folder.place(name)
        if name.endswith(".db") and _is_ours(place, files):
            databases.add(name[:-3])
            yield Claim(place, partial(_read_database, place, files))
    for name in folder.files:
        stem = name.removesuffix(".parquet")
        if stem == name or stem in databases or stem.endswith(("_system", "_configs")):
            continue
        if {"run_name", "timestamp", "step"} <= columns_of(folder.place(name), files):
            yield Claim(folder.place(name), partial(_read_parquet, folder.place(name), files))


def _is_ours(place: str, files: Files) -> bool:
    try:
        tables = tables_of(place, files) or {}
    except sqlite3.Error:
        return False
    return "configs" in tables and {"run_name", "metrics"} <= tables.get("metrics", set())


def _read_database(place: str, files: Files) -> Iterator[Found]:
    runs: dict[str, _Run] = {}
    try:
        with opened(place, files) as database:
            for run_id, name, config in database.rows("configs", ("run_id", "run_name", "config")):
                _run(runs, run_id, name).config = _object(config)
            rows = database.rows("metrics", _ROW, ("id",))
            _take(runs, (dict(zip(_ROW, row, strict=True)) for row in rows), place, files)
            system = database.rows("system_metrics", _ROW, ("id",))
            _take(runs, (dict(zip(_ROW, row, strict=True)) for row in system), place, files,
                  "system/")  # fmt: skip
            for table, what in _UNPLACED.items():
                if count := database.count(table):
                    files.told.left_out[what] += count
    except (sqlite3.Error, OSError) as error:
        files.told.lose(files.name_of(place), f"it is damaged: {error}")
    yield from _found(runs, place, files)


def _read_parquet(place: str, files: Files) -> Iterator[Found]:
    runs: dict[str, _Run] = {}
    stem = place.removesuffix(".parquet")
    configs = f"{stem}_configs.parquet"
    if os.path.isfile(configs):
        for row in rows_of(configs, files):
            own = _run(runs, row.pop("run_id", None), row.pop("run_name", None))
            for known in ("id", "created_at"):
                row.pop(known, None)
            own.config = {key: value for key, value in row.items() if value is not None}
    _take(runs, (_row(row) for row in rows_of(place, files)), place, files)
    system = f"{stem}_system.parquet"
    if os.path.isfile(system):
        _take(runs, (_row(row) for row in rows_of(system, files)), place, files, "system/")
    yield from _found(runs, place, files)


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row whose metrics are columns, as the database has it."""
    known = {key: row.get(key) for key in _ROW[:-1]}
    others = {
        key: value
        for key, value in row.items()
        if key not in (*_ROW, "id", "log_id", "space_id") and value is not None
    }
    return {**known, "metrics": others}


def _run(runs: dict[str, _Run], run_id: Any, name: Any) -> _Run:
    identity = str(run_id or name)
    return runs.setdefault(identity, _Run(str(name or run_id)))


def _take(
    runs: dict[str, _Run],
    rows: Iterable[Mapping[str, Any]],
    place: str,
    files: Files,
    before: str = "",
) -> None:
    """Add rows to the curves of their runs."""
    counts: dict[str, int] = {}
    bad = 0
    media = os.path.join(os.path.dirname(place), "media")
    for row in rows:
        own = _run(runs, row["run_id"], row["run_name"])
        number = counts[own.name] = counts.get(own.name, -1) + 1
        counted = whole_number(row["step"])
        step = number if counted is None else counted
        moment = _time(row["timestamp"])
        if moment:
            own.times.append(moment)
        metrics = row["metrics"]
        content = metrics if isinstance(metrics, dict) else _object(metrics)
        bad += not content and metrics not in ("{}", b"{}", {})
        for key, value in content.items():
            if isinstance(value, dict) and "_type" in value:
                _add_media(own, value, step, key, media, files)
                continue
            found = flat_numbers({key: SPELLED.get(value, value)
                                  if isinstance(value, str) else value})  # fmt: skip
            for name, number_found in found:
                curve = own.curves.setdefault(f"{before}{name}", Curve.empty())
                curve.add(step, moment, number_found)
    if bad:
        files.told.lose(files.name_of(place), f"{bad:,} of its rows hold no JSON object")


def _add_media(
    run: _Run, value: Mapping[str, Any], step: int, key: str, media: str, files: Files
) -> None:
    inside = str(value.get("file_path") or "")
    place = os.path.normpath(os.path.join(media, inside)) if inside else ""
    if place.startswith(media + os.sep) and os.path.isfile(place) and files.is_inside(place):
        ending = os.path.splitext(place)[1]
        run.files.append(FoundFile(f"media/{key}/{step}{ending}", place))
    else:
        kind = str(value.get("_type")).removeprefix("trackio.")
        files.told.left_out[f"values of Trackio of kind {kind}"] += 1


def _found(runs: Mapping[str, _Run], place: str, files: Files) -> Iterator[Found]:
    project = os.path.basename(place).rpartition(".")[0]
    for identity, run in runs.items():
        config = {key: value for key, value in run.config.items() if not key.startswith("_")}
        created = _time(run.config.get("_Created"))
        begun = created or min(run.times, default=0) or None
        yield FoundRun(
            run_id=derived_id("trackio", project, identity),
            experiment=project,
            source=f"{files.name_of(place)}#{identity}",
            name=run.name,
            begun_ms=begun,
            ended_ms=max(run.times, default=None),
            params=flattened(config, files.told, files.name_of(place)),
            tags={"trackio.group": str(run.config["_Group"])} if run.config.get("_Group") else {},
            curves=run.curves,
            files=tuple(run.files),
        )


def _object(value: Any) -> dict[str, Any]:
    text = text_of(value) if isinstance(value, bytes) else str(value or "{}")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _time(value: Any) -> int:
    """Milliseconds of a time as Trackio writes it; 0 where it is none."""
    return milliseconds(value) or time_of(value) or 0
