"""Tidying: now and then a seal puts the oldest small segments of its month together.

A run leaves two files of a few kilobytes, and thousands of them take longer to open than a few
large ones. What a seal does about it is a compaction of some, as safe as any
(`archive.compaction`), which takes no longer than the seal of a first run, that loads libraries.
"""

from __future__ import annotations

import os
from itertools import islice
from typing import TYPE_CHECKING

from runreport.archive.layout import SEGMENTS, SegmentName, parse_segment
from runreport.archive.storage import Storage
from runreport.errors import ArchiveError, InvalidState, InvalidValue

if TYPE_CHECKING:
    from runreport.archive.segment import Segment

VARIABLE = "RUNREPORT_COMPACT_AFTER"
AFTER = 256
"""Small segments of a month from which on some are put together."""
SEALS = 32
"""One of so many seals looks how many there are: that takes a quarter of a small run's seal."""
GROUP = 128
"""Segments that are put together at once: as many as are read in the time of a first seal."""
SMALL_BYTES = 128 * 1024
"""Of the two files of a segment that counts as small."""


def is_due(writer_id: str) -> bool:
    """Whether the seal of this writer's journal is one that looks: by chance, since processes that
    log one run each do not know of each other."""
    try:
        return int(writer_id[-4:], 16) % SEALS == 0
    except ValueError:  # an id that no writer of ours made
        return False


def compact_after() -> int:
    """Small segments from which on some are put together; 0 for never.

    Raises:
        InvalidValue: the environment says what is no number.
    """
    text = os.environ.get(VARIABLE, "")
    if text and not text.isdecimal():
        raise InvalidValue(
            f"{VARIABLE} is {text!r}; it must be a whole number of segments, 0 for never."
        )
    return int(text) if text else AFTER


def tidy(storage: Storage, month: str, after: int) -> SegmentName | None:
    """Put the oldest small segments of a month together, if there are more than so many.

    Returns:
        The new segment; None where there are fewer, somebody else is at it, or what is damaged or
        differs has to be looked at by a compaction of all.

    Raises:
        WriteFailed: the disk refused; nothing is lost.
    """
    names = _small(storage, month)
    if after == 0 or len(names) <= after:
        return None
    from runreport.archive.compaction import delete_segments, pack, put_packed
    from runreport.archive.maintenance import exclusive
    from runreport.archive.purged import read_purged

    purged = read_purged(storage)
    group = _read(storage, names)
    packed = pack(storage, group, purged) if len(group) > 1 else None
    if packed is None:
        return None
    try:
        with exclusive(storage, patience_seconds=0):
            if read_purged(storage) != purged or not all(storage.exists(s.path) for s in group):
                return None
            made = put_packed(storage, packed)
    except InvalidState:
        return None
    if made is not None:  # what is deleted from here on stands in the new segment
        delete_segments(storage, group, group)
    return made


def _small(storage: Storage, month: str) -> list[SegmentName]:
    """The small segments that no compaction has made, the oldest first."""
    sizes: dict[tuple[str, int], int] = {}
    names: dict[tuple[str, int], list[SegmentName]] = {}
    for file in storage.list(f"{SEGMENTS}/{month}"):
        name = parse_segment(file.path)
        if name is not None and not name.is_compacted:
            journal = (name.writer_id, name.number)
            sizes[journal] = sizes.get(journal, 0) + file.size_bytes
            names.setdefault(journal, []).append(name)
    return [
        name
        for journal, own in names.items()
        if sizes[journal] <= SMALL_BYTES
        for name in own
        if name.table == "events"
    ]


def _read(storage: Storage, names: list[SegmentName]) -> list[Segment]:
    """The first of some segments, as far as they are whole, sound, and tell what others tell."""
    from functools import partial

    from runreport.archive.agreement import disagreeing_segments
    from runreport.archive.believing import believe
    from runreport.archive.segment import Segment, read_all_points, read_segment

    found = []
    for name in islice(names, GROUP):
        try:
            found.append(read_segment(storage, name))
        except (ArchiveError, FileNotFoundError):
            continue
    sound = [own for own in believe(found) if isinstance(own, Segment)]
    sound = [own for own in sound if _has_its_points(storage, own)]
    apart = disagreeing_segments(sound, partial(read_all_points, storage))
    return [own for own in sound if own.path not in apart]


def _has_its_points(storage: Storage, segment: Segment) -> bool:
    return segment.metrics_path is None or storage.exists(segment.metrics_path)
