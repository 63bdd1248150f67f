"""Parquet files that other tools exported, read within the limits of an archive's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from runreport.archive.limits import read_limits
from runreport.archive.parquet_reading import open_parquet
from runreport.errors import Damaged
from runreport.importers.reading import Files

_BATCH = 65536
_MOST_BYTES = 2**30


def columns_of(place: str, files: Files) -> frozenset[str]:
    """The columns that a file says it has; none where it is no Parquet file."""
    if files.begin_of(place, 4) != b"PAR1":
        return frozenset()
    try:
        return frozenset(pq.read_schema(place).names)
    except (pa.ArrowException, OSError, ValueError):
        files.told.lose(files.name_of(place), "its footer cannot be read")
        return frozenset()


def rows_of(place: str, files: Files) -> Iterator[dict[str, Any]]:
    """The rows of a file, by column; what cannot be read is told."""
    data = files.read(place, _MOST_BYTES)
    if data is None:
        return
    try:
        opened = open_parquet(data, read_limits())
        for batch in opened.file.iter_batches(_BATCH):
            yield from batch.to_pylist()
    except (Damaged, pa.ArrowException, OSError, ValueError) as error:
        files.told.lose(files.name_of(place), str(error).partition("\n")[0])
