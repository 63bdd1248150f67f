from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import pytest
from markupsafe import escape

from runreport.report.shown import (
    Shown,
    apart,
    decimals,
    lacking_decimals,
    show_duration,
    show_number,
    show_text,
    show_time,
)

CASES = json.loads((Path(__file__).parent / "formatting_cases.json").read_text())


@pytest.mark.parametrize(("logged", "text"), CASES["text"])
def test_only_numbers_that_were_computed_are_shortened(logged: str, text: str) -> None:
    shown = show_text(logged)
    assert shown == Shown(text, "" if text == logged else logged)


def test_a_number_has_every_digit_beside_it_where_its_text_has_not() -> None:
    values = (0.5, 0.99981, 25_557_032.0, math.nan, None)
    assert [show_number(value) for value in values] == [
        Shown("0.5"), Shown("0.9998", "0.99981"), Shown("25,557,032"), Shown("NaN"), Shown("–"),
    ]  # fmt: skip


def test_times_and_spans_say_their_milliseconds() -> None:
    assert show_time(1795248940863).full == "2026-11-21 08:15:40.863 UTC"
    assert show_duration(3_723_456) == Shown("1 h 02 min", "3,723,456 ms")
    assert show_duration(93).full == ""


def test_a_template_writes_what_is_left_out_as_a_title_and_escapes_both() -> None:
    assert escape(Shown("<b>")) == "&lt;b&gt;"
    assert escape(Shown("<b>", '"x"')) == '<span title="&#34;x&#34;">&lt;b&gt;</span>'


def test_where_no_title_is_different_values_have_different_texts() -> None:
    cells = [show_number(0.99981), show_number(0.99984), show_number(0.5), show_number(0.99981)]
    assert apart(cells) == ["0.99981", "0.99984", "0.5", "0.99981"]


@pytest.mark.parametrize(("text", "count"), CASES["decimals"])
def test_the_decimals_of_a_text(text: str, count: int) -> None:
    assert decimals(text) == count


@dataclass
class Row:
    cells: list[Shown]


def test_points_of_a_column_line_up() -> None:
    texts = (("0.5", "x"), ("12", "1.5"), ("–", "2"), ("0.25", "1e-9"))
    rows = [Row([Shown(a), Shown(b)]) for a, b in texts]
    assert lacking_decimals([row.cells for row in rows]) == [(1, 0), (2, 0), (0, 1), (0, 0)]
    assert lacking_decimals([]) == []
