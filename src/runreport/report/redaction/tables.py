"""Secrets that only the name of their column tells: in CSV files and in tables as JSON."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from runreport.report.redaction.assigned import KIND
from runreport.report.redaction.scanner import Hit, pattern_of
from runreport.report.redaction.secret_names import Secrecy, secrecy
from runreport.report.redaction.values import cell_is_secret

_TITLE = rb"[\w .\"'\xef\xbb\xbf-]*"
_HEADER = pattern_of(
    rb"(?m)(?:^|>)(?:" + _TITLE + rb"[,;\t|])*" + _TITLE
    + rb"(?i:secret|passw|pwd|token|key|auth|credential|pin)" + _TITLE
    + rb"(?:[,;\t|]" + _TITLE + rb")*\r?$"
)  # fmt: skip
"""A line that may name a column that holds secrets."""
_TITLE_OF_COLUMN = re.compile(r"(?!\d+$)[^\s=]{1,60}(?:[ ][^\s=]{1,30}){0,3}")
_DELIMITERS = (b",", b";", b"\t", b"|")
_LONGEST_HEADER = 20_000
_MAY_BE_TABLE = re.compile(rb"[,;\t|\"]")
"""What divides columns, or begins a name in JSON; most values of a run have none."""
_COLUMNS = re.compile(rb'"(?:columns|header|headers|fields)"\s*:\s*\[([^\[\]{}]{0,20000})\]')
_ROWS = re.compile(rb'"(?:data|rows|values)"\s*:\s*\[')
_JSON_CELL = re.compile(rb'\s*("(?:\\.|[^"\\])*"|[^,\[\]{}"\s]+)\s*')


def may_be_table(data: bytes, begin: int = 0, end: int = sys.maxsize) -> bool:
    """Whether there may be a table in a stretch of a text."""
    return _MAY_BE_TABLE.search(data, begin, end) is not None


def table_hits(data: bytes, begin: int, end: int) -> list[Hit]:
    """The cells of columns whose name says that they hold secrets, of a table that stands in a
    stretch of a text."""
    if not may_be_table(data, begin, end):
        return []
    return [*_csv_hits(data, begin, end), *_json_hits(data, begin, end)]


def _csv_hits(data: bytes, begin: int, end: int) -> Iterator[Hit]:
    behind = begin
    for found in _HEADER.finditer(data[begin:end]):
        start, line = begin + found.start(), begin + found.end()
        is_prose = start > begin and re.search(rb"[,;] ", found.group())
        if start < behind or is_prose:
            continue
        header = _header_of(found.group().removeprefix(b">"))
        if header is not None:
            empty = data.find(b"\n\n", line, end)
            behind = end if empty < 0 else empty
            yield from _csv_cells(data, (line + 1, behind), *header)


def _header_of(line: bytes) -> tuple[bytes, list[str], list[int]] | None:
    """How the cells of a table are divided, its columns, and which of them hold secrets."""
    header = line[:_LONGEST_HEADER].removeprefix(b"\xef\xbb\xbf").rstrip(b"\r")
    for delimiter in _DELIMITERS:
        names = [
            name.strip().strip(b"\"'").decode("utf-8", "replace")
            for name in header.split(delimiter)
        ]
        told = [place for place, name in enumerate(names) if secrecy(name) >= Secrecy.LIKELY]
        if len(names) > 1 and told and all(_TITLE_OF_COLUMN.fullmatch(name) for name in names):
            return delimiter, names, told
    return None


def _csv_cells(
    data: bytes, rows: tuple[int, int], delimiter: bytes, names: list[str], told: list[int]
) -> Iterator[Hit]:
    """The cells of some columns; a quoted cell may hold the delimiter and line feeds."""
    mark = re.escape(delimiter)
    cell = re.compile(rb'(?:"(?:[^"]|"")*"|[^%s\r\n]*)(%s|\r?\n|\Z)' % (mark, mark))
    place, last = rows
    column = 0
    wanted = set(told)
    while place < last:
        found = cell.match(data, place, last)
        if found is None:  # no CSV from here on
            return
        end = found.start(1)
        if column in wanted:
            content = data[place:end].strip()
            if cell_is_secret(names[column], content):
                yield Hit(place, end, KIND)
        column = column + 1 if found[1] == delimiter else 0
        place = found.end() if found.end() > place else place + 1


def _json_hits(data: bytes, begin: int, end: int) -> Iterator[Hit]:
    """The cells of tables as pandas and MLflow write them: names of columns, then rows."""
    columns = _COLUMNS.search(data, begin, end)
    if columns is None:
        return
    names = [
        name.decode("utf-8", "replace") for name in re.findall(rb'"((?:\\.|[^"\\])*)"', columns[1])
    ]
    told = {place for place, name in enumerate(names) if secrecy(name) >= Secrecy.LIKELY}
    rows = _ROWS.search(data, begin, end)
    if not told or rows is None:
        return
    place = rows.end()
    opening = re.compile(rb"[\s,]*\[")
    while (row := opening.match(data, place)) is not None:
        place, column = row.end(), 0
        while (cell := _JSON_CELL.match(data, place)) is not None:
            value = cell[1].strip(b'"')
            if column in told and cell_is_secret(names[column], value):
                start, end = cell.span(1)
                quoted = data[start : start + 1] == b'"'
                yield Hit(
                    start + quoted,
                    end - quoted,
                    KIND,
                    b"[redacted]" if quoted else b'"[redacted]"',
                )
            place = cell.end()
            if data[place : place + 1] != b",":
                break
            place, column = place + 1, column + 1
        closing = data.find(b"]", place)
        if closing < 0:
            return
        place = closing + 1
