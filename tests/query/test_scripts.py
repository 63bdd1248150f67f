"""Random filters find the same runs in the report's scripts as in Python."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from node import NODE
from query.test_laws import COMPARISONS, NOW_MS, ROOT, TREES, index_of, run_lists, written

from runreport.query.arrow import arange
from runreport.query.index import RunIndex
from runreport.query.search import find_runs, make_query
from runreport.query.syntax import Node
from runreport.report.tables.column_scripts import data_scripts
from runreport.report.tables.columns import experiment_columns
from runreport.report.tables.filter_columns import filter_columns

ANSWER = Path(__file__).parents[1] / "js" / "answer.js"


def in_scripts(index: RunIndex, filters: list[str]) -> list[list[int]]:
    """The numbers of the runs that each filter finds in the browser's scripts."""
    numbers = arange(index.runs.num_rows)
    columns = (*experiment_columns(index, numbers), *filter_columns(index, numbers))
    manifest, scripts = data_scripts(columns, len(numbers), "e/x")
    asked = {
        "data": "".join(script.content for script in (manifest, *scripts)),
        "filters": filters,
        "now": NOW_MS,
    }
    done = subprocess.run(
        [NODE, str(ANSWER)], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    answers: list[list[int]] = json.loads(done.stdout)
    newest = len(numbers) - 1  # scripts count from the oldest run
    return [sorted(newest - number for number in answer) for answer in answers]


@settings(max_examples=40, deadline=None)
@given(
    run_lists(),
    st.lists(COMPARISONS, min_size=40, max_size=60),
    st.lists(TREES, min_size=5, max_size=10),
)
def test_the_scripts_find_what_python_finds(
    runs: list[dict[str, Any]], alone: list[Node], trees: list[Node]
) -> None:
    index = index_of(runs)
    filters = [written(tree) for tree in (*alone, *trees)]
    expected = [
        sorted(
            find_runs(index, make_query(None, text, now_ms=int(NOW_MS)), ROOT).numbers.to_pylist()
        )
        for text in filters
    ]
    for text, found, wanted in zip(filters, in_scripts(index, filters), expected, strict=True):
        assert found == wanted, text
