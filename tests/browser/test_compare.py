"""Runs side by side in a browser, from links of one experiment and of several."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Find = Callable[[str], str]


def link(site: Path, find: Find, *wanted: tuple[str, int]) -> str:
    """A link to the comparison of the nth runs of experiments."""
    parts = []
    for experiment, number in wanted:
        page = find(experiment)
        ids = re.findall(
            r'data-run="([0-9a-f]{32})"', (site / page).read_text().rpartition("<tbody>")[2]
        )
        parts.append(f"{page.split('/')[1]}:{ids[number][:8]}")
    return f"compare/index.html#v=1&sel={','.join(parts)}"


def test_metrics_have_deltas_and_only_differing_params_are_shown(
    reader: Any, sample_site: Path, find_experiment: Find
) -> None:
    page = reader.open(link(sample_site, find_experiment, ("digits", 1), ("digits", 22)))
    expect(page.locator("#shown")).to_have_text("2 runs side by side")
    table = page.locator("table.compared").first
    expect(table).to_contain_text("Hyperparameters that differ")
    expect(table).not_to_contain_text("batch_size")
    accuracy = table.locator("tr", has_text="val_accuracy")
    expect(accuracy.locator(".delta")).to_have_text(re.compile(r"[▲▼] [+−]0\.\d+ (better|worse)"))
    page.get_by_label("What is the same, too").check()
    expect(table).to_contain_text("batch_size")
    assert "same=1" in page.url
    choice = page.get_by_role("combobox", name="Deltas against")
    choice.select_option(index=1)
    expect(accuracy.locator("td").first.locator(".delta")).to_be_visible()
    assert "base=" in page.url
    expect(page.locator("figure.chart svg.marks")).to_have_count(2)


def test_runs_of_two_experiments_stand_in_one_table(
    reader: Any, sample_site: Path, find_experiment: Find
) -> None:
    page = reader.open(link(sample_site, find_experiment, ("digits", 1), ("tumour", 2)))
    expect(page.locator("#shown")).to_have_text("2 runs side by side")
    table = page.locator("table.compared").first
    expect(table).to_contain_text("roc_auc")
    expect(table).to_contain_text("val_loss")


def test_what_a_link_names_in_vain_is_said(
    reader: Any, sample_site: Path, find_experiment: Find
) -> None:
    good = link(sample_site, find_experiment, ("digits", 1))
    page = reader.open(f"{good},digits-x:abcdef99&later=2".replace("digits-x", "nowhere"))
    advice = page.locator("#advice")
    expect(advice).to_contain_text("the experiment “nowhere”, whose data could not be loaded")
    expect(advice).to_contain_text("“later”")
    reader.complaints[:] = [text for text in reader.complaints if "nowhere" not in text]


def test_images_and_texts_are_compared(
    reader: Any, sample_site: Path, find_experiment: Find
) -> None:
    pages = sorted(sample_site.glob("r/*/*.html"))
    ids = [path.stem for path in pages if "-roc.png" in path.read_text()][:2]
    folder = find_experiment("tumour").split("/")[1]
    page = reader.open(f"compare/index.html#v=1&e={folder}&sel={','.join(ids)}")
    images = page.locator(".side-images img")
    expect(images).to_have_count(2)
    for image in images.all():
        image.scroll_into_view_if_needed()
        assert image.evaluate("async image => { await image.decode(); return image.naturalWidth }")
    expect(page.locator("#requirements")).to_be_visible()


def test_a_run_is_removed_and_a_chart_is_added(
    reader: Any, sample_site: Path, find_experiment: Find
) -> None:
    page: Page = reader.open(
        link(sample_site, find_experiment, ("digits", 1), ("digits", 4), ("digits", 9))
    )
    expect(page.locator("#shown")).to_have_text("3 runs side by side")
    page.get_by_role("button", name="Remove mlp").last.click()
    expect(page.locator("#shown")).to_have_text("2 runs side by side")
    expect(page.locator("figure.chart svg.marks")).to_have_count(2)
    page.get_by_role("button", name="Add chart").click()
    expect(page.locator("figure.chart svg.marks")).to_have_count(3)
    assert "charts=" in page.url
    page.reload()
    expect(page.locator("figure.chart svg.marks")).to_have_count(3)


def test_without_a_selection_the_page_says_what_to_do(reader: Any) -> None:
    page = reader.open("compare/index.html")
    expect(page.locator("#shown")).to_contain_text("Tick runs in any table")


def test_a_saved_comparison_is_whole_without_script(
    browser: Any, root: str, sample_site: Path
) -> None:
    (folder,) = (sample_site / "compare").glob("what-*")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{root}compare/{folder.name}/index.html")
    expect(page.locator("svg.chart-svg:visible").first).to_be_visible()
    assert page.locator("table.compared tbody tr").count() > 3
    context.close()
