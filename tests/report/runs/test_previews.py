from __future__ import annotations

import base64
import gzip
import io
import json
import struct

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from runreport.report.runs.previews import MAX_ROWS, MAX_TEXT, make_preview

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 30, 20)


def test_images_are_shown_and_bombs_are_not() -> None:
    assert make_preview(PNG, "image/png", "files/a.png").source == "files/a.png"
    bomb = PNG[:16] + struct.pack(">II", 100_000, 100_000)
    assert make_preview(bomb, "image/png", "u").kind == "none"


def test_a_vector_image_is_shown_as_a_picture_only() -> None:
    preview = make_preview(b"<svg onload='x'/>", "image/svg+xml", "files/a.svg.txt")
    assert preview.kind == "image" and preview.source.startswith("data:image/svg+xml;base64,")
    assert make_preview(b"x" * 300_000, "image/svg+xml", "u").kind == "none"


def test_csv_becomes_a_table_of_bounded_size() -> None:
    text = "a,b\n" + "\n".join(f'{n},"x, y"' for n in range(500))
    preview = make_preview(text.encode(), "text/csv", "u")
    assert preview.columns == ("a", "b") and len(preview.rows) == MAX_ROWS
    assert preview.rows[0] == ("0", "x, y") and "of 500 rows" in preview.note


def test_json_is_shown_pretty_and_mlflows_tables_as_tables() -> None:
    assert '"a": 1' in make_preview(b'{"a":1}', "application/json", "u").text
    table = json.dumps({"columns": ["q"], "data": [["x"], [None]]}).encode()
    assert make_preview(table, "application/json", "u").rows == (("x",), ("null",))


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"\xff\xfe\x00", "text/plain"),
        (b"{", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"columns": 7, "data": []}', "application/json"),
        (b'"a\nb', "text/csv"),
        (b"", "text/csv"),
        (b"<script>", "text/html"),
        (b"\0" * 10, "application/octet-stream"),
        (PNG[:10], "image/png"),
    ],
)
def test_odd_files_never_break_a_page(data: bytes, media_type: str) -> None:
    assert make_preview(data, media_type, "u").kind in (
        "none",
        "text",
        "table",
        "image",
        "json",
        "html",
    )


def test_numbers_of_many_digits_are_shortened_in_a_table() -> None:
    data = b"name,score,id\na,0.9101796407185628,1.23\nb,-12345.678901234,12345678901234567\n"
    preview = make_preview(data, "text/csv", "x.csv")
    assert preview.rows == (("a", "0.91018", "1.23"), ("b", "-12,345.7", "12345678901234567"))


def test_numbers_that_differ_stay_different_in_a_table() -> None:
    data = b"time,v\n1585746134.0466595,0.99999991\n1585746194.1234567,0.99999995\n"
    preview = make_preview(data, "text/csv", "x.csv")
    assert preview.rows == (("1,585,746,134", "0.99999991"), ("1,585,746,194", "0.99999995"))


@pytest.mark.parametrize(
    ("data", "columns", "rows"),
    [
        (b"name;loss\na;0,5\nb;0,7\n", ("name", "loss"), (("a", "0,5"), ("b", "0,7"))),
        (b"\xef\xbb\xbfa,b\n1,2\n", ("a", "b"), (("1", "2"),)),
        (b"a\tb\n1\t2\n", ("a", "b"), (("1", "2"),)),
        (b'a,b\n\n"x, y",2\n\n', ("a", "b"), (("x, y", "2"),)),
        (b"a\n1\n2\n", ("a",), (("1",), ("2",))),
    ],
)
def test_a_table_is_divided_as_its_file_is(data: bytes, columns: object, rows: object) -> None:
    preview = make_preview(data, "text/csv", "x.csv")
    assert (preview.columns, preview.rows) == (columns, rows)


def test_what_no_delimiter_divides_is_text() -> None:
    assert make_preview(b"a,b\n1,2,3\nx\n", "text/csv", "x.csv").kind == "text"


@pytest.mark.parametrize("name", ["train.log", "yolo.cfg", "config.ini", "run.sh", "README"])
def test_text_is_told_by_its_content(name: str) -> None:
    assert make_preview(b"hello", "application/octet-stream", name).text == "hello"
    assert make_preview(b"he\0llo", "application/octet-stream", name).kind == "none"


def test_a_notebook_shows_its_cells_and_runs_nothing() -> None:
    outputs = [
        {"output_type": "stream", "text": ["\x1b[31mred\x1b[0m"]},
        {"data": {"image/png": "iVBORw0KGgo=\n", "text/html": "<script>alert(1)</script>"}},
        {"output_type": "error", "traceback": ["ValueError: no"]},
        {"data": {"image/png": '"><script>', "text/plain": ["plain"]}},
    ]
    cells = [
        {"cell_type": "markdown", "source": ["# Title"]},
        {"cell_type": "code", "source": "print('<b>')", "outputs": outputs},
    ]
    data = json.dumps({"cells": cells, "nbformat": 4}).encode()
    html = make_preview(data, "application/x-ipynb+json", "files/n.ipynb").html
    assert "Title" in html and "&lt;b&gt;" in html and ">red<" in html and "ValueError: no" in html
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in html and "plain" in html
    assert "<script" not in html


def test_tables_and_arrays_show_their_shape_and_first_values() -> None:
    target = io.BytesIO()
    pq.write_table(pa.table({"a": range(200), "b": ["x"] * 200}), target)
    preview = make_preview(target.getvalue(), "application/octet-stream", "t.parquet")
    assert preview.columns == ("a", "b") and preview.rows[1] == ("1", "x")
    assert preview.note == f"The first {MAX_ROWS} of 200 rows"
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1, 3), }\n"
    array = b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header
    array += struct.pack("<3d", 1.5, float("nan"), 2)
    text = make_preview(array, "application/octet-stream", "a.npy").text
    assert text == "2 dimensions: 1 × 3, <f8\n1.5, nan, 2"


def test_a_packed_vector_image_is_shown_and_a_bomb_is_not() -> None:
    picture = make_preview(gzip.compress(b"<svg/>"), "image/svg+xml", "a.svgz")
    assert picture.source == "data:image/svg+xml;base64," + base64.b64encode(b"<svg/>").decode()
    bomb = gzip.compress(b" " * 50_000_000)
    assert make_preview(bomb, "image/svg+xml", "a.svgz").kind == "none"


def test_json_is_laid_out_as_it_was_logged() -> None:
    text = '{"lr": 0.10, "lr": 0.20, "s": 5.107091491635510056, "b": [1e999, {}, []], "t": "a,{b"}'
    shown = make_preview(text.encode(), "application/json", "c.json").text
    assert shown.replace("\n", "").replace(" ", "") == text.replace(" ", "")
    assert shown.startswith('{\n  "lr": 0.10,\n  "lr": 0.20,\n') and "\n    1e999," in shown


def test_deep_json_costs_next_to_nothing() -> None:
    data = b"[" * 900 + b"]" * 900
    assert make_preview(data * 1, "application/json", "c.json").kind == "json"
    assert len(make_preview(data, "application/json", "c.json").text) <= MAX_TEXT
