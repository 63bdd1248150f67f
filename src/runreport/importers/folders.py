"""What run folders of different tools have in common: names, files, and what lies beside them."""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Collection, Iterable, Mapping

from runreport.archive.content import Curve
from runreport.importers.event_data import EventData
from runreport.importers.event_files import is_event_file, read_event_files
from runreport.importers.found import FoundFile
from runreport.importers.reading import Files, derived_id, flattened
from runreport.importers.scanning import Folder

_HYDRA = os.path.join(".hydra", "config.yaml")
_MOST_ABOVE = 3
"""Folders above a run's in which its config is looked for."""


def names_of(folder: str, files: Files) -> tuple[str, str]:
    """What the experiment and the run of a folder are called: its parent's path, and its name."""
    inside = files.name_of(folder)
    root = os.path.basename(files.root) or "runs"
    if inside == ".":
        return root, root
    parent, _, name = inside.rpartition("/")
    return parent or root, name


def run_files(
    folder: str, files: Files, known: Collection[str] = (), skipped: Collection[str] = ()
) -> tuple[FoundFile, ...]:
    """The files of a run's folder, for its artifacts.

    Args:
        known: names of files that were read for what they say.
        skipped: folders in it that belong to others.
    """
    begin = len(folder) + 1
    away = tuple(f"{name}{os.sep}" for name in skipped)
    return tuple(
        FoundFile(inside.replace(os.sep, "/"), place)
        for place in files.below(folder)
        if (inside := place[begin:]) not in known
        and not is_event_file(os.path.basename(place))
        and not (away and inside.startswith(away))
    )


def hydra_params(folder: str, files: Files) -> dict[str, str]:
    """The config that Hydra left beside a run, as params."""
    place = folder
    for _ in range(_MOST_ABOVE):
        config = os.path.join(place, _HYDRA)
        if os.path.isfile(config) and not os.path.islink(config):
            return flattened(files.yaml(config), files.told, files.name_of(config))
        if place == files.root:
            break
        place = os.path.dirname(place)
    return {}


def take_events(folder: Folder) -> list[str]:
    """The event files of a folder, which from now on belong to whoever asks."""
    own = [name for name in folder.files if is_event_file(name)]
    folder.files[:] = [name for name in folder.files if name not in own]
    return [folder.place(name) for name in own]


def run_id_of(
    kind: str, place: str, files: Files, told: Mapping[str, str], curves: Mapping[str, Curve]
) -> str:
    """The id of a run that has none of its own: made of its place below what is imported, and of
    its first point, without one of its params. A run that goes on keeps it; another run in the
    same place of another project, or in the same place later, has another.
    """
    first = min(
        ((curve.steps[0], key, curve.values[0].hex()) for key, curve in curves.items()),
        default=None,
    )
    begun = json.dumps(sorted(told.items())) if first is None else str(first)
    return derived_id(kind, files.name_of(place), begun)


def joined(curves: Mapping[str, Curve], events: EventData) -> dict[str, Curve]:
    """The curves of a run, of its own files and of its event files.

    Of one in both its own file's points count, which have more digits, and what the event files
    have after their end: a run that died may have written those alone.
    """
    found = {**events.curves, **curves}
    for key in curves.keys() & events.curves.keys():
        own, other = curves[key], events.curves[key]
        last = max(own.steps)
        if not any(own.times):  # the table has no times: those of the same steps
            moments = dict(zip(other.steps, other.times, strict=True))
            own = own._replace(times=array("q", (moments.get(step, 0) for step in own.steps)))
            found[key] = own
        if min(own.steps) == min(other.steps) and max(other.steps) > last:
            rest = [point for point in zip(*other, strict=True) if point[0] > last]
            found[key] = whole = Curve.of(*own)
            for point in rest:
                whole.add(*point)
    return found


def events_of(places: Iterable[str], files: Files) -> EventData:
    """What event files beside a run's own files say; nothing where there are none."""
    found = list(places)
    return read_event_files(found, files) if found else EventData()
