"""What a command has to say of an archive beside its answer."""

from __future__ import annotations

import shlex

from runreport.archive.layout import SEGMENTS, parse_segment
from runreport.archive.storage import Storage
from runreport.cli.printing import say
from runreport.report.formatting import safe

_MANY = 1000
"""Small segments from which on a compaction saves seconds."""


def hint_at_compaction(storage: Storage) -> None:
    """Say how an archive would open faster, where it would by far: ten thousand runs in segments
    of their own take ten times as long as compacted (docs/performance.md)."""
    if not storage.is_local:
        return  # to list it once more may take as long as to open it
    names = (parse_segment(file.path) for file in storage.list(SEGMENTS))
    small = sum(
        name is not None and name.table == "events" and not name.is_compacted for name in names
    )
    if small >= _MANY:
        say(
            f"Note: {small:,} small segments; this archive opens several times as fast after "
            f"`runreport archive compact {safe(shlex.quote(storage.root))}`."
        )
