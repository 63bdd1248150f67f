"""Metric summaries: their JSON text as typed columns, and several of one metric added up.

The members of the text always stand in one order and without spaces, so they are cut out by
position; a JSON parser for each row would take longer than all the rest of the fold. Most metrics
of most runs have one summary, whose text nobody needs to take apart before it is asked for.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.schema import SUMMARY_FIELDS
from runreport.events import data_object
from runreport.query.arrow import as_array

_FLOATS = ("min", "max", "sum")
_LATEST = ("run", "key", "last_step", "last_time", "is_nan", "last")

STATS = pa.schema(
    [
        ("run", pa.int32()),
        ("key", pa.string()),
        ("last", pa.float64()),
        *((name, pa.float64() if name in _FLOATS else pa.int64()) for name in SUMMARY_FIELDS),
    ]
)
"""Metrics with all that their summaries say."""


def with_stats(metrics: pa.Table) -> pa.Table:
    """Rows of the index's metrics with their ``data`` as columns; `STATS`."""
    columns = {name: metrics.column(name) for name in ("run", "key", "last")}
    columns.update(_parsed(as_array(metrics.column("data"))))
    return pa.table(columns).cast(STATS)


def mean_of(stats: pa.Table) -> pa.ChunkedArray:
    """The mean of all points of each metric; NaN as soon as one of them is."""
    counts = pc.cast(stats.column("count"), pa.float64(), safe=False)  # one may be anything
    return pc.divide(stats.column("sum"), counts)


def float_texts(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Texts that read back as the same floats, as short as can be; NaN and infinities by name."""
    texts = pc.cast(values, pa.string())
    if pc.all(pc.is_finite(values)).as_py() is not False:
        return texts
    for told, name in (("nan", "NaN"), ("inf", "Infinity"), ("-inf", "-Infinity")):
        texts = pc.if_else(pc.equal(texts, told), name, texts)
    return texts


def has_curve(metrics: pa.Table) -> pa.ChunkedArray:
    """Whether each row has more than one point."""
    return pc.invert(pc.starts_with(metrics.column("data"), '{"count":1,'))


def add_up(parts: pa.Table) -> pa.Table:
    """Summaries of one metric of one run as one, added in (writer_id, seq) order.

    Args:
        parts: run, key, writer_id, seq, last, data.

    Returns:
        run, key, last, data; one row for each run and key.
    """
    parts = pa.table(
        {
            **{name: parts.column(name) for name in ("run", "seq", "last")},
            **{name: parts.column(name).cast(pa.string()) for name in ("key", "writer_id")},
            **_parsed(as_array(parts.column("data"))),
        }
    )
    parts = parts.sort_by([(name, "ascending") for name in ("run", "key", "writer_id", "seq")])
    sums = (
        parts.group_by(["run", "key"], use_threads=False)
        .aggregate(
            [
                ([], "count_all"),
                ("count", "sum"),
                ("sum", "sum"),
                ("min", "min"),
                ("max", "max"),
                ("first_step", "min"),
            ]
        )
        .sort_by([("run", "ascending"), ("key", "ascending")])
    )
    ends = pc.subtract(pc.cumulative_sum(sums.column("count_all")), 1)
    parts = parts.append_column("is_nan", pc.is_nan(parts.column("last")))  # the greatest of all
    latest = parts.sort_by([(name, "ascending") for name in _LATEST]).take(ends)
    members = {
        "count": sums.column("count_sum"),
        "min": sums.column("min_min"),
        "max": sums.column("max_max"),
        "sum": sums.column("sum_sum"),
        "first_step": sums.column("first_step_min"),
        "last_step": latest.column("last_step"),
        "last_time": latest.column("last_time"),
    }
    return pa.table(
        {
            "run": latest.column("run"),
            "key": latest.column("key"),
            "last": latest.column("last"),
            "data": _encoded(members),
        }
    )


def _encoded(members: dict[str, pa.ChunkedArray]) -> pa.ChunkedArray:
    """Typed columns as the text that `_parsed` reads."""
    pieces = []
    for name in SUMMARY_FIELDS:
        opening = "{" if name == SUMMARY_FIELDS[0] else ","
        pieces += [f'{opening}"{name}":', pc.cast(members[name], pa.string())]
    return pc.binary_join_element_wise(*pieces, "}", "")


def _parsed(data: pa.Array) -> dict[str, pa.Array]:
    data = _in_member_order(data)
    pieces = pc.list_flatten(pc.split_pattern(data, ","))
    width = len(SUMMARY_FIELDS)
    columns = {}
    for position, name in enumerate(SUMMARY_FIELDS):
        rows = pa.array(range(position, len(data) * width, width), pa.int64())
        offset = len(f'"{name}":') + (1 if position == 0 else 0)
        text = pc.utf8_trim(pc.utf8_slice_codeunits(pieces.take(rows), offset), '"}')
        columns[name] = pc.cast(text, STATS.field(name).type)
    return columns


def _in_member_order(data: pa.Array) -> pa.Array:
    """Summaries as this version writes them; one that a later version wrote with more members
    takes the slow way."""
    width = len(SUMMARY_FIELDS)
    commas = pc.equal(pc.count_substring(data, ","), width - 1)
    is_plain = pc.fill_null(pc.and_(pc.starts_with(data, '{"count":'), commas), False)
    if pc.all(is_plain).as_py() in (True, None):
        return data
    return pa.array(
        [
            text if plain else _rewritten(data_object(text))
            for text, plain in zip(data.to_pylist(), is_plain.to_pylist(), strict=True)
        ],
        pa.string(),
    )


def _rewritten(members: dict[str, Any]) -> str:
    parts = []
    for name in SUMMARY_FIELDS:
        value = members.get(name, 0)
        if name in _FLOATS:
            text = value if isinstance(value, str) else repr(float(value))
        else:
            text = str(value if isinstance(value, int) else 0)
        parts.append(f'"{name}":{text}')
    return "{" + ",".join(parts) + "}"
