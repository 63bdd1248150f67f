"""Segments that were read before: their names tell their content, so they need no second look.

For a process that searches again and again while runs are logged. What a file has become since is
not noticed here; `verify` and whatever rewrites an archive read without it, and a build with
`archive.known_segments`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from runreport.archive.layout import SegmentName
from runreport.archive.segment import Segment, read_segment
from runreport.archive.storage import Storage, StoredFile

MAX_BYTES = 256 * 2**20
_OVERHEAD = 8192
"""What the small arrays of a segment take beside their values, about."""


class SegmentSource(Protocol):
    """Gives segments, some of which it had before."""

    def read(self, storage: Storage, name: SegmentName, file: StoredFile) -> Segment:
        """A segment as `read_segment` gives it.

        Args:
            file: how it was listed.

        Raises:
            FileNotFoundError, Damaged, ArchiveError: see there.
        """

    def keep(
        self, storage: Storage, segments: Collection[Segment], files: Mapping[str, StoredFile]
    ) -> None:
        """Take note of what was just read of an archive, and how its files were listed."""

    @property
    def checked(self) -> frozenset[str]:
        """Paths of the segments whose metrics files are as they were when found sound."""


class SegmentCache:
    """The segments of one archive, up to `MAX_BYTES` of them."""

    def __init__(self) -> None:
        self._identity = ""
        self._segments: dict[SegmentName, Segment] = {}

    def read(self, storage: Storage, name: SegmentName, file: StoredFile) -> Segment:
        """See `SegmentSource`."""
        del file
        found = self._segments.get(name) if storage.identity == self._identity else None
        return read_segment(storage, name) if found is None else found

    def keep(
        self, storage: Storage, segments: Collection[Segment], files: Mapping[str, StoredFile]
    ) -> None:
        """Keep these segments and no others."""
        del files
        kept: dict[SegmentName, Segment] = {}
        size = 0
        for segment in segments:
            size += segment.events.nbytes + _OVERHEAD
            if size <= MAX_BYTES:
                kept[segment.name] = segment
        self._identity, self._segments = storage.identity, kept

    @property
    def checked(self) -> frozenset[str]:
        """None: a metrics file is looked at when its points are asked for."""
        return frozenset()


RECENT = SegmentCache()
"""What this process read last, for those who ask after every run they log."""
