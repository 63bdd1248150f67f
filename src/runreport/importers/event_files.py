"""TensorBoard's event files: found by their names, read together where they are of one run."""

from __future__ import annotations

import os

from runreport.archive.lfs import lfs_pointer
from runreport.importers.event_data import EventData
from runreport.importers.reading import Files
from runreport.importers.records import read_records


def is_event_file(name: str) -> bool:
    """Whether a file is called as event files are."""
    return ".tfevents." in name and not name.endswith((".zip", ".gz", ".dvc", ".py", ".txt"))


def read_event_files(places: list[str], files: Files) -> EventData:
    """What some event files of one run say; what is damaged is told."""
    found = EventData()
    for place in sorted(places, key=os.path.basename):
        name = files.name_of(place)
        begun = files.begin_of(place)
        if not begun or (pointer := lfs_pointer(begun[:1024])) is not None:
            if begun:
                files.told.lose(name, str(pointer))
            continue
        with open(place, "rb", buffering=1 << 20) as file:
            size = os.fstat(file.fileno()).st_size
            found.source, found.bad = place, 0
            for blocks in read_records(file, size, name, files.told):
                found.add(blocks)
            if found.bad:
                files.told.lose(name, f"{found.bad:,} of its records are no events")
    for what, count in found.left.items():
        files.told.left_out[what] += count
    return found
