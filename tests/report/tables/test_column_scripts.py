from __future__ import annotations

import json
import math

import pytest

from runreport.report.tables import column_scripts
from runreport.report.tables.column_scripts import data_scripts, facet_counts, script_json
from runreport.report.tables.columns import FOR_FILTERS, Column


def decode(script: str) -> tuple[int, dict[str, object]]:
    assert script.startswith('runreport.data("e/x",') and script.endswith(");\n")
    body = script.removeprefix('runreport.data("e/x",').removesuffix(");\n")
    block, _, columns = body.partition(",")
    return int(block), json.loads(columns)


def manifest_of(script: str) -> dict[str, object]:
    return json.loads(  # type: ignore[no-any-return]
        script.removeprefix('runreport.manifest("e/x",').removesuffix(");\n")
    )


def column(name: str, values: list[object], kind: str = "number") -> Column:
    return Column(name, name, "metrics", kind, tuple(values), len(set(values)))


def test_values_survive_in_blocks_packs_and_sparse_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column_scripts, "BLOCK_RUNS", 200)
    monkeypatch.setattr(column_scripts, "PACK_BYTES", 900)
    runs = 450
    given = {
        "small": [1.5 if n % 2 else None for n in range(runs)],
        "odd": [math.nan, math.inf, -math.inf, 2.0**60] + [float(n) for n in range(runs - 4)],
        "text": [None if n == 3 else f"v{n % 5}" for n in range(runs)],
        "rare": [7.0 if n == 449 else None for n in range(runs)],
    }
    made = [column(n, v, "text" if n == "text" else "number") for n, v in given.items()]
    manifest, scripts = data_scripts(made, runs, "e/x")
    described = manifest_of(manifest.content)
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
            for value in reversed(given[entry["name"]])
        ]
        assert values == expected, entry["name"]
    assert any(name.startswith("column-") for name in by_name)
    assert any(name.startswith("sparse-") for name in by_name)


def test_a_new_run_leaves_the_names_of_full_blocks_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column_scripts, "BLOCK_RUNS", 4)
    before = data_scripts([column("a", [5.0, 4.0, 3.0, 2.0, 1.0])], 5, "e/x")[1]
    after = data_scripts([column("a", [6.0, 5.0, 4.0, 3.0, 2.0, 1.0])], 6, "e/x")[1]
    assert before[0] == after[0] and before[1] != after[1]


def test_script_json_ends_no_script_and_breaks_no_line() -> None:
    text = script_json({"</script><!--": "\u2028\u2029&"})
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == {"</script><!--": "\u2028\u2029&"}


def test_facets_count_values_most_first() -> None:
    made = column("t", ["b", "a", "b", None], "text")
    assert facet_counts(made) == [("b", 2), ("a", 1)]


def test_what_only_filters_ask_for_travels_in_scripts_of_its_own() -> None:
    hidden = Column("end_time", "end_time", FOR_FILTERS, "time", (1, 2), 2)
    manifest, scripts = data_scripts([column("a", [1.0, 2.0]), hidden], 2, "e/x")
    assert sorted(script.name.partition("-")[0] for script in scripts) == ["filter", "pack"]
    described = manifest_of(manifest.content)
    assert sorted(described["columns"][1]) == ["files", "group", "kind", "name"]
