from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from builders import log_run, state_of
from faults import OLD, facts_of, make_base

from runreport.archive import compaction
from runreport.archive.compaction import LEFTOVER_MS, compact_archive
from runreport.archive.directory import open_archive
from runreport.archive.layout import parse_segment
from runreport.archive.maintenance import LOCK_PATH, exclusive
from runreport.archive.reading import read_archive, read_segments
from runreport.archive.sealing import seal_journal
from runreport.archive.segment import read_segment
from runreport.archive.storage import LocalStorage
from runreport.archive.verify import verify_archive
from runreport.errors import InvalidState
from runreport.report.charts.curves import CurveReader


def fill(storage: LocalStorage, runs: int, start: int = 0) -> None:
    for number in range(start, start + runs):
        name = log_run(storage, f"{number:032x}", points=[1.0, 2.0]).finish()
        assert name is not None
        seal_journal(storage, name)


def files_of(storage: LocalStorage) -> list[str]:
    return [file.path for file in storage.list("segments")]


def test_many_segments_of_a_month_become_one_pair(storage: LocalStorage) -> None:
    fill(storage, 12)
    before = state_of(storage)
    done = compact_archive(storage)
    assert (done.replaced, done.files_before, done.files_after) == (12, 24, 2)
    assert files_of(storage) == sorted(files_of(storage)) and len(files_of(storage)) == 2
    assert state_of(storage) == before
    assert compact_archive(storage).written == ()


def test_what_comes_later_joins_what_is_compacted(storage: LocalStorage) -> None:
    fill(storage, 3)
    compact_archive(storage)
    (first,) = read_archive(storage).segments
    fill(storage, 2, start=3)
    compact_archive(storage)
    (second,) = read_archive(storage).segments
    assert second.footer.supersedes == (first.name.stem,)
    assert second.footer.compacted.num_rows == 5  # type: ignore[union-attr]


def test_what_another_tool_left_counts_once_beside_a_copy_of_its_segment(
    storage: LocalStorage, tmp_path: Path
) -> None:
    writer = log_run(storage, OLD, points=[1.0])
    storage.put(f"artifacts/{OLD}/by_hand.txt", b"hello")
    name = writer.finish()
    assert name is not None
    seal_journal(storage, name)
    copies = {path: storage.read(path) for path in files_of(storage)}
    fill(storage, 2)
    before = facts_of(storage)
    compact_archive(storage)
    for path, content in copies.items():  # as if the compaction had died before it deleted them
        storage.put(path, content)
    assert facts_of(storage) == before
    assert sum(fact[1] == "artifact" for fact in before) == 1


def test_a_group_takes_no_more_facts_than_fit_into_memory(storage: LocalStorage) -> None:
    fill(storage, 8)
    done = compact_archive(storage, group_facts=20)
    assert len(done.written) > 1
    assert len(facts_of(storage)) == 8 * 5


def test_two_compactions_of_the_same_files_write_the_same_file(tmp_path: Path) -> None:
    make_base(tmp_path)
    shutil.copytree(tmp_path / "base", tmp_path / "copy")
    names = {compact_archive(LocalStorage(str(tmp_path / n))).written for n in ("base", "copy")}
    assert len(names) == 1


def test_a_damaged_segment_stays_as_it_is_and_the_others_are_compacted(
    storage: LocalStorage,
) -> None:
    fill(storage, 4)
    events = next(path for path in files_of(storage) if "events" in path)
    metrics = next(path for path in files_of(storage)[2:] if "metrics" in path)
    for path in (events, metrics):
        Path(storage.locate(path)).write_bytes(b"x" * os.path.getsize(storage.locate(path)))
    done = compact_archive(storage)
    assert {notice.path for notice in done.notices} == {events, metrics}
    assert done.replaced == 2
    assert {events, metrics} <= set(files_of(storage))
    named = {notice.path for notice in verify_archive(storage).problems}
    assert {events, metrics} <= named


def test_without_its_metrics_file_a_compacted_segment_does_not_count(tmp_path: Path) -> None:
    make_base(tmp_path)
    base = LocalStorage(str(tmp_path / "base"))
    before = facts_of(base)
    old = {path: base.read(path) for path in files_of(base)}
    compact_archive(base)
    for path in files_of(base):
        if "metrics" in path:
            base.delete(path)
    for path, data in old.items():
        base.put(path, data)
    assert facts_of(base) == before


def test_leftovers_are_swept_when_they_are_old(storage: LocalStorage) -> None:
    fill(storage, 2)
    compact_archive(storage)
    (events,) = (path for path in files_of(storage) if "events" in path)
    month = Path(storage.locate(events)).parent
    name = parse_segment(events)
    assert name is not None
    orphan = month / f"c{'0' * 31}-0-{'0' * 16}.metrics.parquet"
    unfinished = month / ".rr-000000"
    for path in (orphan, unfinished):
        path.write_bytes(b"half of something")
    assert read_segments(storage).notices == ()
    compact_archive(storage)
    assert orphan.exists() and unfinished.exists()  # another compactor may be at work
    for path in (orphan, unfinished):
        old = path.stat().st_mtime - LEFTOVER_MS / 1000 - 60
        os.utime(path, (old, old))
    compact_archive(storage)
    assert not orphan.exists() and not unfinished.exists()


def test_curves_are_read_while_a_compaction_replaces_their_files(tmp_path: Path) -> None:
    make_base(tmp_path)
    base = LocalStorage(str(tmp_path / "base"))
    reader = CurveReader.of(read_archive(base))
    compact_archive(base)
    assert reader.read(OLD)["loss"].values == (3.0, 2.0, 1.0)
    assert reader.points.notices == ()


def test_maintenance_waits_for_its_turn_and_says_so_when_it_does_not_come(
    storage: LocalStorage,
) -> None:
    with exclusive(storage):
        assert storage.is_locked(LOCK_PATH)
        with (
            pytest.raises(InvalidState, match="at work"),
            exclusive(storage, patience_seconds=0.1),
        ):
            pass
    with exclusive(storage, patience_seconds=0.1):
        pass


def test_a_compacted_segment_is_read_back_before_anything_is_deleted(
    storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(storage, 3)
    before = files_of(storage)

    def damaged(*arguments: object) -> object:
        raise FileNotFoundError

    monkeypatch.setattr("runreport.archive.compaction.read_segment", damaged)
    assert compact_archive(storage).written == ()
    monkeypatch.setattr("runreport.archive.compaction.read_segment", read_segment)
    assert set(before) <= set(files_of(storage))


LOGGING = """
import sys, time
import runreport
runreport.set_tracking_uri(sys.argv[1])
runreport.set_experiment("busy")
end, count = time.monotonic() + float(sys.argv[2]), 0
while time.monotonic() < end:
    due = time.monotonic() + 1 / 35
    with runreport.start_run(run_name=f"{sys.argv[3]} {count}"):
        runreport.log_param("n", count)
        runreport.log_metrics({"loss": 1 / (count + 1), "time": float(count)})
    count += 1
    time.sleep(max(0, due - time.monotonic()))
print(count)
"""


@pytest.mark.long
def test_the_lock_is_held_shortly_while_seventy_runs_a_second_are_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = open_archive(tmp_path / "archive", create=True)
    fill(storage, 200)
    held: list[float] = []

    @contextmanager
    def timed(storage: LocalStorage, **options: float) -> Iterator[None]:
        with exclusive(storage, **options):
            start = time.monotonic()
            yield
            held.append(time.monotonic() - start)

    monkeypatch.setattr(compaction, "exclusive", timed)
    command = [sys.executable, "-c", LOGGING, str(tmp_path / "archive"), "25"]
    busy = [
        subprocess.Popen([*command, str(n)], stdout=subprocess.PIPE, text=True) for n in range(2)
    ]
    while any(process.poll() is None for process in busy):
        compact_archive(storage)
    logged = [int(process.communicate()[0]) for process in busy]
    compact_archive(storage)
    snapshot = read_archive(storage)
    runs = {run for s in snapshot.segments for run in s.events.column("run_id").to_pylist()}
    assert len(runs) == 200 + sum(logged) and sum(logged) > 70 * 25 / 2
    assert verify_archive(storage).problems == ()
    assert len(held) > 3 and max(held) < 3, held
