"""Summaries of metrics as columns."""

from __future__ import annotations

import pyarrow as pa

from runreport.query.summaries import mean_of, with_stats


def test_a_mean_is_the_sum_by_the_count_of_whatever_size() -> None:
    said = [
        f'{{"count":{count},"min":0,"max":1,"sum":6,"first_step":0,"last_step":1,"last_time":0}}'
        for count in (3, 2**63 - 1)
    ]
    metrics = pa.table({"run": [0, 1], "key": ["a", "a"], "last": [1.0, 1.0], "data": said})
    assert mean_of(with_stats(metrics)).to_pylist() == [2.0, 6 / 2**63]
