"""Segments that were read before: their names tell their content, so they need no second look.

For a process that searches again and again while runs are logged. What a file has become since is
not noticed here; `verify`, `build` and whatever rewrites an archive read without it.
"""

from __future__ import annotations

from collections.abc import Iterable

from runreport.archive.layout import SegmentName
from runreport.archive.segment import Segment, read_segment
from runreport.archive.storage import Storage

MAX_BYTES = 256 * 2**20
_OVERHEAD = 8192
"""What the small arrays of a segment take beside their values, about."""


class SegmentCache:
    """The segments of one archive, up to `MAX_BYTES` of them."""

    def __init__(self) -> None:
        self._identity = ""
        self._segments: dict[SegmentName, Segment] = {}

    def read(self, storage: Storage, name: SegmentName) -> Segment:
        """A segment as `read_segment` gives it.

        Raises:
            FileNotFoundError, Damaged, ArchiveError: see there.
        """
        found = self._segments.get(name) if storage.identity == self._identity else None
        return read_segment(storage, name) if found is None else found

    def keep(self, storage: Storage, segments: Iterable[Segment]) -> None:
        """Keep what was just read of an archive, and nothing else."""
        kept: dict[SegmentName, Segment] = {}
        size = 0
        for segment in segments:
            size += segment.events.nbytes + _OVERHEAD
            if size <= MAX_BYTES:
                kept[segment.name] = segment
        self._identity, self._segments = storage.identity, kept


RECENT = SegmentCache()
"""What this process read last, for those who ask after every run they log."""
