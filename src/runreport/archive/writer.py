"""A writer turns log calls into journal lines: it numbers facts and keeps the clock.

This is the hot path of ``log_metric``: one formatted line, one checksum, one ``write()``.
A process that forks leaves its writers to the parent; the child opens journals of its own.
"""

from __future__ import annotations

import json
import os
import threading
import warnings
import weakref
import zlib
from collections.abc import Iterable, Mapping
from typing import Literal

from runreport.archive.clock import (
    LOGICAL_BITS,
    boot_id,
    host_name,
    new_writer_id,
    next_counter,
    wall_ms,
)
from runreport.archive.inventory import note_journal
from runreport.archive.journal import Header, Journal, JournalName, encode_line
from runreport.archive.layout import FORMAT
from runreport.archive.rules import check_data
from runreport.archive.storage import LocalStorage
from runreport.events import float_text, whole_text

Durability = Literal["process", "fsync"]

ROLL_OVER_BYTES = 64 * 1024 * 1024
"""A journal that grows past this becomes a segment, so that a month-long run stays bounded."""

_INFINITY = float("inf")
_open_writers: weakref.WeakSet[Writer] = weakref.WeakSet()


class Writer:
    """Appends the facts of one run (or of an archive, ``run_id`` None), from any thread."""

    def __init__(
        self,
        storage: LocalStorage,
        experiment_id: str,
        run_id: str | None,
        *,
        durability: Durability = "process",
        counter: int = 0,
        roll_over_bytes: int = ROLL_OVER_BYTES,
    ) -> None:
        """Prepare to write; the journal is opened by the first fact.

        Args:
            counter: the greatest counter read for this run, when it is resumed.
        """
        self.storage = storage
        self.experiment_id = experiment_id
        self.run_id = run_id
        self.durability = durability
        self.forked = False
        """Whether this process has forked since, so that there may be journals of children."""
        self._counter = counter
        self._roll_over_bytes = roll_over_bytes
        self._lock = threading.Lock()
        self._journal: Journal | None = None
        self._writer_id = ""
        self._number = 0
        self._seq = 0
        self._wall_ms = counter >> LOGICAL_BITS
        """The latest reading of the clock, which may be set back while a run is logged."""
        self._point_ms = 0
        """The time of the latest point that came without one."""
        self._latest_steps: dict[str, tuple[int, int]] = {}
        """Step and time of each metric's latest point that came without a time."""
        self.known_metrics: dict[str, str] = {}
        """Names logged before, hence checked, with the JSON text that starts their lines."""
        owner = f'"experiment":{json.dumps(experiment_id)},"run":{json.dumps(run_id)}'
        self._owner_text = owner
        self._run_text = json.dumps(run_id)
        _open_writers.add(self)

    @property
    def writer_id(self) -> str:
        """Empty before the first fact, and after the run has ended."""
        return self._writer_id

    @property
    def journal_name(self) -> JournalName | None:
        """The journal in use; None before the first fact."""
        return self._journal.name if self._journal is not None else None

    def log_metric(self, key: str, value: float, step: int, time_ms: int | None) -> None:
        """Write one point.

        Raises:
            WriteFailed: the point is not in the archive.
        """
        try:
            text = self.known_metrics[key]
        except KeyError:
            text = self.known_metrics[key] = f'"values":{{{json.dumps(key)}:'
        number = repr(value) if -_INFINITY < value < _INFINITY else f'"{float_text(value)}"'
        with self._lock:
            journal = self._journal or self._open()
            if time_ms is None:
                time_ms = self._moment((key,), step)
            seq = self._seq
            self._seq = seq + 1
            data = (
                f'{{"kind":"metric","seq":{seq},"run":{self._run_text},"time":{time_ms},'
                f'"step":{step},{text}{number}}}}}'
            ).encode()
            journal.append(b"%s %08x\n" % (data, zlib.crc32(data)), (seq, seq))
            if (
                self.durability == "fsync"
                or journal.size_bytes > self._roll_over_bytes
                or not journal.is_listed
            ):
                self._after_append(journal)

    def log_metrics(self, values: Mapping[str, float], step: int, time_ms: int | None) -> None:
        """Write several points of one step as one line, so that they appear together."""
        if not values:
            return
        numbers = ",".join(
            f"{json.dumps(key)}:"
            + (repr(value) if -_INFINITY < value < _INFINITY else f'"{float_text(value)}"')
            for key, value in values.items()
        )
        with self._lock:
            journal = self._journal or self._open()
            moment = self._moment(values, step) if time_ms is None else time_ms
            seq = self._take_seq(len(values))
            journal.append(
                encode_line(
                    f'{{"kind":"metric","seq":{seq},"run":{self._run_text},"time":{moment},'
                    f'"step":{step},"values":{{{numbers}}}}}'
                ),
                (seq, seq + len(values) - 1),
            )
            self._after_append(journal)

    def _moment(self, keys: Iterable[str], step: int) -> int:
        """The time of points that are logged now without one: never before that of an earlier
        point, and after that of the same metric at the same step, so that what is logged last
        is last however fast it comes."""
        moment = self._point_ms = max(self._now(), self._point_ms)
        for key in keys:
            latest = self._latest_steps.get(key)
            if latest is not None and latest[0] == step and latest[1] >= moment:
                moment = self._point_ms = latest[1] + 1
        for key in keys:
            self._latest_steps[key] = (step, moment)
        return moment

    def _now(self) -> int:
        """This machine's clock, as long as it does not run backwards."""
        now = self._wall_ms = max(wall_ms(), self._wall_ms)
        return now

    def log_values(self, kind: str, values: Mapping[str, str | None]) -> None:
        """Write params or tags (None removes one) as one line."""
        if values:
            self.log_lines(((kind, values),))

    def log_event(
        self,
        kind: str,
        key: str | None = None,
        value: str | None = None,
        data: object = None,
        time_ms: int | None = None,
    ) -> None:
        """Write one fact; ``data`` becomes JSON text."""
        self.log_lines(((kind, (key, value, data, time_ms)),))

    def log_lines(
        self,
        lines: tuple[
            tuple[
                str, Mapping[str, str | None] | tuple[str | None, str | None, object, int | None]
            ],
            ...,
        ],
    ) -> None:
        """Write several lines, in the forms of the two calls above, in one ``write()``.

        Raises:
            WriteFailed: none of these facts counts as written.
            InvalidValue: ``data`` is larger or deeper than a reader takes; nothing is written.
        """
        bodies = [_body(content) for _, content in lines]  # what fails here takes no number
        with self._lock:
            journal = self._journal or self._open()
            now = self._now()
            encoded = []
            counter, first = self._counter, self._seq
            seq = first
            for (kind, content), (body, count) in zip(lines, bodies, strict=True):
                counter = next_counter(counter, now)
                moment = content[3] if isinstance(content, tuple) else None
                encoded.append(
                    encode_line(
                        f'{{"kind":"{kind}","seq":{seq},"counter":{counter},'
                        f'"time":{now if moment is None else moment},{self._owner_text},{body}}}'
                    )
                )
                seq += count
            self._counter, self._seq = counter, seq
            journal.append(b"".join(encoded), (first, seq - 1))
            self._after_append(journal)

    def finish(self, *, durable: bool = True) -> JournalName | None:
        """Close the journal and name it, so that the caller can seal it.

        Returns:
            None when nothing was written.
        """
        with self._lock:
            journal, self._journal = self._journal, None
            if journal is None:
                return None
            try:
                if durable:
                    journal.sync()
            finally:
                journal.close()
            self._number += 1
            return journal.name

    def _take_seq(self, count: int) -> int:
        seq = self._seq
        self._seq += count
        return seq

    def _open(self) -> Journal:
        if not self._writer_id:
            self._writer_id = new_writer_id()
        name = JournalName(self._writer_id, self._number)
        header = Header(
            FORMAT,
            self._writer_id,
            self._number,
            self.run_id,
            self.experiment_id,
            host_name(),
            boot_id(),
            wall_ms(),
        )
        self._journal = Journal(self.storage, name, header)
        return self._journal

    def roll_over(self) -> None:
        """Turn what was logged until now into a segment; the next fact opens another journal."""
        with self._lock:
            if self._journal is not None and self._journal.has_facts:
                self._roll_over(self._journal)

    def _after_append(self, journal: Journal) -> None:
        if not journal.is_listed:
            journal.is_listed = True
            note_journal(self.storage, journal.name, self.run_id)
        if self.durability == "fsync":
            journal.sync()
        if journal.size_bytes > self._roll_over_bytes:
            self._roll_over(journal)

    def _roll_over(self, journal: Journal) -> None:
        # Sealing needs pyarrow: one of the two sanctioned lazy imports, see tests/test_layers.
        from runreport.archive.sealing import seal_journal

        self._journal = None
        self._number += 1
        try:
            self._open()  # at once, as its lock tells that the run lives
            journal.sync()
            seal_journal(self.storage, journal.name, is_final=False)
        except Exception as error:  # the facts are in the journal: this call lost nothing
            warnings.warn(
                f"Could not seal a journal that had grown long: {error} Its facts are safe "
                f"in {self.storage.locate(journal.name.path)}.",
                stacklevel=5,
            )
        finally:
            journal.close()  # only now, so that nobody takes it for a dead writer's

    def _leave_to_parent(self) -> None:
        """In a forked child: the journal and its lock stay the parent's."""
        self._lock = threading.Lock()  # the parent may have held it at the fork
        if self._journal is not None:
            self._journal.close()
        self._journal = None
        self._writer_id = ""
        self._number = 0
        self._seq = 0


def _body(
    content: Mapping[str, str | None] | tuple[str | None, str | None, object, int | None],
) -> tuple[str, int]:
    """The members of a line that say what it is about, and how many facts they are.

    Text holds no half of a Unicode character: no reader would take the line.
    """
    if not isinstance(content, tuple):
        values = {
            whole_text(key): None if value is None else whole_text(value)
            for key, value in content.items()
        }
        return f'"values":{json.dumps(values, separators=(",", ":"))}', len(values)
    key, value, data, _ = content
    key, value = (None if text is None else whole_text(text) for text in (key, value))
    body = f'"key":{json.dumps(key)},"value":{json.dumps(value)}'
    if data is not None:
        text = whole_text(json.dumps(data, separators=(",", ":"), ensure_ascii=False))
        body += f',"data":{json.dumps(check_data(text))}'
    return body, 1


def open_writers() -> list[Writer]:
    """The writers of this process."""
    return list(_open_writers)


def _after_fork_in_child() -> None:
    for writer in open_writers():
        writer._leave_to_parent()


def _after_fork_in_parent() -> None:
    for writer in open_writers():
        writer.forked = True


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child, after_in_parent=_after_fork_in_parent)
