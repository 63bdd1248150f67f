"""Links, pipes and devices: content with a recorded digest is read, all else is named."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from builders import RUN, sample_archive, state_of

import runreport
from runreport.archive.artifacts import read_artifact
from runreport.archive.clock import wall_ms
from runreport.archive.compaction import compact_archive
from runreport.archive.directory import open_archive
from runreport.archive.merging import merge_archive
from runreport.archive.recovery import seal_dead_journals
from runreport.archive.storage import LocalStorage
from runreport.archive.verify import verify_archive
from runreport.errors import BuildError
from runreport.pipeline import build_site
from runreport.report.config import Config


def link_all(archive: Path, cache: Path) -> None:
    """Move every file into a cache and leave a link, as DVC and git-annex do."""
    shutil.move(archive, cache)
    for folder, _, names in os.walk(cache):
        for name in names:
            link = archive / Path(folder).relative_to(cache) / name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(Path(folder) / name)


@pytest.mark.parametrize("compacted", [False, True])
def test_an_archive_of_links_is_read_built_and_merged(tmp_path: Path, compacted: bool) -> None:
    sample_archive(tmp_path / "archive", runs=3)
    storage = LocalStorage(str(tmp_path / "archive"))
    if compacted:
        compact_archive(storage)
    before = state_of(storage)
    link_all(tmp_path / "archive", tmp_path / "cache")
    assert state_of(storage) == before
    strange = {p.path.partition("/")[0] for p in verify_archive(storage).problems}
    assert strange <= {"inventory", "live"}  # of which the archive has no digest
    made = build_site(storage.root, str(tmp_path / "site"), Config(), strict=True)
    assert made.runs == 3
    run_id = str(before["runs"][0]["run_id"])  # type: ignore[index]
    (page,) = (tmp_path / "site").glob(f"r/*/{run_id}.html")
    assert "hello" in page.read_text()
    target = open_archive(tmp_path / "target", create=True)
    assert merge_archive(storage, target).notices == []
    assert state_of(target) == before  # type: ignore[arg-type]
    assert not any(file.is_link for file in target.list(""))


def test_a_hostile_link_publishes_nothing(tmp_path: Path, archive: Path) -> None:
    with runreport.start_run() as run:
        runreport.log_text("public", "a.txt")
        runreport.log_text("public", "folder/b.txt")
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "b.txt").write_text("sesame")
    own = archive / "artifacts" / run.info.run_id
    (own / "a.txt").unlink()
    (own / "a.txt").symlink_to(secret / "b.txt")
    shutil.rmtree(own / "folder")
    (own / "folder").symlink_to(secret)
    (archive / "live" / "0123-0.jsonl").symlink_to(secret / "b.txt")
    (archive / "inventory" / "x.txt").symlink_to(secret / "b.txt")
    made = build_site(str(archive), str(tmp_path / "site"), Config())
    assert len(made.notices) == 2
    assert files_with("sesame", tmp_path / "site") == []
    named = {
        problem.path: problem.problem for problem in verify_archive(storage_of(archive)).problems
    }
    assert f"artifacts/{run.info.run_id}/folder" in named
    assert "no digest of what it leads to" in named["live/0123-0.jsonl"]
    assert "no digest of what it leads to" in named["inventory/x.txt"]
    target = open_archive(tmp_path / "target", create=True)
    merge_archive(storage_of(archive), target)
    assert files_with("sesame", tmp_path / "target") == []


def storage_of(archive: Path) -> LocalStorage:
    return LocalStorage(str(archive))


def files_with(text: str, folder: Path) -> list[Path]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if text in path.read_text(errors="replace")]


STRANGE = ("segments/2026-11/x-0-0123456789abcdef.events.parquet", "experiments/0/ab-0.json",
           f"artifacts/{RUN}/pipe", "live/ab-0.jsonl", "live/ab-0.lock", "purged/" + "0" * 64,
           "inventory/0.txt", "segments/pipe", "pipe")  # fmt: skip


@pytest.mark.parametrize("path", STRANGE)
def test_a_pipe_holds_up_nobody_and_is_named(tmp_path: Path, path: str) -> None:
    sample_archive(tmp_path / "archive", runs=2)
    storage = storage_of(tmp_path / "archive")
    place = tmp_path / "archive" / path
    place.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(place)
    done: list[object] = []

    def work() -> None:
        done.append([str(problem) for problem in verify_archive(storage).problems])
        done.append(build_site(storage.root, str(tmp_path / "site"), Config()).runs)
        seal_dead_journals(storage, now_ms=wall_ms())
        compact_archive(storage)
        target = open_archive(tmp_path / "target", create=True)
        done.append(merge_archive(storage, target))
        done.append(state_of(target))  # type: ignore[arg-type]

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(60)
    assert not thread.is_alive(), "something waits for the pipe"
    assert any(path in line and "a pipe" in line for line in done[0])  # type: ignore[attr-defined]
    assert done[1] == 2 and len(done) == 4


def test_a_recorded_artifact_that_became_a_pipe_or_a_device_is_left_out(
    tmp_path: Path, archive: Path
) -> None:
    with runreport.start_run() as run:
        for name in ("pipe", "device", "huge"):
            runreport.log_text("small", name)
    own = archive / "artifacts" / run.info.run_id
    for name in ("pipe", "device", "huge"):
        (own / name).unlink()
    os.mkfifo(own / "pipe")
    (own / "device").symlink_to("/dev/zero")
    with open(own / "huge", "wb") as file:
        file.truncate(20 * 10**9)  # sparse: it takes no space
    made = build_site(str(archive), str(tmp_path / "site"), Config())
    assert len(made.notices) == 3
    assert "20,000,000,000 bytes instead of 5" in " ".join(made.notices)
    with pytest.raises(BuildError, match="strict"):
        build_site(str(archive), str(tmp_path / "strict"), Config(), strict=True)
    with pytest.raises(OSError, match="a pipe"):
        read_artifact(storage_of(archive), run.info.run_id, "pipe")


def test_a_checkout_by_git_is_sound_whatever_it_does_to_line_ends(tmp_path: Path) -> None:
    sample_archive(tmp_path / "repository" / "runs", runs=1)

    def git(*words: str) -> None:
        identity = ("-c", "user.name=a", "-c", "user.email=a@b.c")
        subprocess.run(
            ["git", *identity, *words],
            cwd=tmp_path / "repository",
            check=True,
            capture_output=True,
        )

    git("init", "-q", ".")
    git("add", "-A")
    git("commit", "-qm", "archive")
    git("-c", "core.autocrlf=true", "clone", "-q", ".", str(tmp_path / "copy"))
    copy = storage_of(tmp_path / "copy" / "runs")
    assert verify_archive(copy).problems == ()
    assert state_of(copy) == state_of(storage_of(tmp_path / "repository" / "runs"))


def test_changed_line_ends_and_lfs_pointers_are_named_with_their_cure(tmp_path: Path) -> None:
    sample_archive(tmp_path / "archive", runs=1)
    storage = storage_of(tmp_path / "archive")
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 9\n" % (b"0" * 64)
    for file in list(storage.list("")):
        place = Path(storage.locate(file.path))
        if file.path.startswith("experiments/"):
            place.write_bytes(place.read_bytes().replace(b"\n", b"\r\n"))
        elif file.path.startswith(("segments/", "artifacts/")):
            place.write_bytes(pointer)
    named = {p.path.partition("/")[0]: str(p) for p in verify_archive(storage).problems}
    assert "core.autocrlf" in named["experiments"]
    assert "git lfs pull" in named["segments"]
    program = str(Path(sys.executable).parent / "runreport")
    done = subprocess.run(
        [program, "build", storage.root, "-o", str(tmp_path / "site")],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "LFS" in done.stderr
