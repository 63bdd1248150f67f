"""MLflow's file store: ``mlruns/<experiment>/<run>/{meta.yaml,params,metrics,tags,artifacts}``.

What lies beside a run's ``meta.yaml`` counts, whatever its URIs say: they name the machine that
logged it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from runreport.archive.content import Curve
from runreport.importers.found import Found, FoundDataset, FoundExperiment, FoundFile, FoundRun
from runreport.importers.mlflow_names import (
    dataset_of,
    far_away,
    model_folder,
    run_of,
    safe_run_id,
    status_of,
)
from runreport.importers.mlflow_registry import folders_in, read_registry
from runreport.importers.reading import Files, text_of, whole_number
from runreport.importers.scanning import Claim, Folder

_META = "meta.yaml"
_TRASH = ".trash"
_MODELS = "models"
_PLAIN_LINES = re.compile(rb"(?:\d{1,18} [^ \r\n]+ -?\d{1,18}\n)+")
"""The points of a metric as MLflow writes them."""
_OF_EXPERIMENTS = (_MODELS, "traces", "datasets", "tags", "assessments")


def claim(folder: Folder, files: Files) -> Iterator[Claim]:
    """Claim a store: a folder with an experiment in it, or one that is called ``mlruns``."""
    is_store = any(_is_experiment(folder.place(name), files) for name in folder.folders)
    if is_store or (folder.name == "mlruns" and (folder.folders or folder.files)):
        yield Claim(folder.path, lambda: _Store(folder.path, files).read(), is_whole=True)


def _is_experiment(path: str, files: Files) -> bool:
    begun = files.begin_of(os.path.join(path, _META), 65536)
    return b"experiment_id" in begun and b"artifact_location" in begun and b"model_id" not in begun


class _Store:
    def __init__(self, path: str, files: Files) -> None:
        self.path, self.files, self.told = path, files, files.told

    def read(self) -> Iterator[Found]:
        """All that it holds: experiments, their runs, models."""
        names = [name for name in folders_in(self.path) if name not in (_MODELS, _TRASH)]
        models: dict[str, str] = {}
        for name in names:
            yield from self._experiment(os.path.join(self.path, name), models, False)
        trash = os.path.join(self.path, _TRASH)
        for name in folders_in(trash):
            yield from self._experiment(os.path.join(trash, name), models, True)
        registry = os.path.join(self.path, _MODELS)
        if os.path.isfile(os.path.join(registry, _META)):  # an experiment of that name
            yield from self._experiment(registry, models, False)
        else:
            yield from read_registry(registry, self.files, models)

    def _experiment(self, path: str, models: dict[str, str], is_trash: bool) -> Iterator[Found]:
        folders = folders_in(path)
        meta: dict[str, Any] = {}
        if os.path.isfile(os.path.join(path, _META)):
            meta = _mapping(self.files.yaml(os.path.join(path, _META)))
        name = str(meta.get("name") or "") or os.path.basename(path)
        is_deleted = is_trash or meta.get("lifecycle_stage") == "deleted"
        if meta:
            tags = self.files.texts(os.path.join(path, "tags"))
            created = whole_number(meta.get("creation_time"))
            yield FoundExperiment(name, tags, created, is_deleted)
        elif not any(os.path.isfile(os.path.join(path, own, _META)) for own in folders):
            self._orphans(path, folders)
            return
        datasets = self._datasets(os.path.join(path, "datasets"))
        logged = self._logged_models(os.path.join(path, _MODELS), models)
        traces = len(folders_in(os.path.join(path, "traces")))
        if traces:
            self.told.left_out["traces"] += traces
        for own in folders:
            run = os.path.join(path, own)
            if os.path.isfile(os.path.join(run, _META)):
                if own not in _OF_EXPERIMENTS:
                    yield from self._run(run, name, datasets, logged, is_deleted)
            elif own not in _OF_EXPERIMENTS:
                self._orphans(run, ())

    def _orphans(self, path: str, folders: Any) -> None:
        """Say what of a folder without ``meta.yaml`` is there: its facts are in a database."""
        subfolders = set(folders_in(path))
        if subfolders & {"params", "metrics", "tags"}:
            self.told.lose(self.files.name_of(path), f"it has no {_META}, so it is no run")
        elif "artifacts" in subfolders or folders:
            self.told.lacking["folders of artifacts only; their runs are in a database"] += 1

    def _run(
        self,
        path: str,
        experiment: str,
        datasets: Mapping[str, FoundDataset],
        logged: Mapping[str, list[FoundFile]],
        is_deleted: bool,
    ) -> Iterator[FoundRun]:
        meta = _mapping(self.files.yaml(os.path.join(path, _META)))
        if not any(key in meta for key in ("run_id", "run_uuid", "artifact_uri")):
            self.told.lose(self.files.name_of(path), f"its {_META} describes no run")
            return
        folder = os.path.basename(path)
        run_id = safe_run_id(str(meta.get("run_id") or meta.get("run_uuid") or folder))
        kept = [
            FoundFile(place[len(path) + 11 :].replace(os.sep, "/"), place)
            for place in self.files.below(os.path.join(path, "artifacts"))
        ]
        taken = {one.path for one in kept}
        kept += [one for one in logged.get(run_id, ()) if one.path not in taken]
        away = far_away(str(meta.get("artifact_uri") or ""), self.files.root)
        if not kept and away:
            self.told.lacking[f"runs whose artifact URI points to {away}"] += 1
        curves = self._curves(os.path.join(path, "metrics"))
        params = self.files.texts(os.path.join(path, "params"))
        yield run_of(
            run_id=run_id,
            experiment=experiment,
            source=self.files.name_of(path),
            meta={**meta, "name": meta.get("run_name") or meta.get("name")},
            status=status_of(meta.get("status")),
            params={key: _one_line(text) for key, text in params.items()},
            tags=self.files.texts(os.path.join(path, "tags")),
            curves=curves,
            files=tuple(kept),
            datasets=tuple(self._inputs(os.path.join(path, "inputs"), datasets)),
            is_deleted=is_deleted or meta.get("lifecycle_stage") == "deleted",
        )

    def _curves(self, folder: str) -> dict[str, Curve]:
        found = {}
        begin = len(folder) + 1
        for place in self.files.below(folder):
            data = self.files.read(place)
            if data is None:
                continue
            curve, bad = read_curve(data)
            if bad:
                problem = f"{len(bad):,} of its lines are no points (line {bad[0]})"
                self.told.lose(self.files.name_of(place), problem)
            if curve.steps:
                found[place[begin:].replace(os.sep, "/")] = curve
        return found

    def _datasets(self, folder: str) -> dict[str, FoundDataset]:
        found = {}
        for own in folders_in(folder):
            meta = _mapping(self.files.yaml(os.path.join(folder, own, _META)))
            if meta:
                found[own] = dataset_of(meta)
        return found

    def _inputs(self, folder: str, datasets: Mapping[str, FoundDataset]) -> Iterator[FoundDataset]:
        for own in folders_in(folder):
            meta = _mapping(self.files.yaml(os.path.join(folder, own, _META)))
            found = datasets.get(str(meta.get("source_id")))
            if found is None:
                if meta.get("source_type") == "DATASET":
                    self.told.lose(self.files.name_of(folder), "its data set is not there")
                continue
            tags = _mapping(meta.get("tags"))
            context = str(tags.get("mlflow.data.context") or "")
            yield found._replace(data={**found.data, "context": context})

    def _logged_models(self, folder: str, models: dict[str, str]) -> dict[str, list[FoundFile]]:
        """The files of logged models by run; where each model is then goes into ``models``."""
        found: dict[str, list[FoundFile]] = {}
        for own in folders_in(folder):
            path = os.path.join(folder, own)
            meta_place = os.path.join(path, _META)
            if not os.path.isfile(meta_place):
                self.told.lacking["models without their description; it is in a database"] += 1
                continue
            meta = _mapping(self.files.yaml(meta_place))
            run_id = str(meta.get("source_run_id") or "")
            if not run_id:
                self.told.left_out["logged models of no run"] += 1
                continue
            run_id = safe_run_id(run_id)
            files = found.setdefault(run_id, [])
            name = model_folder(meta.get("name"), own, {one.path for one in files})
            models[own] = f"runs:/{run_id}/{name}"
            artifacts = os.path.join(path, "artifacts")
            for place in self.files.below(artifacts):
                inside = os.path.relpath(place, artifacts).replace(os.sep, "/")
                files.append(FoundFile(f"{name}/{inside}", place))
        return found


def read_curve(data: bytes) -> tuple[Curve, list[int]]:
    """The points of a metric's file, and the numbers of the lines that are none.

    A line is ``time value``, with step, or with step, name and digest of a data set. MLflow itself
    takes the step of the longest form for 0; it stands there.
    """
    if _PLAIN_LINES.fullmatch(data):
        parts = data.split()
        with suppress(ValueError):
            values = map(float, parts[1::3])
            return Curve.of(map(int, parts[2::3]), map(int, parts[::3]), values), []
    return _read_lines(text_of(data))


def _read_lines(text: str) -> tuple[Curve, list[int]]:
    curve = Curve.empty()
    bad: list[int] = []
    for number, line in enumerate(text.splitlines(), start=1):
        parts = line.split()
        if not parts:
            continue
        try:
            value = float(parts[1])
            time = int(parts[0]) if parts[0].isdigit() else whole_number(parts[0])
            step = 0 if len(parts) < 3 else _step(parts[2])
        except (IndexError, ValueError):
            bad.append(number)
            continue
        if time is None or step is None or time >= 2**63:
            bad.append(number)
            continue
        curve.add(step, time, value)
    return curve, bad


def _step(text: str) -> int | None:
    return int(text) if text.isdigit() and len(text) < 19 else whole_number(text)


def _one_line(text: str) -> str:
    """A value without the line end that an editor or git added; one of several lines as it is."""
    bare = text.rstrip("\r\n")
    return text if "\n" in bare else bare


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
