"""What is deleted is missed: segments, journals and facts leave a line behind."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from builders import RUN, log_run
from faults import OLD, facts_of, make_base

from runreport.archive.clock import wall_ms
from runreport.archive.compaction import compact_archive
from runreport.archive.inventory import read_inventory
from runreport.archive.merging import merge_archive
from runreport.archive.purging import purge
from runreport.archive.recovery import seal_dead_journals
from runreport.archive.sealing import seal_journal
from runreport.archive.storage import LocalStorage
from runreport.archive.verify import verify_archive
from runreport.archive.writer import Writer

PROGRAM = str(Path(sys.executable).parent / "runreport")


@pytest.fixture
def base(tmp_path: Path) -> LocalStorage:
    """Two sealed runs, a dead one in its journal, an experiment with a name."""
    make_base(tmp_path)
    return LocalStorage(str(tmp_path / "base"))


def problems(storage: LocalStorage) -> list[str]:
    return [str(problem) for problem in verify_archive(storage).problems]


@pytest.mark.parametrize("compacted", [False, True])
def test_every_file_that_is_deleted_is_missed(base: LocalStorage, compacted: bool) -> None:
    log_run(base, "f" * 32).finish()  # without metrics, hence without a second file
    seal_dead_journals(base, now_ms=wall_ms())
    log_run(base, "e" * 32, points=[1.0]).finish()
    if compacted:
        compact_archive(base)
    assert problems(base) == []
    held = [f.path for f in base.list("") if f.path.startswith(("seg", "exp", "live"))]
    missed = [path for path in held if not path.endswith(".lock")]
    assert len(missed) == (4 if compacted else 9)
    for path in missed:
        data = base.read(path)
        base.delete(path)
        assert problems(base) != [], path
        Path(base.locate(path)).write_bytes(data)


def test_what_was_purged_is_not_missed(base: LocalStorage, tmp_path: Path) -> None:
    purge(base, [OLD])
    assert problems(base) == []
    other = LocalStorage(str(tmp_path / "other"))
    merge_archive(base, other)  # which has the run still
    assert problems(other) == []


def test_a_merge_brings_the_lists_and_an_intact_copy_what_they_miss(
    base: LocalStorage, tmp_path: Path
) -> None:
    shutil.copytree(base.root, tmp_path / "copy")
    whole, before = LocalStorage(str(tmp_path / "copy")), facts_of(base)
    for file in list(base.list("segments")):
        base.delete(file.path)
    target = LocalStorage(str(tmp_path / "target"))
    target.put("archive.json", base.read("archive.json"))
    merge_archive(base, target)
    assert sum("it is missing" in problem for problem in problems(target)) == 2
    merge_archive(whole, target)
    assert problems(target) == [] and facts_of(target) == before


def test_what_is_missing_can_be_accepted(base: LocalStorage) -> None:
    (path,) = (f.path for f in base.list("live") if f.path.endswith(".jsonl"))
    base.delete(path)
    assert problems(base) != []
    command = [PROGRAM, "archive", "forget", base.root]
    refused = subprocess.run(command, check=False, capture_output=True, text=True)
    assert refused.returncode == 1 and "--yes" in refused.stderr and problems(base) != []
    said = []
    for _ in range(2):
        done = subprocess.run([*command, "--yes"], check=True, capture_output=True, text=True)
        said.append(done.stdout)
    assert "Forgot 1 file" in said[0] and "Nothing is missing" in said[1]
    assert problems(base) == []


def test_a_line_that_was_cut_off_or_could_not_be_written_harms_nothing(
    storage: LocalStorage,
) -> None:
    writer = log_run(storage)
    (file,) = storage.list("inventory")
    place = Path(storage.locate(file.path))
    place.write_bytes(place.read_bytes() + place.read_bytes()[:30])
    assert problems(storage) == [] and len(read_inventory(storage)[0]) == 1
    place.write_bytes(place.read_bytes()[:20] + b"?" + place.read_bytes()[21:])
    assert "line 1 is not as a writer writes it" in problems(storage)[0]
    place.unlink()
    place.mkdir()  # so that nothing can be noted
    name = writer.finish()
    assert name is not None
    seal_journal(storage, name)
    log_run(storage, "b" * 32).finish()
    assert {fact[0] for fact in facts_of(storage)} == {RUN, "b" * 32}


def test_a_journal_without_a_fact_is_not_missed(storage: LocalStorage) -> None:
    writer = Writer(storage, "0", RUN)
    writer._open()
    name = writer.finish()
    assert name is not None
    seal_journal(storage, name)
    assert problems(storage) == []


def test_many_missing_files_are_counted(storage: LocalStorage) -> None:
    for number in range(30):
        log_run(storage, f"{number:032x}").finish()
    for file in list(storage.list("live")):
        storage.delete(file.path)
    found = problems(storage)
    assert len(found) == 21 and "10 more files that are missing" in " ".join(found)
