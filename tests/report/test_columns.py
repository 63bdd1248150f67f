from __future__ import annotations

import json
import math

import pyarrow as pa
import pytest
from builders import event, events_of

from runreport.query.fold import fold
from runreport.query.index import RunIndex
from runreport.report import columns as columns_module
from runreport.report.columns import (
    Column,
    data_scripts,
    experiment_columns,
    facet_counts,
    script_json,
)


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


def decode(script: str) -> tuple[int, dict[str, object]]:
    assert script.startswith("runreport.data(") and script.endswith(");\n")
    block, _, body = script.removeprefix("runreport.data(").removesuffix(");\n").partition(",")
    return int(block), json.loads(body)


def column(name: str, values: list[object], kind: str = "number") -> Column:
    from runreport.report.formatting import NumberFormat

    return Column(name, name, "metrics", kind, tuple(values), NumberFormat(), len(set(values)))


def test_values_survive_in_blocks_packs_and_sparse_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns_module, "BLOCK_RUNS", 200)
    monkeypatch.setattr(columns_module, "PACK_BYTES", 900)
    runs = 450
    given = {
        "small": [1.5 if n % 2 else None for n in range(runs)],
        "odd": [math.nan, math.inf, -math.inf, 2.0**60] + [float(n) for n in range(runs - 4)],
        "text": [None if n == 3 else f"v{n % 5}" for n in range(runs)],
        "rare": [7.0 if n == 449 else None for n in range(runs)],
    }
    made = [column(n, v, "text" if n == "text" else "number") for n, v in given.items()]
    manifest, scripts = data_scripts(made, runs)
    described = json.loads(manifest.content.removeprefix("runreport.manifest(").rstrip(");\n"))
    by_name = {script.name: script.content for script in scripts}
    assert described["runs"] == runs and described["block"] == 200
    for entry in described["columns"]:
        values: list[object] = []
        for file in dict.fromkeys(entry["files"]):
            encoded = decode(by_name[file])[1][entry["name"]]
            if isinstance(encoded, dict) and "p" in encoded:
                block: list[object] = [None] * encoded["n"]
                for place, value in zip(encoded["p"], encoded["v"], strict=True):
                    block[place] = value
            elif isinstance(encoded, dict):
                block = [None if c < 0 else encoded["d"][c] for c in encoded["i"]]
            else:
                block = encoded
            values += block
        expected = [
            {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(str(value), value)
            for value in given[entry["name"]]
        ]
        assert values == expected, entry["name"]
    assert any(name.startswith("column-") for name in by_name)
    assert any(name.startswith("sparse-") for name in by_name)


def test_a_new_run_leaves_the_names_of_full_blocks_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns_module, "BLOCK_RUNS", 4)
    before = data_scripts([column("a", [1.0, 2.0, 3.0, 4.0, 5.0])], 5)[1]
    after = data_scripts([column("a", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0])], 6)[1]
    assert before[0] == after[0] and before[1] != after[1]


def test_script_json_ends_no_script_and_breaks_no_line() -> None:
    text = script_json({"</script><!--": "\u2028\u2029&"})
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == {"</script><!--": "\u2028\u2029&"}


def test_facets_count_values_most_first() -> None:
    made = column("t", ["b", "a", "b", None], "text")
    assert facet_counts(made) == [("b", 2), ("a", 1)]
