"""The cases in formatting_cases.json are run by this and by tests/js/format.test.js."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runreport.cards import STATUS_MARKS
from runreport.report.formatting import (
    duration_unit,
    format_duration,
    format_size,
    format_time,
    full_time,
    iso_time,
    plural,
)
from runreport.tags import is_set_tag

CASES = json.loads((Path(__file__).parent / "formatting_cases.json").read_text())


def test_statuses_are_marked_in_their_order() -> None:
    assert {status: [*mark] for status, mark in STATUS_MARKS.items()} == CASES["marks"]
    assert [*STATUS_MARKS] == [*CASES["marks"]]


@pytest.mark.parametrize(("key", "is_set"), CASES["set_tags"])
def test_which_tags_somebody_set(key: str, is_set: bool) -> None:
    assert is_set_tag(key) is is_set


@pytest.mark.parametrize(("value", "text"), CASES["duration"])
def test_durations(value: float, text: str) -> None:
    assert format_duration(value) == text


@pytest.mark.parametrize(("value", "text"), CASES["time"])
def test_times(value: int, text: str) -> None:
    assert format_time(value) == text


@pytest.mark.parametrize(("value", "text"), CASES["full_time"])
def test_times_with_all_they_have(value: int, text: str) -> None:
    assert full_time(value) == text


@pytest.mark.parametrize(("longest", "unit"), CASES["unit"])
def test_an_axis_of_spans_has_the_unit_that_suits_the_longest(longest: float, unit: str) -> None:
    assert duration_unit(longest)[0] == unit


def test_times_out_of_range_are_still_text() -> None:
    assert format_time(None) == "–" and iso_time(None) == ""
    assert format_time(10**18) == f"{10**18} ms" and iso_time(10**18) == ""


def test_sizes_and_plurals() -> None:
    sizes = [format_size(n) for n in (0, 999, 1000, 12_345, 999_900, 5_000_000_000)]
    assert sizes == ["0 B", "999 B", "1 kB", "12.3 kB", "1 MB", "5 GB"]
    assert [plural(n, "run") for n in (0, 1, 1234)] == ["0 runs", "1 run", "1,234 runs"]
