"""A model's page: any two versions side by side, and the view as a link."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MODEL = "m/tumour-screen/index.html"


def columns(page: Any) -> list[str]:
    heads = page.locator("#comparison thead th[data-version]:visible")
    return [head.get_attribute("data-version") for head in heads.all()]


def row(page: Any, name: str) -> Locator:
    return page.locator("#comparison tbody tr", has=page.locator("th", has_text=name))  # type: ignore[no-any-return]


def test_any_two_versions_are_compared_and_only_what_differs(reader: Any) -> None:
    page = reader.open(MODEL)
    assert columns(page) == ["5", "4"]
    expect(row(page, "roc_auc")).to_be_visible()
    expect(row(page, "family")).to_be_hidden()
    page.get_by_label("with").select_option("1")
    assert columns(page) == ["5", "1"]
    expect(row(page, "family")).to_be_visible()
    expect(row(page, "pandas")).to_be_visible()
    expect(page.locator("#compare-shown")).to_contain_text("v5 and v1 differ in")
    page.get_by_label("What is the same, too").check()
    expect(row(page, "cloudpickle")).to_be_visible()
    page.get_by_label("All versions").check()
    assert columns(page) == ["5", "4", "3", "2", "1"]


def test_the_page_begins_with_what_the_latest_version_changed(reader: Any) -> None:
    page = reader.open(MODEL)
    latest = page.locator(".latest")
    expect(latest.locator("h2")).to_have_text("v5 since v4")
    expect(latest.locator("li", has_text="roc_auc").locator(".delta.worse")).to_be_visible()
    expect(latest).to_contain_text("C 1.0 → 10.0")


def test_differences_are_to_the_next_version_that_is_shown(reader: Any) -> None:
    page = reader.open(MODEL)
    one, four = (
        float(row(page, "roc_auc").locator("td").nth(n).get_attribute("data-value"))
        for n in (4, 1)
    )  # type: ignore[arg-type]
    latest = row(page, "roc_auc").locator("td").first
    expect(latest.locator(".delta.worse")).to_contain_text("−0.00467")
    page.get_by_label("with").select_option("1")
    now = float(latest.get_attribute("data-value") or "")
    assert (
        abs(
            float(latest.locator(".delta").inner_text().split()[1].replace("−", "-")) - (now - one)
        )
        < 1e-5
    )
    assert now < four


def test_a_comparison_is_a_link(reader: Any) -> None:
    page = reader.open(MODEL)
    page.get_by_label("Compare").select_option("3")
    page.get_by_label("with").select_option("2")
    assert page.url.endswith("#v=1&compare=3,2")
    page.reload()
    assert columns(page) == ["3", "2"]
    page.goto(page.url.replace("3,2", "all"))
    assert len(columns(page)) == 5
    page.goto(page.url.replace("all", "9,1"))  # no such version: as the page comes
    page.reload()
    assert columns(page) == ["5", "4"]


def test_two_versions_that_agree_say_so(reader: Any) -> None:
    page = reader.open(MODEL + "#v=1&compare=4,4")
    expect(page.locator("#compare-shown")).to_have_text("v4 and v4 do not differ")
    expect(page.locator("#comparison table")).to_be_hidden()


def test_without_script_all_versions_stand_side_by_side(browser: Browser, root: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(root + MODEL)
    assert columns(page) == ["5", "4", "3", "2", "1"]
    expect(page.locator("#compare-tools")).to_be_hidden()
    expect(page.locator("svg.chart-svg:visible")).to_have_count(4)
    page.locator("table.versions tbody th a").first.click()
    expect(page.locator("h1")).to_contain_text("tumour-screen v5")
    page.get_by_role("link", name="logistic-09-s0").first.click()
    expect(page.locator(".facts")).to_contain_text("tumour-screen v5")
    context.close()
