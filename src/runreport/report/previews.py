"""Previews of artifacts: images, texts, tables, sound and film, bounded and safe to publish.

Nothing is executed or unpickled. A file is searched before it is shown or copied.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import struct
from collections.abc import Mapping

from runreport.report.formatting import format_size, general, plural
from runreport.report.html_preview import MAX_HTML, clean_html
from runreport.report.notes import render_note
from runreport.report.pages import Preview

MAX_TEXT = 20_000
"""Characters of a text that a page shows."""
MAX_ROWS = 50
MAX_COLUMNS = 30
MAX_CELL = 200
_LONG_NUMBER = re.compile(r"-?\d{1,15}\.\d{7,}(e[-+]?\d{1,3})?")
MAX_INLINE_SVG = 200_000
MAX_PIXELS = 100_000_000

_TEXT_TYPES = ("application/json", "application/yaml", "application/toml", "application/jsonl")
_PLAYED = tuple(
    "audio/mpeg audio/ogg audio/wav audio/x-wav audio/flac audio/mp4 audio/aac "
    "video/mp4 video/webm video/ogg".split()
)
"""What browsers play by themselves."""
_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/avif")


def is_text(media_type: str) -> bool:
    """Whether a file of this type is text that can be shown and redacted."""
    return media_type.startswith("text/") or media_type in _TEXT_TYPES


def make_preview(  # noqa: PLR0911 - a table
    data: bytes, media_type: str, url: str, beside: Mapping[str, str] | None = None
) -> Preview:
    """What a page shows of a file.

    Args:
        data: as published.
        url: of the published file, from the page.
        beside: the addresses of the run's other files, by their paths from this one's folder.
    """
    if media_type == "image/svg+xml":
        return _svg(data)
    if media_type in _IMAGES:
        return _image(data, media_type, url)
    if media_type in _PLAYED:
        return Preview(media_type.partition("/")[0], source=url)
    if not is_text(media_type):
        return Preview("none")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return Preview("none", note="The file is not UTF-8 text.")
    if media_type == "text/html":
        note = (
            "" if len(text) <= MAX_HTML else f"The first {MAX_HTML:,} of {len(text):,} characters."
        )
        return Preview("html", html=clean_html(text), note=note)
    if media_type == "text/markdown":
        return Preview("markdown", html=render_note(text, beside))
    if media_type in ("text/csv", "text/tab-separated-values"):
        return _table(text, "\t" if media_type.endswith("values") else ",")
    if media_type == "application/json":
        return _json(text)
    return _text(text, "text")


def _svg(data: bytes) -> Preview:
    """A vector image as a picture, in which no script runs; never as a page."""
    if len(data) > MAX_INLINE_SVG:
        return Preview("none", note=f"A vector image of {format_size(len(data))}.")
    encoded = base64.b64encode(data).decode()
    return Preview("image", source=f"data:image/svg+xml;base64,{encoded}")


def _image(data: bytes, media_type: str, url: str) -> Preview:
    if media_type == "image/png" and data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        if width * height > MAX_PIXELS:
            return Preview("none", note=f"An image of {width:,} x {height:,} pixels.")
        return Preview("image", source=url, note=f"{width} x {height} px")
    return Preview("image", source=url)


def _text(text: str, kind: str) -> Preview:
    if len(text) <= MAX_TEXT:
        return Preview(kind, text=text)
    note = f"The first {MAX_TEXT:,} of {len(text):,} characters."
    return Preview(kind, text=text[:MAX_TEXT], note=note)


def _json(text: str) -> Preview:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return _text(text, "text")
    if isinstance(content, dict) and set(content) == {"columns", "data"}:
        columns, rows = content["columns"], content["data"]
        if isinstance(columns, list) and isinstance(rows, list):
            cells = [row for row in rows if isinstance(row, list)]
            return _rows([str(column) for column in columns], cells, len(rows))
    return _text(json.dumps(content, indent=2, ensure_ascii=False), "json")


def _table(text: str, delimiter: str) -> Preview:
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error:
        return _text(text, "text")
    if len(rows) < 1 or not rows[0]:
        return _text(text, "text")
    return _rows(rows[0], [row for row in rows[1:] if row], len(rows) - 1)


def _rows(columns: list[str], rows: list[list[object]] | list[list[str]], total: int) -> Preview:
    shown = tuple(tuple(_cell(value) for value in row[:MAX_COLUMNS]) for row in rows[:MAX_ROWS])
    notes = [plural(total, "row")]
    if total > MAX_ROWS:
        notes = [f"The first {MAX_ROWS} of {total:,} rows"]
    if len(columns) > MAX_COLUMNS:
        notes.append(f"the first {MAX_COLUMNS} of {len(columns):,} columns")
    return Preview(
        "table", columns=tuple(columns[:MAX_COLUMNS]), rows=shown, note=", ".join(notes)
    )


def _cell(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if _LONG_NUMBER.fullmatch(text):
        text = general(float(text), 6)  # all digits are in the file
    return text if len(text) <= MAX_CELL else text[: MAX_CELL - 1] + "…"
