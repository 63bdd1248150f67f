"""Runs that started others: folded in the table, opened by a click, kept in the link."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

import runreport
from runreport.cli import root

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Find = Callable[[str], str]


@pytest.fixture
def page(reader: Any, find_experiment: Find) -> Page:
    opened: Page = reader.open(find_experiment("wine-sweep"))
    expect(opened.locator("#run-table tbody tr")).to_have_count(1)
    return opened


def test_a_sweep_is_one_row_until_it_is_opened(page: Page) -> None:
    rows = page.locator("#run-table tbody tr")
    expect(page.locator("#shown")).to_have_text(
        "13 runs, 12 folded into the runs that started them"
    )
    button = page.get_by_role("button", name="12 runs below sgd-sweep")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    expect(rows).to_have_count(13)
    expect(page.locator("tr.child.depth-1")).to_have_count(12)
    assert "open=" in page.url
    page.reload()
    expect(rows).to_have_count(13)
    page.get_by_role("button", name="12 runs below sgd-sweep").click()
    expect(rows).to_have_count(1)
    assert "#" not in page.url


def test_a_filter_finds_runs_in_folded_families(page: Page) -> None:
    page.locator("#filter").fill("log_loss-0.01")
    expect(page.locator("#run-table tbody tr")).to_have_count(2)
    expect(page.locator("#shown")).to_have_text("2 of 13 runs match")


def test_families_can_be_unfolded_for_good(page: Page) -> None:
    page.locator("#toolbar summary", has_text=re.compile("^Group$")).click()
    page.get_by_label("Fold runs into those that started them").uncheck()
    expect(page.locator("#run-table tbody tr")).to_have_count(13)
    expect(page.locator("tr.child")).to_have_count(0)
    assert page.url.endswith("flat=1")


def test_without_script_runs_stand_below_the_run_that_started_them(
    browser: Browser, root: str, find_experiment: Find
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(root + find_experiment("wine-sweep"))
    rows = page.locator("#run-table tbody tr")
    expect(rows).to_have_count(13)
    expect(rows.first).to_contain_text("sgd-sweep 12 runs below")
    expect(page.locator("tr.child")).to_have_count(12)
    context.close()


def test_a_parent_without_a_score_says_what_was_reached_below_it(
    browser: Browser, tmp_path: Path
) -> None:
    runreport.set_tracking_uri(tmp_path / "runs")
    runreport.set_experiment("Sweep")
    with runreport.start_run(run_name="sweep"):
        for loss in (0.5, 0.25, 0.3):
            with runreport.start_run(run_name=f"try {loss}", nested=True):
                runreport.log_metric("loss", loss)
    root(["build", str(tmp_path / "runs"), "-o", str(tmp_path / "site")], standalone_mode=False)
    page = browser.new_page()
    page.goto(next((tmp_path / "site").glob("e/*/index.html")).as_uri())
    reached = page.locator("tbody tr .below")
    expect(reached).to_have_text("best 0.25 ± 0.132")
    expect(reached).to_have_attribute("title", re.compile("^best of 3 runs below"))
    page.close()
