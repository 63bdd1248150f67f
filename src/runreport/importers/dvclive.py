"""DVCLive: ``dvclive/`` with a table a metric, metrics.json, params.yaml and plots."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial

from runreport.archive.content import Curve
from runreport.importers.folders import names_of, run_files, run_id_of
from runreport.importers.found import Found, FoundRun
from runreport.importers.reading import (
    Files,
    flattened,
    number_of,
    whole_number,
)
from runreport.importers.scanning import Claim, Folder
from runreport.importers.tables import flat_numbers

_TABLES = (os.path.join("plots", "metrics"), "scalars")


def claim(folder: Folder, files: Files) -> Iterator[Claim]:
    """Claim a folder of that name, or one with DVCLive's tables beside metrics.json."""
    has_tables = any(os.path.isdir(folder.place(name)) for name in _TABLES)
    is_called = folder.name.startswith("dvclive")
    has_metrics = "metrics.json" in folder.files
    if (has_metrics and (is_called or has_tables)) or (
        is_called and (has_tables or "plots" in folder.folders)
    ):
        yield Claim(folder.path, partial(_read, folder.path, files), is_whole=True)


def _read(folder: str, files: Files) -> Iterator[Found]:
    told = files.told
    curves: dict[str, Curve] = {}
    root = next((own for name in _TABLES if os.path.isdir(own := os.path.join(folder, name))), "")
    for place in files.below(root) if root else ():
        if place.endswith(".tsv"):
            key = place[len(root) + 1 : -4].replace(os.sep, "/")
            curve = _curve(place, key, files)
            if curve is not None:
                curves[key] = curve
    metrics = os.path.join(folder, "metrics.json")
    if os.path.isfile(metrics):
        summary = files.json(metrics)
        if isinstance(summary, dict):
            step = whole_number(summary.get("step")) or 0
            for key, value in flat_numbers(summary):
                if key != "step" and key not in curves:
                    curves[key] = Curve.of([step], [0], [value])
    params_place = os.path.join(folder, "params.yaml")
    params = {}
    if os.path.isfile(params_place):
        params = flattened(files.yaml(params_place), told, files.name_of(params_place))
    times = [time for curve in curves.values() for time in curve.times if time]
    is_called = os.path.basename(folder) == "dvclive" and folder != files.root
    experiment, name = names_of(os.path.dirname(folder) if is_called else folder, files)
    inside = files.name_of(folder)
    known = ("metrics.json", "params.yaml")
    skipped = (root[len(folder) + 1 :],) if root else ()
    yield FoundRun(
        run_id=run_id_of("dvclive", folder, files, params, curves),
        experiment=experiment,
        source=inside,
        name=name,
        begun_ms=min(times, default=None),
        ended_ms=max(times, default=None),
        params=params,
        curves=curves,
        files=run_files(folder, files, known, skipped),
    )


def _curve(place: str, key: str, files: Files) -> Curve | None:
    """The points of a metric's table: a step, a time, a value."""
    table = files.table(place, "\t")
    if table is None:
        return None
    columns, rows = table
    step_at = columns.index("step") if "step" in columns and len(columns) > 1 else None
    time_at = columns.index("timestamp") if "timestamp" in columns else None
    name = key.rpartition("/")[2]
    others = [at for at in range(len(columns)) if at not in (step_at, time_at)]
    value_at = columns.index(name) if name in columns else others[0] if others else None
    if value_at is None:
        return None
    curve, bad = Curve.empty(), 0
    for number, row in enumerate(rows):
        value = number_of(row[value_at]) if value_at < len(row) else None
        if value is None:
            bad += 1
            continue
        step = whole_number(row[step_at]) if step_at is not None and step_at < len(row) else None
        time = whole_number(row[time_at]) if time_at is not None and time_at < len(row) else None
        curve.add(number if step is None else step, time or 0, value)
    if bad:
        files.told.lose(files.name_of(place), f"{bad:,} of its rows have no number")
    return curve if curve.steps else None
