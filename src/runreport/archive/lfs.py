"""Git LFS pointers: the small text that lies in a checkout until the file itself is fetched."""

from __future__ import annotations

_BEGINNING = b"version https://git-lfs.github.com/spec/"
_MAX_BYTES = 1024


def lfs_pointer(data: bytes) -> str | None:
    """What to say of a file that is a pointer to another; None where it is none."""
    if len(data) > _MAX_BYTES or not data.startswith(_BEGINNING):
        return None
    return "it is a Git LFS pointer, not the file itself; `git lfs pull` fetches it"
