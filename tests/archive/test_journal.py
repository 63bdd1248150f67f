from __future__ import annotations

import json
import math

import pytest
from builders import RUN, log_run
from hypothesis import given
from hypothesis import strategies as st

from runreport.archive.journal import Header, JournalName, encode_line, parse_name
from runreport.archive.journal_reading import JournalContent, is_alive, read_journal
from runreport.archive.storage import LocalStorage
from runreport.events import float_text

NAME = JournalName("w1", 0)


def whole_journal(storage: LocalStorage) -> bytes:
    writer = log_run(storage, params={"lr": "0.1"}, points=[0.5, math.nan, -math.inf])
    name = writer.journal_name
    assert name is not None
    data = storage.read(name.path)
    writer.finish()
    return data


def test_a_journal_reads_back_every_fact_in_order(storage: LocalStorage) -> None:
    content = read_journal(whole_journal(storage), NAME)
    assert [event.kind for event in content.events] == ["run", "status", "tag", "param"]
    assert [repr(point.value) for point in content.points] == ["0.5", "nan", "-inf"]
    seqs = [fact.seq for fact in (*content.events, *content.points)]
    assert seqs == list(range(7))
    assert content.header is not None and content.header.run_id == RUN


def test_a_journal_cut_at_every_byte_keeps_all_whole_lines_and_reports_the_rest(
    storage: LocalStorage,
) -> None:
    data = whole_journal(storage)
    for cut in range(len(data) + 1):
        content = read_journal(data[:cut], NAME)
        lines = data[:cut].count(b"\n")
        header = 1 if lines else 0
        assert len(content.events) + len(content.points) == lines - header
        assert content.torn_bytes == cut - (data[:cut].rfind(b"\n") + 1)
        assert content.damaged_lines == ()


def test_a_foreign_byte_costs_its_line_only_and_the_line_is_named(storage: LocalStorage) -> None:
    data = whole_journal(storage)
    whole = read_journal(data, NAME)
    for place in range(0, len(data), 7):
        if data[place : place + 1] == b"\n":
            continue
        damaged = data[:place] + bytes([data[place] ^ 0x20]) + data[place + 1 :]
        content = read_journal(damaged, NAME)
        assert content.damaged_lines == (data[:place].count(b"\n") + 1,)
        assert set(content.events) <= set(whole.events)
        assert {repr(point) for point in content.points} <= {repr(p) for p in whole.points}


@pytest.mark.parametrize(
    "text",
    [
        '{"kind":"metric","seq":0,"run":"r","time":1,"step":99999999999999999999,"values":{"a":1}}',
        '{"kind":"metric","seq":0,"run":"r","time":1,"step":0,"values":{"a":"one"}}',
        '{"kind":"tag","seq":0,"counter":1,"time":1,"experiment":"0","run":"r","values":{"a":7}}',
        '{"kind":"tag","seq":0,"counter":1,"time":1,"experiment":"0","run":"r",'
        '"values":{"a":"\\ud800"}}',
        '{"kind":"tag"}',
        '{"header":{"format":1}}',
        '{"header":7}',
        "[]",
        "7",
    ],
)
def test_a_line_whose_checksum_holds_but_that_is_no_fact_is_reported(text: str) -> None:
    content = read_journal(encode_line(text), NAME)
    assert content.events == [] and content.points == []
    assert content.damaged_lines == (1,)


def test_a_journal_of_a_newer_format_is_left_alone() -> None:
    line = encode_line('{"header":{"format":2,"something":"new"}}')
    content = read_journal(line + encode_line('{"kind":"unheard"}'), NAME)
    assert content.is_newer and not content.damaged_lines


def test_an_unknown_kind_is_kept() -> None:
    text = (
        '{"kind":"weather","seq":3,"counter":1,"time":1,"experiment":"0","run":null,'
        '"key":"sky","value":"blue"}'
    )
    (event,) = read_journal(encode_line(text), NAME).events
    assert (event.kind, event.key, event.value) == ("weather", "sky", "blue")


@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_an_exception(data: bytes) -> None:
    content = read_journal(data, NAME)
    assert content.events == [] and content.points == []


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("live/0a1b-12.jsonl", JournalName("0a1b", 12)),
        ("live/0a1b-12.lock", None),
        ("live/notes.txt", None),
        ("live/a-b.jsonl", None),
    ],
)
def test_file_names_say_whose_journal_it_is(file: str, name: JournalName | None) -> None:
    assert parse_name(file) == name


def content_of(host: str, boot: str, heard_ms: int) -> JournalContent:
    header = Header(1, "w1", 0, RUN, "0", host, boot, heard_ms)
    return JournalContent(header, [], [], 0, (), False)


@pytest.mark.parametrize(
    ("host", "boot", "locked", "heard_ms", "alive"),
    [
        ("here", "b1", True, 0, True),  # the lock decides, however long it is silent
        ("here", "b1", False, 1_000_000, False),
        ("here", "b0", False, 0, False),  # an earlier boot, or another machine of this name
        ("here", "b0", False, 999_000, True),
        ("there", "b9", True, 0, True),  # a held lock is proof, whoever holds it
        ("here", "b1", None, 999_000, True),  # locks refused: silence decides
        ("here", "b1", None, 0, False),
        ("there", "b9", False, 999_000, True),  # another host: its lock is not seen here
        ("there", "b9", False, 0, False),
    ],
)
def test_who_is_alive(
    host: str, boot: str, locked: bool | None, heard_ms: int, alive: bool
) -> None:
    assert alive == is_alive(
        content_of(host, boot, heard_ms),
        is_locked=locked,
        modified_ms=1_000_000,
        now_ms=1_000_000,
        host="here",
        boot_id="b1",
    )


def test_a_fresh_copy_of_an_old_journal_is_not_alive() -> None:
    content = content_of("there", "b9", 5_000)
    assert not is_alive(
        content,
        is_locked=None,
        modified_ms=99_000_000,
        now_ms=99_000_000,
        host="here",
        boot_id="b1",
    )


@pytest.mark.parametrize(
    "values",
    ['"a":1' + "0" * 400 + ',"b":1.0', '"a":' + "[" * 5000 + "]" * 5000, '"a":1' + "0" * 400],
)
def test_a_line_no_writer_writes_costs_itself_only(values: str) -> None:
    text = '{"kind":"metric","seq":0,"run":"r","time":1,"step":1,"values":{' + values + "}}"
    good = '{"kind":"metric","seq":9,"run":"r","time":1,"step":1,"values":{"a":2.5}}'
    content = read_journal(encode_line(text) + encode_line(good), JournalName("w", 0))
    assert content.damaged_lines == (1,)
    assert [(point.seq, point.value) for point in content.points] == [(9, 2.5)]


@given(
    st.floats(allow_nan=True, allow_infinity=True),
    st.text(max_size=5),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-(2**63), 2**63 - 1),
)
def test_lines_of_one_point_read_as_those_of_several_do(
    value: float, key: str, step: int, time: int
) -> None:
    number = json.dumps(float_text(value)) if value - value != 0 else repr(value)
    head = f'{{"kind":"metric","seq":3,"run":"r-1","time":{time},"step":{step},"values":{{'
    one = encode_line(f"{head}{json.dumps(key)}:{number}}}}}")
    two = encode_line(f'{head}{json.dumps(key)}:{number},"\\u0000other":1}}}}')
    fast = read_journal(one, JournalName("w", 0)).points
    slow = read_journal(two, JournalName("w", 0)).points[:1]
    assert repr(fast) == repr(slow)
