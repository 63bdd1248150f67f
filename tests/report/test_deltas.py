"""The cases in formatting_cases.json are run by this and by tests/js/format.test.js."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runreport.report.deltas import NONE, delta

CASES = json.loads((Path(__file__).parent / "formatting_cases.json").read_text())


@pytest.mark.parametrize(("given", "told"), CASES["delta"])
def test_a_difference_has_its_sign_share_and_sense(given: list, told: list[str]) -> None:
    found = delta(*given)
    assert [found.text, found.share, found.sense] == told


@pytest.mark.parametrize("pair", CASES["no_delta"])
def test_what_is_no_number_has_no_difference(pair: list) -> None:
    value, base = (None if one is None else float(one) for one in pair)
    assert delta(value, base, "max") == NONE
