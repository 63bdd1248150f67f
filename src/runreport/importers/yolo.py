"""YOLO v5 to v11: results.csv with args.yaml or opt.yaml, plots and weights in one folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from runreport.importers.folders import (
    events_of,
    joined,
    names_of,
    run_files,
    run_id_of,
    take_events,
)
from runreport.importers.found import Found, FoundRun
from runreport.importers.reading import Files, flattened, number_of, text_of
from runreport.importers.scanning import Claim, Folder
from runreport.importers.tables import curves_of

_RESULTS = "results.csv"
_CONFIGS = ("args.yaml", "opt.yaml")
_COLUMN = re.compile(r"(train|val|metrics|lr|x)/")


def claim(folder: Folder, files: Files) -> Iterator[Claim]:
    """Claim a folder by the columns of its results, or by a config that trains on images."""
    has_results = _RESULTS in folder.files and _is_results(folder.place(_RESULTS), files)
    configs = [name for name in _CONFIGS if name in folder.files]
    if not has_results and not any(_is_config(folder.place(name), files) for name in configs):
        return
    own = [name for name in (*configs, "hyp.yaml", *[_RESULTS] * has_results)
           if name in folder.files]  # fmt: skip
    for name in own:
        folder.files.remove(name)
    yield Claim(folder.path, partial(_read, folder.path, own, take_events(folder), files))


def _is_results(place: str, files: Files) -> bool:
    header = text_of(files.begin_of(place, 16384)).partition("\n")[0]
    columns = [cell.strip() for cell in header.split(",")]
    if "epoch" in columns and any(map(_COLUMN.match, columns)):
        return True
    files.told.leave(files.name_of(place), "a results.csv, but not YOLO's")
    return False


def _is_config(place: str, files: Files) -> bool:
    names = set(re.findall(r"^(\w+):", text_of(files.begin_of(place, 65536)), re.MULTILINE))
    return "epochs" in names and bool(names & {"imgsz", "img_size"})


def _read(folder: str, own: list[str], places: list[str], files: Files) -> Iterator[Found]:
    params: dict[str, str] = {}
    config: Any = None
    for name in own:
        if name != _RESULTS:
            place = os.path.join(folder, name)
            value = files.yaml(place)
            config = config or value
            before = "hyp." if name == "hyp.yaml" else ""
            flat = flattened(value, files.told, files.name_of(place))
            params.update({f"{before}{key}": text for key, text in flat.items()})
    events = events_of(places, files)
    curves = {}
    if _RESULTS in own:
        place = os.path.join(folder, _RESULTS)
        table = files.table(place)
        if table is not None:
            columns, rows = table
            times = _times(columns, rows, events.begun_ms or 0)
            curves = curves_of(
                columns, rows, ("epoch",), files.told, files.name_of(place), times=times
            )
    experiment, name = names_of(folder, files)
    task = config.get("task") if isinstance(config, dict) else None
    inside = files.name_of(folder)
    yield FoundRun(
        run_id=run_id_of("yolo", folder, files, params, curves),
        experiment=str(task) if task else experiment,
        source=inside,
        name=name,
        begun_ms=events.begun_ms,
        ended_ms=events.ended_ms,
        params=params,
        curves=joined(curves, events),
        files=(*run_files(folder, files, own), *events.files),
    )


def _times(columns: list[str], rows: list[list[str]], begun_ms: int) -> dict[int, int]:
    """When each row was written: the column ``time`` counts seconds from the start."""
    if "time" not in columns:
        return {}
    at = columns.index("time")
    found = {}
    for number, row in enumerate(rows):
        elapsed = number_of(row[at]) if at < len(row) else None
        if elapsed is not None and 0 <= elapsed < 1e9:
            found[number] = begun_ms + int(elapsed * 1000)
    return found
