"""What tells whether an archive has changed: its listing and which writers live, without reading
a byte of it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from runreport.archive.clock import wall_ms
from runreport.archive.journal import SILENCE_MS, list_journals
from runreport.archive.layout import EXPERIMENTS, PURGED, SEGMENTS
from runreport.archive.storage import Storage

ArchiveState = tuple[tuple[object, ...], ...]
"""Equal as long as reading the archive again would give the same."""


def archive_state(storage: Storage) -> ArchiveState:
    """The state of an archive now."""
    now = wall_ms()
    journals = [
        (*file, storage.is_locked(name.lock_path), now - file.modified_ms > SILENCE_MS)
        for name, file in list_journals(storage)
    ]
    files = [file for folder in (SEGMENTS, EXPERIMENTS, PURGED) for file in storage.list(folder)]
    return (*journals, *files)


_Value = TypeVar("_Value")


class Kept(Generic[_Value]):
    """What one archive came to when it was read last, kept until the archive changes.

    One slot for the process, since it may be large: another archive takes its place.
    """

    def __init__(self) -> None:
        self._slot: tuple[str, ArchiveState, _Value] | None = None
        self._lock = threading.Lock()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.renew_lock)

    def get(self, storage: Storage, make: Callable[[], _Value]) -> _Value:
        """What the archive comes to now; ``make`` reads it where nothing is kept."""
        with self._lock:  # several threads would each read it all
            state = archive_state(storage)  # before reading: what changes meanwhile is read again
            slot = self._slot
            if slot is not None and slot[:2] == (storage.identity, state):
                return slot[2]
            slot = self._slot = None  # gone from memory before the next one comes
            value = make()
            self._slot = (storage.identity, state, value)
            return value

    def renew_lock(self) -> None:
        """In a forked child: another thread of the parent may have held the lock."""
        self._lock = threading.Lock()
