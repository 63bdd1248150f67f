"""The rules for facts, asked of whole tables: which rows of segments cannot be believed.

Columns tell at once which rows are surely as they must be; what is left is judged row by row by
`archive.rules`, which alone says what a fact must look like.
"""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.clock import greatest_counter
from runreport.archive.rules import MEMBERS, problem_of, problem_of_data
from runreport.archive.schema import EVENTS, SUMMARY_FIELDS, encode_summary
from runreport.events import Event, Summary

_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?"
_SPELLED = r"NaN|-?Infinity"
_WHOLE = r"-?[0-9]{1,18}"
_VALUE = rf"^(?:{_NUMBER}|{_SPELLED})$"
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


def first_problem(events: pa.Table) -> tuple[int, str] | None:
    """The first row that cannot be believed, and why; None where all can.

    Args:
        events: `EVENTS` or `CODED_EVENTS`, of any number of segments.
    """
    suspects = pc.indices_nonzero(_is_suspect(events)).to_pylist()
    greatest = greatest_counter()
    for row in suspects:
        fields = events.slice(row, 1).to_pylist()[0]
        problem = problem_of(Event(*(fields[name] for name in EVENTS.names)), greatest)
        if problem is not None:
            return row, problem
    return None


def _is_suspect(events: pa.Table) -> pa.ChunkedArray:
    """Which rows must be looked at one by one; nearly always none."""
    column = {name: events.column(name) for name in EVENTS.names}
    found = pa.chunked_array([pa.repeat(False, events.num_rows)])

    def suspect(mask: pa.ChunkedArray) -> None:
        nonlocal found
        found = pc.or_(found, pc.fill_null(mask, True))

    for name in _REQUIRED:
        if column[name].null_count:
            suspect(pc.is_null(column[name]))
    for name, most in (("seq", None), ("counter", greatest_counter())):
        low_high = pc.min_max(column[name]).as_py()
        if (low_high["min"] or 0) < 0 or (most is not None and (low_high["max"] or 0) > most):
            suspect(pc.less(column[name], 0))
            if most is not None:
                suspect(pc.greater(column[name], most))
    kinds = events.column("kind")
    for kind in pc.unique(kinds).drop_null().to_pylist():
        is_kind = pc.fill_null(pc.equal(kinds, kind), False)
        bad = _suspects_of(kind, events.filter(is_kind))
        if bad is not None:
            places = pc.indices_nonzero(is_kind).filter(bad)
            marks = pc.is_in(pa.array(range(events.num_rows), places.type), value_set=places)
            suspect(pa.chunked_array([marks]))
    return found


def _suspects_of(kind: str, rows: pa.Table) -> pa.Array | None:
    """Which of the rows of one kind must be looked at; None where none need be."""
    masks = []
    keys, runs, data = (rows.column(name) for name in ("key", "run_id", "data"))
    if keys.null_count:
        masks.append(pc.is_null(keys))
    if runs.null_count:
        masks.append(pc.is_null(runs))
    values = rows.column("value")
    if kind == "metric_summary":
        masks.append(pc.invert(pc.fill_null(pc.match_substring_regex(values, _VALUE), False)))
        masks.append(pc.invert(is_plain_summary(data)))
    elif kind == "artifact":
        masks.append(pc.is_null(values))
        plain = pc.fill_null(pc.match_substring_regex(data, _PLAIN_ARTIFACT), False)
        masks.append(pc.invert(plain))
    elif kind in _LOOKED_INTO:
        bad = [text for text in pc.unique(data).to_pylist() if problem_of_data(kind, text)]
        if bad:
            masks.append(pc.is_in(data, value_set=pa.array(bad, pa.string())))
        if kind in ("model_version", "model_alias"):
            masks.append(pa.repeat(True, rows.num_rows))  # there are few
    found = None
    for mask in masks:
        own = mask.combine_chunks() if isinstance(mask, pa.ChunkedArray) else mask
        found = own if found is None else pc.or_(found, own)
    if found is None or not pc.any(found).as_py():
        return None
    return found


def is_plain_summary(data: pa.ChunkedArray) -> pa.ChunkedArray:
    """Which summaries are written as `schema.encode_summary` does."""
    return pc.fill_null(pc.match_substring_regex(data, _PLAIN_SUMMARY), False)


def are_summaries_plain(events: pa.Table) -> bool:
    """Whether every summary among some events is."""
    return not pc.any(_is_other_summary(events)).as_py()


def with_plain_summaries(events: pa.Table) -> pa.Table:
    """Believed events with every summary written as this version does; a later version may have
    written more members, or in another order."""
    if are_summaries_plain(events):
        return events
    texts = [
        _rewritten(text) if is_other else text
        for text, is_other in zip(
            events.column("data").to_pylist(),
            _is_other_summary(events).to_pylist(),
            strict=True,
        )
    ]
    place = events.column_names.index("data")
    return events.set_column(place, events.schema.field("data"), pa.array(texts, pa.string()))


def _is_other_summary(events: pa.Table) -> pa.ChunkedArray:
    is_summary = pc.equal(events.column("kind"), "metric_summary")
    return pc.fill_null(pc.and_not(is_summary, is_plain_summary(events.column("data"))), False)


def _rewritten(text: str) -> str:
    members = json.loads(text)
    wanted = {
        name: float(members[name]) if name in _FLOATS else members[name] for name in SUMMARY_FIELDS
    }
    return encode_summary(Summary._make([wanted["count"], 0.0, *list(wanted.values())[1:]]))
