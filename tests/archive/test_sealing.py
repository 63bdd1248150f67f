from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from builders import RUN, log_run, state_of

from runreport.archive.clock import wall_ms
from runreport.archive.compaction import compact_archive
from runreport.archive.coverage import Coverage, resolve
from runreport.archive.directory import open_archive
from runreport.archive.journal import list_journals
from runreport.archive.reading import read_archive, read_segments
from runreport.archive.recovery import seal_dead_journals
from runreport.archive.sealing import seal_journal
from runreport.archive.segment import read_all_points
from runreport.archive.storage import LocalStorage, Storage


def coverage_of(storage: Storage) -> Coverage:
    return resolve(read_segments(storage).sound, partial(read_all_points, storage))


def test_sealing_changes_no_answer(storage: LocalStorage) -> None:
    writer = log_run(storage, params={"lr": "1"}, points=[3.0, 1.0, 2.0])
    writer.log_event("status", None, "FINISHED", time_ms=9000)
    before = state_of(storage)
    name = writer.finish()
    assert name is not None
    seal_journal(storage, name)
    assert state_of(storage) == before
    assert list_journals(storage) == []


def test_a_seal_that_died_before_the_delete_is_finished_by_the_next(storage: LocalStorage) -> None:
    writer = log_run(storage, points=[1.0])
    name = writer.finish()
    assert name is not None
    data = storage.read(name.path)
    seal_journal(storage, name)
    storage.put(name.path, data)  # as if the process had died here
    before = state_of(storage)
    second = seal_journal(storage, name, sealed=coverage_of(storage))
    assert second.segment is None and not storage.exists(name.path)
    assert state_of(storage) == before
    assert len(read_archive(storage).segments) == 1


def test_the_journal_of_a_living_writer_is_not_sealed(storage: LocalStorage) -> None:
    writer = log_run(storage)
    assert seal_dead_journals(storage, now_ms=wall_ms()) == ([], [])
    writer.finish()
    seals, _ = seal_dead_journals(storage, now_ms=wall_ms())
    assert len(seals) == 1


def test_a_journal_sealed_in_two_copies_counts_once(storage: LocalStorage, tmp_path: Path) -> None:
    writer = log_run(storage, points=[1.0, 2.0])
    name = writer.journal_name
    assert name is not None
    early = storage.read(name.path)
    writer.log_metric("loss", 3.0, 2, 1)
    writer.finish()
    other = open_archive(tmp_path / "copy", create=True)
    other.put(name.path, early)
    seal_journal(other, name)
    seal_journal(storage, name)
    before = state_of(storage)
    for file in list(other.list("segments")):
        storage.put(file.path, other.read(file.path))
    assert len(list(storage.list("segments"))) == 4
    assert state_of(storage) == before


def test_facts_logged_after_a_seal_by_another_host_are_not_lost(storage: LocalStorage) -> None:
    writer = log_run(storage, points=[1.0])
    name = writer.journal_name
    assert name is not None
    seal_journal(storage, name, sealed=coverage_of(storage), keep_journal=True)
    writer.log_metric("loss", 2.0, 1, 1)
    assert state_of(storage)["metrics"][0]["count"] == "2"  # type: ignore[index]
    writer.finish()
    seal_journal(storage, name)
    assert state_of(storage)["metrics"][0]["count"] == "2"  # type: ignore[index]


def test_a_kept_journal_goes_when_nothing_new_is_in_it(storage: LocalStorage) -> None:
    name = log_run(storage, points=[1.0]).finish()
    assert name is not None
    for _ in range(2):
        assert storage.exists(name.path)
        seal_journal(storage, name, sealed=coverage_of(storage), keep_journal=True)
    assert not storage.exists(name.path)


def test_a_torn_tail_is_dropped_and_reported(storage: LocalStorage) -> None:
    writer = log_run(storage, points=[1.0, 2.0])
    name = writer.finish()
    assert name is not None
    storage.put(name.path, storage.read(name.path)[:-5])
    ((seal,), _) = seal_dead_journals(storage, now_ms=wall_ms())
    assert seal.torn_bytes > 0 and seal.damaged_lines == ()


def test_a_journal_with_a_damaged_line_is_sealed_but_kept(storage: LocalStorage) -> None:
    writer = log_run(storage, points=[1.0, 2.0])
    name = writer.finish()
    assert name is not None
    lines = storage.read(name.path).splitlines(keepends=True)
    storage.put(name.path, b"".join([*lines[:-2], b"?" + lines[-2][1:], lines[-1]]))
    ((seal,), _) = seal_dead_journals(storage, now_ms=wall_ms())
    assert seal.damaged_lines == (len(lines) - 1,)
    assert storage.exists(name.path)
    snapshot = read_archive(storage)
    assert [notice.path for notice in snapshot.notices] == [name.path]
    assert snapshot.journals[0].content.points == []  # its sound facts are in the segment


def test_a_file_that_another_tool_put_there_is_recorded(storage: LocalStorage) -> None:
    writer = log_run(storage)
    storage.put(f"artifacts/{RUN}/by_hand.txt", b"hello")
    old = Path(storage.locate(f"artifacts/{RUN}/old.txt"))
    old.write_bytes(b"there before")
    os.utime(old, (1000, 1000))
    name = writer.finish()
    assert name is not None
    seal_journal(storage, name)
    artifacts = state_of(storage)["artifacts"]
    assert [row["path"] for row in artifacts] == ["by_hand.txt"]  # type: ignore[attr-defined]


def test_a_journal_without_a_fact_leaves_no_segment(tmp_path: Path) -> None:
    storage = open_archive(tmp_path / "a", create=True)
    writer = log_run(storage)
    name = writer.finish()
    assert name is not None
    header = storage.read(name.path).splitlines(keepends=True)[0]
    storage.put(name.path, header)
    assert seal_journal(storage, name).segment is None
    assert list_journals(storage) == []


def test_a_stray_file_does_not_hide_the_journals_before(storage: LocalStorage) -> None:
    """Its fact has a number and a writer of its own, which say nothing of the journal's range."""
    writer = log_run(storage, points=[1.0, 2.0, 3.0])
    writer.roll_over()
    writer.log_metric("loss", 4.0, 3, 4000)
    name = writer.journal_name
    assert name is not None and name.number == 1
    storage.put(f"artifacts/{RUN}/stray.txt", b"hello")
    seal_journal(storage, name, sealed=coverage_of(storage), keep_journal=True)
    compact_archive(storage)
    writer.log_metric("loss", 5.0, 4, 5000)
    writer.finish()
    before = state_of(storage)
    assert before["metrics"][0]["count"] == "5"  # type: ignore[index]
    seal_journal(storage, name, sealed=coverage_of(storage))
    assert state_of(storage) == before
    compact_archive(storage)
    assert state_of(storage) == before


def test_a_journal_counts_where_its_segment_has_lost_the_metrics_file(
    storage: LocalStorage,
) -> None:
    name = log_run(storage, points=[1.0, 2.0]).finish()
    assert name is not None
    seal_journal(storage, name, keep_journal=True)
    before = state_of(storage)
    (path,) = (file.path for file in storage.list("segments") if "metrics" in file.path)
    storage.delete(path)
    assert state_of(storage) == before
    seal_dead_journals(storage, now_ms=wall_ms())
    assert storage.exists(path)  # sealed anew
    assert state_of(storage) == before


def test_a_run_lives_while_its_journal_rolls_over(storage: LocalStorage) -> None:
    writer = log_run(storage, points=[1.0])
    writer.roll_over()
    assert read_archive(storage).alive_runs == {RUN}
    writer.roll_over()  # nothing new: no empty segment
    assert len(read_archive(storage).segments) == 1
    writer.finish()
