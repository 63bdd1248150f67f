"""TensorBoard: every folder with event files is a run, as TensorBoard itself has it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from runreport.importers.event_data import EventData
from runreport.importers.event_files import read_event_files
from runreport.importers.folders import hydra_params, names_of, take_events
from runreport.importers.found import Found, FoundRun
from runreport.importers.reading import Files, derived_id
from runreport.importers.scanning import Claim, Folder


def claim(folder: Folder, files: Files) -> Iterator[Claim]:
    """Claim the event files of a folder."""
    places = take_events(folder)
    if places:
        yield Claim(folder.path, partial(_read, folder.path, places, files))


def _read(folder: str, places: list[str], files: Files) -> Iterator[Found]:
    events = read_event_files(places, files)
    if not events.first:
        return
    experiment, name = names_of(folder, files)
    yield FoundRun(
        run_id=event_run_id(events),
        experiment=experiment,
        source=files.name_of(folder),
        name=name,
        begun_ms=events.begun_ms,
        ended_ms=events.ended_ms,
        params={**hydra_params(folder, files), **events.params},
        curves=events.curves,
        files=tuple(events.files),
    )


def event_run_id(events: EventData) -> str:
    """The id of a run by its first record, which tells when it was opened to the microsecond."""
    return derived_id("tensorboard", events.first.decode("latin-1"))
