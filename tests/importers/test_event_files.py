"""Event files: every scalar in both encodings, none dropped, what is damaged is named."""

from __future__ import annotations

import io
import math
import struct
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stores import Taken, event_file, message, record, scalar_event, write

from runreport.errors import Damaged
from runreport.importers import event_blocks, event_data, protobuf, records
from runreport.importers.checksums import (
    crc32c,
    masked_crc32c,
    masked_crc32c_of_rows,
    plain_crc32c,
)
from runreport.importers.event_data import EventData
from runreport.importers.records import read_records
from runreport.importers.told import Told

WALL = 1.7e9


def data_of(*events: bytes) -> EventData:
    found = EventData()
    data = b"".join(map(record, events))
    for blocks in read_records(io.BytesIO(data), len(data), "f", Told()):
        found.add(blocks)
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


def plain(tag: str, value: float, step: int, wall: float) -> bytes:
    return scalar_event(tag, value, step, wall)


def without_step(tag: str, value: float, step: int, wall: float) -> bytes:
    del step
    simple = message((1, tag)) + b"\x15" + struct.pack("<f", value)
    return message((1, wall), (5, message((1, simple))))


def tensor(tag: str, value: float, step: int, wall: float) -> bytes:
    del wall
    return tensor_event(tag, message((1, 2), (4, struct.pack("<d", value))), step=step)


def counted(tag: str, value: float, step: int, wall: float) -> bytes:
    del wall
    return tensor_event(tag, message((1, 9), (10, int(value) % 100)), step=step)


def two_values(tag: str, value: float, step: int, wall: float) -> bytes:
    own = message((1, tag)) + b"\x15" + struct.pack("<f", value)
    return message((1, wall), (2, step), (5, message((1, own), (1, own))))


def histogram(tag: str, value: float, step: int, wall: float) -> bytes:
    return message((1, wall), (2, step), (5, message((1, message((1, tag), (5, b"h" * 9))))))


def broken(tag: str, value: float, step: int, wall: float) -> bytes:
    return plain(tag, value, step, wall)[:-1]


KINDS = (plain, plain, without_step, tensor, counted, two_values, histogram, broken)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(KINDS),
            st.sampled_from(["a", "b", "loss", "acc/top"]),
            st.floats(width=32),
            st.sampled_from([0, 1, 127, 128, 300, 20_000, 2**40, -1, -(2**63)]),
            st.sampled_from([WALL, WALL + 0.1234, 0.0, -5.0, 1e300, math.nan]),
        ),
        min_size=1,
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
def test_records_read_together_say_what_each_says_alone(
    kinds: list[tuple[Any, str, float, int, float]], random: Random
) -> None:
    events = [own(tag, value if math.isfinite(value) else 1.5, step + n % 3, wall)
              for own, tag, value, step, wall in kinds for n in range(50)]  # fmt: skip
    random.shuffle(events)
    together = data_of(*events)
    with pytest.MonkeyPatch.context() as patch:
        for module in (records, event_blocks, event_data):
            patch.setattr(module, "FEW", 10**9)
        alone = data_of(*events)
    assert told_by(together) == told_by(alone)


def told_by(data: EventData) -> tuple[object, ...]:
    curves = {key: [bytes(column) for column in curve] for key, curve in data.curves.items()}
    return curves, data.left, data.bad, data.first, data.begun_ms, data.ended_ms


def test_a_long_file_is_read_in_pieces_and_nothing_falls_between(tmp_path: Path) -> None:
    big = message((1, WALL), (2, 1), (5, message((1, message((1, "x" * 5000), (5, b""))))))
    events = [scalar_event(f"m{n % 3}", n, n, WALL + n) for n in range(500)] + [big]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "PIECE", 999)
        data = data_of(*events)
    assert [*data.curves["m1"].steps] == [*range(1, 500, 3)]
    assert data.left["histograms"] == 1


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


def test_what_a_tag_is_may_be_said_by_its_first_value_only() -> None:
    """TensorFlow 1 strips it from all later ones, whatever their lengths."""
    firsts = [tensor_event(f"note{n:02}", message((8, b"a")), "text", 0) for n in range(40)]
    later = [
        message((1, WALL), (2, n), (5, message((1, message((1, f"note{n:02}"),
                                                           (8, message((8, b"b" * n))))))))
        for n in range(1, 6)
    ]  # fmt: skip
    found = data_of(*firsts, *later)
    assert len(found.files) == 45 and not found.left
    scalars = [tensor_event("s", float_tensor(0), step=0)] + [
        message((1, WALL), (2, n), (5, message((1, message((1, "s"), (8, float_tensor(n)))))))
        for n in range(1, 200)
    ]
    assert [*data_of(*scalars).curves["s"].values] == [float(n) for n in range(200)]


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


def test_text_images_and_audio_are_files(tmp_path: Path) -> None:
    png, wav = b"\x89PNG..", b"RIFF...."
    old = message(
        (1, WALL), (2, 4), (5, message((1, message((1, "pic"), (4, message((4, png)))))))
    )
    folder = tmp_path / "project" / "a"
    event_file(folder / "events.out.tfevents.1.host", [
        tensor_event("note", message((8, b"hello")), "text", 1),
        tensor_event("a/b", message((8, b"2"), (8, b"2"), (8, png)), "images", 2),
        tensor_event("voice", message((8, wav), (8, b"label")), "audio", 3),
        old,
    ])  # fmt: skip
    taken = Taken(tmp_path / "project", tmp_path / "archive")
    assert taken.artifacts("a") == {
        "text/note/1.md": b"hello", "images/a/b/2.png": png, "audio/voice/3.wav": wav,
        "images/pic/4.png": png,
    }  # fmt: skip


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
    found = [
        (place, block.record(number))
        for blocks in read_records(io.BytesIO(data), len(data), "f", told)
        for block in blocks
        for number, place in enumerate(block.begins)
    ]
    return [own for _, own in sorted(found)], [loss.problem for loss in told.lost]


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


@given(st.lists(st.binary(min_size=7, max_size=7), min_size=1), st.integers(0, 7))
def test_sums_of_many_are_the_sums_of_each(rows: list[bytes], length: int) -> None:
    found = masked_crc32c_of_rows(b"".join(rows), 7, length)
    assert found.to_pylist() == [masked_crc32c(row[:length]) for row in rows]


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
