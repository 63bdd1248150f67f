"""What neptune-exporter left of Neptune: Parquet parts of runs, a row a value, and files.

Source: the table "Parquet schema" of neptune-exporter's README.
"""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from runreport.archive.content import Curve
from runreport.entities import RunStatus
from runreport.importers.found import Found, FoundFile, FoundRun
from runreport.importers.parquet_rows import columns_of, rows_of
from runreport.importers.reading import Files, derived_id, param_text, whole_number
from runreport.importers.scanning import Claim, Folder
from runreport.tags import NOTE_TAG

_PART = re.compile(r"(.+)_part_(\d+)\.parquet")
_COLUMNS = {"project_id", "run_id", "attribute_path", "attribute_type"}
_SCALARS = {
    "float": "float_value", "int": "int_value", "string": "string_value", "bool": "bool_value",
    "datetime": "datetime_value", "string_set": "string_set_value",
}  # fmt: skip
_SYSTEM = "sys/"


@dataclass(slots=True)
class _Run:
    """What the rows of a run have come to."""

    project: str
    values: dict[str, Any] = field(default_factory=dict)
    curves: dict[str, Curve] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    files: list[tuple[str, str]] = field(default_factory=list)
    """Path of the attribute, and of the file below the exported files."""


def claim(folder: Folder, files: Files) -> Iterator[Claim]:
    """Claim the parts of a project's folder."""
    parts = [name for name in folder.files if _PART.fullmatch(name)]
    if parts and columns_of(folder.place(parts[0]), files) >= _COLUMNS:
        folder.files[:] = [name for name in folder.files if name not in parts]
        yield Claim(folder.path, partial(_read, folder.path, parts, files))


def _read(folder: str, parts: list[str], files: Files) -> Iterator[Found]:
    by_run: dict[str, list[tuple[int, str]]] = {}
    for name in parts:
        match = _PART.fullmatch(name)
        assert match is not None
        by_run.setdefault(match[1], []).append((int(match[2]), name))
    for stem, own in sorted(by_run.items()):
        runs: dict[str, _Run] = {}
        for _, name in sorted(own):
            for row in rows_of(os.path.join(folder, name), files):
                run = runs.setdefault(str(row.get("run_id")), _Run(str(row.get("project_id"))))
                _take(run, row, files)
        for identity, run in runs.items():
            yield _found(identity, run, f"{files.name_of(folder)}/{stem}", folder, files)


def _take(run: _Run, row: dict[str, Any], files: Files) -> None:
    path, kind = str(row["attribute_path"]), str(row["attribute_type"])
    if kind in _SCALARS:
        run.values[path] = row.get(_SCALARS[kind])
    elif kind == "float_series":
        curve = run.curves.setdefault(path, Curve.empty())
        step = row.get("step")
        counted = whole_number(None if step is None else float(step))
        if counted is None:
            files.told.remark("steps of Neptune that are no whole numbers are counted from 0")
        value = row.get("float_value")
        curve.add(
            len(curve.steps) if counted is None else counted,
            _time(row.get("timestamp")) or 0,
            float("nan") if value is None else float(value),
        )
    elif kind == "string_series":
        run.texts.setdefault(path, []).append(str(row.get("string_value") or ""))
    elif kind in ("file", "file_series"):
        value = row.get("file_value") or {}
        step = row.get("step")
        name = path if step is None else f"{path}/{step:f}".rstrip("0").rstrip(".")
        run.files.append((name, str(value.get("path") or "")))
    else:
        files.told.left_out[f"values of Neptune of kind {kind}"] += 1


def _found(identity: str, run: _Run, source: str, folder: str, files: Files) -> FoundRun:
    values = run.values
    begun = _time(values.get("sys/creation_time"))
    ended = _time(values.get("sys/modification_time"))
    is_failed = values.get("sys/failed")
    status = RunStatus.UNKNOWN
    if is_failed is not None and str(values.get("sys/state") or "inactive").lower() != "active":
        status = RunStatus.FAILED if is_failed else RunStatus.FINISHED
    tags = {"neptune.run_id": identity}
    for name in ("sys/tags", "sys/group_tags"):
        if values.get(name):
            tags[f"neptune.{name.removeprefix(_SYSTEM)}"] = ", ".join(map(str, values[name]))
    if values.get("sys/description"):
        tags[NOTE_TAG] = str(values["sys/description"])
    name = str(values.get("sys/name") or identity)
    texts = [
        FoundFile(f"{path}.txt", "", "\n".join(lines).encode())
        for path, lines in sorted(run.texts.items())
    ]
    return FoundRun(
        run_id=derived_id("neptune", run.project, identity),
        experiment=run.project,
        source=source,
        name=name,
        status=status,
        begun_ms=begun,
        ended_ms=ended,
        params={
            path: param_text(_plain(value))
            for path, value in values.items()
            if not path.startswith(_SYSTEM)
        },
        tags=tags,
        curves=run.curves,
        files=(*_files(run, folder, files), *texts),
    )


def _files(run: _Run, folder: str, files: Files) -> Iterator[FoundFile]:
    """The files of a run, where they were exported to: ``files/`` beside ``data/``."""
    project = os.path.basename(folder)
    above = os.path.dirname(os.path.dirname(folder))
    roots = [folder, os.path.join(above, "files", project), os.path.join(above, "files")]
    for name, inside in run.files:
        for root in roots:
            place = os.path.normpath(os.path.join(root, inside)) if inside else ""
            if (
                place.startswith(root + os.sep)
                and os.path.isfile(place)
                and files.is_inside(place)
            ):
                ending = os.path.splitext(inside)[1]
                has_ending = not ending or name.endswith(ending)
                yield FoundFile(name if has_ending else f"{name}{ending}", place)
                break
        else:
            files.told.lacking["files of Neptune that were exported elsewhere"] += 1


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return sorted(value) if isinstance(value, set | list) else value


def _time(value: Any) -> int | None:
    if not isinstance(value, datetime.datetime):
        return None
    moment = value if value.tzinfo is not None else value.replace(tzinfo=datetime.UTC)
    return int(moment.timestamp() * 1000)
