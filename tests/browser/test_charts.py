"""Charts in a browser: static until touched, then drawn under the strict policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def page(reader: Any, find_experiment: Callable[[str], str]) -> Page:
    opened: Page = reader.open(find_experiment("digits"))
    expect(opened.locator("#toolbar")).to_be_visible()
    return opened


def chart(page: Page, name: str) -> Any:
    return page.locator(f"figure[data-chart={name}]")


def test_no_chart_library_is_loaded_before_the_reader_asks(page: Page) -> None:
    page.wait_for_timeout(300)
    assert page.evaluate("typeof window.vega") == "undefined"
    for name in ("curves", "scatter", "parallel"):
        expect(chart(page, name).locator("svg.chart-svg")).to_be_visible()


def test_another_metric_redraws_the_curves(page: Page) -> None:
    curves = chart(page, "curves")
    curves.get_by_role("combobox", name="Metric", exact=True).select_option("train_loss")
    expect(curves.locator("figcaption")).to_have_text("train_loss over steps")
    expect(curves.locator("svg.marks")).to_be_visible()
    assert curves.locator("svg.marks .mark-line path").count() == 6
    curves.get_by_role("combobox", name="Scale", exact=True).select_option("log")
    expect(curves.locator("svg.marks")).to_be_visible()


def test_the_scatter_chart_takes_other_fields_and_its_points_are_links(page: Page) -> None:
    scatter = chart(page, "scatter")
    scatter.get_by_role("combobox", name="X", exact=True).select_option("params.activation")
    scatter.get_by_role("combobox", name="Colour", exact=True).select_option("")
    expect(scatter.locator("figcaption")).to_have_text("val_accuracy against activation")
    points = scatter.locator("svg.marks .mark-symbol path")
    expect(points).to_have_count(73)
    points.last.click(force=True)
    expect(page.locator("h1")).to_contain_text("mlp-")


def test_parallel_coordinates_are_coloured_by_another_metric(page: Page) -> None:
    parallel = chart(page, "parallel")
    parallel.get_by_role("combobox", name="Colour by", exact=True).select_option(
        "metrics.train_loss"
    )
    expect(parallel.locator("figcaption")).to_have_text("Settings and train_loss, run by run")
    expect(parallel.locator("svg.marks")).to_be_visible()
    assert parallel.locator("svg.marks .mark-line path").count() == 73


def test_charts_follow_the_filter(page: Page) -> None:
    chart(page, "scatter").get_by_role("combobox", name="Colour", exact=True).select_option("")
    points = chart(page, "scatter").locator("svg.marks .mark-symbol path")
    expect(points).to_have_count(73)
    page.locator("#filter").fill("tanh")
    expect(points).to_have_count(36)


def test_the_live_chart_takes_its_colours_from_the_page(page: Page) -> None:
    chart(page, "curves").get_by_role("combobox", name="Metric", exact=True).select_option(
        "val_loss"
    )
    line = chart(page, "curves").locator("svg.marks .mark-line path").first
    expect(line).to_have_attribute("stroke", "var(--c1)")
    light = line.evaluate("e => getComputedStyle(e).stroke")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert line.evaluate("e => getComputedStyle(e).stroke") != light


def test_numbers_stand_below_each_chart(page: Page) -> None:
    curves = chart(page, "curves")
    curves.locator("summary").click()
    expect(curves.locator(".numbers tbody tr")).to_have_count(6)
