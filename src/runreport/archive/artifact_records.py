"""What the events of an archive record of its artifacts: the latest of each run and path."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.artifacts import recorded_size
from runreport.events import data_object


class Recorded(NamedTuple):
    """What the latest event about an artifact says of it."""

    digest: str
    data: dict[str, Any]
    order: tuple[int, str, int]
    """Which of two events is later."""

    @property
    def size_bytes(self) -> int:
        """As recorded; 0 where it is not."""
        return recorded_size(self.data)


def latest_artifacts(tables: Iterable[pa.Table]) -> dict[tuple[str, str], Recorded]:
    """The latest artifact logged under each (run, path), among some tables of events."""
    columns = ["counter", "writer_id", "seq", "run_id", "key", "value", "data"]
    rows: list[tuple[int, str, int, str, str, str, str]] = []
    for events in tables:
        own = events.filter(pc.equal(events.column("kind"), "artifact")).select(columns)
        rows += zip(*(column.to_pylist() for column in own.columns), strict=True)
    latest = {}
    for counter, writer_id, seq, run_id, path, digest, data in sorted(rows, key=_order):
        if run_id is not None and path is not None and digest is not None:
            latest[run_id, path] = Recorded(digest, data_object(data), (counter, writer_id, seq))
    return latest


def _order(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return row[:3]
