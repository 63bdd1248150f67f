from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from builders import RUN, log_run
from faults import THEIRS, facts_of, make_base

from runreport.archive.artifacts import read_artifact, store_bytes
from runreport.archive.compaction import compact_archive
from runreport.archive.directory import open_archive
from runreport.archive.merging import merge_archive
from runreport.archive.reading import read_archive
from runreport.archive.sealing import seal_journal
from runreport.archive.storage import LocalStorage
from runreport.archive.verify import verify_archive
from runreport.archive.writer import Writer
from runreport.errors import InvalidValue
from runreport.query.conflicts import find_conflicts


def new(folder: Path) -> LocalStorage:
    storage = open_archive(folder, create=True)
    assert isinstance(storage, LocalStorage)
    return storage


def test_a_merge_brings_every_fact_and_file_and_leaves_the_source_alone(tmp_path: Path) -> None:
    make_base(tmp_path)
    base, other = (LocalStorage(str(tmp_path / name)) for name in ("base", "other"))
    theirs = facts_of(other)
    bytes_before = {f.path: other.read(f.path) for f in other.list("")}
    done = merge_archive(other, base)
    assert facts_of(base) == theirs  # the base's own are among them
    assert read_artifact(base, THEIRS, "notes.txt") == b"theirs"
    assert {f.path: other.read(f.path) for f in other.list("")} == bytes_before
    again = merge_archive(other, base)
    assert (again.files, again.notices) == (0, []) and again.present >= done.files
    assert verify_archive(base).problems == ()


def test_what_the_target_has_compacted_is_not_copied_again(tmp_path: Path) -> None:
    make_base(tmp_path)
    base = LocalStorage(str(tmp_path / "base"))
    shutil.copytree(tmp_path / "base", tmp_path / "old")
    compact_archive(base)
    assert merge_archive(LocalStorage(str(tmp_path / "old")), base).files == 0


def test_an_archive_is_not_merged_with_itself(tmp_path: Path) -> None:
    storage = new(tmp_path / "a")
    with pytest.raises(InvalidValue, match="itself"):
        merge_archive(LocalStorage(str(tmp_path / "a")), storage)


def test_of_two_copies_of_a_journal_the_longer_is_kept(tmp_path: Path) -> None:
    storage = new(tmp_path / "a")
    writer = log_run(storage, points=[1.0])
    shutil.copytree(tmp_path / "a", tmp_path / "early")
    early = LocalStorage(str(tmp_path / "early"))
    writer.log_metric("loss", 2.0, 1, 1)
    writer.finish()
    assert merge_archive(early, storage).files == 0
    assert merge_archive(storage, early).files == 1
    assert facts_of(early) == facts_of(storage)


def test_the_artifact_logged_last_is_the_one_that_is_kept(tmp_path: Path) -> None:
    storages = []
    for number, name in enumerate(("first", "second")):
        storage = new(tmp_path / name)
        writer = Writer(storage, "0", RUN, counter=(number + 1) << 60)
        artifact = store_bytes(storage, RUN, "model.txt", name.encode())
        writer.log_event("artifact", artifact.path, artifact.sha256, artifact.data())
        journal = writer.finish()
        assert journal is not None
        seal_journal(storage, journal)
        storages.append(storage)
    first, second = storages
    shutil.copytree(first.root, tmp_path / "target")
    target = LocalStorage(str(tmp_path / "target"))
    merge_archive(second, target)
    assert read_artifact(target, RUN, "model.txt") == b"second"
    merge_archive(first, second)
    assert read_artifact(second, RUN, "model.txt") == b"second"
    assert verify_archive(target).problems == verify_archive(second).problems == ()


def test_nothing_damaged_is_merged_and_each_is_named(tmp_path: Path) -> None:
    make_base(tmp_path)
    other = LocalStorage(str(tmp_path / "other"))
    files = [file.path for file in other.list("segments")]
    damaged = [
        next(path for path in files if "events" in path),
        [path for path in files if "metrics" in path][1],
    ]
    damaged.append(f"artifacts/{THEIRS}/notes.txt")
    for path in damaged:
        Path(other.locate(path)).write_bytes(b"damaged")
    target = new(tmp_path / "target")
    named = " ".join(str(notice) for notice in merge_archive(other, target).notices)
    assert damaged[0] in named and damaged[2] in named and "metrics file is damaged" in named
    problems = verify_archive(target).problems
    assert {notice.problem for notice in problems if THEIRS not in notice.path} == {
        "no event records this file"  # its event was in the damaged segment
    }


def conflicting(folder: Path, value: str, version_of: str) -> LocalStorage:
    storage = new(folder)
    writer = Writer(storage, "0", RUN)
    writer.log_values("param", {"lr": value})
    writer.log_event("model_version", "churn", "1", {"source": version_of})
    writer.log_event("model_version", "churn", "2", {"source": "both"})
    writer.finish()
    return storage


def test_conflicts_of_params_and_version_numbers_are_reported_and_resolved(tmp_path: Path) -> None:
    first = conflicting(tmp_path / "first", "0.1", "first")
    second = conflicting(tmp_path / "second", "0.2", "second")
    target = new(tmp_path / "target")
    for source in (second, first):
        merge_archive(source, target)
    found = [str(conflict) for conflict in find_conflicts(read_archive(target).events)]
    assert found[0].endswith(
        "has the values '0.1', '0.2'; '0.2', logged last, is shown with a note"
    )
    assert "version 1 was registered twice" in found[1] and "version 3 now" in found[1]
    assert "version 2 was registered twice" in found[2] and "version 4 now" in found[2]
