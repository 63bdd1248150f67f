from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from builders import log_run

from runreport.archive import known_segments
from runreport.archive.compaction import compact_archive
from runreport.archive.known_segments import KnownSegments
from runreport.archive.purging import purge
from runreport.archive.reading import Snapshot, read_archive
from runreport.archive.sealing import seal_journal
from runreport.archive.storage import LocalStorage
from runreport.errors import Misremembered
from runreport.query.fold import fold_snapshot
from runreport.query.points import PointReader

RUNS = [letter * 32 for letter in "abcdef"]


@pytest.fixture(autouse=True)
def few(few_known: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where what is known of few files lies."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "runreport" / "known-segments"


def seal(storage: LocalStorage, *run_ids: str, points: tuple[float, ...] = (1.0, 2.0)) -> None:
    for run_id in run_ids:
        name = log_run(storage, run_id, params={"lr": run_id[:3]}, points=points).finish()
        assert name is not None
        seal_journal(storage, name)


def read(
    storage: LocalStorage, *, anew: bool = False, version: str = "1.2.3"
) -> tuple[Snapshot, PointReader]:
    """An archive as a build reads it, which leaves what it knows."""
    segments = KnownSegments.of(storage, version, anew=anew)
    snapshot = read_archive(storage, cache=segments)
    points = PointReader.of(snapshot)
    points.read_all()
    segments.save(points.checked)
    return snapshot, points


def kept_runs(place: Path) -> set[str]:
    """The runs of which facts lie in a cache."""
    return {run_id for path in place.iterdir() for run_id in kept_runs_of(path)}


def kept_runs_of(path: Path) -> set[str]:
    table = pa.ipc.open_stream(path.read_bytes()[32:]).read_all()
    events = pa.Table.from_struct_array(table.column("events").combine_chunks().flatten())
    return set(events.column("run_id").to_pylist())


def files(storage: LocalStorage, table: str) -> list[Path]:
    return sorted(Path(storage.root, "segments").rglob(f"*.{table}.parquet"))


def spoil(path: Path) -> None:
    """Damage a file in its middle; its size stays."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    os.utime(path, (time.time() + 60, time.time() + 60))


def test_only_files_that_are_new_are_opened_and_all_facts_are_there(
    storage: LocalStorage, opened: list[str]
) -> None:
    seal(storage, *RUNS[:3])
    read(storage)
    opened.clear()
    assert read(storage)[0].events.num_rows and opened == []
    seal(storage, RUNS[3])
    snapshot, points = read(storage)
    assert sorted(path.rpartition(".")[0].rpartition(".")[2] for path in opened) == [
        "events",
        "metrics",
    ]
    fresh = read_archive(storage)
    assert snapshot.events.equals(fresh.events)
    assert [s.footer for s in snapshot.segments] == [s.footer for s in fresh.segments]
    assert fold_snapshot(snapshot).params.equals(fold_snapshot(fresh).params)
    for run_id in RUNS[:4]:
        assert points.points_of(run_id).equals(PointReader.of(fresh).points_of(run_id))


def test_runs_without_points_and_runs_of_several_sessions_are_known(storage: LocalStorage) -> None:
    seal(storage, RUNS[0], points=())
    seal(storage, RUNS[1], RUNS[1], RUNS[2])
    read(storage)
    assert read(storage)[0].events.equals(read_archive(storage).events)


@pytest.mark.parametrize("table", ["events", "metrics"])
def test_a_file_that_was_damaged_since_is_named(storage: LocalStorage, table: str) -> None:
    seal(storage, *RUNS[:3])
    read(storage)
    spoil(files(storage, table)[0])
    for _ in range(2):  # what is damaged is never known
        snapshot, points = read(storage)
        told = (*snapshot.notices, *points.notices)
        assert [notice.path.endswith(f".{table}.parquet") for notice in told] == [True]


def test_a_metrics_file_that_is_gone_is_named_and_counts_when_it_is_back(
    storage: LocalStorage,
) -> None:
    seal(storage, *RUNS[:3])
    read(storage)
    lost = files(storage, "metrics")[0]
    content = lost.read_bytes()
    lost.unlink()
    snapshot, _ = read(storage)
    assert [notice.problem for notice in snapshot.notices] == ["it is missing"]
    lost.write_bytes(content)
    snapshot, points = read(storage)
    assert not snapshot.notices and all(points.points_of(run).num_rows for run in RUNS[:3])


def test_metrics_files_of_compacted_segments_are_looked_at_once(
    storage: LocalStorage, opened: list[str]
) -> None:
    seal(storage, *RUNS)
    compact_archive(storage)
    read(storage)
    opened.clear()
    read(storage)
    assert [path for path in opened if ".metrics." in path] == []


def test_what_was_compacted_is_forgotten(storage: LocalStorage, few: Path) -> None:
    seal(storage, *RUNS)
    read(storage)
    (kept,) = few.iterdir()
    size = kept.stat().st_size
    compact_archive(storage)
    snapshot, _ = read(storage)
    assert snapshot.events.num_rows == read_archive(storage).events.num_rows
    assert kept.stat().st_size < size


def test_what_is_purged_is_known_no_more(storage: LocalStorage, few: Path) -> None:
    seal(storage, *RUNS)
    read(storage)
    (kept,) = few.iterdir()
    kept.with_name(f"{kept.name}.abc").write_bytes(b"of a build that was killed")
    assert kept_runs_of(kept) == set(RUNS)
    purge(storage, [RUNS[0]])
    assert list(few.iterdir()) == []
    read(storage)
    assert kept_runs(few) == set(RUNS[1:])


@pytest.mark.parametrize("how", ["link", "moved", "copied"])
def test_a_purge_reaches_what_is_known_of_the_archive_by_another_path(
    storage: LocalStorage, few: Path, tmp_path: Path, how: str
) -> None:
    seal(storage, *RUNS)
    read(storage)
    other = tmp_path / "other"
    if how == "link":
        other.symlink_to(storage.root)
    elif how == "moved":
        Path(storage.root).rename(other)
    else:
        shutil.copytree(storage.root, other)
    purge(LocalStorage(str(other)), [RUNS[0]])
    assert list(few.iterdir()) == []


def test_what_cannot_be_deleted_is_told_by_a_purge(
    storage: LocalStorage, few: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal(storage, *RUNS)
    read(storage)

    def refused(path: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr("runreport.archive.known_segments.os.remove", refused)
    (notice,) = purge(storage, [RUNS[0]]).notices
    assert notice.path.startswith(str(few.parent)) and "may still hold" in str(notice)


@pytest.mark.parametrize("anew", [False, True])
def test_what_was_purged_elsewhere_is_forgotten_by_the_next_build(
    storage: LocalStorage, few: Path, monkeypatch: pytest.MonkeyPatch, anew: bool
) -> None:
    seal(storage, *RUNS)
    read(storage)
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("XDG_CACHE_HOME", str(few.parent / "elsewhere"))
        purge(storage, [RUNS[0]])
    read(storage, anew=anew)
    assert kept_runs(few) == set(RUNS[1:])


def test_a_build_that_read_before_a_purge_leaves_nothing_of_it(
    storage: LocalStorage, few: Path
) -> None:
    seal(storage, *RUNS)
    segments = KnownSegments.of(storage, "1.2.3")
    read_archive(storage, cache=segments)
    purge(storage, [RUNS[0]])
    segments.save(())
    assert RUNS[0] not in kept_runs(few)


def test_a_purge_while_it_is_written_leaves_nothing(
    storage: LocalStorage, few: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal(storage, *RUNS)
    write = known_segments._write

    def purged_meanwhile(path: str, table: pa.Table, label: bytes) -> None:
        purge(storage, [RUNS[0]])
        write(path, table, label)

    monkeypatch.setattr(known_segments, "_write", purged_meanwhile)
    read(storage)
    assert list(few.iterdir()) == []


def damaged(path: Path, storage: LocalStorage) -> None:
    spoil(path)


def cut(path: Path, storage: LocalStorage) -> None:
    path.write_bytes(path.read_bytes()[:100])


def empty(path: Path, storage: LocalStorage) -> None:
    path.write_bytes(b"")


def of_another_kind(path: Path, storage: LocalStorage) -> None:
    label = pa.ipc.open_stream(path.read_bytes()[32:]).schema.metadata[b"label"]
    known_segments._write(str(path), pa.table({"path": [1, 2]}), label)


def of_a_newer_version(path: Path, storage: LocalStorage) -> None:
    read(storage, version="9.9.9")


@pytest.mark.parametrize("spoiled", [damaged, cut, empty, of_another_kind, of_a_newer_version])
def test_what_cannot_be_believed_of_it_is_read_from_the_archive(
    storage: LocalStorage,
    few: Path,
    opened: list[str],
    spoiled: Callable[[Path, LocalStorage], None],
) -> None:
    seal(storage, *RUNS[:3])
    read(storage)
    (kept,) = few.iterdir()
    spoiled(kept, storage)
    opened.clear()
    snapshot, _ = read(storage)
    assert len(opened) == 6 and snapshot.events.equals(read_archive(storage).events)
    opened.clear()
    assert read(storage) and opened == []


def test_other_limits_are_asked_of_the_files_themselves(storage: LocalStorage) -> None:
    seal(storage, *RUNS[:3])
    read(storage)
    storage.limits = storage.limits._replace(rows=2)
    snapshot, _ = read(storage)
    assert len(snapshot.notices) == 3 and "rows" in snapshot.notices[0].problem


def test_whoever_reads_anew_opens_all_and_leaves_it_for_the_next(
    storage: LocalStorage, opened: list[str]
) -> None:
    seal(storage, *RUNS[:3])
    read(storage)
    opened.clear()
    read(storage, anew=True)
    assert len(opened) == 6
    opened.clear()
    read(storage)
    assert opened == []


def test_a_full_disk_keeps_nothing_and_fails_nothing(
    storage: LocalStorage, few: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal(storage, *RUNS[:3])

    def full(*given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    read(storage)
    assert list(few.iterdir()) == []


def test_a_user_without_a_home_reads_all_each_time(
    storage: LocalStorage, few: Path, monkeypatch: pytest.MonkeyPatch, opened: list[str]
) -> None:
    seal(storage, *RUNS[:3])
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    for _ in range(2):
        opened.clear()
        read(storage)
        assert len(opened) == 6
    assert not few.exists() and not Path("relative").exists()


def test_a_footer_that_has_no_place_in_it_is_read_each_time(
    storage: LocalStorage, few: Path, opened: list[str]
) -> None:
    seal(storage, *RUNS[:3])
    snapshot = read_archive(storage)
    odd = snapshot.segments[0]
    assert odd.footer.metrics is not None
    metrics = replace(odd.footer.metrics, size_bytes=2**70, sha256="\ud800")
    segments = KnownSegments.of(storage, "1.2.3")
    read_archive(storage, cache=segments)
    segments._segments = [
        replace(odd, footer=replace(odd.footer, metrics=metrics)), *snapshot.segments[1:]
    ]  # fmt: skip
    segments.save(())
    opened.clear()
    read_archive(storage, cache=KnownSegments.of(storage, "1.2.3"))
    assert opened == [odd.path]


def test_few_files_leave_nothing(
    storage: LocalStorage, few: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("XDG_CACHE_HOME", str(few.parent.parent))
    seal(storage, *RUNS)
    read(storage)
    assert list(few.iterdir()) == []


def test_few_new_files_are_read_again_rather_than_all_that_is_known_written(
    storage: LocalStorage, few: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_segments, "LEAST_NEW", 3)
    seal(storage, *RUNS[:3])
    read(storage)
    (kept,) = few.iterdir()
    before = kept.read_bytes()
    seal(storage, *RUNS[3:5])
    read(storage)
    assert kept.read_bytes() == before
    seal(storage, RUNS[5])
    read(storage)
    assert kept.read_bytes() != before


def test_files_whose_times_are_others_are_read_once_more(
    storage: LocalStorage, opened: list[str]
) -> None:
    seal(storage, *RUNS[:3])
    read(storage)
    for path in (*files(storage, "events"), *files(storage, "metrics")):
        os.utime(path, (10**9, 10**9))
    for count in (6, 0):
        opened.clear()
        read(storage)
        assert len(opened) == count


@pytest.mark.parametrize("age_ms", [0, 1])
def test_a_file_that_may_change_within_the_tick_of_its_clock_or_has_no_time_is_not_believed(
    storage: LocalStorage, opened: list[str], monkeypatch: pytest.MonkeyPatch, age_ms: int
) -> None:
    seal(storage, *RUNS[:3])
    if age_ms:
        monkeypatch.setattr(known_segments, "SETTLED_MS", 60_000)
    else:  # a store that tells none
        listed = LocalStorage.list
        timeless: Callable[..., Any] = lambda self, *given: (  # noqa: E731
            file._replace(modified_ms=0) for file in listed(self, *given)
        )
        monkeypatch.setattr(LocalStorage, "list", timeless)
    for _ in range(2):
        opened.clear()
        read(storage)
        assert len(opened) == 6


def test_what_is_damaged_while_it_is_read_is_named_by_the_next_build(
    storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal(storage, *RUNS[:3])
    victim, listings = files(storage, "events")[0], []
    listed = LocalStorage.list

    def between(self: LocalStorage, folder: str, *given: Any) -> Any:
        if folder == "segments":
            listings.append(folder)
            if len(listings) == 2:  # it was read after the first
                spoil(victim)
        return listed(self, folder, *given)

    monkeypatch.setattr(LocalStorage, "list", between)
    assert not read(storage)[0].notices
    (notice,) = read(storage)[0].notices
    assert notice.path.endswith(victim.name)


def test_a_metrics_file_that_rots_and_shows_no_sign_of_it_stops_who_reads_it(
    storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal(storage, *RUNS[:3])
    read(storage)
    before = {file.path: file for file in storage.list("segments")}
    spoil(files(storage, "metrics")[0])
    monkeypatch.setattr(LocalStorage, "list", lambda *given: iter(before.values()))
    _, points = read(storage)
    with pytest.raises(Misremembered, match="Build again"):
        for run_id in RUNS[:3]:
            points.points_of(run_id)


def test_a_segment_that_is_not_whole_is_known_without_that(storage: LocalStorage) -> None:
    seal(storage, *RUNS[:2])
    lost = files(storage, "metrics")[0]
    lost.unlink()
    read(storage)
    snapshot, _ = read(storage)
    fresh = read_archive(storage)
    assert [s.is_whole for s in snapshot.segments] == [s.is_whole for s in fresh.segments]
    assert [replace(s, events=None) for s in snapshot.segments] == [  # type: ignore[arg-type]
        replace(s, events=None)  # type: ignore[arg-type]
        for s in fresh.segments
    ]
