from __future__ import annotations

import errno
import json
import threading
from contextlib import nullcontext
from pathlib import Path

import pytest
from builders import log_run, state_of
from faults import FaultyStorage, refuse

from runreport.archive.clock import wall_ms
from runreport.archive.compaction import compact_archive
from runreport.archive.directory import open_archive
from runreport.archive.journal import list_journals
from runreport.archive.journal_reading import read_journal
from runreport.archive.reading import read_archive
from runreport.archive.sealing import seal_journal
from runreport.archive.storage import LocalStorage
from runreport.archive.verify import verify_archive
from runreport.archive.writer import Writer
from runreport.errors import WriteFailed
from runreport.query.search import load_index


def logged_steps(storage: LocalStorage) -> list[int]:
    snapshot = read_archive(storage)
    from runreport.report.charts.curves import CurveReader

    curves = CurveReader.of(snapshot)
    index = load_index(storage)
    found = [curves.read(run_id) for run_id in index.runs.column("run_id").to_pylist()]
    return [step for run in found for curve in run.values() for step in curve.steps]


def test_every_call_is_one_write(storage: LocalStorage) -> None:
    counting = FaultyStorage(storage.root, 0, lambda: None)
    writer = log_run(counting)
    before = counting.count
    writer.log_metric("loss", 0.5, 1, None)
    writer.log_metrics({"a": 1.0, "b": 2.0}, 1, None)
    writer.log_values("param", {"x": "1", "y": "2"})
    assert counting.count - before == 3


def test_logging_goes_on_after_a_half_written_line(storage: LocalStorage) -> None:
    faulty = FaultyStorage(storage.root, 10**9, refuse(errno.ENOSPC), torn=True)
    writer = log_run(faulty)
    faulty.at = faulty.count + 1
    with pytest.raises(WriteFailed, match="lost"):
        writer.log_metric("loss", 1.0, 1, 1)
    writer.log_metric("loss", 2.0, 2, 2)
    writer.finish()
    assert logged_steps(storage) == [2]


def test_a_writer_whose_first_line_failed_can_still_log(storage: LocalStorage) -> None:
    faulty = FaultyStorage(storage.root, 4, refuse(errno.ENOSPC))
    writer = Writer(faulty, "0", "r" * 32)
    with pytest.raises(WriteFailed):
        writer.log_metric("loss", 1.0, 1, 1)
    writer.log_metric("loss", 2.0, 2, 2)
    writer.finish()
    assert logged_steps(storage) == [2]


def test_a_roll_over_that_fails_warns_and_loses_nothing(
    storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("runreport.archive.sealing.write_segment", fail)
    writer = Writer(storage, "0", "r" * 32, roll_over_bytes=600)
    for step in range(6):
        with pytest.warns(UserWarning, match="facts are safe") if step % 2 else nullcontext():
            writer.log_metric("x" * 100, float(step), step, step)
    writer.finish()
    assert sorted(logged_steps(storage)) == list(range(6))
    assert not any(part.is_alive for part in read_archive(storage).journals)


def test_fsync_durability_syncs_each_call(storage: LocalStorage) -> None:
    counting = FaultyStorage(storage.root, 0, lambda: None)
    writer = Writer(counting, "0", "r", durability="fsync")
    writer.log_metric("loss", 1.0, 0, 1)
    before = counting.count
    writer.log_metric("loss", 1.0, 1, 1)
    assert counting.count - before == 2


def test_threads_share_a_writer_without_losing_or_repeating_a_fact(storage: LocalStorage) -> None:
    writer = log_run(storage)

    def work(number: int) -> None:
        for step in range(500):
            writer.log_metric(f"m{number}", float(step), step, 1)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ((name, _),) = list_journals(storage)
    content = read_journal(storage.read(name.path), name)
    assert len(content.points) == 4000
    assert len({point.seq for point in content.points}) == 4000
    assert not content.damaged_lines
    writer.finish()


def test_a_long_journal_rolls_over_into_segments_and_no_answer_changes(
    tmp_path: Path,
) -> None:
    plain, rolling = (open_archive(tmp_path / name, create=True) for name in ("a", "b"))
    for storage, limit in ((plain, 1 << 30), (rolling, 1500)):
        writer = Writer(storage, "0", "r" * 32, roll_over_bytes=limit)
        writer.log_lines((("run", (None, None, {}, 1000)), ("status", (None, "RUNNING", None, 1))))
        for step in range(60):
            writer.log_metric("loss", 1 / (step + 1), step, 1000 + step)
        writer.log_event("status", None, "FINISHED", time_ms=9000)
        name = writer.finish()
        assert name is not None
        seal_journal(storage, name)
    assert len(read_archive(rolling).segments) > 3
    assert state_of(plain) == state_of(rolling)
    assert logged_steps(plain) == logged_steps(rolling) == list(range(60))


def test_counters_never_go_back_when_the_clock_does(
    storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([9_000_000, 9_000_000, 1, 1, 1, 1])
    monkeypatch.setattr("runreport.archive.writer.wall_ms", lambda: next(times))
    writer = Writer(storage, "0", "r")
    writer.log_values("tag", {"a": "first"})
    writer.log_values("tag", {"a": "second"})
    ((name, _),) = list_journals(storage)
    first, second = read_journal(storage.read(name.path), name).events
    assert second.counter == first.counter + 1
    writer.finish()


def test_a_line_is_plain_json_with_a_checksum(storage: LocalStorage) -> None:
    writer = log_run(storage)
    name = writer.journal_name
    assert name is not None
    for line in storage.read(name.path).splitlines():
        assert json.loads(line[:-9])
    writer.finish()


@pytest.mark.parametrize("torn", [False, True])
@pytest.mark.parametrize("failures", [1, 2, 5])
def test_what_a_call_reported_as_lost_is_a_gap_and_no_damage(
    storage: LocalStorage, torn: bool, failures: int
) -> None:
    writer = log_run(storage, points=[1.0])
    logged = writer._seq
    for _ in range(failures):
        faulty = FaultyStorage(storage.root, 1, refuse(errno.ENOSPC), torn)
        writer._journal.storage = faulty  # type: ignore[union-attr]
        with pytest.raises(WriteFailed, match="No space left"):
            writer.log_values("tag", {"a": "x" * 400, "b": "y" * 400})
    writer._journal.storage = storage  # type: ignore[union-attr]
    writer.log_metric("loss", 2.0, 1, 1)
    assert verify_archive(storage).problems == ()
    name = writer.finish()
    assert name is not None
    content = read_journal(storage.read(name.path), name)
    assert content.damaged == () and content.lost == [(logged, logged + 2 * failures - 1)]
    seal = seal_journal(storage, name)
    assert seal.damaged_lines == () and not storage.exists(name.path)
    assert verify_archive(storage).problems == ()
    compact_archive(storage)
    assert verify_archive(storage).problems == ()
    assert logged_steps(storage) == [0, 1]


def test_what_was_written_although_the_call_was_interrupted_counts(storage: LocalStorage) -> None:
    writer = log_run(storage)

    def interrupt() -> None:
        raise KeyboardInterrupt

    class Interrupted(FaultyStorage):
        def write(self, descriptor: int, data: bytes) -> int:
            written = LocalStorage.write(self, descriptor, data)
            interrupt()
            return written

    writer._journal.storage = Interrupted(storage.root, 0, interrupt)  # type: ignore[union-attr]
    with pytest.raises(KeyboardInterrupt):
        writer.log_metric("loss", 1.0, 0, 1)
    writer._journal.storage = storage  # type: ignore[union-attr]
    writer.log_metric("loss", 2.0, 1, 1)
    assert logged_steps(storage) == [0, 1]
    assert verify_archive(storage).problems == ()


def test_a_line_that_is_gone_from_a_sealed_journal_is_missed(storage: LocalStorage) -> None:
    name = log_run(storage, points=[1.0, 2.0, 3.0]).finish()
    assert name is not None
    lines = storage.read(name.path).splitlines(keepends=True)
    for gone in (1, len(lines) - 2):
        kept = lines[:gone] + lines[gone + 1 :]
        copy = open_archive(f"{storage.root}-{gone}", create=True)
        copy.put(name.path, b"".join(kept))
        seal_journal(copy, name)
        (problem,) = verify_archive(copy).problems
        assert "are in no file" in problem.problem or "is in no file" in problem.problem


def test_automatic_times_never_run_backwards(
    storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_790_000_000_000
    readings = iter([0, 5, -3_600_000, 10, 10, 10, 11, 11, 11, 11])
    monkeypatch.setattr("runreport.archive.writer.wall_ms", lambda: now + next(readings, 20))
    writer = Writer(storage, "0", "a" * 32)
    writer.log_event("run", None, None, {})
    for value in (3.0, 2.0, 1.0):
        writer.log_metric("loss", value, 0, None)
    writer.log_metrics({"loss": 0.5, "acc": 1.0}, 0, None)
    writer.log_metric("loss", 9.0, 0, 7)  # an explicit time stays as it is
    writer.log_values("tag", {"a": "b"})
    name = writer.finish()
    assert name is not None
    content = read_journal(storage.read(name.path), name)
    times = [point.time for point in content.points]
    assert 7 in times
    automatic = [point.time for point in content.points if point.time != 7]
    assert automatic == sorted(automatic)
    own = [point.time for point in content.points if point.key == "loss" and point.time != 7]
    assert len(set(own)) == len(own)  # so that the last is the one logged last
    assert [event.time for event in content.events] == sorted(e.time for e in content.events)
    index = load_index(storage)
    lasts = (index.metrics.column(name).to_pylist() for name in ("key", "last"))
    assert dict(zip(*lasts, strict=True)) == {"acc": 1.0, "loss": 0.5}


def test_a_resumed_run_goes_on_after_what_it_had_though_the_clock_was_set_back(
    storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = log_run(storage)
    first.log_metric("loss", 1.0, 0, None)
    first.log_metric("loss", 1.5, 1, wall_ms() + 60_000)  # the run went on, and died
    first.finish()
    counter = load_index(storage).counter_of("a" * 32)
    earlier = wall_ms() - 3_600_000
    monkeypatch.setattr("runreport.archive.writer.wall_ms", lambda: earlier)
    second = Writer(storage, "0", "a" * 32, counter=counter)
    second.log_metric("loss", 2.0, 1, None)
    second.finish()
    assert load_index(storage).metrics.column("last").to_pylist() == [2.0]
