"""Event files: every scalar in both encodings, none dropped, what is damaged is named."""

from __future__ import annotations

import io
import math
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stores import Taken, event_file, message, record, scalar_event, write

from runreport.errors import Damaged
from runreport.importers import protobuf
from runreport.importers.checksums import crc32c, masked_crc32c, plain_crc32c
from runreport.importers.event_files import EventData
from runreport.importers.records import read_records
from runreport.importers.told import Told

WALL = 1.7e9


def data_of(*events: bytes) -> EventData:
    found = EventData()
    for event in events:
        found.add(event)
    return found


def tensor_event(
    tag: str, tensor: bytes, plugin: str = "scalars", step: int = 0, content: bytes = b""
) -> bytes:
    """As ``tf.summary`` writes it: a tensor, and which plugin it is for."""
    metadata = message((1, message((1, plugin), (2, content))))
    return message((1, WALL), (2, step), (5, message((1, message((1, tag), (8, tensor),
                                                                 (9, metadata))))))  # fmt: skip


def float_tensor(value: float) -> bytes:
    return message((1, 1), (2, b""), (5, struct.pack("<f", value)))


def test_plain_scalars_in_the_order_of_the_file() -> None:
    events = [scalar_event(tag, n + 0.5, n, WALL + n) for n in range(300) for tag in ("a", "b/c")]
    curves = data_of(*events).curves
    assert set(curves) == {"a", "b/c"}
    assert [*curves["a"].steps] == [*curves["b/c"].steps] == [*range(300)]
    assert [*curves["a"].values] == [n + 0.5 for n in range(300)]
    assert [*curves["a"].times] == [int(WALL + n) * 1000 for n in range(300)]


@pytest.mark.parametrize("step", [-1, 0, 127, 128, 16383, 16384, 2**31, 2**63 - 1, -(2**63)])
def test_steps_of_any_size(step: int) -> None:
    found = data_of(*[scalar_event("a", 1.0, step)] * 3).curves["a"]
    assert [*found.steps] == [step] * 3


def test_values_that_are_no_usual_numbers() -> None:
    values = [math.nan, math.inf, -math.inf, -0.0, 0.0]
    found = data_of(*(scalar_event("a", v, n) for n, v in enumerate(values))).curves["a"].values
    assert [repr(v) for v in found] == [repr(v) for v in values]


@pytest.mark.parametrize(
    ("tensor", "value"),
    [
        (float_tensor(0.25), 0.25),
        (message((1, 1), (4, struct.pack("<f", 0.25))), 0.25),
        (message((1, 2), (4, struct.pack("<d", 0.1))), 0.1),
        (message((1, 2), (6, struct.pack("<d", 0.1))), 0.1),
        (message((1, 9), (10, 7)), 7.0),
        (message((1, 3), (7, -3)), -3.0),
        (message((1, 19), (13, 0x3C00)), 1.0),
        (message((1, 14), (13, 0x3F80)), 1.0),
        (message((1, 19), (4, struct.pack("<e", 1.5))), 1.5),
    ],
)  # fmt: skip
def test_scalars_that_are_tensors(tensor: bytes, value: float) -> None:
    events = [tensor_event("a", tensor, step=step) for step in range(3)]
    assert [*data_of(*events).curves["a"].values] == [value] * 3
    assert [*data_of(*events).curves["a"].steps] == [0, 1, 2]


def test_only_the_first_value_of_a_tag_says_its_plugin() -> None:
    later = message((1, WALL), (2, 1), (5, message((1, message((1, "a"), (8, float_tensor(2)))))))
    found = data_of(tensor_event("a", float_tensor(1)), later).curves["a"]
    assert [*found.values] == [1.0, 2.0]


def test_a_tensor_of_several_numbers_is_no_scalar() -> None:
    two = message((1, 1), (5, struct.pack("<ff", 1, 2)))
    found = data_of(tensor_event("a", two))
    assert (found.curves, sum(found.left.values())) == ({}, 1)


def test_hyperparameters() -> None:
    def value(number: int, content: object) -> bytes:
        return message((number, content))

    start = message(
        (1, message((1, "lr"), (2, value(2, 0.1)))),
        (1, message((1, "layers"), (2, value(2, 3.0)))),
        (1, message((1, "name"), (2, value(3, "adam")))),
        (1, message((1, "bias"), (2, value(4, 1)))),
    )
    end = message((1, 1), (2, WALL))
    found = data_of(
        tensor_event("_hparams_/session_start_info", b"", "hparams", 0, message((3, start))),
        tensor_event("_hparams_/session_end_info", b"", "hparams", 0, message((4, end))),
    )
    assert found.params == {"lr": "0.1", "layers": "3", "name": "adam", "bias": "True"}


def test_text_images_and_audio_are_files() -> None:
    png, wav = b"\x89PNG..", b"RIFF...."
    old = message(
        (1, WALL), (2, 4), (5, message((1, message((1, "pic"), (4, message((4, png)))))))
    )
    found = data_of(
        tensor_event("note", message((8, b"hello")), "text", 1),
        tensor_event("a/b", message((8, b"2"), (8, b"2"), (8, png)), "images", 2),
        tensor_event("voice", message((8, wav), (8, b"label")), "audio", 3),
        old,
    )
    assert [(file.path, file.data) for file in found.files] == [
        ("text/note/1.md", b"hello"), ("images/a/b/2.png", png), ("audio/voice/3.wav", wav),
        ("images/pic/4.png", png),
    ]  # fmt: skip


def test_several_files_of_a_folder_are_one_run(tmp_path: Path) -> None:
    folder = tmp_path / "project" / "runs" / "a"
    event_file(folder / "events.out.tfevents.1.host", [scalar_event("m", 1, 0)])
    event_file(folder / "events.out.tfevents.2.host", [scalar_event("m", 2, 1, WALL + 9)])
    taken = Taken(tmp_path / "project", tmp_path / "archive")
    run = taken.run("a")
    assert taken.experiment_of(run) == "runs"
    assert taken.curve("m") == [(0, 1.0), (1, 2.0)]
    assert run.info.status == "UNKNOWN"
    assert (run.info.start_time, run.info.end_time) == (
        int(WALL) * 1000, int(WALL + 9) * 1000,
    )  # fmt: skip


def records_of(data: bytes) -> tuple[list[bytes], list[str]]:
    told = Told()
    found = list(read_records(io.BytesIO(data), len(data), "f", told))
    return found, [loss.problem for loss in told.lost]


def test_a_damaged_record_costs_itself() -> None:
    parts = [record(bytes([n]) * 20) for n in range(5)]
    parts[2] = parts[2][:-8] + b"?" + parts[2][-7:]
    found, lost = records_of(b"".join(parts))
    assert [one[0] for one in found] == [0, 1, 3, 4]
    assert lost == ["1 records are damaged, the first at byte 72"]


def test_a_damaged_length_costs_what_comes_before_the_next() -> None:
    parts = [record(bytes([n]) * 20) for n in range(5)]
    parts[2] = b"\xff" + parts[2][1:]
    found, lost = records_of(b"".join(parts))
    assert [one[0] for one in found] == [0, 1, 3, 4]
    assert lost == ["36 bytes are lost after byte 72"]


@pytest.mark.parametrize("cut", [1, 8, 12, 20, 35])
def test_a_file_that_ends_within_a_record_is_named(cut: int) -> None:
    whole = record(b"a" * 20)
    found, lost = records_of(whole + whole[:cut])
    assert found == [b"a" * 20]
    assert lost[0].startswith("it ends within a record at byte 36")


def test_checksums_are_those_of_the_castagnoli_polynomial() -> None:
    assert plain_crc32c(b"123456789") == crc32c(b"123456789") == 0xE3069283
    assert masked_crc32c(b"") == 0xA282EAD8


@given(st.binary(max_size=200))
def test_both_ways_to_a_checksum_agree(data: bytes) -> None:
    assert plain_crc32c(data) == crc32c(data)


@given(st.binary(max_size=300))
def test_bytes_that_are_no_message_are_damaged_and_nothing_else(data: bytes) -> None:
    try:
        for field in protobuf.fields(data):
            assert 0 <= field.begin <= field.end <= len(data)
    except Damaged:
        pass


@given(st.data())
def test_a_file_with_changed_bytes_never_gives_more_than_it_held(data: st.DataObject) -> None:
    events = [scalar_event("m", n, n) for n in range(20)]
    whole = bytearray(b"".join(map(record, events)))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place] ^= data.draw(st.integers(1, 255))
    found, lost = records_of(bytes(whole))
    assert set(found) <= set(events), "a damaged record is never believed"
    assert len(found) == 20 or lost


def test_a_file_that_is_no_event_file_is_named(tmp_path: Path) -> None:
    write(tmp_path / "project" / "events.out.tfevents.1.x", b"not records at all" * 10)
    taken = Taken(tmp_path / "project", tmp_path / "archive")
    assert "bytes are lost after byte 0" in taken.lost[0]
    assert taken.index.runs.num_rows == 0
