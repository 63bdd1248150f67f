"""Lightning's loggers: ``version_N`` with hparams.yaml, metrics.csv, event files, checkpoints."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import partial

from runreport.importers.folders import (
    events_of,
    hydra_params,
    joined,
    names_of,
    run_files,
    run_id_of,
    take_events,
)
from runreport.importers.found import Found, FoundRun
from runreport.importers.reading import Files, flattened
from runreport.importers.scanning import Claim, Folder
from runreport.importers.tables import curves_of
from runreport.importers.tensorboard import event_run_id

_OWN = ("hparams.yaml", "metrics.csv")


def claim(folder: Folder, files: Files) -> Iterator[Claim]:
    """Claim a version's folder."""
    own = [name for name in _OWN if name in folder.files]
    is_version = re.fullmatch(r"version_\d+", folder.name) or "lightning_logs" in folder.parents
    if own and is_version:
        for name in own:
            folder.files.remove(name)
        events = take_events(folder)
        yield Claim(folder.path, partial(_read, folder.path, own, events, files))


def _read(folder: str, own: list[str], places: list[str], files: Files) -> Iterator[Found]:
    told = files.told
    params = hydra_params(folder, files)
    curves = {}
    if "hparams.yaml" in own:
        place = os.path.join(folder, "hparams.yaml")
        params.update(flattened(files.yaml(place), told, files.name_of(place)))
    if "metrics.csv" in own:
        place = os.path.join(folder, "metrics.csv")
        table = files.table(place)
        if table is not None:
            name = files.name_of(place)
            curves = curves_of(*table, ("step",), told, name, ("epoch",))
    events = events_of(places, files)
    run_id = run_id_of("lightning", folder, files, params, curves)
    if events.first and not (params or curves):
        run_id = event_run_id(events)
    experiment, name = names_of(folder, files)
    inside = files.name_of(folder)
    yield FoundRun(
        run_id=run_id,
        experiment=experiment,
        source=inside,
        name=name,
        begun_ms=events.begun_ms,
        ended_ms=events.ended_ms,
        params={**events.params, **params},
        curves=joined(curves, events),
        files=(*run_files(folder, files, own), *events.files),
    )
