"""W&B: what its log says, and what its files say where the log is gone."""

from __future__ import annotations

import shutil
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stores import Taken, message, wandb_items, wandb_log, write

from runreport.importers.told import Told
from runreport.importers.wandb_log import read_log

SECONDS = 1_700_000_000
RUN = message(
    (17, message((1, "abc12345"), (3, "proj"), (8, "happy-run"), (9, "a note"), (10, "good"),
                 (17, message((1, SECONDS))))),
)  # fmt: skip
EXIT = message((18, message((1, 0), (2, 60))))


def history(step: int, **values: object) -> bytes:
    return wandb_items(2, {**values, "_timestamp": SECONDS + step}, step)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tmp_path / "project"


def run_folder(project: Path, *records: bytes, name: str = "run-20240101_000000-abc12345") -> Path:
    folder = project / "wandb" / name
    wandb_log(folder / "run-abc12345.wandb", records)
    return folder


def take(project: Path) -> Taken:
    return Taken(project, project.parent / "archive")


def test_a_log_says_all(project: Path) -> None:
    config = wandb_items(5, {"lr": 0.1, "net": {"depth": 3}, "_wandb": {"v": 1}})
    folder = run_folder(
        project, RUN, config, history(0, loss=1.0), history(1, loss=0.5, nested={"a": 2}), EXIT
    )
    write(folder / "files" / "output.log", "hello")
    taken = take(project)
    run = taken.run("happy-run")
    assert taken.experiment_of(run) == "proj"
    assert run.info.status == "FINISHED"
    assert (run.info.start_time, run.info.end_time) == (SECONDS * 1000, SECONDS * 1000 + 60_000)
    assert run.data.params == {"lr": "0.1", "net.depth": "3"}
    assert taken.curve("loss") == [(0, 1.0), (1, 0.5)]
    assert taken.times("loss") == [SECONDS * 1000, SECONDS * 1000 + 1000]
    assert taken.curve("nested/a") == [(1, 2.0)]
    assert run.data.tags["mlflow.note.content"] == "a note"
    assert run.data.tags["wandb.tags"] == "good"
    assert taken.artifacts() == {"output.log": b"hello"}


@pytest.mark.parametrize(
    ("records", "status"),
    [([RUN], "UNKNOWN"), ([RUN, EXIT], "FINISHED"),
     ([RUN, message((18, message((1, 3))))], "FAILED")],
)  # fmt: skip
def test_how_it_ended(project: Path, records: list[bytes], status: str) -> None:
    run_folder(project, *records)
    assert take(project).run().info.status == status


def test_values_by_name_are_numbers(project: Path) -> None:
    run_folder(project, RUN, history(0, m="Infinity", text="hello"))
    taken = take(project)
    assert taken.curve("m") == [(0, float("inf"))]
    assert taken.told.left_out == {"logged values of W&B that are no numbers": 1}


def test_without_its_log_a_run_has_last_values(project: Path) -> None:
    files = project / "wandb" / "run-20240101_000000-abc12345" / "files"
    write(files / "config.yaml", "wandb_version: 1\nlr:\n  desc: null\n  value: 0.1\n")
    write(files / "wandb-summary.json", '{"loss": 0.5, "_step": 9, "_timestamp": 1700000009}')
    write(files / "wandb-metadata.json", '{"startedAt": "2023-11-14T22:13:20Z"}')
    taken = take(project)
    run = taken.run("abc12345")
    assert run.data.params == {"lr": "0.1"}
    assert taken.curve("loss") == [(9, 0.5)]
    assert run.info.start_time == SECONDS * 1000
    assert taken.told.lacking["runs of W&B without their .wandb file: last values only"] == 1


def test_copies_of_a_run_are_one_run(project: Path) -> None:
    folder = run_folder(project, RUN, history(0, loss=1.0), EXIT)
    shutil.copytree(folder, project / "wandb" / "latest-run")
    taken = take(project)
    assert taken.curve("loss") == [(0, 1.0)]
    assert (taken.totals["new"], taken.totals["merged"]) == (1, 1)


def test_a_long_record_goes_over_blocks(tmp_path: Path) -> None:
    told = Told()
    long = wandb_items(5, {"text": "x" * 100_000})
    path = wandb_log(tmp_path / "a.wandb", [long, history(0, m=1.0)])
    log = read_log(path.read_bytes(), "a", told)
    assert log is not None
    assert log.config == {"text": "x" * 100_000}
    assert log.history[0]["m"] == 1.0
    assert told.lost == []


def test_a_log_that_ends_within_a_record_is_named(project: Path) -> None:
    folder = run_folder(project, RUN, history(0, loss=1.0), history(1, loss=0.5))
    log = folder / "run-abc12345.wandb"
    log.write_bytes(log.read_bytes()[:-5])
    taken = take(project)
    assert taken.curve("loss") == [(0, 1.0)]
    assert "it ends within a record" in taken.lost[0]


@given(st.data())
def test_changed_bytes_are_named_and_never_raise(data: st.DataObject) -> None:
    records = [history(step, m=float(step)) for step in range(5)]
    whole = bytearray(b":W&B" + bytes([0xE1, 0xBE, 0]))
    for content in records:
        checksum = zlib.crc32(content, zlib.crc32(b"\x01"))
        whole += struct.pack("<IHB", checksum, len(content), 1) + content
    place = data.draw(st.integers(7, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    told = Told()
    log = read_log(bytes(whole), "a", told)
    assert log is not None
    assert told.lost
    assert all(row in [{"m": float(s), "_timestamp": SECONDS + s, "_step": s} for s in range(5)]
               for row in log.history)  # fmt: skip
