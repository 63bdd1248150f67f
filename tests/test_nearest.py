from __future__ import annotations

from runreport.nearest import did_you_mean, nearest


def test_the_nearest_name_may_differ_in_case_or_in_what_stands_before_the_dot() -> None:
    assert nearest("los", ["loss", "lr"]) == "loss"
    assert nearest("LOSS", ["loss"]) == "loss"
    assert nearest("zebra", ["loss"]) is None and nearest("x", []) is None


def test_a_question_stands_after_a_sentence_or_not_at_all() -> None:
    assert did_you_mean("typ", ["type"]) == " Did you mean 'type'?"
    assert did_you_mean("zebra", ["type"]) == ""
