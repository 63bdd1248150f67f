"""The cases in report/formatting_cases.json are run by this and by tests/js/format.test.js."""

from __future__ import annotations

import json
import math
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from node import NODE

from runreport.numbers import format_number, full_number, tick_texts, told_apart

HERE = Path(__file__).parent
FORMAT = HERE.parent / "themes" / "default" / "static" / "js" / "core" / "format.js"
CASES = json.loads((HERE / "report" / "formatting_cases.json").read_text())
FINITE = st.floats(-1e308, 1e308)
USUAL = st.floats(1e-6, 1e6)
BETWEEN = st.builds(
    lambda n, power: n / 2**power, st.integers(-(10**6), 10**6), st.integers(1, 12)
)
"""Many of them lie exactly between two texts."""


@pytest.mark.parametrize(("value", "text"), CASES["number"])
def test_a_number_has_one_spelling(value: float, text: str) -> None:
    assert format_number(value) == text


@pytest.mark.parametrize(("value", "text"), CASES["full"])
def test_every_digit(value: float, text: str) -> None:
    assert full_number(value) == text


def test_what_is_no_number_has_a_name() -> None:
    texts = [format_number(value) for value in (None, math.nan, math.inf, -math.inf)]
    assert texts == ["–", "NaN", "∞", "-∞"]


@given(FINITE)
def test_all_digits_read_back_as_the_number(value: float) -> None:
    assert float(full_number(value)) == value


@given(FINITE | USUAL)
def test_a_text_is_within_half_of_its_last_digit_and_has_three_digits(value: float) -> None:
    text = format_number(value).replace(",", "")
    assert float(text) == pytest.approx(value, rel=5.1e-4, abs=1e-320)
    if float(text) != pytest.approx(value, rel=1e-12):
        assert len(text.partition("e")[0].replace(".", "").lstrip("-0")) >= 4


@given(st.lists(USUAL | BETWEEN, min_size=1, max_size=30))
def test_what_differs_in_ten_digits_is_told_apart(values: list[float]) -> None:
    texts = told_apart(values)
    digits = {float(f"{value:.9e}") for value in values}
    assert len({*texts}) >= len(digits)


@pytest.mark.parametrize(
    ("ticks", "texts"),
    [
        ([0.0, 0.5, 1.0], ["0.0", "0.5", "1.0"]),
        ([0.9998, 0.99982, 0.99984], ["0.99980", "0.99982", "0.99984"]),
        ([1e9, 1e9 + 1], ["1,000,000,000", "1,000,000,001"]),
        ([1e-9, 2e-9], ["1e-9", "2e-9"]),
        ([-1e308, 0.0, 1e308], ["-1e308", "0", "1e308"]),
        ([0.25], ["0.25"]),
    ],
)
def test_ticks_have_the_decimals_that_tell_them_apart(
    ticks: list[float], texts: list[str]
) -> None:
    assert tick_texts(ticks) == texts


def test_scripts_spell_any_number_alike() -> None:
    values = [n / 2**power for n in range(1, 20_001, 7) for power in (1, 4, 5, 9)]
    values += [
        value
        for n in range(4000)
        if math.isfinite(
            value := struct.unpack("<d", struct.pack("<Q", n * 0x4_0A3B_5C7D_9E1F))[0]
        )
    ]
    values += [n / 10**power for n in range(1, 20_000, 3) for power in (2, 5, 7)]
    script = f"""
    import {{ formatNumber, fullNumber }} from {json.dumps(FORMAT.as_uri())};
    import fs from "node:fs";
    const values = JSON.parse(fs.readFileSync(0, "utf8"));
    console.log(JSON.stringify(values.map((value) => [formatNumber(value), fullNumber(value)])));
    """
    done = subprocess.run(
        [NODE, "--input-type=module", "-e", script],
        input=json.dumps(values), capture_output=True, text=True, check=True,
    )  # fmt: skip
    spelled = [tuple(pair) for pair in json.loads(done.stdout)]
    ours = [(format_number(value), full_number(value)) for value in values]
    assert [(v, a, b) for v, a, b in zip(values, ours, spelled, strict=True) if a != b] == []
