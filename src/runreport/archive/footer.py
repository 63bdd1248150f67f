"""What a segment says of itself: JSON under the metadata key ``runreport`` of its events file.

A segment sealed from a journal is one part. A compacted one has many, each named with the digest
of the events file it came from, so that a reader knows without opening it that a file is replaced.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import pyarrow as pa

from runreport.archive.intervals import parse_ranges
from runreport.archive.layout import parse_segment

KEY = b"runreport"

PARTS = pa.schema(
    [
        ("writer_id", pa.string()),
        ("number", pa.int64()),
        ("first_seq", pa.int64()),
        ("last_seq", pa.int64()),
        ("facts", pa.int64()),
        ("gaps", pa.string()),
        ("digest", pa.string()),
    ]
)
"""One row a journal: which of its facts are here, how many, which between the first and the last
are not (``4-5 9-9``: their lines were damaged, or were never written), and the 16 digits in the
name of the events file that was sealed from it."""


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
    """Of the facts that stood in the journal."""
    facts: int
    metrics: MetricsFile | None
    gaps: str = ""
    supersedes: tuple[str, ...] = ()
    """Names of the compacted segments that this one replaces."""
    compacted: pa.Table | None = None
    """`PARTS` of a compacted segment; None for one sealed from a journal."""


def encode_footer(footer: SegmentFooter) -> bytes:
    """A footer as JSON text."""
    fields: dict[str, object] = {
        "format": footer.format,
        "writer_id": footer.writer_id,
        "number": footer.number,
        "first_seq": footer.first_seq,
        "last_seq": footer.last_seq,
        "facts": footer.facts,
        "gaps": footer.gaps,
        "supersedes": list(footer.supersedes),
        "metrics": None,
    }
    if footer.compacted is not None:
        fields["parts"] = footer.compacted.to_pydict()
    if footer.metrics is not None:
        fields["metrics"] = {
            "name": footer.metrics.name,
            "size_bytes": footer.metrics.size_bytes,
            "sha256": footer.metrics.sha256,
            "footer_sha256": footer.metrics.footer_sha256,
        }
    return json.dumps(fields, separators=(",", ":")).encode()


def decode_footer(metadata: dict[bytes, bytes] | None) -> SegmentFooter:
    """The footer in a file's metadata.

    Raises:
        ValueError, KeyError, TypeError: there is none, or it is no footer.
    """
    fields = json.loads((metadata or {})[KEY])
    metrics, parts, writer_id = fields["metrics"], fields.get("parts"), str(fields["writer_id"])
    number, first_seq, last_seq = (
        int(fields[name]) for name in ("number", "first_seq", "last_seq")
    )
    if max(abs(number), abs(first_seq), abs(last_seq)) >= 2**63:
        raise ValueError("a number of it has more than 64 bits")
    gaps = str(fields.get("gaps", ""))
    parse_ranges(gaps)
    return SegmentFooter(
        int(fields["format"]),
        writer_id,
        number,
        first_seq,
        last_seq,
        int(fields.get("facts", 0)),
        None if metrics is None else _metrics_file(metrics, writer_id, number),
        gaps,
        tuple(str(stem) for stem in fields["supersedes"]),
        None if parts is None else _parts_table(parts),
    )


def _metrics_file(fields: dict[str, object], writer_id: str, number: int) -> MetricsFile:
    metrics = MetricsFile(**fields)  # type: ignore[arg-type]
    name = parse_segment(f"x/{metrics.name}") if "/" not in metrics.name else None
    if name is None or (name.writer_id, name.number, name.table) != (writer_id, number, "metrics"):
        raise ValueError(f"{metrics.name!r} names no metrics file of this segment")
    return metrics


def _parts_table(fields: dict[str, list[object]]) -> pa.Table:
    columns = [pa.array(fields[field.name], field.type) for field in PARTS]
    return pa.table(columns, schema=PARTS)
