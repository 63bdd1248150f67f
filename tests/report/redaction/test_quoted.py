"""Texts within texts."""

from __future__ import annotations

import csv
import html
import io
import json

from hypothesis import given
from hypothesis import strategies as st

from runreport.report.redaction.quoted import quoted_texts
from runreport.report.redaction.scanner import Hit

TEXTS = st.text(st.sampled_from("ab =:'\"\\\n\t,<>&é"), min_size=1, max_size=40)


def meant(data: bytes) -> list[bytes]:
    found = []
    for quoted in quoted_texts(data):
        found += [quoted.data[begin:end] for begin, end in quoted.extents]
    return found


@given(TEXTS)
def test_a_string_of_json_is_read_as_it_was_meant(text: str) -> None:
    written = json.dumps({"a": text})
    if "\\" in written or "=" in text:
        assert text.encode() in meant(written.encode())


@given(TEXTS)
def test_a_cell_of_csv_is_read_as_it_was_meant(text: str) -> None:
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerows([["a", text], ["b", "c"]])
    if '"' in text or "\n" in text:
        assert text.encode() in meant(target.getvalue().encode())


@given(TEXTS)
def test_the_text_of_an_element_is_read_as_it_was_meant(text: str) -> None:
    written = f"<p>{html.escape(text)}</p>"
    if "&" in written:
        assert text.encode() in meant(written.encode())


def test_the_lines_of_a_notebook_are_read_as_one_text() -> None:
    assert b"a: 1\nb: 2" in meant(b'{"source": ["a: 1\\n", "b: 2"]}')


def test_a_block_of_yaml_is_read_without_its_indent() -> None:
    assert b"x: 1\n y\n" in meant(b"a: |\n  x: 1\n   y\nb: 2\n")


def test_what_is_found_in_a_text_stands_where_it_is_written() -> None:
    data = b'{"a": "one \\"two\\" three"}'
    (quoted,) = quoted_texts(data)
    begin = quoted.data.index(b"two")
    (hit,) = quoted.back(Hit(begin, begin + 3, "kind", b'"x"'))
    assert data[hit.start : hit.end] == b"two" and hit.mask == b'\\"x\\"'
