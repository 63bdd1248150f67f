from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from builders import log_run, sample_archive, state_of

from runreport.archive.compaction import compact_archive
from runreport.archive.directory import open_archive
from runreport.archive.reading import read_archive
from runreport.archive.sealing import seal_journal
from runreport.archive.storage import LocalStorage, StoredFile, Strange
from runreport.archive.verify import verify_archive


def test_an_archive_merged_with_itself_says_the_same(tmp_path: Path) -> None:
    one = sample_archive(tmp_path / "one", runs=3)
    before = state_of(open_archive(one))
    shutil.copytree(one, tmp_path / "copy")
    shutil.copytree(tmp_path / "copy", one, dirs_exist_ok=True)
    assert state_of(open_archive(one)) == before


def test_the_union_of_two_folders_is_their_merge(tmp_path: Path) -> None:
    one, two = (sample_archive(tmp_path / name, runs=2) for name in ("one", "two"))
    runs = [
        row["run_id"]
        for path in (one, two)
        for row in state_of(open_archive(path))["runs"]  # type: ignore[attr-defined]
    ]
    shutil.copytree(two, one, dirs_exist_ok=True)
    merged = state_of(open_archive(one))
    assert sorted(row["run_id"] for row in merged["runs"]) == sorted(runs)  # type: ignore[attr-defined]
    assert merged["experiments"] == ["Default", "Sample"]


def test_a_journal_and_the_segment_sealed_from_it_count_once(storage: LocalStorage) -> None:
    writer = log_run(storage, params={"a": "1"}, points=[1.0, 2.0])
    name = writer.finish()
    assert name is not None
    data = storage.read(name.path)
    seal_journal(storage, name)
    before = state_of(storage)
    storage.put(name.path, data)
    assert state_of(storage) == before


def test_a_damaged_file_costs_its_own_facts_only(tmp_path: Path) -> None:
    archive = sample_archive(tmp_path / "a", runs=3)
    path = sorted(archive.glob("segments/*/*.events.parquet"))[0]
    path.write_bytes(path.read_bytes()[:-1])
    snapshot = read_archive(open_archive(archive))
    assert len(state_of(open_archive(archive))["runs"]) == 2  # type: ignore[arg-type]
    assert [notice.path for notice in snapshot.notices] == [str(path.relative_to(archive))]


@pytest.mark.parametrize("kind", ["events", "metrics", "artifact", "experiment"])
def test_verify_names_a_changed_byte_of_any_file(tmp_path: Path, kind: str) -> None:
    archive = sample_archive(tmp_path / "a", runs=1)
    storage = open_archive(archive)
    assert verify_archive(storage).problems == ()
    pattern = {
        "events": "segments/*/*.events.parquet",
        "metrics": "segments/*/*.metrics.parquet",
        "artifact": "artifacts/*/notes/hello.txt",
        "experiment": "experiments/*/*.json",
    }[kind]
    (path,) = archive.glob(pattern)
    data = path.read_bytes()
    for place in range(0, len(data), max(1, len(data) // 40)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :])
        problems = verify_archive(storage).problems
        assert str(path.relative_to(archive)) in [problem.path for problem in problems]


def test_verify_names_what_is_missing_or_unknown(tmp_path: Path) -> None:
    archive = sample_archive(tmp_path / "a", runs=1)
    (path,) = archive.glob("artifacts/*/notes/hello.txt")
    path.rename(path.with_name("other.txt"))
    (metrics,) = archive.glob("segments/*/*.metrics.parquet")
    metrics.unlink()
    (archive / "segments" / "stray.txt").write_text("x")
    problems = {p.path: p.problem for p in verify_archive(open_archive(archive)).problems}
    assert len(problems) == 4
    assert "no segment file" in problems["segments/stray.txt"]


def test_an_orphaned_metrics_file_is_named(tmp_path: Path) -> None:
    archive = sample_archive(tmp_path / "a", runs=1)
    (events,) = archive.glob("segments/*/*.events.parquet")
    events.unlink()
    (notice,) = read_archive(open_archive(archive)).notices
    assert "no events file commits" in notice.problem


def test_a_metrics_file_that_a_listing_missed_is_found_by_the_next(tmp_path: Path) -> None:
    """The disk lists a folder while a compaction writes into it: the new events file is seen, its
    metrics file, made just before, is not; and of an old segment the metrics file is gone."""
    sample_archive(tmp_path / "archive")
    archive = LocalStorage(str(tmp_path / "archive"))
    files = [file.path for file in archive.list("segments") if ".events." in file.path]
    old = archive.read(files[0])
    before = state_of(archive)
    compact_archive(archive)
    archive.put(files[0], old)  # not deleted yet

    class Hurried(LocalStorage):
        listings = 0

        def list(self, folder: str, strange: Strange | None = None) -> Iterator[StoredFile]:
            self.listings += folder == "segments"
            for file in super().list(folder, strange):
                if self.listings > 1 or ".metrics." not in file.path:
                    yield file

    hurried = Hurried(archive.root)
    assert read_archive(hurried).notices == ()
    assert hurried.listings > 1
    assert state_of(Hurried(archive.root)) == before


class Busy(LocalStorage):
    """Something goes on in the archive while each of its listings runs."""

    def __init__(self, root: str, meanwhile: Callable[[LocalStorage, int], None]) -> None:
        super().__init__(root)
        self.meanwhile, self.listings = meanwhile, 0

    def list(self, folder: str, strange: Strange | None = None) -> Iterator[StoredFile]:
        if folder != "segments":
            yield from super().list(folder, strange)
            return
        self.listings += 1
        before = {file.path for file in super().list(folder)}
        self.meanwhile(LocalStorage(self.root), self.listings)
        for file in super().list(folder, strange):
            if file.path in before or ".metrics." not in file.path:
                yield file


def log_sealed(storage: LocalStorage) -> None:
    """A run as a writer leaves it that has ended."""
    name = log_run(storage, points=[1.0, 2.0]).finish()
    assert name is not None
    seal_journal(storage, name)


def test_runs_that_end_during_every_listing_miss_no_metrics_file(storage: LocalStorage) -> None:
    """Each listing has the events file of a run that just ended, and not its metrics file."""
    log_sealed(storage)
    busy = Busy(storage.root, lambda archive, _: log_sealed(archive))
    snapshot = read_archive(busy)
    assert snapshot.notices == ()
    assert busy.listings < 4, "new runs alone are no reason to list again"
    assert all(snapshot.points(segment).num_rows == 2 for segment in snapshot.segments)


def test_segments_compacted_before_they_are_read_are_found_again(storage: LocalStorage) -> None:
    """A compaction replaces what a listing had, again and again, before any of it is opened."""

    class Compacted(Busy):
        def list(self, folder: str, strange: Strange | None = None) -> Iterator[StoredFile]:
            yield from list(super().list(folder, strange))
            if folder == "segments" and self.listings < 5:
                log_sealed(LocalStorage(self.root))
                compact_archive(LocalStorage(self.root))

    for _ in range(3):
        log_sealed(storage)
    snapshot = read_archive(Compacted(storage.root, lambda *_: None))
    assert snapshot.notices == ()
    assert len(set(snapshot.events.column("writer_id").to_pylist())) == 7
    assert sum(snapshot.points(segment).num_rows for segment in snapshot.segments) == 14


def test_a_metrics_file_that_is_gone_for_good_is_named(storage: LocalStorage) -> None:
    log_sealed(storage)
    (gone,) = (file.path for file in storage.list("segments") if ".metrics." in file.path)
    storage.delete(gone)
    (notice,) = read_archive(storage).notices
    assert (notice.path, notice.problem) == (gone, "it is missing")
