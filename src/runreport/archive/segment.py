"""A segment: the Parquet pair that a journal becomes. Written once, read with its digests.

The metrics file goes first, the events file last: its presence commits the pair. The events
file's name carries its digest and its footer names the metrics file with size and digests, so
a damaged file of either kind is found before a value of it is believed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from runreport.archive import schema
from runreport.archive.layout import (
    DIGEST_LENGTH,
    FORMAT,
    SegmentName,
    month_of,
    parse_segment,
)
from runreport.archive.storage import LocalStorage
from runreport.errors import ArchiveError, Damaged
from runreport.events import Event, Point

_FOOTER_KEY = b"runreport"
_MAGIC_LENGTH = 8  # four bytes of footer length, four of "PAR1"


@dataclass(frozen=True, slots=True)
class MetricsFile:
    """What an events file records of the metrics file it commits."""

    name: str
    size_bytes: int
    sha256: str
    footer_sha256: str


@dataclass(frozen=True, slots=True)
class SegmentFooter:
    """What a segment says of itself."""

    format: int
    writer_id: str
    number: int
    first_seq: int
    last_seq: int
    metrics: MetricsFile | None
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment whose events file was read whole and is what was written."""

    path: str
    footer: SegmentFooter
    events: pa.Table

    @property
    def metrics_path(self) -> str | None:
        """Where its metrics file is in the archive; None when it logged no metric."""
        if self.footer.metrics is None:
            return None
        return f"{self.path.rpartition('/')[0]}/{self.footer.metrics.name}"


def write_segment(
    storage: LocalStorage,
    writer_id: str,
    number: int,
    events: Sequence[Event],
    points: Sequence[Point],
    *,
    durable: bool = True,
) -> str:
    """Write the pair and return the path of its events file.

    Args:
        events: the facts, metric summaries among them.
        points: sorted; may be empty.
        durable: sync before the commit; off only to measure.

    Raises:
        WriteFailed: nothing is committed.
    """
    times = [event.time for event in events] or [point.time for point in points]
    month = month_of(times[0])
    metrics = None
    if points:
        data = _encode(schema.metric_table(points), schema.METRICS_ENCODING)
        digest = hashlib.sha256(data).hexdigest()
        name = SegmentName(month, writer_id, number, digest[:DIGEST_LENGTH], "metrics")
        storage.put(name.path, data, durable=durable)
        footer_digest = hashlib.sha256(_footer(data)).hexdigest()
        file_name = name.path.rpartition("/")[2]
        metrics = MetricsFile(file_name, len(data), digest, footer_digest)
    seqs = [event.seq for event in events] + [point.seq for point in points]
    footer = SegmentFooter(FORMAT, writer_id, number, min(seqs), max(seqs), metrics)
    data = _encode(schema.event_table(events), schema.EVENTS_ENCODING, footer)
    digest = hashlib.sha256(data).hexdigest()[:DIGEST_LENGTH]
    name = SegmentName(month, writer_id, number, digest, "events")
    storage.put(name.path, data, durable=durable)
    return name.path


def read_segment(storage: LocalStorage, path: str) -> Segment:
    """Read an events file whole, after its digest was found to be the one in its name.

    Raises:
        Damaged: it is not what was written.
        ArchiveError: a newer runreport wrote it.
    """
    name = parse_segment(path)
    assert name is not None
    try:
        data = storage.read(path)
    except OSError as error:
        raise Damaged(f"it cannot be read: {error.strerror or error}") from error
    if hashlib.sha256(data).hexdigest()[:DIGEST_LENGTH] != name.digest:
        raise Damaged(f"its {len(data):,} bytes do not have the digest in its name")
    try:
        file = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
        footer = _decode_footer(file.metadata.metadata)
        if footer.format > FORMAT:
            raise ArchiveError(
                f"it has format version {footer.format}; this runreport reads up to {FORMAT}. "
                "Upgrade runreport to read it."
            )
        events = file.read(columns=schema.EVENTS.names, use_threads=False)
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        raise Damaged(f"it is no events file: {error}") from error
    return Segment(path, footer, events.replace_schema_metadata(None))


def read_points(storage: LocalStorage, segment: Segment) -> pa.Table:
    """The metric points of a segment.

    Its size and footer digest are checked, its pages by their checksums.

    Raises:
        Damaged: it is missing or not what was written.
    """
    path, expected = segment.metrics_path, segment.footer.metrics
    if path is None or expected is None:
        return schema.METRICS.empty_table()
    try:
        data = storage.read(path)
    except OSError as error:
        raise Damaged(f"it cannot be read: {error.strerror or error}") from error
    if len(data) != expected.size_bytes:
        raise Damaged(f"it has {len(data):,} bytes, {expected.size_bytes:,} were written")
    if hashlib.sha256(_footer(data)).hexdigest() != expected.footer_sha256:
        raise Damaged("its footer is not the one that was written")
    try:
        file = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
        return file.read(columns=schema.METRICS.names, use_threads=False)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Damaged(f"a page of it is damaged: {error}") from error


def _encode(
    table: pa.Table, encoding: dict[str, object], footer: SegmentFooter | None = None
) -> bytes:
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, table.schema, **encoding) as writer:
        writer.write_table(table)
        if footer is not None:
            writer.add_key_value_metadata({_FOOTER_KEY: _encode_footer(footer)})
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def _footer(data: bytes) -> bytes:
    length = int.from_bytes(data[-_MAGIC_LENGTH:-4], "little")
    return data[-(length + _MAGIC_LENGTH) :]


def _encode_footer(footer: SegmentFooter) -> bytes:
    fields: dict[str, object] = {
        "format": footer.format,
        "writer_id": footer.writer_id,
        "number": footer.number,
        "first_seq": footer.first_seq,
        "last_seq": footer.last_seq,
        "supersedes": list(footer.supersedes),
        "metrics": None,
    }
    if footer.metrics is not None:
        fields["metrics"] = {
            "name": footer.metrics.name,
            "size_bytes": footer.metrics.size_bytes,
            "sha256": footer.metrics.sha256,
            "footer_sha256": footer.metrics.footer_sha256,
        }
    return json.dumps(fields).encode()


def _decode_footer(metadata: dict[bytes, bytes] | None) -> SegmentFooter:
    fields = json.loads((metadata or {})[_FOOTER_KEY])
    metrics = fields["metrics"]
    return SegmentFooter(
        int(fields["format"]),
        str(fields["writer_id"]),
        int(fields["number"]),
        int(fields["first_seq"]),
        int(fields["last_seq"]),
        None if metrics is None else _metrics_file(metrics),
        tuple(fields["supersedes"]),
    )


def _metrics_file(fields: dict[str, object]) -> MetricsFile:
    metrics = MetricsFile(**fields)  # type: ignore[arg-type]
    if parse_segment(f"x/{metrics.name}") is None:
        raise ValueError(f"{metrics.name!r} names no metrics file")
    return metrics
