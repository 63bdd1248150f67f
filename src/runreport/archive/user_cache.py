"""Where this user's caches lie: what can be made again, and what nobody else may change."""

from __future__ import annotations

import os


def user_cache(name: str) -> str | None:
    """A folder for one kind of things, made if missing, that nobody else can write to; None where
    there is no such folder."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = os.path.join(base, "runreport", name)
    try:
        if not os.path.isabs(base):
            return None
        os.makedirs(folder, mode=0o700, exist_ok=True)
        found = os.stat(folder)
        if hasattr(os, "getuid") and (found.st_uid != os.getuid() or found.st_mode & 0o022):
            return None
        return folder if os.access(folder, os.W_OK) else None
    except OSError:
        return None
