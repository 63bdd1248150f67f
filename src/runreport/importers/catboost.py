"""CatBoost: ``catboost_info/`` with catboost_training.json, tables of errors, event files.

Two trainings that wrote into one folder leave JSON that ends twice and rows of both in one line:
what can be told apart is read, the rest is named.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from runreport.archive.content import Curve
from runreport.importers.event_files import is_event_file
from runreport.importers.folders import events_of, names_of, run_id_of
from runreport.importers.found import Found, FoundRun
from runreport.importers.reading import (
    Files,
    milliseconds,
    number_of,
    param_text,
    whole_number,
)
from runreport.importers.scanning import Claim, Folder

_TRAINING = "catboost_training.json"
_TABLES = {"learn_error.tsv": "learn", "test_error.tsv": "test"}
_META = ("launch_mode", "iteration_count", "name", "parameters")


def claim(folder: Folder, files: Files) -> Iterator[Claim]:
    """Claim the folder by its training file, or by name and table."""
    is_called = folder.name == "catboost_info"
    if _TRAINING in folder.files or (is_called and "learn_error.tsv" in folder.files):
        yield Claim(folder.path, partial(_read, folder.path, files), is_whole=True)


def _read(folder: str, files: Files) -> Iterator[Found]:
    place = os.path.join(folder, _TRAINING)
    training = _training(place, files) if os.path.isfile(place) else None
    meta = training.get("meta") if training else None
    curves: dict[str, Curve] = {}
    if training is not None and isinstance(meta, dict):
        curves = _curves(meta, training.get("iterations"))
    if not curves:
        curves = _from_tables(folder, files)
    if not curves:
        curves = _from_events(folder, files)
    is_called = os.path.basename(folder) == "catboost_info" and folder != files.root
    own_folder = os.path.dirname(folder) if is_called else folder
    experiment, name = names_of(own_folder, files)
    own = meta if isinstance(meta, dict) else {}
    inside = files.name_of(folder)
    yield FoundRun(
        run_id=run_id_of("catboost", own_folder, files, {}, curves),
        experiment=experiment,
        source=inside,
        name=name,
        params={key: param_text(own[key]) for key in _META if own.get(key) not in (None, "")},
        curves=curves,
    )


def _training(place: str, files: Files) -> dict[str, Any] | None:
    """The training file, or what of it can be read."""
    text = files.text(place)
    if text is None:
        return None
    name = files.name_of(place)
    start = text.lstrip()
    found: Any = None
    try:
        found, end = json.JSONDecoder().raw_decode(start)
        if start[end:].strip():
            files.told.remark(f"{name} goes on after its end: an earlier, longer training's rest")
    except (ValueError, RecursionError):
        cut = text[: text.rfind("}") + 1]
        try:
            found = json.loads(f"{cut}]}}")
            files.told.lose(name, "it ends within an iteration")
        except (ValueError, RecursionError) as error:
            files.told.lose(name, f"it is no JSON: {error}")
    return found if isinstance(found, dict) else None


def _curves(meta: Mapping[str, Any], iterations: Any) -> dict[str, Curve]:
    learn, test = (_names(meta.get(f"{kind}_metrics")) for kind in ("learn", "test"))
    found: dict[str, Curve] = {}
    for own in iterations if isinstance(iterations, list) else ():
        if not isinstance(own, dict):
            continue
        step, moment = (
            whole_number(own.get("iteration")),
            milliseconds(own.get("passed_time")) or 0,
        )
        sets = own.get("test")
        sets = sets if isinstance(sets, list) else []
        several = sets if sets and isinstance(sets[0], list) else [sets]
        learned = own.get("learn")
        rows = [("learn", learn, learned if isinstance(learned, list) else [])]
        rows += [
            ("test" if number == 0 else f"test{number}", test, values)
            for number, values in enumerate(several)
        ]
        for kind, names, values in rows:
            for key, value in zip(names, values if isinstance(values, list) else [], strict=False):
                _add(found, f"{kind}/{key}", step, moment, number_of(value))
    return found


def _names(metrics: Any) -> list[str]:
    if not isinstance(metrics, list):
        return []
    return [str(own.get("name")) for own in metrics if isinstance(own, dict)]


def _from_tables(folder: str, files: Files) -> dict[str, Curve]:
    """The curves of the tables, where the training file has none."""
    found: dict[str, Curve] = {}
    for name, kind in _TABLES.items():
        place = os.path.join(folder, name)
        table = files.table(place, "\t") if os.path.isfile(place) else None
        if table is None:
            continue
        columns, rows = table
        bad = 0
        for row in rows:
            if len(row) != len(columns) or not row[0].strip().isdigit():
                bad += 1
                continue
            for key, cell in zip(columns[1:], row[1:], strict=True):
                _add(found, f"{kind}/{key}", whole_number(row[0]), 0, number_of(cell))
        if bad:
            files.told.lose(files.name_of(place), f"{bad:,} of its rows are broken")
    return found


def _from_events(folder: str, files: Files) -> dict[str, Curve]:
    """The curves of the event files, where nothing else has any."""
    found = {}
    for kind in ("learn", "test"):
        own = os.path.join(folder, kind)
        places = [p for p in files.below(own) if is_event_file(os.path.basename(p))]
        events = events_of(places, files)
        found.update({f"{kind}/{key}": curve for key, curve in events.curves.items()})
    return found


def _add(
    found: dict[str, Curve], key: str, step: int | None, moment: int, value: float | None
) -> None:
    if step is None or value is None:
        return
    curve = found.setdefault(key, Curve.empty())
    curve.add(step, moment, value)
