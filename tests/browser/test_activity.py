"""The activity of all experiments in a browser: windows of time as links."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_window_is_chosen_and_is_a_link(reader: Any) -> None:
    page = reader.open("activity/index.html")
    page.get_by_role("button", name="Last 7 days").click()
    expect(page.locator("#shown")).to_have_text("85 of 258 runs match")
    assert page.url.endswith("#v=1&w=7d")
    page.get_by_role("button", name="killed 1").click()
    expect(page.locator("#shown")).to_have_text("1 of 258 runs match")
    page.goto(page.url.split("#")[0] + "#v=1&w=24h")
    page.reload()
    expect(page.locator("#shown")).to_have_text("11 of 258 runs match")
    expect(page.get_by_role("button", name="Last 24 hours")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.get_by_role("button", name="All time").click()
    expect(page.locator("#shown")).to_have_text("1–100 of 258 runs")


def test_any_two_dates_make_a_window(reader: Any) -> None:
    page = reader.open("activity/index.html")
    page.get_by_label("From").fill("2026-11-18")
    page.get_by_label("From").dispatch_event("change")
    expect(page.locator("#shown")).to_have_text("29 of 258 runs match")
    assert page.url.endswith("#v=1&w=2026-11-18..")


def test_runs_of_any_experiment_are_selected_and_opened(reader: Any) -> None:
    page = reader.open("activity/index.html")
    for number in (0, 1):
        page.locator("#run-table tbody input").nth(number).check()
    page.locator("#selection").get_by_role("link", name="Compare").click()
    expect(page.locator("#shown")).to_have_text("2 runs side by side")


def test_times_say_how_long_ago_they_were(reader: Any) -> None:
    page = reader.open("index.html")
    expect(page.locator(".runs .age").first).to_contain_text("ago")


def test_the_header_finds_experiments_tags_and_notes(reader: Any) -> None:
    page = reader.open("about/index.html")
    page.get_by_label("Search runs").fill("learned")
    page.get_by_role("link", name="What we learned").click()
    expect(page.locator("h1")).to_have_text("What we learned")
    page.get_by_label("Search runs").fill("zzz")
    expect(page.locator(".found")).to_have_text("Nothing has this name.")
