"""The two tables of format 1 as Arrow schemas, and how Parquet encodes them.

Needs pyarrow but not ``pyarrow.compute``: a seal runs at the end of training and must be light.
Measured on 10 random-walk curves of 10,000 points: these encodings take 7 bytes a point, the
defaults 17.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate, groupby
from operator import itemgetter
from typing import Any

import pyarrow as pa

from runreport.events import Event, Point, Summary, float_text

EVENTS = pa.schema(
    [
        ("writer_id", pa.string()),
        ("seq", pa.int64()),
        ("counter", pa.int64()),
        ("time", pa.int64()),
        ("kind", pa.string()),
        ("experiment_id", pa.string()),
        ("run_id", pa.string()),
        ("key", pa.string()),
        ("value", pa.string()),
        ("data", pa.string()),
    ]
)
METRICS = pa.schema(
    [
        ("writer_id", pa.string()),
        ("seq", pa.int64()),
        ("run_id", pa.string()),
        ("key", pa.string()),
        ("step", pa.int64()),
        ("time", pa.int64()),
        ("value", pa.float64()),
    ]
)

_CODED = pa.dictionary(pa.int32(), pa.string())
CODED_METRICS = pa.schema(
    [(field.name, _CODED if field.type == pa.string() else field.type) for field in METRICS]
)
"""Points as they are read: text as codes, 44 bytes a point."""
CODED_POINT_NAMES = ("writer_id", "run_id", "key")
CODED_NAMES = ("writer_id", "kind", "experiment_id", "run_id", "key")
CODED_EVENTS = pa.schema(
    [(field.name, _CODED if field.name in CODED_NAMES else field.type) for field in EVENTS]
)
"""Events as they are read."""

_COMMON = {"write_page_checksum": True, "store_schema": False}
EVENTS_ENCODING = {
    **_COMMON,
    "use_dictionary": ["writer_id", "kind", "experiment_id", "run_id", "key", "data"],
    "column_encoding": dict.fromkeys(("seq", "counter", "time"), "DELTA_BINARY_PACKED"),
}
METRICS_ENCODING = {
    **_COMMON,
    "use_dictionary": ["writer_id", "run_id", "key"],
    "column_encoding": {
        **dict.fromkeys(("seq", "step", "time"), "DELTA_BINARY_PACKED"),
        "value": "BYTE_STREAM_SPLIT",
    },
}

_BY_STEP = itemgetter(2, 3, 4, 5, 0, 1)  # run, key, step, time, writer, seq: in C, unlike a lambda

SMALL_ROWS = 4096
"""Up to so many rows a table is compressed with snappy: 20 events are read in half the time that
zstd takes to begin, and are 4 % larger. Beyond, zstd pays."""


def encoding_of(table: pa.Table) -> dict[str, Any]:
    """How Parquet encodes one of the two tables."""
    encoding = EVENTS_ENCODING if "kind" in table.column_names else METRICS_ENCODING
    return {**encoding, "compression": "snappy" if table.num_rows <= SMALL_ROWS else "zstd"}


SUMMARY_FIELDS = ("count", "min", "max", "sum", "first_step", "last_step", "last_time")
"""The members of a summary event's ``data``, in the order they are always written; ``last`` is
its ``value``. The fold reads them by position, without a JSON parser."""


def event_table(events: Sequence[tuple[Any, ...]]) -> pa.Table:
    """Events as the first table."""
    return _table(events, EVENTS)


def metric_table(points: Sequence[Point]) -> pa.Table:
    """Points as the second table, in the order given."""
    return _table(points, METRICS)


def _table(rows: Sequence[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    return pa.table(
        [_column(values, field.type) for values, field in zip(columns, schema, strict=True)],
        schema=schema,
    )


def _column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """A column made from buffers: ``pa.array`` would import pandas wherever it is installed,
    which takes longer than the whole seal and fails while an interpreter shuts down."""
    if kind != pa.string():
        code = "d" if kind == pa.float64() else "q"
        return pa.Array.from_buffers(
            kind, len(values), [None, pa.py_buffer(array(code, values).tobytes())]
        )
    return text_column(values)


def text_column(values: Sequence[str | None]) -> pa.Array:
    """A column of text, made as `_column` has it."""
    texts = [b"" if value is None else value.encode() for value in values]
    offsets = array("i", [0, *accumulate(map(len, texts))])
    validity = None
    if None in values:
        bits = bytearray(len(values) // 8 + 1)
        for place, value in enumerate(values):
            bits[place >> 3] |= (value is not None) << (place & 7)
        validity = pa.py_buffer(bytes(bits))
    buffers = [validity, pa.py_buffer(offsets.tobytes()), pa.py_buffer(b"".join(texts))]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def sort_points(points: Iterable[Point]) -> list[Point]:
    """By run, key, step, time, writer and seq, each fact once."""
    ordered = sorted(points, key=_BY_STEP)
    return [
        point
        for place, point in enumerate(ordered)
        if place == 0 or point[:2] != ordered[place - 1][:2]
    ]


def summarise(points: Sequence[Point]) -> Summary:
    """What the points of one metric of one run come to."""
    _, _, _, _, steps, times, values = zip(*points, strict=True)
    return summarise_values(steps, times, values)


def summarise_values(
    steps: Sequence[int], times: Sequence[int], values: Sequence[float]
) -> Summary:
    """What the points of one metric come to: three columns, in any order, at least one point."""
    final = max(steps)
    if steps[-1] == final and steps.count(final) == 1:
        last, last_time = values[-1], times[-1]
    else:
        last_time = max(time for step, time in zip(steps, times, strict=True) if step == final)
        moments = zip(steps, times, strict=True)
        own = [v for v, at in zip(values, moments, strict=True) if at == (final, last_time)]
        last = math.nan if any(value != value for value in own) else max(own)
    total = _sum(values)
    numbers = values
    if total != total:
        numbers = [value for value in values if value == value] or [math.nan]
    lowest, highest = min(numbers), max(numbers)
    return Summary(len(values), last, lowest, highest, total, min(steps), final, last_time)


def _sum(values: Sequence[float]) -> float:
    try:
        return math.fsum(values)
    except (OverflowError, ValueError):  # too great, or infinities of both signs
        return sum(values)


def summary_events(points: Sequence[Point], experiment_id: str, counter: int) -> list[Event]:
    """One ``metric_summary`` event for each metric of each run among sorted points.

    Args:
        counter: of the last event of the journal; summaries do not compete with one another.
    """
    events = []
    for (run_id, key), group in groupby(points, key=itemgetter(2, 3)):
        own = list(group)
        summary = summarise(own)
        events.append(
            Event(
                own[0].writer_id,
                max(point.seq for point in own),
                counter,
                summary.last_time,
                "metric_summary",
                experiment_id,
                run_id,
                key,
                float_text(summary.last),
                encode_summary(summary),
            )
        )
    return events


def encode_summary(summary: Summary) -> str:
    """The JSON text of a summary, members in ``SUMMARY_FIELDS`` order, no spaces."""
    return (
        f'{{"count":{summary.count},"min":{_number(summary.min)},"max":{_number(summary.max)},'
        f'"sum":{_number(summary.sum)},"first_step":{summary.first_step},'
        f'"last_step":{summary.last_step},"last_time":{summary.last_time}}}'
    )


def _number(value: float) -> str:
    if isinstance(value, int):  # as another tool may write it, of any size
        return str(value)
    text = float_text(value)
    return text if math.isfinite(value) else f'"{text}"'
