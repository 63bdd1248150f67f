"""The cases in family_cases.json are run by this and by tests/js/families.test.js."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runreport.report.tables.families import family_order

CASES = json.loads((Path(__file__).parent / "family_cases.json").read_text())


@pytest.mark.parametrize("case", CASES)
def test_runs_stand_below_their_parents(case: dict[str, list]) -> None:
    found = family_order(case["ids"], case["parents"])
    assert [[case["ids"][m.number], m.depth, m.children] for m in found] == case["order"]


@given(st.lists(st.none() | st.integers(0, 12), max_size=12))
def test_whatever_parents_are_said_each_run_stands_once(parents: list[int | None]) -> None:
    ids = [str(number) for number in range(len(parents))]
    found = family_order(ids, [None if one is None else str(one) for one in parents])
    assert sorted(member.number for member in found) == list(range(len(ids)))
    assert sum(member.depth == 0 for member in found) + sum(
        member.children for member in found if member.depth == 0
    ) == len(ids)


def test_a_line_of_many_parents_is_no_trouble() -> None:
    ids = [str(number) for number in range(20_000)]
    found = family_order(ids, [None, *ids[:-1]])
    assert found[0].children == 19_999 and found[-1].depth == 3
