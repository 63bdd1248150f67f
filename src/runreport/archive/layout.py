"""Where things lie in an archive of format 1: file names, without reading or writing any.

Standard library only, as the logging path needs some of it.
"""

from __future__ import annotations

import re
import time
from typing import NamedTuple

FORMAT = 1
"""The newest archive format this code reads, and the one it writes."""

ARCHIVE_FILE = "archive.json"
ARCHIVE_TEXT = b'{"format": 1, "made_for": "runreport"}\n'
"""Byte-constant per format, so that two archives never clash on it."""
ATTRIBUTES_FILE = ".gitattributes"
ATTRIBUTES_TEXT = b"* -text\n"
"""Git changes no line end of an archive's files, whatever ``core.autocrlf`` says."""

SEGMENTS = "segments"
EXPERIMENTS = "experiments"
ARTIFACTS = "artifacts"
CLAIMS = "claims"
"""Empty files, ``claims/<model hash>/<n>``: whose maker may give a model version this number."""
INVENTORY = "inventory"
"""Lists of what the archive must hold, ``inventory/<id>.txt``; see `archive.inventory`."""
PURGED = "purged"
"""Empty files named by the SHA-256 of what was purged; no reader shows it again."""

COMPACTED_PREFIX = "c"
"""What the writer part of a compacted segment's name starts with; a UUIDv7 first does so in the
year 8659."""

IMPORTED_PREFIX = "i"
"""What the id of a writer starts with whose facts came from another tool; the rest tells its
content. See `archive.intake`."""

DIGEST_LENGTH = 16
"""Hex digits of a file's SHA-256 that its name carries, as in git and restic."""

_SEGMENT = re.compile(r"([0-9a-z]+)-(\d+)-([0-9a-f]{16})\.(events|metrics)\.parquet")


class SegmentName(NamedTuple):
    """What the name of a segment file says."""

    month: str
    writer_id: str
    number: int
    digest: str
    table: str
    """``events`` or ``metrics``."""

    @property
    def path(self) -> str:
        """Where the file is in the archive."""
        return f"{SEGMENTS}/{self.month}/{self.stem}.{self.table}.parquet"

    @property
    def stem(self) -> str:
        """The name that tells this file from all others, without its ending."""
        return f"{self.writer_id}-{self.number}-{self.digest}"

    @property
    def is_compacted(self) -> bool:
        """Whether it was made of other segments."""
        return self.writer_id.startswith(COMPACTED_PREFIX)


def parse_segment(path: str) -> SegmentName | None:
    """The parts of a segment file's path; None if it is not one."""
    folder, _, name = path.rpartition("/")
    match = _SEGMENT.fullmatch(name)
    if match is None:
        return None
    month = folder.rpartition("/")[2]
    return SegmentName(month, match[1], int(match[2]), match[3], match[4])


def month_of(time_ms: int) -> str:
    """The folder of a segment whose first fact has this time, e.g. ``2026-11``."""
    try:
        return time.strftime("%Y-%m", time.gmtime(time_ms / 1000))
    except (ValueError, OverflowError, OSError):  # a clock centuries off still gets a place
        return "undated"
