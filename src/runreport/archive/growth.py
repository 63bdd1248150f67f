"""What runs log while somebody looks: the points that came to the journals of an archive."""

from __future__ import annotations

import contextlib
import os

from runreport.archive.journal import JournalName, list_journals
from runreport.archive.journal_reading import read_journal
from runreport.archive.storage import LocalStorage
from runreport.events import Point


class Growth:
    """Follows the journals of an archive on this machine, reading only what is new of them."""

    def __init__(self, storage: LocalStorage) -> None:
        """Begin at their present ends."""
        self._storage = storage
        self._ends: dict[JournalName, int] = {
            name: file.size_bytes for name, file in list_journals(storage)
        }

    def more(self) -> list[Point]:
        """The points of whole lines that were written since the last call, journal by journal.

        A journal that was sealed meanwhile brings nothing: the site is made anew then.
        """
        found: list[Point] = []
        ends = {}
        for name, file in list_journals(self._storage):
            begin = self._ends.get(name, 0)
            data = self._read(name, begin) if file.size_bytes > begin else b""
            whole = data[: data.rfind(b"\n") + 1]
            ends[name] = begin + len(whole)
            # Of a later part nothing says which fact comes first; nor does a later journal's name.
            part = name if begin == 0 else name._replace(number=max(1, name.number))
            found += read_journal(whole, part).points
        self._ends = ends
        return found

    def _read(self, name: JournalName, begin: int) -> bytes:
        with (
            contextlib.suppress(OSError),  # sealed meanwhile
            open(os.path.join(self._storage.root, name.path), "rb") as file,
        ):
            file.seek(begin)
            return file.read()
        return b""
