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

_PARTS_MEMBER = b',"parts":'
LARGE_BYTES = 200_000

PARTS = pa.schema(
    [
        ("writer_id", pa.string()),
        ("number", pa.int64()),
        ("first_seq", pa.int64()),
        ("last_seq", pa.int64()),
        ("facts", pa.int64()),
        ("gaps", pa.string()),
        ("lost", pa.string()),
        ("digest", pa.string()),
    ]
)
"""One row a journal: which of its facts are here, how many, which between the first and the last
are not (``4-5 9-9``: their lines were damaged, or were never written), which its writer reported
as lost when they were logged, and the 16 digits in the name of the events file that was sealed
from it."""


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
    lost: str = ""
    """Of the gaps, those that the writer reported when it happened."""


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
        "lost": footer.lost,
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
    text = (metadata or {})[KEY]
    large = _split_large(text)
    fields = json.loads(text if large is None else large[0])
    metrics, writer_id = fields["metrics"], str(fields["writer_id"])
    parts = fields.get("parts") if large is None else large[1]
    fields.setdefault("facts", 0)
    number, first_seq, last_seq, facts = (
        int(fields[name]) for name in ("number", "first_seq", "last_seq", "facts")
    )
    if max(number, first_seq, abs(last_seq), facts) >= 2**63:
        raise ValueError("a number of it has more than 64 bits")
    if min(number, first_seq, facts) < 0:
        raise ValueError("a number of it is negative")
    gaps, lost = (str(fields.get(name, "")) for name in ("gaps", "lost"))
    for ranges in (gaps, lost):
        parse_ranges(ranges)
    compacted = _parts_table(parts) if isinstance(parts, dict) else parts
    if "parts" in fields or large is not None:
        _check_parts(compacted)
    return SegmentFooter(
        int(fields["format"]),
        writer_id,
        number,
        first_seq,
        last_seq,
        facts,
        None if metrics is None else _metrics_file(metrics, writer_id, number),
        gaps,
        tuple(str(stem) for stem in fields["supersedes"]),
        compacted,
        lost,
    )


def _split_large(text: bytes) -> tuple[bytes, pa.Table] | None:
    """A long footer without its parts, and these, read by Arrow: lists of Python objects would
    take longer than the rest of the segment. None where a plain JSON parser does."""
    head, member, tail = text.partition(_PARTS_MEMBER)
    if len(text) < LARGE_BYTES or not member or not tail.endswith(b"}}"):
        return None
    from pyarrow import json as arrow_json

    lists = pa.schema([(field.name, pa.list_(field.type)) for field in PARTS])
    table = arrow_json.read_json(
        pa.BufferReader(tail[:-1]),
        read_options=arrow_json.ReadOptions(use_threads=False, block_size=len(tail)),
        parse_options=arrow_json.ParseOptions(
            explicit_schema=lists, unexpected_field_behavior="ignore"
        ),
    )
    if table.num_rows != 1:
        raise ValueError("its parts are no single object")
    lengths = len(table.column("writer_id").combine_chunks().flatten())
    columns = [
        _without_nulls(table.column(field.name).combine_chunks().flatten(), field, lengths)
        for field in PARTS
    ]
    return head + b"}", pa.table(columns, schema=PARTS)


def _metrics_file(fields: dict[str, object], writer_id: str, number: int) -> MetricsFile:
    metrics = MetricsFile(**fields)  # type: ignore[arg-type]
    size, digests = metrics.size_bytes, (metrics.sha256, metrics.footer_sha256)
    if isinstance(size, bool) or not isinstance(size, int) or size < 0:
        raise ValueError(f"{size!r} is no size of a metrics file")
    if not all(isinstance(text, str) for text in (metrics.name, *digests)):
        raise ValueError("a digest of its metrics file is no text")
    name = parse_segment(f"x/{metrics.name}") if "/" not in metrics.name else None
    if name is None or (name.writer_id, name.number, name.table) != (writer_id, number, "metrics"):
        raise ValueError(f"{metrics.name!r} names no metrics file of this segment")
    return metrics


def _parts_table(fields: dict[str, list[object]]) -> pa.Table:
    length = len(fields["writer_id"])
    columns = [
        _without_nulls(pa.array(fields.get(field.name) or [], field.type), field, length)
        for field in PARTS
    ]
    return pa.table(columns, schema=PARTS)


def _without_nulls(column: pa.Array, field: pa.Field, length: int) -> pa.Array:
    """A column of the parts; an earlier version wrote no ``lost``."""
    if field.name == "lost" and not len(column):
        return pa.array([""] * length, pa.string())
    return column


def _check_parts(parts: object) -> None:
    """Refuse parts that no compaction wrote.

    Raises:
        ValueError: a member is missing, a number is negative, or a range is none.
    """
    import pyarrow.compute as pc

    if not isinstance(parts, pa.Table):
        raise ValueError("its parts are no object")
    if any(column.null_count for column in parts.columns):
        raise ValueError("a member of its parts is missing")
    for name in ("number", "first_seq", "facts"):
        if (pc.min(parts.column(name)).as_py() or 0) < 0:
            raise ValueError(f"a {name} of its parts is negative")
    for name in ("gaps", "lost"):
        for text in filter(None, pc.unique(parts.column(name)).to_pylist()):
            parse_ranges(text)
