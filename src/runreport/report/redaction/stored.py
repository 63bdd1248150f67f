"""The bytes that an artifact of a redacted index was logged with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runreport.archive.artifacts import read_recorded, recorded_size
from runreport.archive.storage import Storage
from runreport.errors import Damaged
from runreport.events import data_object

STORED = "stored"
"""The column of an index's artifacts that says where a file lies, whatever a site calls it."""


def read_stored(
    storage: Storage, run_id: str, row: Mapping[str, Any], most: float | None = None
) -> bytes:
    """What was logged as a file.

    Args:
        row: of the index, about the file.
        most: the size of a file that is still read.

    Raises:
        Damaged: what is there is not what was logged, nothing is, or it is larger than ``most``.
    """
    described = data_object(row["data"])
    size = recorded_size(described)
    if most is not None and size > most:
        raise Damaged(f"it has {size:,} bytes, more than the {most:,.0f} that are read")
    return read_recorded(storage, run_id, row[STORED], row["sha256"], described)
