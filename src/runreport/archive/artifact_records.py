"""What the events of an archive record of its artifacts: the latest of each run and path."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from runreport.events import data_object


class Recorded(NamedTuple):
    """What the latest event about an artifact says of it."""

    digest: str
    size_bytes: int
    order: tuple[int, str, int]
    """Which of two events is later."""


def latest_artifacts(tables: Iterable[pa.Table]) -> dict[tuple[str, str], Recorded]:
    """The latest artifact logged under each (run, path), among some tables of events."""
    columns = ["counter", "writer_id", "seq", "run_id", "key", "value", "data"]
    rows: list[tuple[int, str, int, str, str, str, str]] = []
    for events in tables:
        own = events.filter(pc.equal(events.column("kind"), "artifact")).select(columns)
        rows += zip(*(column.to_pylist() for column in own.columns), strict=True)
    latest = {}
    for counter, writer_id, seq, run_id, path, digest, data in sorted(rows):
        if run_id is not None and path is not None and digest is not None:
            size = data_object(data).get("size_bytes", 0)
            latest[run_id, path] = Recorded(
                digest, size if isinstance(size, int) else 0, (counter, writer_id, seq)
            )
    return latest
