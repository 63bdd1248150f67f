"""What a build knows of an archive's files from the one before, so that it reads what is new.

The events of segments that nobody compacted, thousands of small files, and which metrics files
were found sound, lie in one file a user and archive. A file of the archive is known as long as it
is listed as it was when it was read; one that is not, and all of them where what is known is
damaged or was written by another version, are read as ever.

It holds facts as they were logged, so it lies where this user's caches lie, and never beside a
site, where it might be published.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import accumulate
from typing import Any

import pyarrow as pa

from runreport.archive.clock import wall_ms
from runreport.archive.footer import MetricsFile, SegmentFooter
from runreport.archive.layout import FORMAT, SegmentName
from runreport.archive.purged import read_purged, without_purged
from runreport.archive.schema import EVENTS
from runreport.archive.segment import Segment, read_segment
from runreport.archive.storage import Storage, StoredFile
from runreport.archive.user_cache import cache_place, forget_old, user_cache

LEAST_SEGMENTS = 64
"""So many small segments are read as fast as what is known of them."""
LEAST_BYTES = 2**20
"""Compacted metrics files of less in all are looked at as fast."""
LEAST_NEW = 16
"""Fewer new segments are read once more rather than all that is known written again."""
MOST_BYTES = 256 * 2**20
"""Of events in memory."""
SETTLED_MS = 2000
"""What was changed so shortly before it was listed may have been changed again within the same
tick of a clock, and is read once more."""

_FOLDER = "known-segments"
_LISTED = pa.struct([(name, pa.int64()) for name in ("size_bytes", "modified_ms", "changed_ns")])
_FOOTER = ("first_seq", "last_seq", "facts", "gaps", "lost")
_METRICS = ("name", "size_bytes", "sha256", "footer_sha256")
_KINDS = dict.fromkeys((*_FOOTER[:3], "size_bytes"), pa.int64())
_KNOWN = pa.schema(
    [
        ("path", pa.string()),
        ("listed", _LISTED),
        ("points", _LISTED),
        *((name, _KINDS.get(name, pa.string())) for name in _FOOTER),
        ("metrics", pa.struct([(name, _KINDS.get(name, pa.string())) for name in _METRICS])),
        ("events", pa.list_(pa.struct(list(EVENTS)))),
    ]
)
"""One row a segment. ``listed`` is its events file, whose footer and ``events`` are known; null
for one that is read each time. ``points`` is its metrics file, where that was found sound."""
_DIGEST_BYTES = 32
_REFUSALS = (OSError, ValueError, OverflowError, MemoryError, pa.ArrowException)
"""What may keep it from being read or written; that is no reason for a build to fail."""

Listed = tuple[int, int, int]
"""How a file is listed: size, time of its content, and on a disk of any change of it."""


class KnownSegments:
    """The segments of one archive, as they were when they were last read."""

    def __init__(self, storage: Storage, label: bytes, table: pa.Table | None) -> None:
        self._storage, self._label, self._began_ms = storage, label, wall_ms()
        self._has_nothing = table is None
        table = _KNOWN.empty_table() if table is None else table
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
        label = hashlib.sha256(repr((version, storage.identity, storage.limits)).encode())
        path = None if anew else _place(storage)
        table = None if path is None else _read(path, label.digest())
        return KnownSegments(storage, label.digest(), table)

    def read(self, storage: Storage, name: SegmentName, file: StoredFile) -> Segment:
        """A segment as `believe` gives it, or, if it is not known, as `read_segment` does.

        Raises:
            FileNotFoundError, Damaged, ArchiveError: see there.
        """
        listed = self._before("listed", name.path)
        is_known = listed is not None and listed == _listed(file)
        return self._segment(name) if is_known else read_segment(storage, name)

    def keep(
        self, storage: Storage, segments: Collection[Segment], files: Mapping[str, StoredFile]
    ) -> None:
        """See `SegmentSource`."""
        del storage
        self._segments, self._files = segments, files

    @property
    def checked(self) -> frozenset[str]:
        """See `SegmentSource`."""
        return frozenset(s.path for s in self._segments if self._is_checked(s))

    def save(self, checked: Collection[str]) -> None:
        """Leave what is known now for the next build, if much of it is new.

        Args:
            checked: paths of the segments whose metrics files were found sound, now or before.
        """
        own = [segment for segment in self._segments if self._is_settled(segment.path)]
        small = [segment for segment in own if _is_plain(segment)]
        compacted = [s for s in own if s.name.is_compacted and s.path in checked]
        total = sum(s.footer.metrics.size_bytes for s in compacted if s.footer.metrics)
        small = small if len(small) >= LEAST_SEGMENTS else []
        compacted = compacted if total >= LEAST_BYTES else []
        with suppress(*_REFUSALS):
            if self._pays(small, compacted):
                self._write(small, compacted, checked)

    def _pays(self, small: Collection[Segment], compacted: Collection[Segment]) -> bool:
        """Whether enough has changed. What is gone must not stay, be it purged somewhere else."""
        wanted = {segment.path for segment in (*small, *compacted)}
        new = [s for s in small if self._before("listed", s.path) != self._now(s.path)]
        unchecked = [segment for segment in compacted if not self._is_checked(segment)]
        return (
            self._has_nothing
            or bool(self._places.keys() - wanted)
            or len(new) >= LEAST_NEW
            or bool(unchecked)
        )

    def _write(
        self,
        small: Sequence[Segment],
        compacted: Sequence[Segment],
        checked: Collection[str],
    ) -> None:
        """Write it all anew, but for what is purged: a purge must find nothing to forget later."""
        path, purged = _place(self._storage), read_purged(self._storage)
        if path is None:
            return
        if purged:
            small = [s for s in small if without_purged(s.events, purged) is s.events]
        if not small and not compacted:
            _remove(path)
            return
        _write(path, self._table(_within_limit(small), compacted, checked), self._label)
        if read_purged(self._storage) != purged:  # meanwhile
            _remove(path)

    def _table(
        self, small: Sequence[Segment], compacted: Sequence[Segment], checked: Collection[str]
    ) -> pa.Table:
        rows = [self._row(segment, checked) for segment in (*small, *compacted)]
        columns = list(zip(*rows, strict=True))
        arrays = [pa.array(c, f.type) for c, f in zip(columns, _KNOWN, strict=False)]
        lengths = [segment.events.num_rows for segment in small] + [0] * len(compacted)
        arrays.append(_lists(lengths, [segment.events for segment in small]))
        return pa.table(arrays, schema=_KNOWN)

    def _row(self, segment: Segment, checked: Collection[str]) -> tuple[Any, ...]:
        footer, metrics, is_kept = segment.footer, segment.footer.metrics, _is_plain(segment)
        is_told = is_kept and metrics is not None
        return (
            segment.path,
            _struct(self._now(segment.path) if is_kept else None),
            _struct(self._now(segment.metrics_path) if segment.path in checked else None),
            *(getattr(footer, name) if is_kept else None for name in _FOOTER),
            {name: getattr(metrics, name) for name in _METRICS} if is_told else None,
        )

    def _is_checked(self, segment: Segment) -> bool:
        """Whether its metrics file is listed as it was when it was found sound."""
        before = self._before("points", segment.path)
        return before is not None and before == self._now(segment.metrics_path)

    def _is_settled(self, path: str) -> bool:
        """Whether a file was last changed some time before it was listed; a store that tells no
        times tells of no change either."""
        file = self._files.get(path)
        return file is not None and 0 < file.modified_ms <= self._began_ms - SETTLED_MS

    def _before(self, column: str, path: str) -> Listed | None:
        """How a file of a segment was listed when it was read; None where it is not known."""
        place = self._places.get(path)
        listed = None if place is None else self._rows[column][place]
        return None if listed is None else tuple(listed.values())

    def _now(self, path: str | None) -> Listed | None:
        """How a file was listed before it was read now."""
        file = None if path is None else self._files.get(path)
        return None if file is None or not self._is_settled(file.path) else _listed(file)

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


def forget_known() -> bool:
    """Delete what this user's builds know of archives, since something is to be erased of one: it
    may have been moved or copied since, and be known by another path, too.

    Returns:
        Whether nothing is left.
    """
    folder = cache_place(_FOLDER)
    try:
        for name in os.listdir(folder):  # unfinished ones, too
            os.remove(os.path.join(folder, name))
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _is_plain(segment: Segment) -> bool:
    """Whether all that its footer says has a place in what is known."""
    own, metrics = segment.footer, segment.footer.metrics
    is_small = metrics is None or (
        metrics.size_bytes < 2**63 and (metrics.sha256 + metrics.footer_sha256).isascii()
    )
    is_ours = own.format == FORMAT and not own.supersedes and not segment.name.is_compacted
    return is_ours and is_small


def _within_limit(segments: Iterable[Segment]) -> list[Segment]:
    kept, size = [], 0
    for segment in segments:
        size += segment.events.nbytes
        if size <= MOST_BYTES:
            kept.append(segment)
    return kept


def _lists(lengths: Iterable[int], events: Sequence[pa.Table]) -> pa.Array:
    """The events of segments, a list each."""
    together = pa.concat_tables([EVENTS.empty_table(), *events]).combine_chunks()
    rows = _in_one_piece(together.to_struct_array())
    offsets = pa.array([0, *accumulate(lengths)], pa.int32())
    return pa.ListArray.from_arrays(offsets, rows, type=_KNOWN.field("events").type)


def _in_one_piece(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    if isinstance(column, pa.Array):
        return column
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays([*column.chunks, pa.array([], column.type)])


def _listed(file: StoredFile) -> Listed:
    return file.size_bytes, file.modified_ms, file.changed_ns


def _struct(listed: Listed | None) -> dict[str, int] | None:
    names = (field.name for field in _LISTED)
    return None if listed is None else dict(zip(names, listed, strict=True))


def _place(storage: Storage) -> str | None:
    """Where what is known of an archive lies, if this user has a place for it; what is old there
    goes."""
    folder = user_cache(_FOLDER)
    if folder is None:
        return None
    forget_old(folder)
    digest = hashlib.sha256(storage.identity.encode(errors="surrogateescape")).hexdigest()
    return os.path.join(folder, f"{digest[:32]}.arrow")


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
        os.utime(path)  # it is in use; see `forget_old`
        return table.replace_schema_metadata(None).cast(_KNOWN)
    except _REFUSALS:
        return None


def _write(path: str, table: pa.Table, label: bytes) -> None:
    """Write what is known, whole or not at all."""
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    labelled = table.replace_schema_metadata({"label": label})
    with pa.ipc.new_stream(sink, labelled.schema, options=options) as writer:
        writer.write_table(labelled)
    content = sink.getvalue()
    folder, name = os.path.split(path)
    descriptor, stage = tempfile.mkstemp(prefix=f"{name}.", dir=folder)  # for this user alone
    try:
        with open(descriptor, "wb") as file:
            file.write(hashlib.sha256(content).digest())
            file.write(content)
        os.replace(stage, path)
    except OSError:
        _remove(stage)
        raise


def _remove(path: str) -> None:
    with suppress(OSError):
        os.remove(path)
