"""Intake: facts of runs that other tools logged come into the archive, as whole segments.

A run's writer is named by what its source says of it: taking it in again adds nothing, and two
archives that took in the same source hold the same facts. Where a source has grown, or another one
says more, all that is known of the run is written anew by one writer, which names those it stands
for (`archive.uniting`). Segments are written as a compaction would write them, a part a run.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.artifacts import Artifact
from runreport.archive.clock import LOGICAL_BITS, clamped_ms
from runreport.archive.compaction import EVENT_ORDER, POINT_ORDER
from runreport.archive.content import Content, Curve, Fact
from runreport.archive.footer import PARTS, SegmentFooter
from runreport.archive.layout import COMPACTED_PREFIX, FORMAT, month_of
from runreport.archive.ordering import sort_table
from runreport.archive.purged import is_purged, read_purged
from runreport.archive.reading import Snapshot, read_archive
from runreport.archive.replaced import texts_of
from runreport.archive.schema import (
    EVENTS,
    METRICS,
    encode_summary,
    summarise_values,
    text_column,
)
from runreport.archive.segment import encode_tables, put_encoded
from runreport.archive.storage import Storage
from runreport.archive.uniting import imported_owners, models_in, read_held
from runreport.events import float_text

BATCH_FACTS = 2_000_000
"""So many facts are held in memory before they are written."""
_UNDATED = "undated"


@dataclass(slots=True)
class Taken:
    """What became of what was taken in, by owner."""

    new: set[str] = field(default_factory=set)
    more: set[str] = field(default_factory=set)
    """Those that were there, and lacked something."""
    same: set[str] = field(default_factory=set)
    purged: set[str] = field(default_factory=set)
    """Those that somebody had erased, and which stay so."""


class Intake:
    """Takes in facts; what is not written yet is lost when the process ends."""

    def __init__(
        self,
        storage: Storage,
        copy: Callable[[str, str, str], Artifact | None] | None = None,
        sync: Callable[[], None] | None = None,
    ) -> None:
        """Read what is there.

        Args:
            copy: brings a file (run id, path, SHA-256 in hex) into the archive, before the fact
                that tells of it is written; says what it is if it has become another.
            sync: sees to it that what was copied is on disk.
        """
        self.storage = storage
        self.unreadable: set[str] = set()
        """Owners of whom the archive holds what cannot be read: they stay as they are."""
        self._copy, self._sync = copy, sync
        self._purged = read_purged(storage)
        self._known = _Known(read_archive(storage))
        self._waiting: list[tuple[Content, Taken]] = []
        """What is said of runs that the archive has."""
        self._batch = _Batch()

    def is_purged(self, owner: str | None) -> bool:
        """Whether somebody erased a run, which no import brings back."""
        return is_purged(owner, self._purged)

    def take(self, content: Content, taken: Taken) -> None:
        """Take in what a source says of a run.

        Args:
            taken: told what became of it, at once or when all is settled.

        Raises:
            WriteFailed: the disk refused; what was written before stays.
        """
        owner = content.owner
        if self.is_purged(owner):
            taken.purged.add(owner)
        elif (writer_id := content.writer_id) in self._known.writers:
            taken.same.add(owner)
        elif owner in self._known.owners:
            self._waiting.append((content, taken))
        else:
            taken.new.add(owner)
            self._put(content, writer_id)

    def settle(self) -> None:
        """Write what waits, and unite what several sources say of one run.

        Raises:
            WriteFailed: see `take`.
        """
        self._write()
        owners = {content.owner for content, _ in self._waiting} | self._known.rivals
        if not owners:
            return
        held = read_held(self.storage, owners, self._purged)
        self.unreadable |= held.unreadable
        for content, taken in self._waiting:
            owner = content.owner
            whole = None if owner in held.unreadable else held.united(content)
            if whole is None:
                taken.same.add(owner)
            else:
                taken.more.add(owner)
                self._put(whole, whole.writer_id)
        for owner in sorted(self._known.rivals - {content.owner for content, _ in self._waiting}):
            whole = None if owner in held.unreadable else held.reunited(owner)
            if whole is not None:
                self._put(whole, whole.writer_id)
        self._waiting = []
        self._write()

    def _put(self, content: Content, writer_id: str) -> None:
        copied = tuple(self._copied(content.owner, fact) for fact in content.facts)
        if copied != content.facts:  # a file has grown since it was looked at
            content = replace(content, facts=copied)
            writer_id = content.writer_id
        self._known.writers.add(writer_id)
        self._known.owners.add(content.owner)
        self._batch.add(content, writer_id)
        if self._batch.facts >= BATCH_FACTS:
            self._write()

    def _copied(self, owner: str, fact: Fact) -> Fact:
        """A fact, after the file that it tells of was copied."""
        if fact.kind != "artifact" or not fact.key or not fact.value or self._copy is None:
            return fact
        found = self._copy(owner, fact.key, fact.value)
        if found is None:
            return fact
        data = json.dumps(found.data(), separators=(",", ":"))
        return fact._replace(value=found.sha256, data=data)

    def _write(self) -> None:
        if self._sync:
            self._sync()
        self._batch.write(self.storage)
        self._batch = _Batch()


def reunite(storage: Storage) -> None:
    """Unite what several imports say of one run, after archives were merged.

    Raises:
        WriteFailed: the disk refused.
    """
    Intake(storage).settle()


class _Known:
    """Whom an archive has heard of."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.writers: set[str] = set()
        self.owners: set[str] = set()
        importers: dict[str, set[str]] = {}
        for table in snapshot.tables:
            self.writers.update(texts_of(table.column("writer_id")))
            starts = table.filter(pc.equal(table.column("kind"), "run"))
            self.owners.update(texts_of(starts.column("run_id")))
            self.owners.update(models_in(table))
            for owner, writer_id in imported_owners(table):
                importers.setdefault(owner, set()).add(writer_id)
        self.rivals = {owner for owner, writers in importers.items() if len(writers) > 1}
        """Owners of whom several writers tell that no writer replaces: archives were merged."""


class _Batch:
    """Facts that wait to be written, by the month of the segment they will stand in."""

    def __init__(self) -> None:
        self.facts = 0
        self._months: dict[str, _Month] = {}

    def add(self, content: Content, writer_id: str) -> None:
        """Give facts their identities and keep them."""
        begun = content.begun_ms
        month = _UNDATED if begun is None else month_of(begun)
        self.facts += self._months.setdefault(month, _Month()).add(content, writer_id)

    def write(self, storage: Storage) -> None:
        """Write a segment a month."""
        for name, month in sorted(self._months.items()):
            month.write(storage, name)


class _Texts:
    """A column of texts that repeat, as codes."""

    def __init__(self) -> None:
        self._codes: dict[str | None, int] = {}
        self._places = array("i")

    def add(self, text: str | None, count: int = 1) -> None:
        """Put a text into the next rows."""
        code = self._codes.setdefault(text, len(self._codes))
        if count == 1:
            self._places.append(code)
        else:
            self._places.extend([code] * count)

    def column(self) -> pa.DictionaryArray:
        """The texts; what is None is null."""
        places = _array(self._places, pa.int32())
        nothing = self._codes.get(None)
        texts = ["" if text is None else text for text in self._codes]
        if nothing is not None:
            places = pc.if_else(pc.equal(places, nothing), pa.scalar(None, pa.int32()), places)
        return pa.DictionaryArray.from_arrays(places, pa.array(texts, pa.string()))


class _Month:
    """Columns that grow."""

    def __init__(self) -> None:
        names = ("writer_id", "kind", "experiment_id", "run_id", "key")
        self._texts = {name: _Texts() for name in names}
        self._seqs, self._counters, self._times = array("q"), array("q"), array("q")
        self._values: list[str | None] = []
        self._data: list[str | None] = []
        self._parts: list[tuple[Any, ...]] = []
        self._curves = {name: _Texts() for name in ("writer_id", "run_id", "key")}
        """Of each curve, not of each point."""
        self._counts: list[int] = []
        """How many points each curve has."""
        self._points = Curve.empty()
        self._point_seqs = array("q")

    def add(self, content: Content, writer_id: str) -> int:
        """Take in what is said of a run, and say how many facts that is."""
        floor, begun = clamped_ms(content.begun_ms) << LOGICAL_BITS, content.begun_ms
        facts, curves, texts = content.facts, content.curves, self._texts
        texts["writer_id"].add(writer_id, len(facts) + len(curves))
        texts["experiment_id"].add(content.experiment_id, len(facts) + len(curves))
        for seq, fact in enumerate(facts):
            time = fact.time
            counter = floor if time == begun else max(floor, clamped_ms(time) << LOGICAL_BITS)
            self._counters.append(counter + seq)
            self._times.append(time)
            texts["kind"].add(fact.kind)
            texts["run_id"].add(content.run_id or fact.run_id)
            texts["key"].add(fact.key)
            self._values.append(fact.value)
            self._data.append(fact.data)
        self._seqs.extend(range(len(facts)))
        seq = len(facts)
        for key, curve in curves.items():
            self._add_curve(writer_id, seq, content.owner, key, curve)
            seq += len(curve.steps)
            summary = summarise_values(*curve)
            self._seqs.append(seq - 1)
            self._counters.append(floor)
            self._times.append(summary.last_time)
            texts["key"].add(key)
            self._values.append(float_text(summary.last))
            self._data.append(encode_summary(summary))
        texts["kind"].add("metric_summary", len(curves))
        texts["run_id"].add(content.run_id, len(curves))
        digest = hashlib.sha256(writer_id.encode()).hexdigest()[:16]
        self._parts.append((writer_id, 0, 0, seq - 1, seq, "", "", digest))
        return seq + len(curves)

    def _add_curve(self, writer_id: str, seq: int, run_id: str, key: str, curve: Curve) -> None:
        for name, text in (("writer_id", writer_id), ("run_id", run_id), ("key", key)):
            self._curves[name].add(text)
        self._counts.append(len(curve.steps))
        self._point_seqs.extend(range(seq, seq + len(curve.steps)))
        self._points.extend(curve)

    def write(self, storage: Storage, month: str) -> None:
        """Write all of it as one segment."""
        events, points = self._event_table(), self._point_table()
        parts = pa.table(list(zip(*sorted(self._parts), strict=True)), schema=PARTS)
        stems = "\n".join(parts.column("writer_id").to_pylist())
        footer = SegmentFooter(
            FORMAT,
            COMPACTED_PREFIX + hashlib.sha256(f"intake\n{stems}".encode()).hexdigest()[:31],
            0,
            0,
            -1,
            events.num_rows + points.num_rows,
            None,
            compacted=parts,
        )
        put_encoded(storage, encode_tables(month, footer, events, points))

    def _event_table(self) -> pa.Table:
        columns: dict[str, pa.Array] = {name: own.column() for name, own in self._texts.items()}
        for name, own in (
            ("seq", self._seqs), ("counter", self._counters), ("time", self._times),
        ):  # fmt: skip
            columns[name] = _array(own, pa.int64())
        columns["value"], columns["data"] = text_column(self._values), text_column(self._data)
        return sort_table(pa.table(columns).select(EVENTS.names), EVENT_ORDER)

    def _point_table(self) -> pa.Table:
        ends = pa.array(accumulate(self._counts), pa.int64())
        columns: dict[str, pa.Array] = {}
        for name, own in self._curves.items():
            coded = own.column()
            runs = pa.RunEndEncodedArray.from_arrays(ends, coded.indices)
            places = pc.run_end_decode(runs)
            columns[name] = pa.DictionaryArray.from_arrays(places, coded.dictionary)
        steps, times, values = self._points
        columns["seq"] = _array(self._point_seqs, pa.int64())
        columns["step"], columns["time"] = _array(steps, pa.int64()), _array(times, pa.int64())
        columns["value"] = _array(values, pa.float64())
        return sort_table(pa.table(columns).select(METRICS.names), POINT_ORDER)


def _array(values: array[Any], kind: pa.DataType) -> pa.Array:
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])
