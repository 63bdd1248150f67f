"""A segment: the Parquet pair that a journal becomes. Written once, read with its digests.

The metrics file goes first, the events file last: its presence commits the pair. The events
file's name carries its digest and its footer names the metrics file with size and digests, so
a damaged file of either kind is found before a value of it is believed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from runreport.archive import footer, schema
from runreport.archive.footer import MetricsFile, SegmentFooter
from runreport.archive.layout import DIGEST_LENGTH, FORMAT, SegmentName, month_of
from runreport.archive.lfs import lfs_pointer
from runreport.archive.parquet_reading import check_text, open_parquet, read_columns
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
    """Ranges of facts that count here since the copy of their journal that has most lacks them."""
    logged: pa.Table | None = None
    """All its events, where some of them count elsewhere."""
    is_believed: bool = False
    """Whether its rows were found to be facts, as its footer declares them."""

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
    lost: str = "",
    durable: bool = True,
) -> SegmentName:
    """Write the pair that a journal becomes and return the name of its events file.

    Args:
        events: the facts, metric summaries among them.
        points: sorted; may be empty.
        first_seq, last_seq, facts, gaps, lost: of the facts that stand in the journal; see
            `SegmentFooter`.
        durable: sync before the commit; off only to measure.

    Raises:
        WriteFailed: nothing is committed.
    """
    times = [event.time for event in events] or [point.time for point in points]
    return write_tables(
        storage,
        month_of(times[0]),
        SegmentFooter(
            FORMAT, writer_id, number, first_seq, last_seq, facts, None, gaps, lost=lost
        ),
        schema.event_table(events),
        schema.metric_table(points) if points else None,
        durable=durable,
    )


class EncodedSegment(NamedTuple):
    """The pair of a segment, ready to be written."""

    name: SegmentName
    """Of its events file."""
    events: bytes
    metrics_path: str | None
    metrics: bytes


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
    return put_encoded(storage, encode_tables(month, description, events, points), durable=durable)


def encode_tables(
    month: str, description: SegmentFooter, events: pa.Table, points: pa.Table | None
) -> EncodedSegment:
    """A pair from its tables; nothing is written yet."""
    writer_id, number = description.writer_id, description.number
    metrics_path, data = None, b""
    if points is not None and points.num_rows:
        data = _encode(points)
        digest = hashlib.sha256(data).hexdigest()
        name = SegmentName(month, writer_id, number, digest[:DIGEST_LENGTH], "metrics")
        metrics_path = name.path
        footer_digest = hashlib.sha256(_footer_bytes(data)).hexdigest()
        file_name = name.path.rpartition("/")[2]
        metrics = MetricsFile(file_name, len(data), digest, footer_digest)
        description = replace(description, metrics=metrics)
    encoded = _encode(events, description)
    digest = hashlib.sha256(encoded).hexdigest()[:DIGEST_LENGTH]
    name = SegmentName(month, writer_id, number, digest, "events")
    return EncodedSegment(name, encoded, metrics_path, data)


def put_encoded(storage: Storage, encoded: EncodedSegment, *, durable: bool = True) -> SegmentName:
    """Write a pair, the metrics file first, and return the name of its events file.

    Raises:
        WriteFailed: nothing is committed.
    """
    if encoded.metrics_path is not None:
        storage.put(encoded.metrics_path, encoded.metrics, durable=durable)
    storage.put(encoded.name.path, encoded.events, durable=durable)
    return encoded.name


def read_segment(storage: Storage, name: SegmentName) -> Segment:
    """Read an events file whole, after its digest was found to be the one in its name.

    Returns:
        Its events as `EVENTS`; those of a compacted segment as `CODED_EVENTS`. Whether each row
        can be believed is asked of many segments at once, see `archive.believing`.

    Raises:
        FileNotFoundError: it is gone.
        Damaged: it is not what was written.
        ArchiveError: a newer runreport wrote it.
    """
    data = _read_checked(storage, name.path)
    if hashlib.sha256(data).hexdigest()[:DIGEST_LENGTH] != name.digest:
        raise Damaged(
            lfs_pointer(data) or f"its {len(data):,} bytes do not have the digest in its name"
        )
    # Many small tables are put together faster as plain text.
    coded = schema.CODED_NAMES if name.is_compacted else ()
    opened = open_parquet(data, storage.limits, coded=coded)
    try:
        description = footer.decode_footer(opened.file.metadata.metadata)
    except (
        pa.ArrowException, ValueError, KeyError, TypeError, AttributeError, OverflowError,
        RecursionError,
    ) as error:  # fmt: skip
        raise Damaged(f"it is no events file: {error}") from error
    if description.format > FORMAT:
        raise ArchiveError(
            f"it has format version {description.format}; this runreport reads up to "
            f"{FORMAT}. Upgrade runreport to read it."
        )
    is_compacted = description.compacted is not None
    if (description.writer_id, description.number, is_compacted) != (
        name.writer_id, name.number, name.is_compacted,
    ):  # fmt: skip
        raise Damaged("its footer describes another segment")
    events = read_columns(data, opened, schema.EVENTS, storage.limits, coded=coded)
    return Segment(name, description, events)


def read_points(storage: Storage, segment: Segment) -> pa.Table:
    """The metric points of a segment that count, sorted by run, key and step.

    Returns:
        `CODED_METRICS`.

    Raises:
        FileNotFoundError: its metrics file is gone.
        Damaged: it is not what was written.
    """
    points = read_all_points(storage, segment)
    if segment.hidden is None:
        return points
    from runreport.archive.ranges import outside  # a seal does without pyarrow.compute

    return outside(points, segment.hidden)


def read_all_points(storage: Storage, segment: Segment) -> pa.Table:
    """All points in a segment's metrics file, those that count elsewhere among them.

    Raises:
        FileNotFoundError, Damaged: see `read_points`.
    """
    if segment.footer.metrics is None:
        return schema.CODED_METRICS.empty_table()
    data = read_metrics_file(storage, segment)
    coded = schema.CODED_POINT_NAMES
    opened = open_parquet(data, storage.limits, coded=coded)
    points = read_columns(data, opened, schema.METRICS, storage.limits, coded=coded)
    check_text(points)
    if any(column.null_count for column in points.columns):
        raise Damaged("a point of it lacks a member")
    from runreport.archive.ranges import outside

    if outside(points, declared_ranges(segment)).num_rows:
        raise Damaged("it holds points that its events file does not declare")
    return points


def declared_ranges(segment: Segment) -> pa.Table:
    """The facts that a segment says it holds: ``writer_id``, ``first_seq``, ``last_seq``."""
    names = ("writer_id", "first_seq", "last_seq")
    own = segment.footer
    if own.compacted is not None:
        return own.compacted.select(names)
    return pa.table([[getattr(own, name)] for name in names], names=names)


def read_metrics_file(storage: Storage, segment: Segment) -> bytes:
    """The bytes of a segment's metrics file, which it must have, after they were compared with
    what was recorded of them.

    Raises:
        FileNotFoundError: it is gone.
        Damaged: it is not what was written.
    """
    path, expected = segment.metrics_path, segment.footer.metrics
    assert path is not None and expected is not None
    data = _read_checked(storage, path)
    if len(data) != expected.size_bytes:
        raise Damaged(
            lfs_pointer(data)
            or f"it has {len(data):,} bytes, {expected.size_bytes:,} were written"
        )
    if hashlib.sha256(data).hexdigest() != expected.sha256:
        raise Damaged(f"its {len(data):,} bytes do not have the digest recorded for them")
    own = hashlib.sha256(_footer_bytes(data)).hexdigest()
    if expected.footer_sha256 not in ("", own):
        raise Damaged("its footer does not have the digest recorded for it")
    return data


def _read_checked(storage: Storage, path: str) -> bytes:
    """A file whose digest the caller knows; so also through a link."""
    try:
        return storage.read(path, follow=True)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Damaged(f"it cannot be read: {error.strerror or error}") from error


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
