"""The lock that purge, compaction and merge hold, so that they do not do one work twice.

It saves work, not facts: without it (on an object store, on a disk that refuses locks) two of
them may run at once, and every fact still counts exactly once.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from runreport.archive.journal import FOLDER
from runreport.archive.storage import Storage
from runreport.errors import InvalidState, WriteFailed

LOCK_PATH = f"{FOLDER}/maintenance.lock"
PATIENCE_SECONDS = 60.0


@contextmanager
def exclusive(storage: Storage, *, patience_seconds: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Do maintenance alone, where the disk has locks.

    Raises:
        InvalidState: somebody else is at it, and was for all of ``patience_seconds``.
    """
    deadline = time.monotonic() + patience_seconds
    try:
        storage.make_folder(FOLDER)
        descriptor = storage.lock(LOCK_PATH)
    except OSError as error:
        raise WriteFailed(
            f"Could not write to {storage.locate(FOLDER)}: {error.strerror or error}. "
            "Make the archive writable, then try again."
        ) from error
    while True:
        if descriptor is not None or storage.is_locked(LOCK_PATH) is None:
            break
        if time.monotonic() > deadline:
            raise InvalidState(
                f"Another purge, compaction or merge of {storage.root} is at work since "
                f"{patience_seconds:.0f} seconds. Try again when it has ended."
            )
        time.sleep(0.02)
        descriptor = storage.lock(LOCK_PATH)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)
