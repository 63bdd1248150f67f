from __future__ import annotations

import sys

import pytest

from runreport.errors import InvalidValue
from runreport.evaluation.metric import Rows, aggregate
from runreport.metrics import (
    ari_grade_level,
    bleu,
    exact_match,
    flesch_kincaid_grade_level,
    rouge1,
    rouge2,
    rougeL,
    rougeLsum,
    token_count,
)

ROWS = Rows(
    ["the cat sat on the mat", "a dog"],
    ["the cat is on the mat", "a dog"],
    {"inputs": ["x", "y"]},
)


def test_rouge_is_the_f_measure_of_what_is_shared() -> None:
    assert rouge1().score(ROWS).scores == pytest.approx([5 / 6, 1.0])
    assert rouge2().score(ROWS).scores == pytest.approx([3 / 5, 1.0])
    assert rougeL().score(ROWS).scores == pytest.approx([5 / 6, 1.0])
    assert rougeLsum().score(ROWS).scores == pytest.approx([5 / 6, 1.0])


def test_bleu_runs_from_0_to_1() -> None:
    scores = bleu().score(Rows(["a b c d e", "x y"], ["a b c d e", "a b c"], {})).scores
    assert scores == pytest.approx([1.0, 0.0])


def test_an_exact_match_is_all_or_nothing() -> None:
    value = exact_match().score(ROWS)
    assert (value.scores, value.aggregate_results) == ([0.0, 1.0], {"": 0.5})


def test_tokens_are_words_and_marks() -> None:
    assert token_count().score(Rows(["Yes, it is.", ""], None, {})).scores == [5, 0]


def test_longer_words_need_a_higher_grade() -> None:
    rows = Rows(
        ["The cat sat.", "Considerable institutional heterogeneity characterises it."], None, {}
    )
    for metric in (flesch_kincaid_grade_level(), ari_grade_level()):
        easy, hard = metric.score(rows).scores  # type: ignore[misc]
        assert easy < hard
        assert not metric.greater_is_better


def test_aggregates_leave_out_rows_without_a_score() -> None:
    found = aggregate([1.0, None, 3.0, float("nan")], ("mean", "variance", "p90", "min", "max"))
    assert found == pytest.approx({"mean": 2, "variance": 1, "p90": 2.8, "min": 1, "max": 3})
    assert aggregate([None]) == {}
    with pytest.raises(InvalidValue, match="'mode' is not known; use mean"):
        aggregate([1.0], ("mode",))


@pytest.mark.parametrize(
    ("metric", "module"),
    [(rouge1, "rouge_score"), (bleu, "sacrebleu"), (flesch_kincaid_grade_level, "textstat")],
)
def test_a_missing_library_says_what_to_install(
    metric: object, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InvalidValue, match=r"pip install scikit-learn rouge-score"):
        metric().check()  # type: ignore[operator]
