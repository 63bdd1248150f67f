"""Which files of a notes folder become pages, and which images they may show."""

from __future__ import annotations

import os


def note_files(folder: str) -> list[str]:
    """The names of its Markdown files, sorted; hidden files and other tools' locks are none.

    Raises:
        OSError: there is no such folder.
    """
    names = (name for name in os.listdir(folder) if name.endswith(".md") and name[0] != ".")
    return sorted(name for name in names if os.path.isfile(os.path.join(folder, name)))


PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".bmp")
"""Endings of images that a note may show."""


def note_pictures(folder: str) -> list[str]:
    """The images in a notes folder and its folders, with ``/`` between them, sorted."""
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name[0] != ".")
        inside = os.path.relpath(place, folder).replace(os.sep, "/")
        prefix = "" if inside == "." else f"{inside}/"
        found += [f"{prefix}{name}" for name in names if name.lower().endswith(PICTURES)]
    return sorted(found)
