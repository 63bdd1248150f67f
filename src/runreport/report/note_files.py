"""Which files of a notes folder become pages."""

from __future__ import annotations

import os


def note_files(folder: str) -> list[str]:
    """The names of its Markdown files, sorted; hidden files and other tools' locks are none.

    Raises:
        OSError: there is no such folder.
    """
    names = (name for name in os.listdir(folder) if name.endswith(".md") and name[0] != ".")
    return sorted(name for name in names if os.path.isfile(os.path.join(folder, name)))
