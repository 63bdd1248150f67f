"""Folding parts of an archive side by side gives what folding it whole gives."""

from __future__ import annotations

import pytest
from builders import event, events_of
from hypothesis import given, settings
from hypothesis import strategies as st
from query.laws import event_lists, values_of

from runreport.archive import schema
from runreport.archive.schema import event_table
from runreport.events import Event
from runreport.query import parts
from runreport.query.fold import fold, fold_tables
from runreport.query.parts import join, split_by_runs


@settings(max_examples=60, deadline=None)
@given(event_lists(), st.lists(st.integers(0, 3), min_size=25, max_size=25))
def test_any_split_of_the_events_comes_to_the_same(events: list[Event], places: list[int]) -> None:
    tables = [
        event_table([e for e, place in zip(events, places, strict=False) if place == number]).cast(
            schema.CODED_EVENTS
        )
        for number in range(4)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "SMALL_EVENTS", 1)
        split = split_by_runs(tables)
        index = join(fold_tables(list(tables), ()))
    assert sum(table.num_rows for table in split) == len(events)
    owners = [set(table.column("run_id").to_pylist()) for table in split]
    assert sum(map(len, owners)) == len(set().union(*owners))  # no run is in two parts
    assert values_of(index) == values_of(fold(event_table(events)))


def test_a_run_that_goes_on_in_another_segment_is_folded_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parts, "SMALL_EVENTS", 1)
    first = events_of(event("run"), event("param", "lr", "0.1"), event("run", run_id="other"))
    later = events_of(
        event("status", None, "FINISHED", writer_id="w2"),
        event("tag", "team", "red", writer_id="w2"),
    )
    tables = [table.cast(schema.CODED_EVENTS) for table in (first, later)]
    index = join(fold_tables(tables, ()))
    assert sorted(index.runs.column("status").to_pylist()) == ["FINISHED", "KILLED"]
    assert index.params.num_rows == index.tags.num_rows == 1


def test_runs_without_a_beginning_stand_last_in_the_order_of_their_numbers() -> None:
    undated = ["train", "train2", "train10", "exp9"]
    events = [
        own
        for number, name in enumerate(undated)
        for own in (
            event("run", data='{"undated":true}', run_id=f"{number}", seq=2 * number),
            event("tag", "mlflow.runName", name, run_id=f"{number}", seq=2 * number + 1),
        )
    ]
    index = fold(event_table([*events, event("run", run_id="dated", writer_id="w2")]))
    names = index.runs.column("run_name").to_pylist()
    assert names == ["dated", "train10", "train2", "train", "exp9"]
