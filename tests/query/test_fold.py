from __future__ import annotations

import math
import random
from itertools import groupby
from operator import itemgetter

import pyarrow as pa
from builders import RUN, event, events_of
from hypothesis import given, settings
from hypothesis import strategies as st
from query.laws import event_lists, summary_event, values_of

from runreport.archive.schema import event_table
from runreport.events import Event, Summary
from runreport.query.fold import fold
from runreport.query.summaries import with_stats


@settings(max_examples=60, deadline=None)
@given(event_lists(), st.randoms(use_true_random=False))
def test_the_fold_does_not_depend_on_order_or_repetition(
    events: list[Event], rng: random.Random
) -> None:
    index = fold(event_table(events))
    expected = values_of(index)
    for table in (index.params, index.tags, index.metrics):
        pairs = zip(*(table.column(name).to_pylist() for name in ("run", "key")), strict=True)
        runs = [list(own) for _, own in groupby(pairs, key=itemgetter(0))]
        assert len({own[0][0] for own in runs}) == len(runs)  # the rows of a run stand together
        assert all(own == sorted(own) for own in runs)
    shuffled = events + [e for e in events if rng.random() < 0.5]
    rng.shuffle(shuffled)
    assert values_of(fold(event_table(shuffled))) == expected
    cut = len(shuffled) // 2
    parts = [event_table(shuffled[:cut]), event_table(shuffled[cut:])]
    assert values_of(fold(pa.concat_tables(parts))) == expected


@settings(max_examples=60, deadline=None)
@given(event_lists())
def test_the_fold_says_what_a_plain_loop_says(events: list[Event]) -> None:
    index = fold(event_table(events))
    found = {
        (index.runs.column("run_id")[row["run"]].as_py(), row["key"]): row["value"]
        for row in index.tags.to_pylist()
    }
    expected: dict[tuple[str, str], str | None] = {}
    for one in sorted(events, key=lambda e: (e.counter, e.writer_id, e.seq)):
        if one.kind == "tag":
            expected[str(one.run_id), str(one.key)] = one.value
    assert found == {key: value for key, value in expected.items() if value is not None}
    metrics = {
        (index.runs.column("run_id")[row["run"]].as_py(), row["key"]): row
        for row in with_stats(index.metrics).to_pylist()
    }
    for (run_id, key), row in metrics.items():
        parts = [
            e for e in events if e.kind == "metric_summary" and (e.run_id, e.key) == (run_id, key)
        ]
        assert row["min"] <= row["max"] or not parts or math.isnan(row["min"]) or len(parts) >= 1
    assert len(metrics) == len({(e.run_id, e.key) for e in events if e.kind == "metric_summary"})


def test_summaries_of_several_journals_add_up() -> None:
    first = Summary(3, 0.5, 0.1, 0.9, 1.5, 0, 2, 30)
    second = Summary(2, math.nan, 0.2, 2.0, 2.2, 3, 4, 50)
    earlier = Summary(1, 7.0, 7.0, 7.0, 7.0, -4, -4, 90)
    index = fold(
        events_of(
            event("run"),
            summary_event("loss", second, writer_id="w2", seq=9),
            summary_event("loss", first, writer_id="w1", seq=5),
            summary_event("loss", earlier, writer_id="w3", seq=1),
            summary_event("acc", first, writer_id="w1", seq=6),
        )
    )
    acc, loss = with_stats(index.metrics).to_pylist()
    assert acc["key"] == "acc" and acc["max"] == 0.9
    assert (loss["count"], loss["min"], loss["max"], loss["sum"]) == (6, 0.1, 7.0, 1.5 + 2.2 + 7.0)
    assert (loss["first_step"], loss["last_step"], loss["last_time"]) == (-4, 4, 50)
    assert math.isnan(loss["last"])


def test_many_metrics_of_many_runs_keep_their_own_numbers() -> None:
    events = []
    rng = random.Random(3)
    for number in range(200):
        for key in ("b", "a", "c"):
            value = rng.random()
            summary = Summary(2, value, value, value + 1, 2 * value, 0, 1, 1)
            fields = {"run_id": f"r{number}", "writer_id": f"w{number}", "seq": ord(key)}
            events.append(summary_event(key, summary, **fields))
    rng.shuffle(events)
    for row in with_stats(fold(event_table(events)).metrics).to_pylist():
        assert row["min"] == row["last"] and row["max"] == row["last"] + 1


def test_a_param_with_two_values_is_a_visible_conflict() -> None:
    index = fold(
        events_of(
            event("param", "lr", "0.1", writer_id="w1", counter=1),
            event("param", "lr", "0.2", writer_id="w2", counter=2),
            event("param", "lr", "0.2", writer_id="w3", counter=0),
            event("param", "depth", "3", writer_id="w1", seq=1),
        )
    )
    assert [(r["key"], r["value"], r["rivals"]) for r in index.params.to_pylist()] == [
        ("depth", "3", 1),
        ("lr", "0.2", 2),
    ]


def test_a_run_that_says_running_and_is_not_alive_was_killed() -> None:
    events = events_of(
        event("run", time=10, counter=10 << 16),
        event("status", None, "RUNNING", seq=1, time=10, counter=10 << 16),
        event("param", "p", "v", seq=2, time=70, counter=70 << 16),
        event("tag", "t", "set long after", writer_id="w2", time=900, counter=900 << 16),
    )
    (killed,) = fold(events).runs.to_pylist()
    assert (killed["status"], killed["start_time"], killed["end_time"]) == ("KILLED", 10, 70)
    (running,) = fold(events, alive=[RUN]).runs.to_pylist()
    assert (running["status"], running["end_time"]) == ("RUNNING", None)


def test_a_resumed_run_keeps_its_start_and_takes_the_latest_end() -> None:
    (run,) = fold(
        events_of(
            event("run", time=10, counter=1),
            event("status", None, "FAILED", counter=2, seq=1, time=20),
            event("run", time=30, counter=3, writer_id="w2"),
            event("status", None, "FINISHED", counter=4, writer_id="w2", seq=1, time=40),
        )
    ).runs.to_pylist()
    assert (run["start_time"], run["end_time"], run["status"]) == (10, 40, "FINISHED")


def test_runs_without_their_first_facts_are_still_shown() -> None:
    index = fold(events_of(event("tag", "a", "b", experiment_id="42")))
    (run,) = index.runs.to_pylist()
    assert run["run_name"] == RUN[:8]
    assert index.experiments["42"].name == "Experiment 42"


def test_points_alone_tell_how_long_a_killed_run_lived() -> None:
    last = Summary(9, 1.0, 1.0, 1.0, 9.0, 0, 8, 7000)
    events = events_of(
        event("run", time=10, counter=10 << 16),
        summary_event("m", last, seq=9, time=7000, counter=10 << 16),
    )
    assert fold(events).runs.column("end_time").to_pylist() == [7000]


def test_a_made_up_time_of_a_point_does_not_put_the_end_into_the_future() -> None:
    far = Summary(1, 1.0, 1.0, 1.0, 1.0, 0, 0, 4_102_444_800_000)
    events = events_of(
        event("run", time=10, counter=10 << 16),
        summary_event("m", far, seq=5, time=far.last_time, counter=20 << 16),
    )
    assert fold(events).runs.column("end_time").to_pylist() == [20]


def test_a_summary_with_members_of_a_later_version_is_still_read() -> None:
    text = (
        '{"count":2,"min":1.0,"max":"Infinity","sum":"NaN","first_step":0,"last_step":3,'
        '"last_time":9,"median":1.5}'
    )
    plain = Summary(1, 2.0, 2.0, 2.0, 2.0, 4, 4, 4)
    index = fold(
        events_of(
            event("metric_summary", "new", "1.5", data=text),
            summary_event("old", plain, seq=1),
            event("metric_summary", "odd", "1.5", seq=2, data="nonsense"),
        )
    )
    rows = {row["key"]: row for row in with_stats(index.metrics).to_pylist()}
    assert (rows["new"]["max"], rows["new"]["last_step"], rows["old"]["sum"]) == (math.inf, 3, 2.0)


def test_an_empty_archive_has_no_runs_and_the_default_experiment() -> None:
    index = fold(events_of())
    assert index.runs.num_rows == index.metrics.num_rows == 0
    assert list(index.experiments) == ["0"]


def test_nan_is_the_greatest_of_equals_however_many_journals_hold_them() -> None:
    parts = [
        summary_event("k", Summary(1, value, 2.0, 2.0, value, 1, 1, 5), seq=seq)
        for seq, value in enumerate((math.nan, 2.0))
    ]
    for events in (parts, parts[::-1]):
        (row,) = with_stats(fold(event_table(events)).metrics).to_pylist()
        assert math.isnan(row["last"]) and row["count"] == 2
