"""The run table in a browser: sorting, filtering, columns, groups, selection, export, keyboard."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Find = Callable[[str], str]


def cells(page: Page, name: str = "Run") -> list[str]:
    """The texts of a column; the first has the check boxes."""
    column = 1 + heads(page).index(name)
    return page.locator(f"#run-table tbody tr > :nth-child({column + 1})").all_inner_texts()


def heads(page: Page) -> list[str]:
    return page.locator("#run-table thead tr:first-child th").all_inner_texts()[1:]


@pytest.fixture
def page(reader: Any, find_experiment: Find) -> Page:
    opened: Page = reader.open(find_experiment("digits"))
    expect(opened.locator("#toolbar")).to_be_visible()
    return opened


def header(page: Page, name: str) -> Locator:
    return page.locator("#run-table thead").get_by_role("button", name=name, exact=True)


def tool(page: Page, name: str) -> Locator:
    """Open a menu of the toolbar; its pane."""
    page.locator("#toolbar summary", has_text=re.compile(f"^{name}$")).click()
    pane = page.locator("#toolbar details[open] > .pane")
    expect(pane).to_be_visible()
    return pane


def test_a_click_sorts_all_runs_and_a_second_one_turns_round(page: Page) -> None:
    header(page, "val_accuracy").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("val_accuracy")
    column = [float(text) for text in cells(page, "val_accuracy")]
    assert column == sorted(column, reverse=True) and column[0] == 0.9815
    header(page, "val_accuracy").click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("val_accuracy")
    assert float(cells(page, "val_accuracy")[0]) < 0.8
    assert "sort=metrics.val_accuracy" in page.url
    header(page, "val_loss").click()  # less is better, so the least come first
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("val_loss")
    page.get_by_role("button", name="Page 2").click()
    expect(page.locator("#run-table tbody tr").last).to_contain_text("–")  # missing comes last


def test_a_whole_cell_of_the_head_sorts(page: Page) -> None:
    head = page.get_by_role("columnheader", name="val_loss", exact=True)
    head.scroll_into_view_if_needed()
    box = head.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 3, box["y"] + 3)
    expect(head).to_have_attribute("aria-sort", "ascending")


def test_the_shift_key_selects_a_range(page: Page) -> None:
    boxes = page.locator("#run-table tbody input[data-select]")
    boxes.nth(2).click()
    boxes.nth(6).click(modifiers=["Shift"])
    expect(page.locator("#selection")).to_contain_text("5 selected")
    boxes.nth(4).click()
    boxes.nth(6).click(modifiers=["Shift"])
    expect(page.locator("#selection")).to_contain_text("2 selected")


def test_words_and_queries_filter_and_the_count_is_said(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("tanh lr")
    expect(page.locator("#shown")).to_have_text("0 of 73 runs match")
    page.locator("#filter").fill("run_name like '%tanh%' and params.hidden = 64")
    expect(page.locator("#shown")).to_have_text("12 of 73 runs match")
    assert all("mlp-64-tanh" in text for text in cells(page))
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
    assert len(cells(page)) == 36  # the rows stay until the query can be read
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
    assert cells(page) == ["mlp-512-relu-killed"]
    assert "f.status=KILLED" in page.url
    page.get_by_role("button", name="finished 72").click()
    expect(page.locator("#shown")).to_have_text("1–50 of 73 runs")


def test_numbers_are_filtered_by_least_and_greatest(page: Page) -> None:
    pane = tool(page, "Filters")
    pane.locator("summary", has_text=re.compile("^val_loss$")).click()
    pane.get_by_label("Greatest val_loss").fill("0.08")
    pane.get_by_label("Greatest val_loss").press("Enter")
    expect(page.locator("#shown")).to_contain_text("of 73 runs match")
    assert all(float(text) <= 0.08 for text in cells(page, "val_loss"))
    assert "r.metrics.val_loss=..0.08" in page.url
    pane.get_by_label("Greatest val_loss").fill("much")
    pane.get_by_label("Greatest val_loss").press("Enter")
    assert pane.get_by_label("Greatest val_loss").get_attribute("aria-invalid") == "true"
    pane.get_by_role("button", name="Clear filters").click()
    expect(page.locator("#shown")).to_have_text("1–50 of 73 runs")


def test_columns_are_found_pinned_moved_and_hidden(page: Page) -> None:
    pane = tool(page, "Columns")
    pane.get_by_label("Search columns").fill("batch")
    pane.get_by_role("checkbox", name="batch_size").check()
    expect(page.locator("#run-table thead")).to_contain_text("batch_size")
    pane.get_by_role("button", name="Move up batch_size").click()
    assert heads(page)[-2] == "batch_size"
    expect(pane.get_by_role("button", name="Move up batch_size")).to_be_focused()
    pane.get_by_role("button", name="Pin batch_size").click()
    expect(page.locator("#run-table thead th").nth(2)).to_have_text("batch_size")
    assert page.locator("#run-table tbody td.pinned").first.evaluate(
        "cell => getComputedStyle(cell).position"
    ) == "sticky"  # fmt: skip
    pane.get_by_role("button", name="Hide status").click()
    expect(page.locator("#run-table thead")).not_to_contain_text("Status")
    page.locator("#filter").fill("params.hidden = 64")
    expect(page.locator("#shown")).to_have_text("24 of 73 runs match")
    pane.get_by_role("checkbox", name="Only columns that differ").check()
    expect(page.locator("#run-table thead")).not_to_contain_text("batch_size")
    page.keyboard.press("Escape")
    expect(pane).to_be_hidden()
    for part in ("cols=", "params.batch_size", "pin=params.batch_size", "differ=1"):
        assert part in page.url


def test_groups_have_means_deviations_and_counts(page: Page) -> None:
    tool(page, "Group").get_by_role("button", name="hidden").click()
    expect(page.locator("#shown")).to_contain_text("4 groups by hidden, 73 runs")
    assert heads(page)[:2] == ["n", "Status"] and page.url.endswith("#v=1&group=params.hidden")
    rows = page.locator("#run-table tbody tr")
    assert [row.inner_text().split("\t")[:2] for row in rows.all()] == [
        ["16", "24"], ["64", "24"], ["128", "24"], ["512", "1"]
    ]  # fmt: skip
    assert re.search(r"0\.9\d+ ± 0\.0\d+", rows.first.inner_text())
    page.get_by_role("button", name="128", exact=True).click()
    expect(page.locator("#shown")).to_have_text("24 of 73 runs match")
    assert set(cells(page, "hidden")) == {"128"}


def test_groups_say_how_many_values_a_setting_has_instead_of_averaging_it(page: Page) -> None:
    tool(page, "Group").get_by_role("button", name="hidden").click()
    expect(page.locator("#shown")).to_contain_text("4 groups by hidden")
    names = ["hidden", *heads(page)]
    rows = page.locator("#run-table tbody tr")
    of_16 = dict(zip(names, rows.first.locator("th, td").all(), strict=True))
    assert of_16["seed"].inner_text() == "3 values"
    assert of_16["seed"].get_attribute("title") == "0, 1, 2"
    assert of_16["learning_rate"].inner_text() == "4 values"
    of_512 = dict(zip(names, rows.last.locator("th, td").all(), strict=True))
    assert of_512["learning_rate"].inner_text() == "0.001"


def test_a_group_is_compared_with_the_baseline_by_its_mean(page: Page) -> None:
    tool(page, "Group").get_by_role("button", name="hidden").click()
    expect(page.locator("#against")).to_contain_text("Δ to the baseline mlp-16-relu-0.001-s0")
    rows = page.locator("#run-table tbody tr")
    expect(rows.nth(2).locator(".delta.better").first).to_have_text(
        re.compile(r"^▲ \+0\.0\d+ better$")
    )
    expect(rows.nth(0).locator(".delta.worse")).to_have_count(3)


def test_all_rows_can_be_shown_at_once(page: Page) -> None:
    page.get_by_role("button", name="Show all").click()
    expect(page.locator("#run-table")).to_have_attribute("aria-rowcount", "74")
    page.locator(".windowed").evaluate("region => { region.scrollTop = region.scrollHeight }")
    expect(page.locator("#run-table tbody tr[aria-rowindex='74']")).to_be_visible()
    page.get_by_role("button", name="Show pages").click()
    expect(page.locator("#run-table tbody tr")).to_have_count(50)


def test_the_view_is_exported_as_csv_markdown_and_latex(page: Page) -> None:
    page.locator("#filter").fill("params.hidden = 512")
    expect(page.locator("#shown")).to_have_text("1 of 73 runs match")
    pane = tool(page, "Export")
    texts = {}
    for form, ending in (("CSV", "csv"), ("Markdown", "md"), ("LaTeX", "tex")):
        with page.expect_download() as waiting:
            pane.get_by_role("button", name=f"Download {form}").click()
        assert waiting.value.suggested_filename == f"Digits networks.{ending}"
        texts[form] = Path(waiting.value.path()).read_text()
    rows = list(csv.reader(io.StringIO(texts["CSV"])))
    assert len(rows) == 2 and rows[0][0] == "run_name" and rows[0][-1] == "run_id"
    assert rows[1][0] == "mlp-512-relu-killed" and len(rows[1][-1]) == 32
    assert rows[1][rows[0].index("start_time")].endswith("Z")
    assert texts["Markdown"].splitlines()[0].startswith("| Run | Status | Started |")
    assert "\\begin{tabular}{lllr" not in texts["LaTeX"] and "\\toprule" in texts["LaTeX"]
    assert "val\\_accuracy" in texts["LaTeX"] and texts["LaTeX"].count("\\\\") == 2


def test_a_selection_stays_from_page_to_page_and_is_compared(page: Page) -> None:
    boxes = page.locator("#run-table tbody input[type=checkbox]")
    boxes.nth(1).check()
    page.get_by_role("button", name="Page 2").click()
    expect(page.locator("#shown")).to_have_text("51–73 of 73 runs")
    boxes.nth(0).check()
    bar = page.locator("#selection")
    expect(bar).to_contain_text("2 selected")
    assert "sel=" in page.url and page.url.count(",") == 1
    page.locator("header .home").click()
    expect(page.locator("#selection")).to_contain_text("2 selected")
    page.locator("#selection").get_by_role("link", name="Compare").click()
    expect(page.locator("#shown")).to_have_text("2 runs side by side")
    page.go_back()
    page.locator("#selection").get_by_role("button", name="Clear").click()
    expect(page.locator("#selection")).to_have_count(0)


def test_a_view_is_a_link(page: Page, reader: Any) -> None:
    page.locator("#filter").fill("relu")
    header(page, "val_loss").click()
    expect(page.locator("#shown")).to_have_text("37 of 73 runs match")
    shown, url = cells(page), page.url
    fresh = page.context.new_page()
    fresh.goto(url)
    expect(fresh.locator("#shown")).to_have_text("37 of 73 runs match")
    assert cells(fresh) == shown
    assert fresh.locator("#filter").input_value() == "relu"


def test_what_a_link_names_in_vain_is_said(page: Page) -> None:
    page.goto(page.url + "#v=1&later=1&sort=-metrics.val_los&sel=abcdef01&f.nothing=1")
    page.reload()
    advice = page.locator("#advice")
    expect(advice).to_contain_text("“later”, which this report does not know")
    expect(advice).to_contain_text(
        "No run here has metrics.val_los. Did you mean metrics.val_loss"
    )
    expect(advice).to_contain_text("No run here has nothing.")
    expect(advice).to_contain_text("abcdef01")
    assert "later=1" in page.url  # what a later version may know is kept


def test_pages_and_links_to_runs(page: Page) -> None:
    page.get_by_role("button", name="Page 2").click()
    expect(page.locator("#shown")).to_have_text("51–73 of 73 runs")
    name = cells(page)[0]
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.locator("h1")).to_have_text(name)


def test_a_runs_page_knows_its_neighbours_in_the_view_it_was_opened_from(page: Page) -> None:
    page.locator("#filter").fill("params.hidden = 64")
    header(page, "val_loss").click()
    expect(page.locator("#shown")).to_have_text("24 of 73 runs match")
    names = cells(page)
    page.get_by_role("link", name=names[3], exact=True).click()
    expect(page.locator("#neighbours")).to_contain_text("4 of 24 in the view")
    page.get_by_role("link", name="Next run").click()
    expect(page.locator("h1")).to_have_text(names[4])
    page.get_by_role("link", name="Previous run").click()
    expect(page.locator("h1")).to_have_text(names[3])


def test_the_keyboard_alone_sorts_filters_and_opens_a_run(page: Page) -> None:
    header(page, "val_loss").focus()
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("val_loss")
    expect(header(page, "val_loss")).to_be_focused()
    page.locator("#toolbar summary", has_text="Columns").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Search columns")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#toolbar summary", has_text="Columns")).to_be_focused()
    page.locator("#run-table tbody input").first.focus()
    page.keyboard.press("Space")
    expect(page.locator("#selection")).to_contain_text("1 selected")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
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
    header(opened, "val_loss").click()
    expect(opened.locator("#shown")).to_contain_text("could not be loaded")
    assert opened.locator("#run-table tbody tr").count() == 50
    opened.close()


def test_the_baseline_stays_in_sight_and_others_have_differences_to_it(page: Page) -> None:
    base = page.locator("#run-table thead tr.base")
    expect(base.locator("th")).to_contain_text("mlp-16-relu-0.001-s0")
    expect(page.locator("#against")).to_contain_text("Δ to the baseline mlp-16-relu-0.001-s0;")
    header(page, "val_loss").click()
    first = page.locator("#run-table tbody tr").first
    expect(first.locator(".change").nth(1).locator(".delta.better")).to_have_text(
        re.compile(r"^▼ −0\.\d+ better$")
    )
    page.get_by_role("button", name="Page 2").click()
    expect(base.get_by_role("link")).to_have_text("mlp-16-relu-0.001-s0")


def test_a_reader_chooses_a_baseline_and_the_link_keeps_it(page: Page) -> None:
    tool(page, "Baseline").get_by_role("searchbox").fill("512")
    page.get_by_role("button", name="mlp-512-relu-killed").click()
    base = page.locator("#run-table thead tr.base")
    expect(base.locator("th")).to_contain_text("mlp-512-relu-killed")
    expect(page.locator("#run-table tbody .delta.better").first).to_be_visible()
    page.reload()
    expect(base.locator("th")).to_contain_text("mlp-512-relu-killed")
    tool(page, "Baseline").get_by_role("button", name="No baseline").click()
    expect(page.locator("#run-table .change")).to_have_count(0)
    expect(page.locator("#against")).to_be_hidden()
    assert page.url.endswith("base=-")
    tool(page, "Baseline").get_by_role("searchbox").fill("mlp-16-relu-0.001-s0")
    page.get_by_role("button", name="mlp-16-relu-0.001-s0").click()
    expect(base).to_have_count(1)
    assert "base=" not in page.url  # as the report was built


def test_differences_are_exported_as_numbers(page: Page) -> None:
    page.locator("#filter").fill("mlp-512")
    expect(page.locator("#run-table tbody tr")).to_have_count(1)
    with page.expect_download() as download:
        tool(page, "Export").get_by_role("button", name="Download CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text())))
    value, change = (
        float(rows[0][k]) for k in ("metrics.val_accuracy", "delta(metrics.val_accuracy)")
    )
    assert value - 0.9277777777777778 == pytest.approx(change)


def test_a_link_to_a_baseline_that_is_not_here_says_so(page: Page) -> None:
    page.evaluate("location.hash = '#v=1&base=ffffffff'")
    expect(page.locator("#advice")).to_contain_text("The link compares with ffffffff; no run here")
    expect(page.locator("#run-table .change")).to_have_count(0)
