"""Summaries of metrics as columns."""

from __future__ import annotations

import math
import struct

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from runreport.events import float_text
from runreport.query.summaries import float_texts, mean_of, with_stats


def test_a_mean_is_the_sum_by_the_count_of_whatever_size() -> None:
    said = [
        f'{{"count":{count},"min":0,"max":1,"sum":6,"first_step":0,"last_step":1,"last_time":0}}'
        for count in (3, 2**63 - 1)
    ]
    metrics = pa.table({"run": [0, 1], "key": ["a", "a"], "last": [1.0, 1.0], "data": said})
    assert mean_of(with_stats(metrics)).to_pylist() == [2.0, 6 / 2**63]


@given(st.lists(st.floats(width=64), max_size=20))
def test_texts_of_floats_read_back_as_they_were(values: list[float]) -> None:
    texts = float_texts(pa.chunked_array([pa.array(values, pa.float64())])).to_pylist()
    assert [struct.pack("d", float(text)) for text in texts if text != "NaN"] == [
        struct.pack("d", value) for value in values if value == value
    ]
    assert [text for text in texts if not text[-1].isdigit()] == [
        float_text(value) for value in values if not math.isfinite(value)
    ]
