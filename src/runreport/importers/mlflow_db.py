"""MLflow's database, ``mlflow.db``: any revision of it, by the columns that it has.

Not-a-number is kept there as 0 with a mark, and infinity as the largest number there is. Artifacts
lie in a folder beside it, found by how their URI ends.
"""

from __future__ import annotations

import os
import re
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from runreport.archive.content import Curve
from runreport.archive.lfs import lfs_pointer
from runreport.entities import RunStatus
from runreport.importers.found import Found, FoundDataset, FoundExperiment, FoundFile
from runreport.importers.mlflow_names import (
    dataset_of,
    far_away,
    model_folder,
    run_of,
    safe_run_id,
    status_of,
)
from runreport.importers.mlflow_registry import model_of, version_of
from runreport.importers.reading import Files, number_of, param_text, whole_number
from runreport.importers.scanning import Claim, Folder
from runreport.importers.sqlite_reading import Database, opened, tables_of

_NAME = re.compile(r".+\.(db|sqlite3?|mlflow)|mlflow(db)?", re.IGNORECASE)
_ROOTS = ("mlruns", "mlartifacts", "artifacts", "")
_LARGEST = sys.float_info.max
"""Stands for infinity."""
_UNPLACED = {
    "trace_info": "traces",
    "webhooks": "webhooks",
    "scorers": "scorers",
    "evaluation_datasets": "evaluation data sets",
    "jobs": "jobs",
}
_Rows = dict[str, dict[str, str]]


def claim(folder: Folder, files: Files) -> Iterator[Claim]:
    """Claim databases that have MLflow's tables."""
    for name in folder.files:
        place = folder.place(name)
        if _NAME.fullmatch(name) and _is_ours(name, place, files):
            yield Claim(place, partial(_read, place, files))


def _is_ours(name: str, place: str, files: Files) -> bool:
    try:
        tables = tables_of(place, files)
    except sqlite3.Error as error:
        looks = b"experiments" in files.begin_of(place, 1 << 20)
        tell = files.told.lose if looks else files.told.leave
        tell(files.name_of(place), f"it is damaged: {error}")
        return False
    is_mlflow = tables is not None and {"runs", "experiments"} <= tables.keys()
    if tables is None and name.lower().startswith("mlflow"):
        pointer = lfs_pointer(files.begin_of(place, 1024))
        if pointer is not None:
            files.told.lose(files.name_of(place), pointer)
        else:
            files.told.leave(files.name_of(place), "it is no SQLite database")
    elif tables is not None and not is_mlflow:
        files.told.leave(files.name_of(place), "a database, but not MLflow's")
    return is_mlflow


def _read(place: str, files: Files) -> Iterator[Found]:
    try:
        with opened(place, files) as database:
            yield from _Store(database, place, files).read()
    except (sqlite3.Error, OSError) as error:
        files.told.lose(files.name_of(place), f"it is damaged: {error}")


def _point(step: Any, time: Any, value: Any, is_nan: Any) -> tuple[int, int, float] | None:
    """A point of a row; None where it is none."""
    number = float("nan") if is_nan or value is None else number_of(value)
    counted, moment = whole_number(step or 0), whole_number(time or 0)
    if number is None or counted is None or moment is None:
        return None
    if abs(number) == _LARGEST:
        number = float("inf") if number > 0 else float("-inf")
    return counted, moment, number


class _Store:
    def __init__(self, database: Database, place: str, files: Files) -> None:
        self.database, self.place, self.files, self.told = database, place, files, files.told

    def read(self) -> Iterator[Found]:
        """All that it holds: experiments, their runs, models."""
        names = {}
        tags = self._texts("experiment_tags", "experiment_id")
        for identity, name, stage, created in self.database.rows(
            "experiments", ("experiment_id", "name", "lifecycle_stage", "creation_time")
        ):
            is_gone = stage == "deleted"
            names[identity] = (str(name), is_gone)
            yield FoundExperiment(str(name), tags.get(str(identity), {}), created, is_gone)
        models, files = self._logged_models()
        yield from self._runs(names, files)
        yield from self._registry(models)
        for table, what in _UNPLACED.items():
            if count := self.database.count(table):
                self.told.left_out[what] += count

    def _runs(
        self, names: Mapping[Any, tuple[str, bool]], logged: Mapping[str, list[FoundFile]]
    ) -> Iterator[Found]:
        params, tags = self._texts("params", "run_uuid"), self._texts("tags", "run_uuid")
        curves, datasets = self._curves(), self._inputs()
        columns = (
            "run_uuid", "name", "experiment_id", "status", "start_time", "end_time",
            "artifact_uri", "lifecycle_stage", "user_id",
        )  # fmt: skip
        for row in self.database.rows("runs", columns, ("start_time", "run_uuid")):
            run_uuid, name, experiment, status, begun, ended, uri, stage, user = row
            identity = str(run_uuid)
            files = self._artifacts(identity, str(uri or ""))
            taken = {one.path for one in files}
            files += [one for one in logged.get(identity, ()) if one.path not in taken]
            away = far_away(str(uri or ""), self.files.root)
            if not files and away:
                self.told.lacking[f"runs whose artifact URI points to {away}"] += 1
            in_experiment, is_gone = names.get(experiment, (f"Experiment {experiment}", False))
            yield run_of(
                run_id=safe_run_id(identity),
                experiment=in_experiment,
                source=f"{self.files.name_of(self.place)}#{identity}",
                meta={"name": name, "user_id": user, "start_time": begun, "end_time": ended},
                status=status_of(status) if status else RunStatus.UNKNOWN,
                params=params.get(identity, {}),
                tags=tags.get(identity, {}),
                curves=curves.get(identity, {}),
                files=tuple(files),
                datasets=tuple(datasets.get(identity, ())),
                is_deleted=stage == "deleted" or is_gone,
            )

    def _texts(self, table: str, owner: str) -> _Rows:
        """Keys and values by their owner."""
        found: _Rows = defaultdict(dict)
        for identity, key, value in self.database.rows(table, (owner, "key", "value")):
            found[str(identity)][str(key)] = "" if value is None else param_text(value)
        return found

    def _curves(self) -> dict[str, dict[str, Curve]]:
        """The points by run and metric: there are millions, so those that are as MLflow writes
        them are taken as they are."""
        curves: dict[tuple[Any, Any], Curve] = {}
        columns = ("run_uuid", "key", "step", "timestamp", "value", "is_nan")
        bad = 0
        rows = self.database.rows("metrics", columns, ("rowid",))
        for run_uuid, key, step, time, value, is_nan in rows:
            try:
                steps, times, values = curves[run_uuid, key]
            except KeyError:
                curves[run_uuid, key] = curve = Curve.empty()
                steps, times, values = curve
            is_plain = type(value) is float and type(step) is type(time) is int and not is_nan
            if is_plain and -_LARGEST < value < _LARGEST:
                steps.append(step)
                times.append(time)
                values.append(value)
            elif (point := _point(step, time, value, is_nan)) is not None:
                curves[run_uuid, key].add(*point)
            else:
                bad += 1
        if bad:
            place = self.files.name_of(self.place)
            self.told.lose(place, f"{bad:,} rows of its metrics are no points")
        by_run: dict[str, dict[str, Curve]] = defaultdict(dict)
        for (run_uuid, key), curve in curves.items():
            if curve.steps:
                by_run[str(run_uuid)][str(key)] = curve
        return by_run

    def _inputs(self) -> dict[str, list[FoundDataset]]:
        columns = (
            "dataset_uuid", "name", "digest", "dataset_source_type", "dataset_source",
            "dataset_schema", "dataset_profile",
        )  # fmt: skip
        datasets = {
            str(row[0]): dataset_of(
                dict(zip(("name", "digest", "source_type", "source", "schema", "profile"), row[1:],
                         strict=True))
            )
            for row in self.database.rows("datasets", columns)
        }  # fmt: skip
        contexts = {
            str(identity): str(value)
            for identity, name, value in self.database.rows(
                "input_tags", ("input_uuid", "name", "value")
            )
            if name == "mlflow.data.context"
        }
        found: dict[str, list[FoundDataset]] = defaultdict(list)
        for identity, source_type, source, target_type, target in self.database.rows(
            "inputs",
            ("input_uuid", "source_type", "source_id", "destination_type", "destination_id"),
        ):
            if (source_type, target_type) == ("DATASET", "RUN") and str(source) in datasets:
                own = datasets[str(source)]
                context = contexts.get(str(identity), "")
                found[str(target)].append(own._replace(data={**own.data, "context": context}))
        return found

    def _artifacts(self, run_id: str, uri: str) -> list[FoundFile]:
        """The files of a run that lie beside the database, wherever their URI says they are."""
        beside = os.path.dirname(self.place)
        parts = uri.replace("\\", "/").rstrip("/").split("/")[-3:]
        if parts[1:] != [run_id, "artifacts"]:
            return []
        for base in dict.fromkeys((beside, self.files.root)):
            for root in _ROOTS:
                folder = os.path.join(base, root, *parts)
                if os.path.isdir(folder) and self.files.is_inside(folder):
                    return [
                        FoundFile(os.path.relpath(place, folder).replace(os.sep, "/"), place)
                        for place in self.files.below(folder)
                    ]
        return []

    def _logged_models(self) -> tuple[dict[str, str], dict[str, list[FoundFile]]]:
        """Where each logged model is, and the files of those that are here, by run."""
        models: dict[str, str] = {}
        found: dict[str, list[FoundFile]] = defaultdict(list)
        beside = os.path.dirname(self.place)
        for identity, experiment, name, run_id in self.database.rows(
            "logged_models", ("model_id", "experiment_id", "name", "source_run_id")
        ):
            if not run_id:
                self.told.left_out["logged models of no run"] += 1
                continue
            own = found[str(run_id)]
            folder = model_folder(name, str(identity), {one.path for one in own})
            models[str(identity)] = f"runs:/{safe_run_id(str(run_id))}/{folder}"
            inside = (str(experiment), "models", str(identity), "artifacts")
            for base in (os.path.join(beside, root, *inside) for root in _ROOTS):
                if os.path.isdir(base) and self.files.is_inside(base):
                    own += [
                        FoundFile(f"{folder}/{os.path.relpath(p, base).replace(os.sep, '/')}", p)
                        for p in self.files.below(base)
                    ]
                    break
        return models, found

    def _registry(self, models: Mapping[str, str]) -> Iterator[Found]:
        tags = self._texts("registered_model_tags", "name")
        aliases: dict[str, dict[str, int]] = defaultdict(dict)
        for name, alias, version in self.database.rows(
            "registered_model_aliases", ("name", "alias", "version")
        ):
            aliases[str(name)][str(alias)] = whole_number(version) or 0
        version_tags: dict[tuple[str, int], dict[str, str]] = defaultdict(dict)
        for name, number, key, value in self.database.rows(
            "model_version_tags", ("name", "version", "key", "value")
        ):
            version_tags[str(name), whole_number(number) or 0][str(key)] = param_text(value)
        versions = defaultdict(list)
        columns = (
            "name", "version", "run_id", "source", "description", "creation_time", "user_id",
            "current_stage",
        )  # fmt: skip
        for name, number, *rest in self.database.rows(
            "model_versions", columns, ("name", "version")
        ):
            meta = dict(zip(columns[2:], rest, strict=True))
            if meta["current_stage"] != "Deleted_Internal":
                counted = whole_number(number) or 0
                own_tags = version_tags[str(name), counted]
                versions[str(name)].append(version_of(counted, meta, own_tags, models))
        for name, created, description in self.database.rows(
            "registered_models", ("name", "creation_time", "description")
        ):
            meta = {"creation_time": created, "description": description}
            own = versions[str(name)]
            yield model_of(str(name), meta, tags.get(str(name), {}), own, aliases[str(name)])
