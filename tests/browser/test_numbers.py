"""What numbers, times and texts say: one spelling everywhere, and a way to every digit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.conftest import Reader, experiment, watch
from playwright.sync_api import Browser, Page, expect

import runreport
from runreport import MlflowClient
from runreport.pipeline import build_site
from runreport.report.config import parse_config

pytestmark = pytest.mark.browser

START_MS = 1_762_027_200_000  # 2025-11-01 20:00 UTC, the next day in Tokyo
RATES = ("0.00031622776601683794", "0.00031622776601683795", "0.01")
ACCURACIES = (0.99981, 0.99984, 0.5)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("numbers")
    runreport.set_tracking_uri(folder / "archive")
    client = MlflowClient()
    identity = client.create_experiment("close")
    for number, (rate, accuracy) in enumerate(zip(RATES, ACCURACIES, strict=True)):
        start = START_MS + number * 1500
        run = client.create_run(identity, start, run_name=f"run {number}").info.run_id
        client.log_param(run, "lr", rate)
        for step in range(3):
            time_ms = start + step * 1_800_000
            client.log_metric(run, "accuracy", accuracy + step * 1e-9, time_ms, step)
        client.log_metric(run, "params_total", 25_557_032.0)
        client.set_terminated(run, end_time=start + 3_723_456)
    shown = ["start_time", "duration", "metrics.accuracy", "metrics.params_total", "params.lr"]
    config = {"experiments": {"close": {"columns": shown}}}
    build_site(str(folder / "archive"), str(folder / "site"), parse_config(config))
    return folder / "site"


@pytest.fixture
def tokyo(browser: Browser, site: Path) -> Iterator[Reader]:
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, timezone_id="Asia/Tokyo", locale="de-DE"
    )
    yield from watch(context, f"file://{site}/")


def cells(page: Page, place: int) -> list[tuple[str, str]]:
    """Text and title of a column of the run table."""
    found: list[list[str]] = page.eval_on_selector_all(
        f"#run-table tbody tr td:nth-child({place})",
        "cells => cells.map((cell) => [cell.textContent, cell.title])",
    )
    return [(text, title) for text, title in found]


EXPECTED = {
    3: [
        ("2025-11-01 20:00", "2025-11-01 20:00:00 UTC"),
        ("2025-11-01 20:00", "2025-11-01 20:00:01.500 UTC"),
        ("2025-11-01 20:00", "2025-11-01 20:00:03 UTC"),
    ],
    4: [("1 h 02 min", "3,723,456 ms")] * 3,
    5: [("0.5000", "0.500000002"), ("0.9998", "0.999810002"), ("0.9998", "0.999840002")],
    6: [("25,557,032", "")] * 3,
    7: [("0.0003162", RATES[0]), ("0.0003162", RATES[1]), ("0.01", "")],
}


def test_the_table_says_every_digit_in_titles_before_and_after_scripts_draw_it(
    tokyo: Reader, site: Path
) -> None:
    page = tokyo.open(experiment(site, "close"))
    expect(page.locator("#run-table tbody tr")).to_have_count(3)
    for place, expected in EXPECTED.items():
        assert sorted(cells(page, place)) == expected
    page.get_by_role("button", name="accuracy", exact=True).click()
    expect(page.locator("#run-table tbody tr").first).to_contain_text("run 1")
    for place, expected in EXPECTED.items():
        assert sorted(cells(page, place)) == expected


def test_groups_and_charts_keep_values_apart_that_look_alike(tokyo: Reader, site: Path) -> None:
    page = tokyo.open(experiment(site, "close") + "#v=1&group=params.lr")
    groups = page.locator("#run-table tbody tr th button")
    expect(groups).to_have_count(3)
    assert [groups.nth(n).get_attribute("title") for n in range(3)] == [
        f"{RATES[0]}: show these runs", f"{RATES[1]}: show these runs", "Show these runs",
    ]  # fmt: skip
    page.goto("about:blank")
    page = tokyo.open(experiment(site, "close") + "#v=1&charts=bar;x=params.lr;y=metrics.accuracy")
    chart = page.locator("figure.chart svg").first
    expect(chart).to_contain_text(RATES[0][:12])
    assert chart.locator(".mark-rect path").count() == 3


def test_times_are_utc_wherever_the_reader_is(tokyo: Reader, site: Path) -> None:
    place = experiment(site, "close")
    page = tokyo.open(f"{place}#v=1&charts=line;x=time;y=metrics.accuracy")
    figure = page.locator("figure.chart").first
    expect(figure.locator("svg")).to_contain_text("20:30")
    expect(figure.locator("svg")).to_contain_text("Time, UTC")
    figure.locator("details.numbers summary").click()
    expect(figure.locator("details.numbers")).to_contain_text("2025-11-01 20:30:01.500")


def test_spans_on_axes_say_their_unit(tokyo: Reader, site: Path) -> None:
    place = experiment(site, "close")
    page = tokyo.open(f"{place}#v=1&charts=line;x=relative;y=metrics.accuracy")
    svg = page.locator("figure.chart svg").first
    expect(svg).to_contain_text("Time since start, min")
    expect(svg).to_contain_text("60")


def test_a_tooltip_says_a_value_with_all_its_digits(tokyo: Reader, site: Path) -> None:
    place = experiment(site, "close")
    page = tokyo.open(f"{place}#v=1&charts=scatter;x=metrics.accuracy;y=metrics.params_total")
    point = page.locator("figure.chart svg .mark-symbol path").first
    point.hover()
    expect(page.locator(".tip")).to_contain_text("0.5000 (0.500000002)")
    expect(page.locator(".tip")).to_contain_text("25,557,032")
