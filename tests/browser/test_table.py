"""The run table in a browser: sorting, filtering, facets, columns, pages, links, keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Find = Callable[[str], str]


def cells(page: Page, column: int) -> list[str]:
    return page.locator(f"#run-table tbody tr > :nth-child({column})").all_inner_texts()


@pytest.fixture
def page(reader: Any, find_experiment: Find) -> Page:
    opened: Page = reader.open(find_experiment("digits"))
    expect(opened.locator("#toolbar")).to_be_visible()
    return opened


def header(page: Page, name: str) -> Any:
    return page.locator("#run-table thead").get_by_role("button", name=name, exact=True)


def test_a_click_sorts_all_runs_and_a_second_one_turns_round(page: Page) -> None:
    header(page, "val_accuracy").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("val_accuracy")
    column = [float(text) for text in cells(page, 5)]
    assert column == sorted(column, reverse=True) and column[0] == 0.9815
    header(page, "val_accuracy").click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("val_accuracy")
    assert float(cells(page, 5)[0]) < 0.8
    assert "sort=metrics.val_accuracy" in page.url
    header(page, "val_loss").click()
    header(page, "val_loss").click()
    page.get_by_role("button", name="Page 2").click()
    expect(page.locator("#run-table tbody tr").last).to_contain_text("–")  # missing comes last


def test_words_and_queries_filter_and_the_count_is_said(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("tanh lr")
    expect(page.locator("#shown")).to_have_text("0 of 73 runs match")
    page.locator("#filter").fill("run_name like '%tanh%' and params.hidden = 64")
    expect(page.locator("#shown")).to_have_text("12 of 73 runs match")
    assert all("mlp-64-tanh" in text for text in cells(page, 1))
    page.locator("#filter").fill("not (params.hidden < 128 or metrics.val_loss.min > 0.2)")
    expect(page.locator("#shown")).to_have_text("19 of 73 runs match")
    page.get_by_role("button", name="Reset view").click()
    expect(page.locator("#shown")).to_have_text("1–50 of 73 runs")
    assert "#" not in page.url


def test_what_is_wrong_with_a_query_is_said_below_it(page: Page) -> None:
    field, advice = page.locator("#filter"), page.locator("#advice")
    field.fill("tanh")
    expect(page.locator("#shown")).to_have_text("36 of 73 runs match")
    field.fill("val_acuracy > 0.9")
    expect(advice).to_have_text(
        "Not applied. Column 1: unknown attribute “val_acuracy”. "
        "Did you mean metrics.val_accuracy?val_acuracy > 0.9"
    )
    expect(advice.locator("mark")).to_have_text("val_acuracy")
    assert "q=tanh" in page.url  # a link shows what its sender sees
    assert field.get_attribute("aria-invalid") == "true"
    assert len(cells(page, 1)) == 36  # the rows stay until the query can be read
    field.fill("metrics.val_acuracy > 0.9")
    expect(advice).to_contain_text("Did you mean metrics.val_accuracy?")
    expect(page.locator("#shown")).to_have_text("0 of 73 runs match")
    field.fill("metrics.val_accuracy > 0.9")
    expect(advice).to_have_text("")
    assert field.get_attribute("aria-invalid") is None


def test_a_query_that_is_overtaken_while_its_data_loads_is_dropped(page: Page) -> None:
    def later(route: Route) -> None:
        page.wait_for_timeout(300)
        route.continue_()

    if not page.url.startswith("file:"):
        page.route("**/data/filter-*.js", later)
    field, shown = page.locator("#filter"), page.locator("#shown")
    field.fill("end_time > '2026-11-05'")
    field.fill("params.hidden = 64")
    expect(shown).to_have_text("24 of 73 runs match")
    page.wait_for_timeout(600)
    expect(shown).to_have_text("24 of 73 runs match")
    field.fill("end_time > '2026-11-05'")
    expect(shown).to_have_text("10 of 73 runs match")


def test_facets_filter_and_say_what_they_count(page: Page) -> None:
    page.get_by_role("button", name="killed 1").click()
    expect(page.locator("#shown")).to_have_text("1 of 73 runs match")
    assert cells(page, 1) == ["mlp-512-relu-killed"]
    assert "f.status=KILLED" in page.url
    page.get_by_role("button", name="finished 72").click()
    expect(page.locator("#shown")).to_have_text("1–50 of 73 runs")


def test_columns_are_chosen_and_found(page: Page) -> None:
    page.locator("summary", has_text="Columns").click()
    page.get_by_label("Search columns").fill("batch")
    page.get_by_role("checkbox", name="batch_size").check()
    expect(page.locator("#run-table thead")).to_contain_text("batch_size")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Search columns")).to_be_hidden()
    assert "cols=" in page.url and "params.batch_size" in page.url


def test_a_view_is_a_link(page: Page, reader: Any) -> None:
    page.locator("#filter").fill("relu")
    header(page, "val_loss").click()
    expect(page.locator("#shown")).to_have_text("37 of 73 runs match")
    shown, url = cells(page, 1), page.url
    fresh = page.context.new_page()
    fresh.goto(url)
    expect(fresh.locator("#shown")).to_have_text("37 of 73 runs match")
    assert cells(fresh, 1) == shown
    assert fresh.locator("#filter").input_value() == "relu"


def test_pages_and_links_to_runs(page: Page) -> None:
    page.get_by_role("button", name="Page 2").click()
    expect(page.locator("#shown")).to_have_text("51–73 of 73 runs")
    name = cells(page, 1)[0]
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.locator("h1")).to_have_text(name)


def test_the_keyboard_alone_sorts_filters_and_opens_a_run(page: Page) -> None:
    header(page, "val_loss").focus()
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort=descending]")).to_have_text("val_loss")
    expect(header(page, "val_loss")).to_be_focused()
    page.locator("#run-table tbody a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).not_to_have_text("Digits networks")


def test_without_its_data_the_table_keeps_the_servers_rows_and_says_so(
    browser: Any, sample_site: Path, tmp_path: Path, find_experiment: Find
) -> None:
    import shutil

    copy = tmp_path / "site"
    shutil.copytree(sample_site, copy)
    for script in copy.glob("e/*/data/pack-*.js"):
        script.unlink()
    opened = browser.new_page()
    opened.goto(f"file://{copy}/{find_experiment('digits')}")
    expect(opened.locator("#shown")).to_contain_text("could not be loaded")
    assert opened.locator("#run-table tbody tr").count() == 50
    opened.close()
