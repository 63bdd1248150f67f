"""A segment: the Parquet pair that a journal becomes. Written once, read with its digests.

The metrics file goes first, the events file last: its presence commits the pair. The events
file's name carries its digest and its footer names the metrics file with size and digests, so
a damaged file of either kind is found before a value of it is believed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from runreport.archive import footer, schema
from runreport.archive.footer import MetricsFile, SegmentFooter
from runreport.archive.layout import DIGEST_LENGTH, FORMAT, SegmentName, month_of
from runreport.archive.storage import Storage
from runreport.errors import ArchiveError, Damaged
from runreport.events import Event, Point

_MAGIC_LENGTH = 8  # four bytes of footer length, four of "PAR1"


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment whose events file was read whole and is what was written."""

    name: SegmentName
    footer: SegmentFooter
    events: pa.Table
    is_whole: bool = True
    """Whether its metrics file, if it has one, is there with the recorded size."""
    hidden: pa.Table | None = None
    """Ranges of facts that stand here but count elsewhere; see `archive.coverage`."""
    recovered: pa.Table | None = None
    """Ranges of facts that count here since the longer copy of their journal has lost them."""

    @property
    def path(self) -> str:
        """Where its events file is in the archive."""
        return self.name.path

    @property
    def metrics_path(self) -> str | None:
        """Where its metrics file is in the archive; None when it logged no metric."""
        if self.footer.metrics is None:
            return None
        return f"{self.path.rpartition('/')[0]}/{self.footer.metrics.name}"


def write_segment(
    storage: Storage,
    writer_id: str,
    number: int,
    events: Sequence[Event],
    points: Sequence[Point],
    *,
    first_seq: int,
    last_seq: int,
    facts: int,
    gaps: str = "",
    durable: bool = True,
) -> SegmentName:
    """Write the pair that a journal becomes and return the name of its events file.

    Args:
        events: the facts, metric summaries among them.
        points: sorted; may be empty.
        first_seq, last_seq, facts, gaps: of the facts that stand in the journal; see
            `SegmentFooter`.
        durable: sync before the commit; off only to measure.

    Raises:
        WriteFailed: nothing is committed.
    """
    times = [event.time for event in events] or [point.time for point in points]
    return write_tables(
        storage,
        month_of(times[0]),
        SegmentFooter(FORMAT, writer_id, number, first_seq, last_seq, facts, None, gaps),
        schema.event_table(events),
        schema.metric_table(points) if points else None,
        durable=durable,
    )


def write_tables(
    storage: Storage,
    month: str,
    description: SegmentFooter,
    events: pa.Table,
    points: pa.Table | None,
    *,
    durable: bool = True,
) -> SegmentName:
    """Write a pair from its tables and return the name of its events file.

    Raises:
        WriteFailed: nothing is committed.
    """
    writer_id, number = description.writer_id, description.number
    if points is not None and points.num_rows:
        data = _encode(points)
        digest = hashlib.sha256(data).hexdigest()
        name = SegmentName(month, writer_id, number, digest[:DIGEST_LENGTH], "metrics")
        storage.put(name.path, data, durable=durable)
        footer_digest = hashlib.sha256(_footer_bytes(data)).hexdigest()
        file_name = name.path.rpartition("/")[2]
        metrics = MetricsFile(file_name, len(data), digest, footer_digest)
        description = replace(description, metrics=metrics)
    data = _encode(events, description)
    digest = hashlib.sha256(data).hexdigest()[:DIGEST_LENGTH]
    name = SegmentName(month, writer_id, number, digest, "events")
    storage.put(name.path, data, durable=durable)
    return name


def read_segment(storage: Storage, name: SegmentName) -> Segment:
    """Read an events file whole, after its digest was found to be the one in its name.

    Returns:
        Its events as `EVENTS`; those of a compacted segment as `CODED_EVENTS`.

    Raises:
        FileNotFoundError: it is gone.
        Damaged: it is not what was written.
        ArchiveError: a newer runreport wrote it.
    """
    try:
        data = storage.read(name.path)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Damaged(f"it cannot be read: {error.strerror or error}") from error
    if hashlib.sha256(data).hexdigest()[:DIGEST_LENGTH] != name.digest:
        raise Damaged(f"its {len(data):,} bytes do not have the digest in its name")
    try:
        # Many small tables are put together faster as plain text.
        coded = list(schema.CODED_NAMES) if name.is_compacted else None
        file = _open_parquet(data, read_dictionary=coded)
        description = footer.decode_footer(file.metadata.metadata)
        if description.format > FORMAT:
            raise ArchiveError(
                f"it has format version {description.format}; this runreport reads up to "
                f"{FORMAT}. Upgrade runreport to read it."
            )
        events = file.read(columns=schema.EVENTS.names, use_threads=False)
    except (
        pa.ArrowException, OSError, ValueError, KeyError, TypeError, AttributeError,
        OverflowError, RecursionError,
    ) as error:  # fmt: skip
        raise Damaged(f"it is no events file: {error}") from error
    return Segment(name, description, events.replace_schema_metadata(None))


def read_points(storage: Storage, segment: Segment) -> pa.Table:
    """The metric points of a segment that count, sorted by run, key and step.

    Returns:
        `CODED_METRICS`.

    Raises:
        FileNotFoundError: its metrics file is gone.
        Damaged: it is not what was written.
    """
    if segment.footer.metrics is None:
        return schema.CODED_METRICS.empty_table()
    data = read_metrics_file(storage, segment)
    try:
        file = _open_parquet(data, read_dictionary=["writer_id", "run_id", "key"])
        points = file.read(columns=schema.METRICS.names, use_threads=False)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Damaged(f"it is no metrics file: {error}") from error
    points = points.replace_schema_metadata(None)
    if segment.hidden is None:
        return points
    from runreport.archive.ranges import outside  # a seal does without pyarrow.compute

    return outside(points, segment.hidden)


def read_metrics_file(storage: Storage, segment: Segment) -> bytes:
    """The bytes of a segment's metrics file, which it must have, after they were compared with
    what was recorded of them.

    Raises:
        FileNotFoundError: it is gone.
        Damaged: it is not what was written.
    """
    path, expected = segment.metrics_path, segment.footer.metrics
    assert path is not None and expected is not None
    try:
        data = storage.read(path)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Damaged(f"it cannot be read: {error.strerror or error}") from error
    if len(data) != expected.size_bytes:
        raise Damaged(f"it has {len(data):,} bytes, {expected.size_bytes:,} were written")
    if hashlib.sha256(data).hexdigest() != expected.sha256:
        raise Damaged(f"its {len(data):,} bytes do not have the digest recorded for them")
    return data


def _open_parquet(data: bytes, **options: Any) -> pq.ParquetFile:
    # Hashed whole, so its pages need no check.
    return pq.ParquetFile(pa.BufferReader(data), **options)


def _encode(table: pa.Table, description: SegmentFooter | None = None) -> bytes:
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, table.schema, **schema.encoding_of(table)) as writer:
        writer.write_table(table)
        if description is not None:
            text = footer.encode_footer(description)
            writer.add_key_value_metadata({footer.KEY: text})
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def _footer_bytes(data: bytes) -> bytes:
    length = int.from_bytes(data[-_MAGIC_LENGTH:-4], "little")
    return data[-(length + _MAGIC_LENGTH) :]
