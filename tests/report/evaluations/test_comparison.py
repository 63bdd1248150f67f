"""The cases in comparison_cases.json are run by this and by tests/js/pairing.test.js."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runreport.report.evaluations.comparison import compare_tables, outcome
from runreport.report.evaluations.page import EvaluationColumn, EvaluationTable, score_direction

CASES = json.loads((Path(__file__).parent / "comparison_cases.json").read_text())


def table(name: str) -> EvaluationTable:
    columns = tuple(EvaluationColumn(key, kind) for key, kind, _ in CASES[name]["columns"])
    assert [column.direction or "" for column in columns] == [
        direction for *_, direction in CASES[name]["columns"]
    ]
    rows = tuple(
        tuple(
            float(value) if value is not None and column.kind == "score" else value
            for column, value in zip(columns, row, strict=True)
        )
        for row in CASES[name]["rows"]
    )
    told = (tuple(CASES[name][key]) for key in ("asked", "said"))
    return EvaluationTable(columns, rows, CASES[name]["total"], *told)


def test_rows_of_the_same_inputs_have_an_outcome_for_each_score() -> None:
    found = compare_tables(table("before"), table("after"))
    assert [
        [row.inputs, [*row.outputs], [pair.outcome for pair in row.scores], row.differs]
        for row in found.rows
    ] == CASES["rows"]
    assert found.cut == ", of the first 6 of each"


def test_a_score_has_its_means_gains_and_losses_over_the_rows_that_have_it() -> None:
    changes = compare_tables(table("before"), table("after")).changes
    assert [
        [one.name, str(one.before), str(one.after), one.gains, one.losses, one.same]
        for one in changes
    ] == CASES["changes"]
    assert [one.is_directed for one in changes] == [True, True, False]


def test_what_is_no_number_has_no_outcome() -> None:
    assert [outcome(*pair, "max") for pair in ((None, 1.0), (1.0, None), (float("nan"), 1.0))] == [
        "", "", ""
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "direction"),
    [
        ("answer_correctness/v1/score", "max"), ("rougeL/v1/score", "max"),
        ("toxicity/v1/score", "min"), ("flesch_kincaid_grade_level/v1/score", "min"),
        ("latency", "min"), ("token_count", None), ("perplexity/score", "min"),
        ("politeness/v1/score", None), ("judge_grade/v1/score", None),
        ("hallucination_free/score", None), ("error_match/score", "min"),
    ],
)  # fmt: skip
def test_a_score_says_which_values_are_better(name: str, direction: str | None) -> None:
    assert score_direction(name) == direction
