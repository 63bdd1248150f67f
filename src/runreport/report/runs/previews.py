"""Previews of artifacts: images, texts, tables, sound and film, bounded and safe to publish.

Nothing is executed or unpickled. A file is searched before it is shown or copied.
"""

from __future__ import annotations

import base64
import csv
import io
import itertools
import json
import math
import re
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from runreport.report.formatting import format_size, plural
from runreport.report.notes import render_note
from runreport.report.runs.array_previews import array_summary, parquet_head
from runreport.report.runs.html_preview import MAX_HTML, clean_html
from runreport.report.runs.notebook_preview import MAX_CELLS, notebook_html

MAX_TEXT = 20_000
"""Characters of a text that a page shows."""
MAX_ROWS = 50
MAX_COLUMNS = 30
MAX_CELL = 200
_JSON_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_SAMPLE, _MOST_READ = 64_000, 1000
"""Characters by which a table's delimiter is told, and rows of it that are read."""
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


@dataclass(frozen=True, slots=True)
class Preview:
    """What of a file a page shows inline."""

    kind: str
    """image, audio, video, text, json, table, markdown, html or none."""
    source: str = ""
    """image, audio, video: URL of the file, from the page."""
    html: str = ""
    """markdown: safe HTML; html: the document of a sandboxed frame."""
    text: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    note: str = ""
    """E.g. how much of the file is shown."""


def cut(preview: Preview, most: int) -> Preview:
    """A preview of at most so many characters, which says so."""
    if preview.kind == "table":
        rows, room = [], most
        for row in preview.rows:
            room -= sum(map(len, row))
            if room < 0:
                break
            rows.append(row)
        if len(rows) == len(preview.rows):
            return preview
        return replace(preview, rows=tuple(rows), note=f"The first {plural(len(rows), 'row')}.")
    if len(preview.text) <= most:
        return preview
    return replace(preview, text=preview.text[:most], note=f"The first {most:,} characters.")


def is_text(media_type: str) -> bool:
    """Whether a file of this type is text that can be shown and redacted."""
    return media_type.startswith("text/") or media_type in _TEXT_TYPES


def make_preview(
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
    return _by_content(data, media_type, url, beside)


def _by_content(
    data: bytes, media_type: str, url: str, beside: Mapping[str, str] | None
) -> Preview:
    """Text is what reads as text, whatever it is called."""
    if data.startswith(b"PAR1"):
        return _parquet(data)
    if data.startswith(b"\x93NUMPY"):
        return Preview("text", text=array_summary(data))
    try:
        text = "" if b"\0" in data else data.decode("utf-8-sig")
    except UnicodeDecodeError:
        note = "The file is not UTF-8 text." if is_text(media_type) else ""
        return Preview("none", note=note)
    if not text.strip():
        return Preview("none", note="" if data.strip() else "The file is empty.")
    if url.lower().endswith(".ipynb"):
        return _notebook(text)
    return _of_text(text, media_type, beside)


def _of_text(text: str, media_type: str, beside: Mapping[str, str] | None) -> Preview:
    if media_type == "text/html":
        note = (
            "" if len(text) <= MAX_HTML else f"The first {MAX_HTML:,} of {len(text):,} characters."
        )
        return Preview("html", html=clean_html(text), note=note)
    if media_type == "text/markdown":
        return Preview("markdown", html=render_note(text, beside))
    if media_type in ("text/csv", "text/tab-separated-values"):
        return _table(text)
    if media_type == "application/json":
        return _json(text)
    return _text(text, "text")


def _svg(data: bytes) -> Preview:
    """A vector image as a picture, in which no script runs; never as a page."""
    if data.startswith(b"\x1f\x8b"):  # .svgz, which no browser shows from a disk
        try:
            data = zlib.decompressobj(31).decompress(data, MAX_INLINE_SVG + 1)
        except zlib.error:
            return Preview("none", note="A packed vector image that cannot be unpacked.")
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
    return _text(indented(text), "json")


def indented(text: str) -> str:
    """JSON laid out over lines, each of its words as it was written: a number keeps its digits, a
    name that comes twice is there twice."""
    parts: list[str] = []
    depth = length = 0
    for word in _JSON_WORD.findall(text):
        if word in "}]":
            depth -= 1
            is_empty = parts[-1] in ("{", "[")
            parts.append(word if is_empty else f"\n{'  ' * depth}{word}")
        elif parts and parts[-1][-1] in "{[,":
            parts.append(f"\n{'  ' * depth}{word}")
        else:
            parts.append(f" {word}" if parts and parts[-1] == ":" else word)
        depth += word in "{["
        length += len(parts[-1])
        if length > 2 * MAX_TEXT:  # what follows is not shown
            break
    return "".join(parts)


def _notebook(text: str) -> Preview:
    try:
        html, cells = notebook_html(text)
    except (ValueError, RecursionError):
        return _text(text, "text")
    note = f"The first {MAX_CELLS} of {cells:,} cells." if cells > MAX_CELLS else ""
    return Preview("markdown", html=html, note=note)


def _parquet(data: bytes) -> Preview:
    try:
        columns, rows, total = parquet_head(data, MAX_ROWS, MAX_COLUMNS)
    except Exception as error:  # whatever a library says of what somebody logged
        return Preview("none", note=f"No Parquet file: {error}.")
    return _rows(columns, rows, total)


def _table(text: str) -> Preview:
    """A table as its own delimiter divides it; text where none does."""
    delimiter = _delimiter_of(text)
    if delimiter is None:
        return _text(text, "text")
    lines = text.count("\n") + (not text.endswith("\n"))
    try:
        head = itertools.islice(csv.reader(io.StringIO(text), delimiter=delimiter), _MOST_READ)
        rows = [row for row in head if any(cell.strip() for cell in row)]
    except csv.Error:
        return _text(text, "text")
    if not rows:
        return _text(text, "text")
    total = len(rows) - 1 if lines <= _MOST_READ else lines - 1
    return _rows(rows[0], rows[1:], total)


def _delimiter_of(text: str) -> str | None:
    """What divides the cells of a table: that by which its first rows have as many, and most."""
    sample = [line for line in text[:_SAMPLE].splitlines()[:60] if line.strip()]
    if len(text) > _SAMPLE:
        sample = sample[:-1]
    best, widest = None, 0
    for delimiter in (",", ";", "\t", "|"):
        try:
            widths = {len(row) for row in csv.reader(sample, delimiter=delimiter, strict=True)}
        except csv.Error:
            continue
        if len(widths) == 1 and (width := widths.pop()) > widest:
            best, widest = delimiter, width
    is_ragged = widest == 1 and any(sign in line for line in sample for sign in ",;\t|")
    return None if is_ragged else best


def _rows(columns: list[str], rows: list[list[object]] | list[list[str]], total: int) -> Preview:
    kept = [[_text_of(value) for value in row[:MAX_COLUMNS]] for row in rows[:MAX_ROWS]]
    width = max((len(row) for row in kept), default=0)
    cut = [
        _cells([row[place] if place < len(row) else "" for row in kept]) for place in range(width)
    ]
    shown = tuple(
        tuple(column[number] for column in cut[: len(row)]) for number, row in enumerate(kept)
    )
    notes = [plural(total, "row")]
    if total > MAX_ROWS:
        notes = [f"The first {MAX_ROWS} of {total:,} rows"]
    if len(columns) > MAX_COLUMNS:
        notes.append(f"the first {MAX_COLUMNS} of {len(columns):,} columns")
    return Preview(
        "table", columns=tuple(columns[:MAX_COLUMNS]), rows=shown, note=", ".join(notes)
    )


def _text_of(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def _cells(texts: list[str]) -> list[str]:
    """The cells of a column: long numbers with as many digits as keep them apart; all their
    digits are in the file."""
    long = {text: float(text) for text in texts if _LONG_NUMBER.fullmatch(text)}
    shown: dict[str, str] = {}
    for digits in range(6, 18):
        shown = {text: _rounded(value, digits) for text, value in long.items()}
        if len(set(shown.values())) == len(set(long.values())):
            break
    cells = [shown.get(text, text) for text in texts]
    return [text if len(text) <= MAX_CELL else text[: MAX_CELL - 1] + "…" for text in cells]


def _rounded(value: float, digits: int) -> str:
    """A number with some significant digits, and with all that stand before its point."""
    size = 0 if value == 0 else math.floor(math.log10(abs(value))) + 1
    text = f"{value:,.{max(0, digits - size)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
