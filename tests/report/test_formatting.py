"""The cases in formatting_cases.json are run by this and by tests/js/format.test.js."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from runreport.report.formatting import (
    NumberFormat,
    choose_format,
    format_duration,
    format_size,
    format_time,
    general,
    iso_time,
    plural,
)

CASES = json.loads((Path(__file__).parent / "formatting_cases.json").read_text())


@pytest.mark.parametrize(("value", "digits", "text"), CASES["general"])
def test_significant_digits(value: float, digits: int, text: str) -> None:
    assert general(value, digits) == text


@pytest.mark.parametrize(("value", "digits", "text"), CASES["fixed"])
def test_fixed_decimals(value: float, digits: int, text: str) -> None:
    assert NumberFormat("fixed", digits)(value) == text


@pytest.mark.parametrize(("value", "text"), CASES["duration"])
def test_durations(value: float, text: str) -> None:
    assert format_duration(value) == text


@pytest.mark.parametrize(("value", "text"), CASES["time"])
def test_times(value: int, text: str) -> None:
    assert format_time(value) == text


def test_what_is_no_number_has_a_name() -> None:
    form = NumberFormat("fixed", 2)
    texts = [form(value) for value in (None, math.nan, math.inf, -math.inf)]
    assert texts == ["–", "NaN", "∞", "-∞"]


@pytest.mark.parametrize(
    ("values", "form"),
    [
        ([0.98, 0.7, None, math.nan], NumberFormat("fixed", 4)),
        ([54.1, 70.2], NumberFormat("fixed", 2)),
        ([1, 2, 300], NumberFormat("fixed", 0)),
        ([1e-6, 1.0], NumberFormat("general", 4)),
        ([3e9], NumberFormat("general", 4)),
        ([], NumberFormat("fixed", 0)),
    ],
)
def test_a_column_has_one_format(values: list[float | None], form: NumberFormat) -> None:
    assert choose_format(values) == form


def test_times_out_of_range_are_still_text() -> None:
    assert format_time(None) == "–" and iso_time(None) == ""
    assert format_time(10**18) == f"{10**18} ms" and iso_time(10**18) == ""


def test_sizes_and_plurals() -> None:
    sizes = [format_size(n) for n in (0, 999, 1000, 12_345, 999_900, 5_000_000_000)]
    assert sizes == ["0 B", "999 B", "1 kB", "12.3 kB", "1 MB", "5 GB"]
    assert [plural(n, "run") for n in (0, 1, 1234)] == ["0 runs", "1 run", "1,234 runs"]
