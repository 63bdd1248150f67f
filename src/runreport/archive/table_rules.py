"""The rules for facts, asked of whole tables: which rows of segments cannot be believed.

Columns tell at once which rows are surely as they must be; what is left is judged row by row by
`archive.rules`, which alone says what a fact must look like.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.clock import greatest_counter
from runreport.archive.rules import (
    KEYED,
    MEMBERS,
    NUMBER_TEXT,
    NUMBERED,
    OF_RUNS,
    problem_of,
    problem_of_data,
)
from runreport.archive.schema import EVENTS, SUMMARY_FIELDS, encode_summary
from runreport.events import Event, Summary

_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?"
_SPELLED = r"NaN|-?Infinity"
_WHOLE = r"-?[0-9]{1,18}"
_FLOATS = ("min", "max", "sum")
_PLAIN_SUMMARY = "".join(
    ("^{" if name == SUMMARY_FIELDS[0] else ",")
    + f'"{name}":'
    + (f'(?:{_NUMBER}|"(?:{_SPELLED})")' if name in _FLOATS else _WHOLE)
    for name in SUMMARY_FIELDS
) + "}$"  # fmt: skip
"""A summary as this version writes it, which the fold takes apart by position."""
_PLAIN_ARTIFACT = r'^{"size_bytes":[0-9]{1,18},"media_type":"[^"\\]*"}$'
_REQUIRED = ("writer_id", "seq", "counter", "time", "kind", "experiment_id")
_LOOKED_INTO = tuple(kind for kind in MEMBERS if kind not in ("metric_summary", "artifact"))


class Judgement(NamedTuple):
    """What a look at the rows of a table found."""

    row: int
    """The first that cannot be believed; -1 where all can."""
    problem: str
    """Why."""
    is_plain: bool
    """Whether every summary is written as this version does."""


def judge_rows(events: pa.Table) -> Judgement:
    """Whether the rows of a table can be believed.

    Args:
        events: `EVENTS` or `CODED_EVENTS`, of any number of segments.
    """
    is_summary = _is_of(events, ["metric_summary"])
    is_plain = pc.match_substring_regex(events.column("data").filter(is_summary), _PLAIN_SUMMARY)
    other = _spread(is_summary, pc.invert(pc.fill_null(is_plain, False)))
    suspects = pc.indices_nonzero(pc.or_(other, _is_suspect(events, is_summary)))
    greatest = greatest_counter()
    columns = [events.column(name).take(suspects).to_pylist() for name in EVENTS.names]
    for row, *fields in zip(suspects.to_pylist(), *columns, strict=True):
        problem = problem_of(Event(*fields), greatest)
        if problem is not None:
            return Judgement(row, problem, False)
    return Judgement(-1, "", not pc.any(other).as_py())


def _is_suspect(events: pa.Table, is_summary: pa.ChunkedArray) -> pa.ChunkedArray:
    """Which rows must be looked at one by one, the data of summaries aside; nearly always none."""
    found = pa.chunked_array([pa.repeat(False, events.num_rows)])
    for mask in (*_of_numbers(events), *_of_nulls(events), *_of_content(events, is_summary)):
        found = pc.or_(found, pc.fill_null(mask, True))
    return found


def _of_numbers(events: pa.Table) -> Iterator[pa.ChunkedArray]:
    for name, most in (("seq", 2**63 - 1), ("counter", greatest_counter())):
        column = events.column(name)
        ends = pc.min_max(column).as_py()
        if (ends["min"] or 0) < 0 or (ends["max"] or 0) > most:
            yield pc.or_(pc.less(column, 0), pc.greater(column, most))


def _of_nulls(events: pa.Table) -> Iterator[pa.ChunkedArray]:
    for name in _REQUIRED:
        if events.column(name).null_count:
            yield pc.is_null(events.column(name))
    for name, kinds in (("key", KEYED), ("run_id", OF_RUNS)):
        if events.column(name).null_count:
            yield pc.and_(pc.is_null(events.column(name)), _is_of(events, kinds))


def _of_content(events: pa.Table, is_summary: pa.ChunkedArray) -> Iterator[pa.ChunkedArray]:
    """Rows whose value or data is not as this version writes it."""
    values, data = events.column("value"), events.column("data")
    if not _are_numbers(values.filter(is_summary)):
        is_number = pc.match_substring_regex(values, f"^(?:{NUMBER_TEXT})$")
        yield pc.and_not(is_summary, pc.fill_null(is_number, False))
    is_artifact = _is_of(events, ["artifact"])
    plain = pc.match_substring_regex(data.filter(is_artifact), _PLAIN_ARTIFACT)
    yield _spread(is_artifact, pc.invert(pc.fill_null(plain, False)))
    yield pc.and_(is_artifact, pc.is_null(values))
    yield _is_of(events, NUMBERED)  # there are few
    is_looked_into = pc.and_(pc.is_valid(data), _is_of(events, _LOOKED_INTO))
    rows = events.select(["kind", "data"]).filter(is_looked_into)
    pairs = zip(*(column.to_pylist() for column in rows.columns), strict=True)
    bad = pa.array([problem_of_data(*pair) is not None for pair in pairs], pa.bool_())
    yield _spread(is_looked_into, pa.chunked_array([bad]))


def _is_of(events: pa.Table, kinds: Iterable[str]) -> pa.ChunkedArray:
    wanted = pa.array(sorted(kinds), pa.string())
    column = events.column("kind")
    if not pa.types.is_dictionary(column.type):
        return pc.fill_null(pc.is_in(column, value_set=wanted), False)
    # Each kind is looked at once, not each row.
    found = [
        pc.fill_null(pc.is_in(chunk.dictionary, value_set=wanted).take(chunk.indices), False)
        for chunk in column.chunks
    ]
    return pa.chunked_array(found, pa.bool_())


def _spread(where: pa.ChunkedArray, marks: pa.ChunkedArray) -> pa.ChunkedArray:
    """Marks of some rows as a mask of all."""
    if not pc.any(marks).as_py():
        return pa.chunked_array([pa.repeat(False, len(where))])
    places = pc.indices_nonzero(where).filter(marks.combine_chunks())
    rows = pa.array(range(len(where)), places.type)
    return pa.chunked_array([pc.is_in(rows, value_set=places)])


def _are_numbers(texts: pa.ChunkedArray) -> bool:
    try:
        return bool(pc.cast(texts, pa.float64()).null_count == 0)
    except pa.ArrowInvalid:
        return False


def with_plain_summaries(events: pa.Table) -> pa.Table:
    """Believed events with every summary written as this version does; a later version may have
    written more members, or in another order."""
    kinds, data = (events.column(name).to_pylist() for name in ("kind", "data"))
    texts = [
        _rewritten(text) if kind == "metric_summary" else text
        for kind, text in zip(kinds, data, strict=True)
    ]
    place = events.column_names.index("data")
    return events.set_column(place, events.schema.field("data"), pa.array(texts, pa.string()))


def _rewritten(text: str) -> str:
    members = json.loads(text)
    wanted = {
        name: float(members[name]) if name in _FLOATS else members[name] for name in SUMMARY_FIELDS
    }
    return encode_summary(Summary._make([wanted["count"], 0.0, *list(wanted.values())[1:]]))
