"""A storage that fails, tears or dies at its k-th primitive, and the operations it is put under.

Every operation is repeated with the failure one primitive later until it gets through.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from builders import log_run

from runreport.archive.artifact_logging import log_bytes
from runreport.archive.clock import wall_ms
from runreport.archive.compaction import compact_archive
from runreport.archive.directory import open_archive
from runreport.archive.facts import derive_id, write_fact
from runreport.archive.merging import merge_archive
from runreport.archive.purging import purge
from runreport.archive.reading import read_archive
from runreport.archive.recovery import seal_dead_journals
from runreport.archive.sealing import seal_journal
from runreport.archive.storage import LocalStorage
from runreport.archive.verify import damaged_artifacts
from runreport.archive.writer import Writer

OLD, OTHER, DEAD, NEW, THEIRS = (letter * 32 for letter in "abcde")
"""Runs: two that are sealed, one whose writer died, one being logged, one of another archive."""


class FaultyStorage(LocalStorage):
    """Counts its primitives and does something at the k-th."""

    def __init__(self, root: str, at: int, act: Callable[[], None], torn: bool = False) -> None:
        super().__init__(root)
        self.at, self.act, self.torn, self.count = at, act, torn, 0

    def _step(self) -> None:
        self.count += 1
        if self.count == self.at:
            self.act()

    def open_append(self, path: str) -> int:
        self._step()
        return super().open_append(path)

    def create(self, path: str) -> int:
        self._step()
        return super().create(path)

    def write(self, descriptor: int, data: bytes) -> int:
        if self.torn and self.count + 1 == self.at:
            super().write(descriptor, data[: len(data) // 2])
        self._step()
        return super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        self._step()
        super().sync(descriptor)

    def sync_folder(self, path: str) -> None:
        self._step()
        super().sync_folder(path)

    def rename(self, source: str, target: str) -> None:
        self._step()
        super().rename(source, target)

    def delete(self, path: str) -> None:
        self._step()
        super().delete(path)

    def make_folder(self, path: str) -> None:
        self._step()
        super().make_folder(path)


def refuse(code: int) -> Callable[[], None]:
    """What a primitive does that the system refuses."""

    def act() -> None:
        raise OSError(code, os.strerror(code))

    return act


def die() -> None:
    """What a primitive does at which the process is killed."""
    os.kill(os.getpid(), signal.SIGKILL)


Facts = Counter[tuple[object, ...]]


def facts_of(storage: LocalStorage) -> Facts:
    """What a reader finds, none of it twice; summaries are left out, since a seal makes them
    anew."""
    snapshot = read_archive(storage)
    points = [row for s in snapshot.segments for row in snapshot.points(s).to_pylist()]
    points += [point._asdict() for part in snapshot.journals for point in part.content.points]
    events = [row for row in snapshot.events.to_pylist() if row["kind"] != "metric_summary"]
    identities = Counter((fact["writer_id"], fact["seq"]) for fact in (*events, *points))
    twice = [identity for identity, count in identities.items() if count > 1]
    assert [f for f in (*events, *points) if (f["writer_id"], f["seq"]) in twice] == []
    return Counter(
        [(fact["run_id"], fact["kind"], fact["key"], fact["value"]) for fact in events]
        + [(fact["run_id"], "point", fact["key"], fact["step"], fact["value"]) for fact in points]
    )


def make_base(folder: Path) -> None:
    """``base``: an archive with a bit of everything; ``other``: one that shares a run with it."""
    base = open_archive(folder / "base", create=True)
    assert isinstance(base, LocalStorage)
    write_fact(base, derive_id("first"), "experiment", "name", "first")
    for run_id in (OLD, OTHER):
        writer = log_run(base, run_id, params={"lr": "1", "run": run_id}, points=[3.0, 2.0, 1.0])
        log_bytes(base, writer, run_id, "notes.txt", f"of {run_id}".encode())
        writer.log_event("status", None, "FINISHED", time_ms=9000)
        name = writer.finish()
        assert name is not None
        seal_journal(base, name)
    log_run(base, DEAD, points=[5.0, 4.0]).finish()
    shutil.copytree(folder / "base", folder / "other")
    other = open_archive(folder / "other")
    assert isinstance(other, LocalStorage)
    write_fact(other, derive_id("second"), "experiment", "name", "second")
    writer = log_run(other, THEIRS, points=[0.5])
    log_bytes(other, writer, THEIRS, "notes.txt", b"theirs")
    name = writer.finish()
    assert name is not None
    seal_journal(other, name)
    later = Writer(other, "0", OLD)
    later.log_values("tag", {"seen": "there"})
    later.finish()


@dataclass(frozen=True)
class Operation:
    """Something an archive is put through."""

    run: Callable[[LocalStorage, Path, Callable[[tuple[object, ...]], None]], None]
    """Called with the storage, the folder of the base and what notes an acknowledged fact."""
    purges: str | None = None
    """The run it erases."""


Note = Callable[[tuple[object, ...]], None]


def _log(storage: LocalStorage, folder: Path, note: Note) -> None:
    _log_with(storage, note, roll_over_bytes=1 << 20)


def _roll_over(storage: LocalStorage, folder: Path, note: Note) -> None:
    _log_with(storage, note, roll_over_bytes=700)


def _log_with(storage: LocalStorage, note: Note, *, roll_over_bytes: int) -> None:
    writer = Writer(storage, "0", NEW, roll_over_bytes=roll_over_bytes)
    writer.log_event("run", None, None, {}, 1000)
    note((NEW, "run", None, None))
    for step in range(8):
        writer.log_metric("loss", float(step), step, 5000 + step)
        note((NEW, "point", "loss", step, float(step)))
    writer.log_values("param", {"x": "1"})
    note((NEW, "param", "x", "1"))
    name = writer.finish()
    assert name is not None
    seal_journal(storage, name)


def _log_artifact(storage: LocalStorage, folder: Path, note: Note) -> None:
    writer = Writer(storage, "0", NEW)
    artifact = log_bytes(storage, writer, NEW, "a/b.txt", b"hello")
    note((NEW, "artifact", "a/b.txt", artifact.sha256))
    writer.finish()


def _log_artifact_again(storage: LocalStorage, folder: Path, note: Note) -> None:
    """A checkpoint under one path, each epoch; of whatever epoch, the file must be whole."""
    writer = Writer(storage, "0", OLD)
    for epoch in range(2):
        log_bytes(storage, writer, OLD, "notes.txt", f"epoch {epoch}".encode() * 1000)
    writer.finish()


def _create_experiment(storage: LocalStorage, folder: Path, note: Note) -> None:
    write_fact(storage, derive_id("new"), "experiment", "name", "new")
    note((None, "experiment", "name", "new"))


def _seal(storage: LocalStorage, folder: Path, note: Note) -> None:
    failures = seal_dead_journals(storage, now_ms=wall_ms())[1]
    if failures:
        raise OSError(str(failures[0]))


def _compact(storage: LocalStorage, folder: Path, note: Note) -> None:
    compact_archive(storage)


def _merge(storage: LocalStorage, folder: Path, note: Note) -> None:
    other = open_archive(folder / "other")
    merge_archive(other, storage)
    assert isinstance(other, LocalStorage)
    for fact in facts_of(other):
        note(fact)


def _purge(storage: LocalStorage, folder: Path, note: Note) -> None:
    purge(storage, [OLD])


def _purge_compacted(storage: LocalStorage, folder: Path, note: Note) -> None:
    compact_archive(LocalStorage(storage.root))
    purge(storage, [OLD])


OPERATIONS = {
    "log": Operation(_log),
    "roll over": Operation(_roll_over),
    "log an artifact": Operation(_log_artifact),
    "log an artifact again": Operation(_log_artifact_again),
    "create an experiment": Operation(_create_experiment),
    "seal": Operation(_seal),
    "compact": Operation(_compact),
    "merge": Operation(_merge),
    "purge": Operation(_purge, purges=OLD),
    "purge from a compacted segment": Operation(_purge_compacted, purges=OLD),
}
"""Importing another tool's runs is logging, hence not listed."""


def perform(name: str, root: str, folder: str, at: int, torn: bool, acknowledged: str) -> None:
    """Run an operation in a process that is killed at the k-th primitive.

    Args:
        acknowledged: path of the file that takes each acknowledged fact, a line each, at once.
    """
    descriptor = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    storage = FaultyStorage(root, at, die, torn)
    OPERATIONS[name].run(
        storage, Path(folder), lambda fact: os.write(descriptor, f"{fact!r}\n".encode()) and None
    )
    os.write(descriptor, b"done\n")


class KillServer:
    """A process that has imported everything and forks one child for each kill."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def perform(self, *arguments: object) -> int:
        """Run `perform` in a child; returns the signal that killed it, or 0."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(arguments) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


def serve_kills() -> None:
    """The other end of a `KillServer`."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            perform(*json.loads(line))
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(f"{status}\n")
        sys.stdout.flush()


def check_after(storage: LocalStorage, name: str, before: Facts, acknowledged: Facts) -> None:
    """What must hold after an operation that got through, failed or died: opened without repair,
    every acknowledged fact is there exactly once and no other run is touched."""
    found = facts_of(storage)
    purged = OPERATIONS[name].purges
    lost = {fact for fact in before | acknowledged if fact not in found}
    of_purged = {fact for fact in before if purged is not None and fact[0] == purged}
    assert lost in (set(), of_purged)  # hidden whole or not at all
    if name == "log an artifact again":
        assert damaged_artifacts(read_archive(storage)) == []


if __name__ == "__main__":
    serve_kills()
