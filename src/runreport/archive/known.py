"""What a build knows of an archive's files from the one before, so that it reads what is new.

The events of segments that nobody compacted, thousands of small files, and which metrics files
were found sound, lie in one file a user and archive. A file of the archive is known as long as its
listing shows the size and time with which it was read; one that is not, and all of them where what
is known is damaged or was written by another version, are read as ever.

It holds facts as they were logged, so it lies where this user's caches lie, and never beside a
site, where it might be published.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import accumulate
from typing import Any

import pyarrow as pa

from runreport.archive.footer import MetricsFile, SegmentFooter
from runreport.archive.layout import FORMAT, SegmentName
from runreport.archive.schema import EVENTS
from runreport.archive.segment import Segment, read_segment
from runreport.archive.segment_cache import MAX_BYTES, OVERHEAD
from runreport.archive.storage import Storage, StoredFile
from runreport.archive.user_cache import user_cache

LEAST_SEGMENTS = 64
"""So many small segments are read as fast as what is known of them."""
LEAST_BYTES = 2**20
"""Compacted metrics files of less in all are looked at as fast."""
LEAST_NEW = 16
"""Fewer new segments are read once more rather than all that is known written again."""
FORGOTTEN_S = 30 * 86_400
"""After so long without a build what is known of an archive is deleted."""

_LISTED = pa.struct([("size_bytes", pa.int64()), ("modified_ms", pa.int64())])
_FOOTER = ("first_seq", "last_seq", "facts", "gaps", "lost")
_METRICS = ("name", "size_bytes", "sha256", "footer_sha256")
_KNOWN = pa.schema(
    [
        ("path", pa.string()),
        ("listed", _LISTED),
        ("points", _LISTED),
        *((name, pa.int64()) for name in _FOOTER[:3]),
        *((name, pa.string()) for name in _FOOTER[3:]),
        (
            "metrics",
            pa.struct([(n, pa.int64() if "size" in n else pa.string()) for n in _METRICS]),
        ),
        ("events", pa.list_(pa.struct(list(EVENTS)))),
    ]
)
"""One row a segment. ``listed`` is its events file, whose footer and ``events`` are known; null
for one that is read each time. ``points`` is its metrics file, where that was found sound."""
_DIGEST_BYTES = 32

Listed = tuple[int, int]
"""Size and time of a file, as a listing shows them."""


class KnownSegments:
    """The segments of one archive, as they were when they were last read."""

    def __init__(self, storage: Storage, label: bytes, table: pa.Table) -> None:
        self._storage, self._label = storage, label
        self._rows = {name: table.column(name).to_pylist() for name in _KNOWN.names[:-1]}
        self._places = {path: place for place, path in enumerate(self._rows["path"])}
        lists = _in_one_piece(table.column("events"))
        self._events, self._starts = pa.Table.from_struct_array(lists.values), lists.offsets
        self._segments: Collection[Segment] = ()
        self._files: Mapping[str, StoredFile] = {}

    @staticmethod
    def of(storage: Storage, version: str, *, anew: bool = False) -> KnownSegments:
        """What is known of an archive; nothing where nothing is that can be read.

        Args:
            version: of runreport; what another one found is not believed.
            anew: read everything, and note what was found for the next one.
        """
        path, label = None if anew else _file_of(storage), _label(storage, version)
        table = None if path is None else _read(path, label)
        return KnownSegments(storage, label, _KNOWN.empty_table() if table is None else table)

    def read(self, storage: Storage, name: SegmentName, file: StoredFile) -> Segment:
        """A segment as `believe` gives it, or, if it is not known, as `read_segment` does.

        Raises:
            FileNotFoundError, Damaged, ArchiveError: see there.
        """
        path, listed = name.path, (file.size_bytes, file.modified_ms)
        is_known = self._listed("listed", path) == listed
        return self._segment(name) if is_known else read_segment(storage, name)

    def keep(
        self, storage: Storage, segments: Collection[Segment], files: Mapping[str, StoredFile]
    ) -> None:
        """See `SegmentSource`."""
        del storage
        self._segments, self._files = segments, files

    @property
    def sound(self) -> frozenset[str]:
        """Paths of the segments whose metrics files are as they were when found sound."""
        return frozenset(
            segment.path
            for segment in self._segments
            if segment.metrics_path in self._files
            and self._listed("points", segment.path) == self._now(segment.metrics_path)
        )

    def save(self, sound: Collection[str]) -> None:
        """Leave what is known now for the next build, if it is much that is new; a full disk is no
        reason to fail.

        Args:
            sound: paths of the segments whose metrics files were found sound, now or before.
        """
        path = _file_of(self._storage)
        kept, checked = self._worth_keeping(sound)
        known = {path for path in self._places if self._listed("listed", path) is not None}
        is_less = not known <= kept or not self._places.keys() <= kept | checked
        is_new = len(kept - known) >= LEAST_NEW or not checked <= kept | self._places.keys()
        if path is None or not (is_less or is_new):
            return
        with suppress(OSError):
            _write(path, self._table(kept, sound), self._label)
            _forget_old(os.path.dirname(path))

    def _worth_keeping(self, sound: Collection[str]) -> tuple[set[str], set[str]]:
        """Paths of segments whose events are to be known, and of those with sound points."""
        small, size = [], 0
        for segment in self._segments:
            own = segment.footer
            # A rare footer is read as it was written.
            if not segment.name.is_compacted and own.format == FORMAT and not own.supersedes:
                listed = self._now(segment.path)
                size += OVERHEAD + (0 if listed is None else listed[0])
                if listed is not None and size <= MAX_BYTES:
                    small.append(segment.path)
        kept = set(small) if len(small) >= LEAST_SEGMENTS else set()
        compacted = [s for s in self._segments if s.path in sound and s.name.is_compacted]
        total = sum(s.footer.metrics.size_bytes for s in compacted if s.footer.metrics)
        checked = {s.path for s in compacted} if total >= LEAST_BYTES else set()
        return kept, checked | (kept & set(sound))

    def _table(self, kept: Collection[str], sound: Collection[str]) -> pa.Table:
        segments = sorted(self._segments, key=lambda segment: segment.path)
        segments = [s for s in segments if s.path in kept or s.path in sound]
        own = [segment for segment in segments if segment.path in kept]
        rows = [self._row(s, is_kept=s.path in kept, is_sound=s.path in sound) for s in segments]
        columns = list(zip(*rows, strict=True)) or [()] * (len(_KNOWN) - 1)
        arrays = [pa.array(c, f.type) for c, f in zip(columns, _KNOWN, strict=False)]
        lengths = (s.events.num_rows if s.path in kept else 0 for s in segments)
        arrays.append(_lists(lengths, [segment.events for segment in own]))
        return pa.table(arrays, schema=_KNOWN)

    def _row(self, segment: Segment, *, is_kept: bool, is_sound: bool) -> tuple[Any, ...]:
        footer, metrics = segment.footer, segment.footer.metrics
        is_told = is_kept and metrics is not None
        return (
            segment.path,
            _struct(self._now(segment.path) if is_kept else None),
            _struct(self._now(segment.metrics_path) if is_sound else None),
            *(getattr(footer, name) if is_kept else None for name in _FOOTER),
            {name: getattr(metrics, name) for name in _METRICS} if is_told else None,
        )

    def _listed(self, column: str, path: str) -> Listed | None:
        """How a file of a segment was listed when it was read; None where it is not known."""
        place = self._places.get(path)
        listed = None if place is None else self._rows[column][place]
        return None if listed is None else (listed["size_bytes"], listed["modified_ms"])

    def _now(self, path: str | None) -> Listed | None:
        """How a file was listed before it was read now."""
        file = None if path is None else self._files.get(path)
        return None if file is None else (file.size_bytes, file.modified_ms)

    def _segment(self, name: SegmentName) -> Segment:
        place = self._places[name.path]
        described = {column: self._rows[column][place] for column in _FOOTER}
        metrics = self._rows["metrics"][place]
        footer = SegmentFooter(
            FORMAT,
            name.writer_id,
            name.number,
            metrics=None if metrics is None else MetricsFile(**metrics),
            **described,
        )
        start, end = self._starts[place].as_py(), self._starts[place + 1].as_py()
        return Segment(name, footer, self._events.slice(start, end - start), is_believed=True)


def forget_known(storage: Storage) -> None:
    """Delete what this user's builds know of an archive, of which something is to be erased."""
    path = _file_of(storage)
    if path is not None:
        with suppress(FileNotFoundError):
            os.remove(path)


def _lists(lengths: Iterable[int], events: Sequence[pa.Table]) -> pa.Array:
    """The events of segments, a list each."""
    together = pa.concat_tables([EVENTS.empty_table(), *events]).combine_chunks()
    rows = _in_one_piece(together.to_struct_array())
    offsets = pa.array([0, *accumulate(lengths)], pa.int32())
    return pa.ListArray.from_arrays(offsets, rows, type=_KNOWN.field("events").type)


def _in_one_piece(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    if isinstance(column, pa.Array):
        return column
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(
        [*column.chunks, pa.array([], column.type)]
    )  # fmt: skip


def _struct(listed: Listed | None) -> dict[str, int] | None:
    return None if listed is None else {"size_bytes": listed[0], "modified_ms": listed[1]}


def _file_of(storage: Storage) -> str | None:
    """Where what is known of an archive lies; None where this user has no such place."""
    folder = user_cache("known")
    digest = hashlib.sha256(storage.identity.encode(errors="surrogateescape")).hexdigest()
    return None if folder is None else os.path.join(folder, f"{digest[:32]}.arrow")


def _label(storage: Storage, version: str) -> bytes:
    """What must be the same for what is known to be believed."""
    return repr((version, storage.identity, storage.limits)).encode(errors="backslashreplace")


def _read(path: str, label: bytes) -> pa.Table | None:
    try:
        with open(path, "rb") as file:
            content = memoryview(file.read())
        digest, rest = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        if hashlib.sha256(rest).digest() != digest:
            return None
        table = pa.ipc.open_stream(pa.py_buffer(rest)).read_all()
        if (table.schema.metadata or {}).get(b"label") != label:
            return None
        os.utime(path)  # it is in use; see `_forget_old`
        return table.replace_schema_metadata(None).cast(_KNOWN)
    except (OSError, ValueError, pa.ArrowException):
        return None


def _write(path: str, table: pa.Table, label: bytes) -> None:
    """Write what is known, whole or not at all."""
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    labelled = table.replace_schema_metadata({"label": label})
    with pa.ipc.new_stream(sink, labelled.schema, options=options) as writer:
        writer.write_table(labelled)
    content = sink.getvalue()
    stage = f"{path}.{os.getpid()}"
    try:
        with open(os.open(stage, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(hashlib.sha256(content).digest())
            file.write(content)
        os.replace(stage, path)
    except OSError:
        with suppress(OSError):
            os.remove(stage)
        raise


def _forget_old(folder: str) -> None:
    """Delete what nobody asked for in a long time, e.g. of archives that are gone."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if time.time() - entry.stat(follow_symlinks=False).st_mtime > FORGOTTEN_S:
                os.remove(entry.path)
