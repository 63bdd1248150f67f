"""What the filter box may ask for beyond the table; the data of the conformance cases."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from query.conformance import ARCHIVES, write_runs

from runreport.archive.directory import open_archive
from runreport.query.arrow import arange
from runreport.query.index import RunIndex
from runreport.query.search import load_index
from runreport.report.redaction import Redactor, redact_index
from runreport.report.tables.column_scripts import data_scripts
from runreport.report.tables.columns import experiment_columns
from runreport.report.tables.filter_columns import filter_columns

SCRIPTS = Path(__file__).parents[2] / "query" / "scripts"
"""Compared byte by byte; `RUNREPORT_UPDATE_GOLDEN=1` writes them anew. `tests/js` reads them."""


def index_of(name: str, tmp_path: Path) -> RunIndex:
    storage = open_archive(tmp_path / "archive", create=True)
    running = write_runs(storage, ARCHIVES[name])
    index = load_index(storage)
    for writer in running:
        writer.finish()
    return index


@pytest.mark.parametrize("name", sorted(ARCHIVES))
def test_the_scripts_of_the_conformance_archives_are_what_a_build_writes(
    name: str, tmp_path: Path
) -> None:
    index = index_of(name, tmp_path)
    index = redact_index(index, Redactor())
    numbers = arange(index.runs.num_rows)
    columns = (*experiment_columns(index, numbers), *filter_columns(index, numbers))
    manifest, scripts = data_scripts(columns, len(numbers), f"e/{name}")
    text = "".join(script.content for script in (manifest, *scripts))
    path = SCRIPTS / f"{name}.js"
    if os.environ.get("RUNREPORT_UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert path.read_text() == text


def test_hidden_columns_hold_what_only_filters_ask_for(tmp_path: Path) -> None:
    index = index_of("basic", tmp_path)
    found = {c.name: c for c in filter_columns(index, arange(index.runs.num_rows))}
    place = index.runs.column("run_name").to_pylist().index("beta net")
    assert found["dataset.name"].values[place] == '["iris", "iris"]'
    assert found["stats(metrics.loss)"].values[place] == "0.3 1.5 0.7333333333333334"
    assert found["user_id"].values[place] == "ada"
    assert found["end_time"].kind == "time"
    assert "stats(metrics.accuracy)" not in found  # one point each: the last says it all
    assert "tags.mlflow.runName" not in found  # a column of the table under another name
