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
from runreport.archive.schema import METRICS, encode_summary, event_table, summarise_values
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


class _Month:
    """Columns that grow, text as codes."""

    def __init__(self) -> None:
        self._events: list[tuple[Any, ...]] = []
        self._parts: list[tuple[Any, ...]] = []
        self._names: dict[str, int] = {}
        """Codes of writers, runs and metrics."""
        self._curves: list[tuple[int, int, int, int]] = []
        """Of each curve, the codes of its writer, run and metric, and how many points it has."""
        self._seqs, self._steps, self._times = array("q"), array("q"), array("q")
        self._values = array("d")

    def add(self, content: Content, writer_id: str) -> int:
        floor = clamped_ms(content.begun_ms) << LOGICAL_BITS
        run_id, experiment_id = content.run_id, content.experiment_id
        add, begun = self._events.append, content.begun_ms
        for seq, (kind, key, value, data, time, of_run) in enumerate(content.facts):
            counter = floor if time == begun else max(floor, clamped_ms(time) << LOGICAL_BITS)
            owner = run_id or of_run
            add(
                (writer_id, seq, counter + seq, time, kind, experiment_id, owner, key, value, data)
            )
        seq = len(content.facts)
        for key, curve in content.curves.items():
            self._add_curve(writer_id, seq, content.owner, key, curve)
            seq += len(curve.steps)
            summary = summarise_values(*curve)
            add((
                writer_id, seq - 1, floor, summary.last_time, "metric_summary", experiment_id,
                run_id, key, float_text(summary.last), encode_summary(summary),
            ))  # fmt: skip
        digest = hashlib.sha256(writer_id.encode()).hexdigest()[:16]
        self._parts.append((writer_id, 0, 0, seq - 1, seq, "", "", digest))
        return seq + len(content.curves)

    def _add_curve(self, writer_id: str, seq: int, run_id: str, key: str, curve: Curve) -> None:
        count, names = len(curve.steps), self._names
        codes = (names.setdefault(text, len(names)) for text in (writer_id, run_id, key))
        self._curves.append((*codes, count))  # type: ignore[arg-type]
        self._seqs.extend(range(seq, seq + count))
        self._steps.extend(curve.steps)
        self._times.extend(curve.times)
        self._values.extend(curve.values)

    def write(self, storage: Storage, month: str) -> None:
        events, points = sort_table(event_table(self._events), EVENT_ORDER), self._points()
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

    def _points(self) -> pa.Table:
        names = pa.array(list(self._names), pa.string())
        *codes, counts = zip(*self._curves, strict=True) if self._curves else ((), (), (), ())
        ends = pa.array(accumulate(counts), pa.int64())
        writer_ids, run_ids, keys = (
            pa.DictionaryArray.from_arrays(
                pc.run_end_decode(
                    pa.RunEndEncodedArray.from_arrays(ends, pa.array(own, pa.int32()))
                ),
                names,
            )
            for own in codes
        )
        whole = (_array(own, pa.int64()) for own in (self._seqs, self._steps, self._times))
        seqs, steps, times = whole
        values = _array(self._values, pa.float64())
        columns = [writer_ids, seqs, run_ids, keys, steps, times, values]
        table = pa.table(columns, names=METRICS.names)
        return sort_table(table, POINT_ORDER).cast(METRICS)


def _array(values: array[Any], kind: pa.DataType) -> pa.Array:
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])
