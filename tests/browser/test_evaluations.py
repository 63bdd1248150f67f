"""Results tables of evaluations: sorting, filtering, two runs row by row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def compared(sample_site: Path, find_experiment: Callable[[str], str]) -> str:
    return find_experiment("handbook").replace("index.html", "evaluations/index.html")


def test_a_results_table_is_sorted_and_filtered(reader: Any, compared: str) -> None:
    page = reader.open(compared)
    page.get_by_role("link", name="retriever-tf-idf").click()
    rows = page.locator("#evaluation-table tbody tr")
    expect(rows).to_have_count(12)
    page.get_by_role("button", name="rougeL").click()
    first = [row.locator("td.score").nth(1).inner_text() for row in rows.all()]
    assert first == sorted(first, key=float, reverse=True)
    page.get_by_role("button", name="rougeL").click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("rougeL")
    expect(rows.first.locator("td.score").nth(1)).to_have_text("0")
    page.get_by_label("Filter").fill("secrets site")
    expect(rows).to_have_count(1)
    expect(page.locator("#evaluation-shown")).to_have_text("1 of 12 rows")
    page.get_by_label("Filter").fill("nothing has these words")
    expect(rows).to_have_count(0)


def test_two_runs_are_compared_row_by_row(reader: Any, sample_site: Path, compared: str) -> None:
    page = reader.open(compared)
    rows = page.locator("#difference-table tbody tr")
    expect(rows).to_have_count(12)
    page.get_by_label("Rows", exact=True).select_option("differ")
    expect(page.locator("#difference-shown")).to_contain_text("of 12 rows")
    assert 0 < rows.count() < 12
    page.get_by_label("To", exact=True).select_option(label="retriever-shortest")
    expect(page.locator("#pair-shown")).to_contain_text("to retriever-shortest, over 12 rows")
    heads = page.locator("#difference-table thead th").all_inner_texts()
    assert heads[2:4] == ["retriever-overlap", "retriever-shortest"]
    assert "compare=" in page.url and "rows=differ" in page.url
    page.reload()
    expect(page.locator("#pair-shown")).to_contain_text("retriever-shortest")
    expect(page.get_by_label("Rows", exact=True)).to_have_value("differ")


def test_what_the_script_draws_is_what_the_build_wrote(
    browser: Browser, reader: Any, root: str, compared: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(root + compared)
    drawn = reader.open(compared)
    expect(drawn.locator("#changes button").first).to_be_visible()
    for place in ("#changes tbody", "#difference-table tbody"):
        assert drawn.locator(place).inner_text() == plain.locator(place).inner_text()
    context.close()


def test_a_count_of_losses_shows_their_rows(reader: Any, compared: str) -> None:
    page = reader.open(compared)
    rows = page.locator("#difference-table tbody tr")
    page.get_by_role("button", name="1: show rows worse in exact_match").click()
    expect(rows).to_have_count(1)
    expect(rows.locator(".delta.worse").first).to_be_visible()
    page.get_by_role("button", name="1: show rows worse in exact_match").click()
    expect(rows).to_have_count(12)
    page.get_by_label("Order").select_option("worse")
    expect(rows.first.locator(".scores")).to_contain_text("exact_match 1 → 0")


def test_without_script_the_newest_two_are_compared(
    browser: Browser, root: str, compared: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(root + compared)
    expect(page.locator("#difference-table tbody tr")).to_have_count(12)
    expect(page.locator("#difference-tools")).to_be_hidden()
    page.locator("#evaluated-runs tbody a").first.click()
    expect(page.locator("#evaluation-table tbody tr")).to_have_count(12)
    context.close()


def test_the_experiment_and_the_run_lead_there(
    reader: Any, find_experiment: Callable[[str], str]
) -> None:
    page = reader.open(find_experiment("handbook"))
    page.get_by_role("link", name="Evaluations", exact=True).click()
    page.get_by_role("link", name="retriever-overlap").click()
    page.get_by_role("link", name="metrics and settings").click()
    page.get_by_role("link", name="Evaluation: 12 rows").click()
    expect(page.locator("h1")).to_contain_text("retriever-overlap")
