"""The cases in label_cases.json are run by this and by tests/js/labels.test.js."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runreport.report.charts.chart import Chart, vega_lite_version
from runreport.report.charts.labels import LEGEND, fit_labels, short_texts
from runreport.report.charts.templates import painted, template, titled
from runreport.site.chart_svg import chart_svg

CASES = json.loads((Path(__file__).parents[1] / "label_cases.json").read_text())


@pytest.mark.parametrize(("texts", "most", "shown"), CASES)
def test_long_texts_are_cut_in_the_middle(texts: list[str], most: int, shown: list[str]) -> None:
    assert list(short_texts(texts, most).values()) == shown


@given(st.lists(st.text("ab", min_size=10, max_size=60), max_size=30), st.integers(12, 40))
def test_no_two_are_alike_and_short_ones_stay(texts: list[str], most: int) -> None:
    shown = short_texts(texts, most)
    assert len({*shown.values()}) == len({*texts})
    assert all(len(label) <= most + 5 for label in shown.values())
    assert all(shown[text] == text for text in texts if len(text) <= most)


def words_of(spec: dict[str, Any], rows: list[dict[str, object]]) -> list[str]:
    chart = Chart("c", "", "", spec, tuple(rows), (), (), {})
    svg = str(chart_svg(chart, vega_lite_version(spec)))
    return re.findall(r">([^<>]+)</text>", svg)


NAMES = [f"a-run-with-a-very-long-name-that-says-all-{n}-of-its-settings" for n in range(3)]


def test_runs_that_differ_late_have_different_labels_on_an_axis() -> None:
    spec = titled(template("bar word linear none"), {"x": "Run", "y": "loss"})
    rows: list[dict[str, object]] = [{"run": name, "x": name, "y": 1.0} for name in NAMES]
    labels = [word for word in words_of(spec, rows) if "…" in word]
    assert len(labels) == len({*labels}) == 3
    assert rows[0]["x"] == NAMES[0]


def test_a_legend_of_long_names_has_a_line_for_each() -> None:
    spec = painted(template("line number linear run"), NAMES, [0, 1, 2])
    rows: list[dict[str, object]] = [
        {"run": name, "color": name, "x": x, "y": 1.0} for name in NAMES for x in (0, 1)
    ]
    fitted, words = fit_labels(spec, rows)
    assert fitted["layer"][0]["encoding"]["color"]["legend"]["columns"] == 1
    assert all(len(str(row["color"])) <= LEGEND + 4 for row in words)
    assert spec["layer"][0]["encoding"]["color"]["scale"]["domain"] == NAMES
    assert len({word for word in words_of(spec, rows) if "…" in word}) == 3
