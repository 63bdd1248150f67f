"""Sacred's FileStorageObserver: ``<id>/{run,config,metrics,info}.json`` and ``cout.txt``."""

from __future__ import annotations

import os
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
    number_of,
    param_text,
    text_of,
    time_of,
    whole_number,
)
from runreport.importers.scanning import Claim, Folder
from runreport.tags import NOTE_TAG

_OWN = ("run.json", "config.json", "metrics.json")
_STATUSES = {
    "COMPLETED": RunStatus.FINISHED,
    "FAILED": RunStatus.FAILED,
    "INTERRUPTED": RunStatus.KILLED,
    "TIMEOUT": RunStatus.KILLED,
    "QUEUED": RunStatus.SCHEDULED,
}
"""What Sacred calls them; one that was RUNNING may have died since."""


def claim(folder: Folder, files: Files) -> Iterator[Claim]:
    """Claim a run's folder by what its run.json says."""
    if "run.json" not in folder.files:
        return
    place = folder.place("run.json")
    begun = text_of(files.begin_of(place, 1 << 20))
    if '"experiment"' in begun and ('"heartbeat"' in begun or '"start_time"' in begun):
        yield Claim(folder.path, partial(_read, folder.path, files), is_whole=True)
    else:
        files.told.leave(files.name_of(place), "a run.json, but not Sacred's")


def _read(folder: str, files: Files) -> Iterator[Found]:
    run = files.json(os.path.join(folder, "run.json"))
    if not isinstance(run, dict):
        return
    told = files.told
    params, curves = {}, {}
    config = os.path.join(folder, "config.json")
    if os.path.isfile(config):
        params = flattened(files.json(config), told, files.name_of(config))
        params = {key: text for key, text in params.items() if not key.startswith("__")}
    metrics = os.path.join(folder, "metrics.json")
    if os.path.isfile(metrics):
        curves = _curves(files.json(metrics), files.name_of(metrics), files)
    begun, ended = time_of(run.get("start_time")), time_of(run.get("stop_time"))
    result = number_of(run.get("result"))
    tags = {}
    if result is not None:
        curves.setdefault("result", Curve.of([0], [ended or begun or 0], [result]))
    elif run.get("result") is not None:
        tags["sacred.result"] = param_text(run["result"])
    experiment = run.get("experiment")
    name = experiment.get("name") if isinstance(experiment, dict) else None
    meta = run.get("meta")
    if isinstance(meta, dict) and meta.get("comment"):
        tags[NOTE_TAG] = str(meta["comment"])
    status = _STATUSES.get(str(run.get("status")), RunStatus.UNKNOWN)
    parent, own = names_of(folder, files)
    inside = files.name_of(folder)
    yield FoundRun(
        run_id=derived_id("sacred", str(name), str(run.get("start_time")), inside),
        experiment=str(name or parent),
        source=inside,
        name=own,
        status=status,
        begun_ms=begun,
        ended_ms=ended or time_of(run.get("heartbeat")),
        params=params,
        tags=tags,
        curves=curves,
        files=run_files(folder, files, _OWN),
    )


def _curves(metrics: Any, place: str, files: Files) -> dict[str, Curve]:
    found: dict[str, Curve] = {}
    for key, own in metrics.items() if isinstance(metrics, dict) else ():
        is_mapping = isinstance(own, dict)
        columns = [own.get(n) for n in ("steps", "timestamps", "values")] if is_mapping else []
        if not columns or not all(isinstance(column, list) for column in columns):
            files.told.lose(place, f"its metric {key!r} is none")
            continue
        lengths = {len(column) for column in columns}
        if len(lengths) > 1:
            files.told.lose(place, f"the columns of its metric {key!r} differ in length")
        curve, bad = Curve.empty(), 0
        for number, (step, time, value) in enumerate(zip(*columns, strict=False)):
            own_value = number_of(value)
            if own_value is None:
                bad += 1
                continue
            counted = whole_number(step)
            curve.add(number if counted is None else counted, time_of(time) or 0, own_value)
        if bad:
            files.told.lose(place, f"{bad:,} values of its metric {key!r} are no numbers")
        if curve.steps:
            found[str(key)] = curve
    return found
