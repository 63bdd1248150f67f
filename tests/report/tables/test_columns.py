from __future__ import annotations

import pyarrow as pa
from builders import event, events_of

from runreport.query.fold import fold
from runreport.query.index import RunIndex
from runreport.report.tables.columns import Column, experiment_columns


def index_of(values: dict[str, list[str | None]], kind: str = "param") -> RunIndex:
    events = []
    count = max(map(len, values.values()))
    for number in range(count):
        run = {"run_id": f"r{number:06}", "writer_id": f"w{number}"}
        events.append(event("run", time=10**6 - number, **run))
        for seq, (key, column) in enumerate(values.items(), start=1):
            if column[number] is not None:
                events.append(event(kind, key, column[number], seq=seq, **run))
    return fold(events_of(*events))


def columns_of(index: RunIndex) -> dict[str, Column]:
    numbers = pa.array(range(index.runs.num_rows), pa.int32())
    return {column.name: column for column in experiment_columns(index, numbers)}


def test_params_that_are_all_numbers_become_a_column_of_numbers() -> None:
    found = columns_of(
        index_of({"lr": ["0.1", "1e-3", None], "model": ["a", "7", "b"], "n": ["nan", "x", "1"]})
    )
    assert found["params.lr"].kind == "number" and found["params.lr"].values == (0.1, 0.001, None)
    assert found["params.model"].kind == found["params.n"].kind == "text"


def test_params_are_shown_as_they_were_logged_and_sorted_as_numbers() -> None:
    texts = ["3.10", "20240115", "20240116", "12345678901234567", "+1e5"]
    found = columns_of(index_of({"p": texts, "q": ["1_000", "2", "3", "4", "5"]}))
    assert found["params.p"].texts == tuple(texts) and found["params.p"].values[0] == 3.1
    assert found["params.p"].distinct == 5 and found["params.q"].kind == "text"


def test_system_tags_are_no_columns_and_the_source_is_a_property() -> None:
    found = columns_of(index_of({"mlflow.source.name": ["a.py"], "team": ["red"]}, "tag"))
    assert found["source"].values == ("a.py",) and "tags.team" in found
    assert not [name for name in found if name.startswith("tags.mlflow")]


def test_a_column_varies_also_when_some_runs_lack_it() -> None:
    found = columns_of(index_of({"a": ["1", "1"], "b": ["1", None], "c": ["1", "2"]}))
    assert [found[f"params.{name}"].varies for name in "abc"] == [False, True, True]


def test_ids_that_no_url_can_hold_get_a_column_of_slugs() -> None:
    index = fold(events_of(event("run", run_id="A b")))
    assert columns_of(index)["_slug"].group == "hidden"
    assert "_slug" not in columns_of(index_of({"a": ["1"]}))
