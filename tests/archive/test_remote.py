"""Archives on an object store, against a real S3 server on loopback, and on fsspec."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import sample_archive, state_of
from s3 import s3_server

import runreport
from runreport.archive import spool as spool_module
from runreport.archive.artifacts import read_artifact
from runreport.archive.clock import wall_ms
from runreport.archive.compaction import compact_archive
from runreport.archive.directory import open_archive
from runreport.archive.merging import merge_archive
from runreport.archive.purging import purge
from runreport.archive.reading import read_archive
from runreport.archive.remote import RemoteStorage
from runreport.archive.spool import spool_folder
from runreport.archive.storage import LocalStorage
from runreport.archive.verify import verify_archive
from runreport.errors import ArchiveError, InvalidValue, NotFound
from runreport.pipeline import build_site
from runreport.query.search import load_index
from runreport.report.config import Config
from runreport.tracking import active

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3_server() as endpoint:
        yield endpoint


@pytest.fixture
def uri(endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A fresh place in the bucket; credentials and endpoint as the environment has them."""
    for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": endpoint}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("RUNREPORT_SPOOL", str(tmp_path / "spool"))
    return f"s3://bucket/{tmp_path.name}/runs"


def spooled(uri: str) -> list[str]:
    """The files that wait for their upload; locks left out."""
    files = LocalStorage(spool_folder(uri)).list("")
    return [file.path for file in files if not file.path.endswith(".lock")]


def test_a_run_is_logged_read_searched_and_built_on_s3(uri: str, tmp_path: Path) -> None:
    runreport.set_tracking_uri(uri)
    runreport.set_experiment("remote")
    with runreport.start_run() as run:
        runreport.log_param("lr", 0.1)
        runreport.log_metric("loss", 1.0, step=0)
        assert runreport.get_run(run.info.run_id).data.metrics == {"loss": 1.0}
        runreport.log_metric("loss", 0.5, step=1)
        runreport.log_text("hello", "notes/hello.txt")
    found = runreport.search_runs(filter_string="metrics.loss < 0.6", output_format="list")
    assert [one.info.run_id for one in found] == [run.info.run_id]
    assert run.info.artifact_uri == f"{uri}/artifacts/{run.info.run_id}"
    local = runreport.download_artifacts(run_id=run.info.run_id, artifact_path="notes")
    assert (Path(local) / "hello.txt").read_text() == "hello"
    assert spooled(uri) == []
    storage = open_archive(uri)
    assert verify_archive(storage).problems == ()
    build = build_site(uri, str(tmp_path / "site"), Config())
    assert (build.runs, build.notices) == (1, ())


def test_archives_merge_compact_and_purge_across_stores(uri: str, tmp_path: Path) -> None:
    local = open_archive(sample_archive(tmp_path / "local"))
    remote = open_archive(uri, create=True)
    merge_archive(local, remote)
    assert state_of(remote) == state_of(local)  # type: ignore[arg-type]
    assert compact_archive(remote).files_after == 2
    assert state_of(remote) == state_of(local)  # type: ignore[arg-type]
    back = open_archive(tmp_path / "back", create=True)
    merge_archive(remote, back)
    assert state_of(back) == state_of(local)  # type: ignore[arg-type]
    run_id = load_index(remote).runs.column("run_id")[0].as_py()
    purge(remote, [run_id])
    assert load_index(remote).number_of(run_id) is None
    assert not [file for file in remote.list("artifacts") if run_id in file.path]
    assert verify_archive(remote).problems == ()


def test_segments_go_up_at_an_interval_and_tell_that_the_run_lives(
    uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_module, "upload_seconds", lambda: 0.2)
    runreport.set_tracking_uri(uri)
    with runreport.start_run() as run:
        runreport.log_metric("loss", 1.0)
        storage = open_archive(uri)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            snapshot = read_archive(storage)
            if snapshot.segments and snapshot.alive_runs:
                break
            time.sleep(0.1)
        assert snapshot.alive_runs == {run.info.run_id}
        index = load_index(storage)
        assert index.runs.column("status").to_pylist() == ["RUNNING"]
        later = read_archive(storage, now_ms=wall_ms() + 3_600_000)
        assert later.alive_runs == frozenset()  # silent for an hour: dead
    snapshot = read_archive(storage)
    assert (snapshot.alive_runs, snapshot.journals) == (frozenset(), ())


PROGRAM = """
import os, sys
import runreport
from runreport.archive.remote import RemoteStorage
runreport.set_tracking_uri(sys.argv[1])
run = runreport.start_run()
for step in range(50):
    runreport.log_metric("loss", step, step=step)
if sys.argv[2] == "log":
    print(run.info.run_id, flush=True)
    os.kill(os.getpid(), 9)
put, count = RemoteStorage.put_chunks, [0]
def dying(self, path, chunks, **options):
    count[0] += 1
    if count[0] == int(sys.argv[2]):
        print(run.info.run_id, flush=True)
        os.kill(os.getpid(), 9)
    put(self, path, chunks, **options)
RemoteStorage.put_chunks = dying
runreport.end_run()
"""


@pytest.mark.parametrize("when", ["log", "1", "2"])
def test_what_a_killed_process_did_not_upload_goes_up_with_the_next(uri: str, when: str) -> None:
    open_archive(uri, create=True)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, uri, when], capture_output=True, text=True, check=False
    )
    run_id = done.stdout.strip()
    assert done.returncode == -9, done.stderr
    assert spooled(uri)
    runreport.set_tracking_uri(uri)
    assert runreport.get_run(run_id).data.metrics == {"loss": 49.0}
    assert spooled(uri) == []
    snapshot = read_archive(open_archive(uri))
    assert sum(snapshot.points(segment).num_rows for segment in snapshot.segments) == 50


def test_a_store_that_is_away_costs_a_warning_and_no_fact(
    uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    runreport.set_tracking_uri(uri)
    run = runreport.start_run()
    runreport.log_metric("loss", 1.0)

    def away(*_: object, **__: object) -> None:
        raise OSError("the network is down")

    with monkeypatch.context() as patched:
        patched.setattr(RemoteStorage, "put_chunks", away)
        with pytest.warns(UserWarning, match="the network is down"):
            runreport.end_run()
    assert spooled(uri)
    active.store().spool.recover()  # type: ignore[union-attr]
    assert runreport.get_run(run.info.run_id).info.status == "FINISHED"


def test_an_upload_that_died_while_it_tidied_up_is_finished(uri: str) -> None:
    runreport.set_tracking_uri(uri)
    with runreport.start_run():
        runreport.log_metric("loss", 1.0)
    storage = open_archive(uri)
    spool = LocalStorage(spool_folder(uri))
    for file in storage.list("segments"):
        if "events" in file.path:  # the metrics file is deleted first
            spool.put(file.path, storage.read(file.path))
    active.store().spool.recover()  # type: ignore[union-attr]
    assert spooled(uri) == []
    assert verify_archive(storage).problems == ()


def test_reading_where_nothing_is_says_what_to_do(
    uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in (f"{uri}/none", "s3://no-such-bucket/x"):
        with pytest.raises(NotFound, match="RUNREPORT_ARCHIVE"):
            open_archive(place)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(ArchiveError, match="cannot be reached"):
        open_archive(uri)


def test_the_command_line_takes_a_uri(uri: str, tmp_path: Path) -> None:
    sample_archive(tmp_path / "local", runs=2)

    def command(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", "from runreport.cli import main; main()", *words],
            capture_output=True, text=True, check=False, env=dict(os.environ),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    command("archive", "merge", str(tmp_path / "local"), uri)
    command("log", "-a", uri, "-m", "loss=0.5")
    assert json.loads(command("archive", "info", uri, "--json"))["runs"] == 3
    assert "all sound" in command("archive", "verify", uri)
    assert "Sealed 0" in command("archive", "seal", uri)


def test_a_store_that_only_fsspec_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNREPORT_SPOOL", str(tmp_path / "spool"))
    uri = f"memory://{tmp_path.name}/runs"
    runreport.set_tracking_uri(uri)
    with runreport.start_run() as run:
        runreport.log_metric("loss", 1.0)
    assert runreport.get_run(run.info.run_id).data.metrics == {"loss": 1.0}
    assert verify_archive(open_archive(uri)).problems == ()


@pytest.mark.parametrize("text", ["soon", "0", "-1", "nan", "301"])
def test_an_upload_interval_that_is_none_is_refused(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNREPORT_UPLOAD_SECONDS", text)
    with pytest.raises(InvalidValue, match="from 1 to 300"):
        spool_module.upload_seconds()


def test_a_run_that_is_being_logged_shows_as_running(uri: str) -> None:
    runreport.set_tracking_uri(uri)
    with runreport.start_run() as run:
        runreport.log_metric("loss", 1.0)
        assert runreport.get_run(run.info.run_id).info.status == "RUNNING"
    assert runreport.get_run(run.info.run_id).info.status == "FINISHED"
    assert read_archive(open_archive(uri)).journals == ()


def test_what_was_purged_meanwhile_does_not_go_up(
    uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    runreport.set_tracking_uri(uri)
    with runreport.start_run() as run:
        runreport.log_param("purgeme", "purgeme")
        runreport.get_run(run.info.run_id)
        with monkeypatch.context() as patched:
            patched.setattr(RemoteStorage, "put_chunks", refuse_to_put)
            with pytest.warns(UserWarning, match="tries again"):
                runreport.end_run()
    storage = open_archive(uri)
    for file in list(storage.list("live")):  # ten minutes later it counts as dead
        storage.delete(file.path)
    purge(storage, [run.info.run_id])
    active.store().spool.recover()  # type: ignore[union-attr]
    assert spooled(uri) == []
    assert not any(run.info.run_id.encode() in storage.read(f.path) for f in storage.list(""))


def refuse_to_put(*_: object, **__: object) -> None:
    raise OSError("the network is down")


def test_two_endpoints_do_not_share_a_spool() -> None:
    one, two = (RemoteStorage(f"s3://bucket/a?endpoint_override={name}") for name in "xy")
    assert one.root == two.root
    assert spool_folder(one.identity) != spool_folder(two.identity)


LOGGER = """
import sys, runreport
from runreport.archive.remote import RemoteStorage
runreport.set_tracking_uri(sys.argv[1])
runreport.start_run()  # which ends with the program
runreport.log_metric("loss", 1.0)
if sys.argv[2] == "away":
    def away(*_, **__):
        raise OSError("the network is down")
    RemoteStorage.put_chunks = away
print("trained")
"""


def test_a_program_whose_last_upload_failed_ends_with_code_1(uri: str) -> None:
    done = {
        state: subprocess.run(
            [sys.executable, "-c", LOGGER, uri, state],
            capture_output=True,
            text=True,
            check=False,
        )
        for state in ("there", "away")
    }
    assert (done["there"].returncode, done["there"].stdout) == (0, "trained\n")
    assert (done["away"].returncode, done["away"].stdout) == (1, "trained\n")
    assert "could not be uploaded" in done["away"].stderr
    assert "runreport archive seal" in done["away"].stderr
    program = str(Path(sys.executable).parent / "runreport")
    subprocess.run([program, "archive", "seal", uri], check=True)
    assert load_index(open_archive(uri)).runs.num_rows == 2


def test_an_artifact_logged_again_is_replaced_on_a_store_too(uri: str) -> None:
    runreport.set_tracking_uri(uri)
    with runreport.start_run() as run:
        for text in ("first", "second"):
            runreport.log_text(text, "ckpt.txt")
    storage = open_archive(uri)
    assert read_artifact(storage, run.info.run_id, "ckpt.txt") == b"second"
    assert list(storage.list_unfinished("artifacts")) == []
    assert verify_archive(storage).problems == ()
