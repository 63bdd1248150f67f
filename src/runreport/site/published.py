"""What a build says of the site it made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Published:
    """A site as it lies on disk."""

    folder: str
    files: int
    pages: int
    size_bytes: int
    written: int
    """Files that an earlier build had not left as they are."""
    largest: str = ""
    """The path of the largest file."""
    largest_bytes: int = 0
