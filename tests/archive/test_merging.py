from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from builders import RUN, log_run
from faults import THEIRS, facts_of, make_base

from runreport.archive.artifact_logging import log_bytes
from runreport.archive.artifacts import read_artifact
from runreport.archive.clock import wall_ms
from runreport.archive.compaction import compact_archive
from runreport.archive.directory import open_archive
from runreport.archive.footer import KEY, decode_footer
from runreport.archive.merging import merge_archive
from runreport.archive.reading import read_archive
from runreport.archive.recovery import seal_dead_journals
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
        writer = Writer(storage, "0", RUN, counter=(wall_ms() + 1000 * number) << 16)
        log_bytes(storage, writer, RUN, "model.txt", name.encode())
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
    assert {notice.problem.partition(":")[0] for notice in problems} == {
        "no event records this file",  # its event was in the damaged segment
        "it is missing",  # what could not be merged is missed here, too
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


@pytest.mark.parametrize("damage", ["flip", "cut", "missing"])
def test_an_intact_copy_puts_each_kind_of_sealed_file_right(tmp_path: Path, damage: str) -> None:
    make_base(tmp_path)
    base, other = (LocalStorage(str(tmp_path / name)) for name in ("base", "other"))
    merge_archive(other, base)
    before = facts_of(base)
    for kind in (".events.", ".metrics.", "notes.txt", ".json"):
        path = next(f.path for f in base.list("") if kind in f.path and f.path != "archive.json")
        data = bytearray(base.read(path))
        data[len(data) // 2] ^= 1
        place = Path(base.locate(path))
        place.unlink()
        if damage != "missing":
            place.write_bytes(bytes(data) if damage == "flip" else bytes(data[:-9]))
    # Of a pair that is gone altogether nothing tells any more.
    assert damage == "missing" or verify_archive(base).problems
    merge_archive(other, base)
    assert verify_archive(base).problems == ()
    assert facts_of(base) == before


def test_a_file_that_is_no_artifact_is_named_and_left(tmp_path: Path) -> None:
    make_base(tmp_path)
    (tmp_path / "other" / "artifacts" / ".DS_Store").write_bytes(b"x")
    target = new(tmp_path / "target")
    (notice,) = merge_archive(LocalStorage(str(tmp_path / "other")), target).notices
    assert notice.path == "artifacts/.DS_Store"


def test_a_source_that_is_compacted_meanwhile_is_listed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_base(tmp_path)
    other, target = LocalStorage(str(tmp_path / "other")), new(tmp_path / "target")
    before = facts_of(other)
    put = LocalStorage.put

    def put_and_compact(self: LocalStorage, path: str, data: bytes, **options: bool) -> None:
        put(self, path, data, **options)
        if self is target and "segments" in path:
            monkeypatch.undo()
            compact_archive(other)

    monkeypatch.setattr(LocalStorage, "put", put_and_compact)
    assert merge_archive(other, target).notices == []
    assert facts_of(target) == before


def test_a_source_cannot_name_a_place_outside_the_target(tmp_path: Path) -> None:
    storage = new(tmp_path / "deep" / "target")
    for path in ("../evil.txt", "artifacts/r/../../../evil.txt", "./x"):
        with pytest.raises(InvalidValue, match="leads out"):
            storage.put(path, b"x")
    stem = "0-0123456789abcdef.metrics.parquet"
    for name in (f"../../w-{stem}", f"x-{stem}"):
        metrics = {"name": name, "size_bytes": 1, "sha256": "", "footer_sha256": ""}
        numbers = {"format": 1, "number": 0, "first_seq": 0, "last_seq": 1}
        fields = {**numbers, "writer_id": "w", "supersedes": [], "metrics": metrics}
        with pytest.raises(ValueError, match="metrics file"):
            decode_footer({KEY: json.dumps(fields).encode()})


def test_archives_that_lie_in_one_another_are_not_merged(tmp_path: Path) -> None:
    storage = new(tmp_path / "a")
    with pytest.raises(InvalidValue, match="lies in the other"):
        merge_archive(storage, LocalStorage(str(tmp_path / "a" / "b")))


def test_conflicts_are_found_beside_a_compacted_segment(tmp_path: Path) -> None:
    target = new(tmp_path / "target")
    for value in ("0.1", "0.2"):
        merge_archive(conflicting(tmp_path / value, value, value), target)
        seal_dead_journals(target, now_ms=wall_ms())
        compact_archive(target)
    log_run(target, "b" * 32, params={"lr": "3"}).finish()
    assert len(find_conflicts(read_archive(target).events)) == 3
