from __future__ import annotations

import gzip
import shutil
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from builders import log_run
from faults import DEAD, NEW, OLD, OTHER, facts_of, make_base

import runreport
from runreport.archive.compaction import compact_archive
from runreport.archive.directory import open_archive
from runreport.archive.layout import SegmentName
from runreport.archive.merging import merge_archive
from runreport.archive.purged import hash_of
from runreport.archive.purging import purge
from runreport.archive.sealing import seal_journal
from runreport.archive.storage import LocalStorage, temporary_path
from runreport.archive.verify import verify_archive
from runreport.errors import InvalidState
from runreport.pipeline import build_site
from runreport.report.config import Config

WORDS = ("purgeme-param", "purgeme-metric", "purgeme-tag", "purgeme-file", "purgeme-text")


def log_secret(name: str = "secret") -> str:
    """A run full of words that must be gone afterwards."""
    with runreport.start_run(run_name=f"purgeme-tag {name}") as run:
        runreport.log_param("purgeme-param", "purgeme-param")
        for step in range(3):
            runreport.log_metric("purgeme-metric", step, step=step)
        runreport.log_text("purgeme-text", "purgeme-file.txt")
    return str(run.info.run_id)


def traces(folder: Path, words: tuple[str, ...]) -> list[str]:
    """The files below a folder that have one of the words in name or bytes, Parquet decoded."""
    found = []
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        text = str(path.relative_to(folder)).encode() + path.read_bytes()
        if path.suffix == ".parquet":
            text += str(pq.read_table(path).to_pydict()).encode()
            text += str(pq.read_metadata(path).metadata).encode()
        if path.suffix == ".gz":
            text += gzip.decompress(path.read_bytes())
        if path.suffix == ".zip":
            text += b"".join(map(zipfile.ZipFile(path).read, zipfile.ZipFile(path).namelist()))
        if any(word.encode() in text for word in words):
            found.append(str(path.relative_to(folder)))
    return found


@pytest.mark.parametrize("compacted", [False, True])
def test_nothing_of_a_purged_run_is_left_in_archive_or_site(
    archive: Path, tmp_path: Path, compacted: bool
) -> None:
    runreport.set_experiment("x")
    run_id = log_secret()
    with runreport.start_run():
        runreport.log_metric("kept", 1.0)
    storage = open_archive(archive)
    if compacted:
        compact_archive(storage)
    words = (*WORDS, run_id)
    assert traces(archive, words)
    purge(storage, [run_id])
    assert traces(archive, words) == []
    assert storage.exists(f"purged/{hash_of(run_id)}")
    build_site(str(archive), str(tmp_path / "site"), Config())
    assert traces(tmp_path / "site", words) == []
    assert list(runreport.search_runs(search_all_experiments=True)["metrics.kept"]) == [1.0]


def test_an_old_copy_merged_back_resurrects_nothing(tmp_path: Path) -> None:
    make_base(tmp_path)
    base, old = LocalStorage(str(tmp_path / "base")), tmp_path / "old"
    shutil.copytree(tmp_path / "base", old)
    before = facts_of(base)
    purge(base, [OLD, DEAD])
    compacted = tmp_path / "compacted"
    shutil.copytree(old, compacted)
    compact_archive(LocalStorage(str(compacted)))
    for source in (old, compacted):
        merge_archive(LocalStorage(str(source)), base)
        shutil.copytree(source, tmp_path / "base", dirs_exist_ok=True)  # and by hand
        kept = {fact: 1 for fact in before if fact[0] not in (OLD, DEAD)}
        assert facts_of(base) == kept
    purge(base, [])
    assert traces(tmp_path / "base", (OLD, DEAD)) == []


def test_a_merge_brings_the_purges_of_the_source(tmp_path: Path) -> None:
    make_base(tmp_path)
    base, other = (LocalStorage(str(tmp_path / name)) for name in ("base", "other"))
    purge(other, [OLD])
    merge_archive(other, base)
    assert not any(fact[0] == OLD for fact in facts_of(base))
    assert any(fact[0] == OTHER for fact in facts_of(base))


def test_a_run_that_is_being_logged_is_not_purged(storage: LocalStorage) -> None:
    writer = log_run(storage, NEW, points=[1.0])
    with pytest.raises(InvalidState, match="being logged"):
        purge(storage, [NEW])
    assert not storage.exists("purged")
    writer.finish()
    purge(storage, [NEW])
    assert facts_of(storage) == {}


def test_a_purge_says_what_it_could_not_look_into(tmp_path: Path) -> None:
    make_base(tmp_path)
    base = LocalStorage(str(tmp_path / "base"))
    path = next(file.path for file in base.list("segments") if "events" in file.path)
    Path(base.locate(path)).write_bytes(b"damaged")
    (notice,) = [n for n in purge(base, [DEAD]).notices if n.path == path]
    assert "may still hold" in str(notice)


def test_an_experiment_made_anew_under_a_purged_name_is_a_new_one(archive: Path) -> None:
    from click.testing import CliRunner

    from runreport.cli import root

    runreport.set_experiment("mine")
    log_secret()
    done = CliRunner().invoke(root, ["archive", "purge", "-a", str(archive), "-y", "mine"])
    assert done.exit_code == 0, done.output
    assert traces(archive, (*WORDS, "mine")) == []
    runreport.set_experiment("mine")
    with runreport.start_run():
        runreport.log_metric("m", 1.0)
    assert len(runreport.search_runs()) == 1
    assert verify_archive(open_archive(archive)).problems == ()


def test_a_purge_leaves_the_seal_of_another_run_alone(
    storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the two files of a seal the first looks as if nothing belonged to it."""
    victim = log_run(storage, OLD, points=[1.0]).finish()
    assert victim is not None
    seal_journal(storage, victim)
    writer = log_run(storage, NEW, points=[1.0, 2.0])
    writer.roll_over()
    compact_archive(storage)
    writer.log_metric("loss", 3.0, 2, 1)
    name = writer.finish()
    assert name is not None
    put = LocalStorage.put

    def put_and_purge(self: LocalStorage, path: str, data: bytes, **options: bool) -> None:
        put(self, path, data, **options)
        if "metrics" in path and name.writer_id in path:
            monkeypatch.undo()
            purge(storage, [OLD])

    monkeypatch.setattr(LocalStorage, "put", put_and_purge)
    seal_journal(storage, name)
    points = [fact for fact in facts_of(storage) if fact[1] == "point"]
    assert len(points) == 3


def test_the_loss_of_an_events_file_is_named_though_the_writer_is_compacted(
    storage: LocalStorage,
) -> None:
    writer = log_run(storage, NEW, points=[1.0])
    writer.roll_over()
    compact_archive(storage)
    writer.log_metric("loss", 2.0, 1, 1)
    name = writer.finish()
    assert name is not None
    seal_journal(storage, name)
    paths = [f.path for f in storage.list("segments") if name.writer_id in f.path]
    storage.delete(next(path for path in paths if "events" in path))
    problems = verify_archive(storage).problems
    assert {problem.problem.partition(":")[0] for problem in problems} == {
        "no events file commits this metrics file", "it is missing",
    }  # fmt: skip


def test_a_purge_touches_no_unfinished_file_of_a_living_writer(storage: LocalStorage) -> None:
    gone = log_run(storage, OLD, points=[1.0]).finish()
    other = log_run(storage, NEW, points=[2.0]).journal_name
    assert gone is not None and other is not None
    month = "segments/2026-11"
    storage.make_folder(month)
    names = {
        whose: SegmentName("2026-11", writer_id, 0, "0" * 16, "events")
        for whose, writer_id in (
            ("purged", gone.writer_id), ("other", other.writer_id), ("compacted", "c" * 32),
        )
    }  # fmt: skip
    staged = {whose: temporary_path(name.path) for whose, name in names.items()}
    staged["unknown"] = f"{month}/.rr-0123456789ab"
    for path in staged.values():
        Path(storage.locate(path)).write_bytes(b"half of something")
    purge(storage, [OLD])
    left = {file.path for file in storage.list_unfinished("segments")}
    assert left == {staged["other"], staged["unknown"]}


def test_a_merge_of_a_purge_erases_at_once_what_the_target_had(tmp_path: Path) -> None:
    make_base(tmp_path)
    source, target = (LocalStorage(str(tmp_path / name)) for name in ("base", "other"))
    for compacted in (False, True):
        if compacted:
            compact_archive(target)
        purge(source, [OTHER if compacted else OLD])
        done = merge_archive(source, target)
        assert done.erased > 0
        assert [str(problem) for problem in verify_archive(target).problems] == []
        gone = OTHER if compacted else OLD
        assert not [f.path for f in target.list("") if gone in f.path]
        assert not any(gone.encode() in target.read(f.path) for f in target.list("segments"))
