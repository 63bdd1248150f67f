from __future__ import annotations

import json
import struct

import pytest

from runreport.report.previews import MAX_ROWS, make_preview

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
