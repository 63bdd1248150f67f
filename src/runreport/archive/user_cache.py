"""Where this user's caches lie: what can be made again, and what nobody else may change."""

from __future__ import annotations

import os
import time
from contextlib import suppress

FORGOTTEN_S = 30 * 86_400
"""After so long unused a file is deleted."""
MOST_BYTES = 2**30
"""Of a folder; what was used longest ago is deleted beyond it."""


def cache_place(name: str) -> str:
    """The folder for one kind of things, whether it is there or not."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "runreport", name)


def user_cache(name: str) -> str | None:
    """The same, made if missing; None where none can be, or others can write to it."""
    folder = cache_place(name)
    try:
        if not os.path.isabs(folder):
            return None
        os.makedirs(folder, mode=0o700, exist_ok=True)
        found = os.stat(folder)
        if hasattr(os, "getuid") and (found.st_uid != os.getuid() or found.st_mode & 0o022):
            return None
        return folder if os.access(folder, os.W_OK) else None
    except OSError:
        return None


def forget_old(folder: str) -> None:
    """Delete files that nobody used in a long time, and the oldest of too many."""
    latest, size = time.time() - FORGOTTEN_S, 0
    for used, length, path in sorted(_files(folder), reverse=True):
        size += length
        if used < latest or size > MOST_BYTES:
            with suppress(OSError):
                os.remove(path)


def _files(folder: str) -> list[tuple[float, int, str]]:
    """When each file was used, its size and path."""
    found = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):
                facts = entry.stat(follow_symlinks=False)
                if entry.is_file(follow_symlinks=False):
                    found.append((facts.st_mtime, facts.st_size, entry.path))
    return found
