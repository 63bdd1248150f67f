from __future__ import annotations

import math
import random

import duckdb
import pytest
from builders import log_run
from hypothesis import given
from hypothesis import strategies as st

from runreport.archive.layout import SegmentName, parse_segment
from runreport.archive.schema import (
    SUMMARY_FIELDS,
    encode_summary,
    float_text,
    sort_points,
    summarise,
)
from runreport.archive.sealing import seal_journal
from runreport.archive.segment import read_points, read_segment, write_segment
from runreport.archive.storage import LocalStorage
from runreport.errors import ArchiveError, Damaged
from runreport.events import Point


def sealed(storage: LocalStorage, points: list[float]) -> SegmentName:
    writer = log_run(storage, params={"lr": "0.1"}, points=points)
    name = writer.finish()
    assert name is not None
    found = parse_segment(seal_journal(storage, name).segment or "")
    assert found is not None
    return found


def test_a_segment_reads_back_what_the_journal_held(storage: LocalStorage) -> None:
    values = [0.1, math.nan, math.inf, -0.0, 5e-324, 2.0**53 + 2]
    segment = read_segment(storage, sealed(storage, values))
    points = read_points(storage, segment)
    assert [repr(v) for v in points.column("value").to_pylist()] == [repr(v) for v in values]
    kinds = segment.events.column("kind").to_pylist()
    assert kinds == ["run", "status", "tag", "param", "metric_summary"]


def test_every_flipped_bit_of_an_events_file_is_found(storage: LocalStorage) -> None:
    name = sealed(storage, [0.1, 0.2])
    data = storage.read(name.path)
    rng = random.Random(1)
    for place in rng.sample(range(len(data)), 200):
        flipped = bytearray(data)
        flipped[place] ^= 1 << rng.randrange(8)
        storage.put(name.path, bytes(flipped))
        with pytest.raises(Damaged, match="digest"):
            read_segment(storage, name)


def test_every_flipped_bit_of_a_metrics_file_is_found(storage: LocalStorage) -> None:
    segment = read_segment(storage, sealed(storage, [0.1 * n for n in range(50)]))
    path = segment.metrics_path
    assert path is not None
    data = storage.read(path)
    rng = random.Random(2)
    for place in rng.sample(range(len(data)), 400):
        flipped = bytearray(data)
        flipped[place] ^= 1 << rng.randrange(8)
        storage.put(path, bytes(flipped))
        with pytest.raises(Damaged, match="digest"):
            read_points(storage, segment)


def test_a_truncated_file_of_any_length_is_found(storage: LocalStorage) -> None:
    segment = read_segment(storage, sealed(storage, [0.1, 0.2]))
    for path in (segment.path, segment.metrics_path):
        assert path is not None
        data = storage.read(path)
        for length in range(0, len(data), 97):
            storage.put(path, data[:length])
            with pytest.raises(Damaged):
                if path == segment.path:
                    read_segment(storage, segment.name)
                else:
                    read_points(storage, segment)
        storage.put(path, data)


def test_a_newer_segment_is_refused_with_both_versions_named(
    storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runreport.archive.segment.FORMAT", 2)
    name = sealed(storage, [])
    monkeypatch.undo()
    with pytest.raises(ArchiveError, match=r"format version 2.*up to 1.*Upgrade"):
        read_segment(storage, name)


def test_without_points_there_is_no_metrics_file(storage: LocalStorage) -> None:
    segment = read_segment(storage, sealed(storage, []))
    assert segment.footer.metrics is None
    assert read_points(storage, segment).num_rows == 0


def test_writing_twice_gives_the_same_bytes(storage: LocalStorage) -> None:
    segment = read_segment(storage, sealed(storage, [0.5]))
    from runreport.events import Event

    events = [Event(**row) for row in segment.events.to_pylist()]
    points = [Point(**row) for row in read_points(storage, segment).to_pylist()]
    own = segment.footer
    again = write_segment(
        storage,
        own.writer_id,
        0,
        events,
        points,
        first_seq=own.first_seq,
        last_seq=own.last_seq,
        facts=own.facts,
    )
    assert again == segment.name


FLOATS = st.floats(allow_nan=True, allow_infinity=True)


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 3), FLOATS), min_size=1, max_size=12))
def test_the_last_value_is_the_greatest_by_step_time_and_value(
    rows: list[tuple[int, int, float]],
) -> None:
    points = [Point("w", n, "r", "k", step, t, v) for n, (step, t, v) in enumerate(rows)]
    summary = summarise(sort_points(points))
    step, time = max((step, time) for step, time, _ in rows)
    ties = [v for s, t, v in rows if (s, t) == (step, time)]
    expected = math.nan if any(v != v for v in ties) else max(ties)
    assert repr(summary.last) == repr(expected) or summary.last == expected == 0
    numbers = [v for *_, v in rows if v == v]
    assert not numbers or summary.min == min(numbers)
    assert numbers or summary.min != summary.min
    assert summary.count == len(rows)


def test_a_sum_that_overflows_is_infinite_and_no_error() -> None:
    points = [Point("w", n, "r", "k", n, n, 1.7e308) for n in range(2)]
    assert summarise(points).sum == math.inf


def test_a_summary_is_json_in_a_fixed_order() -> None:
    import json

    points = [Point("w", 0, "r", "k", 1, 2, math.inf), Point("w", 1, "r", "k", 2, 3, math.nan)]
    text = encode_summary(summarise(points))
    assert tuple(json.loads(text)) == SUMMARY_FIELDS
    assert '"max":"Infinity"' in text and " " not in text


@given(FLOATS)
def test_float_text_reads_back_as_the_same_float(value: float) -> None:
    assert repr(float(float_text(value))) == repr(value)


def test_other_engines_read_both_tables(storage: LocalStorage) -> None:
    sealed(storage, [0.25, 0.75])
    place = storage.locate("segments")
    mean = duckdb.sql(f"select avg(value) from '{place}/*/*.metrics.parquet'").fetchall()
    last = duckdb.sql(
        f"select value::double from '{place}/*/*.events.parquet' where kind = 'metric_summary'"
    ).fetchall()
    assert mean == [(0.5,)] and last == [(0.75,)]
