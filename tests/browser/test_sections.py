"""Hundreds of metrics and params of a run: in sections that are searched, folded and linked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

import runreport
from runreport.pipeline import build_site
from runreport.report.config import Config

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("deep")
    runreport.set_tracking_uri(folder / "archive")
    runreport.set_experiment("deep")
    kinds = ("grad_norm", "weight_norm", "a_name_that_goes_on_and_on_until_no_column_has_room")
    with runreport.start_run() as run:
        runreport.log_params({f"model.block{n}.{k}": n for n in range(40) for k in ("a", "b")})
        for step in range(3):
            runreport.log_metrics(
                {
                    **{f"layer.{n}/{kind}": n + step for n in range(100) for kind in kinds},
                    **{f"val/{kind}": 1 / (step + 1) for kind in ("loss", "acc")},
                },
                step=step,
            )
    build_site(str(folder / "archive"), str(folder / "site"), Config())
    run_id = run.info.run_id
    return (folder / "site" / "r" / run_id[:2] / f"{run_id}.html").as_uri()


@pytest.fixture
def page(browser: Browser, address: str) -> Page:
    opened = browser.new_page(viewport={"width": 1440, "height": 900})
    opened.goto(address)
    expect(opened.locator(".find")).to_have_count(3)
    return opened


def test_three_hundred_metrics_are_a_page_one_can_use(page: Page) -> None:
    expect(page.locator("[data-find=metrics] details.fold")).to_have_count(101)
    top = page.evaluate("document.querySelector('[data-find=curves]').offsetTop")
    first = page.evaluate("document.querySelector('[data-find=metrics] .fold').offsetTop")
    assert first < 3 * 900 and top > first
    open_curves = page.locator("[data-find=curves] details.fold[open] figure")
    expect(open_curves.first.locator("figcaption")).to_contain_text("val/acc")
    assert open_curves.count() <= 14


def test_a_search_opens_what_it_finds_and_stays_in_the_link(page: Page) -> None:
    metrics = page.locator("[data-find=metrics]")
    metrics.get_by_role("searchbox").fill("LAYER.17 grad")
    expect(metrics.locator("tbody tr:visible")).to_have_count(1)
    expect(metrics.locator(".find output")).to_have_text("1 name")
    page.reload()
    expect(metrics.locator("tbody tr:visible")).to_have_count(1)
    metrics.get_by_role("searchbox").fill("")
    expect(metrics.locator("details.fold:visible")).to_have_count(101)
    expect(metrics.locator("details.fold[open]")).not_to_have_count(101)


def test_what_is_folded_stays_in_the_link(page: Page) -> None:
    fold = page.locator('details[data-fold="params:model.block30"]')
    assert fold.get_attribute("open") is None
    fold.locator("summary").click()
    expect(page.locator("body")).to_be_visible()
    page.wait_for_function("location.hash.includes('fold')")
    page.reload()
    expect(fold).to_have_attribute("open", "")


@pytest.mark.parametrize("width", [390, 1440])
def test_long_names_never_push_values_out_of_view(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    metrics = page.locator("[data-find=metrics]")
    metrics.get_by_role("searchbox").fill("goes_on layer.3/")
    row = metrics.locator("tbody tr:visible").first
    expect(row.locator(".long")).to_have_attribute("title", "layer.3/" + row_name())
    box = row.locator("td").first.bounding_box()
    assert box is not None and box["x"] + box["width"] <= width


def test_an_experiment_shows_all_curves_of_its_runs_by_section(
    browser: Browser, address: str
) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(address)
    page.locator(".crumbs a").nth(1).click()
    sections = page.locator("#curve-sections details.fold")
    expect(sections).to_have_count(101)
    assert page.evaluate("typeof window.vega") == "undefined"
    sections.first.locator("summary").click()
    expect(sections.first.locator("svg.points")).to_have_count(2)
    page.reload()
    expect(sections.first.locator("svg.points")).to_have_count(2)


def row_name() -> str:
    return "a_name_that_goes_on_and_on_until_no_column_has_room"


def test_small_charts_have_the_width_of_their_card_after_a_search(
    browser: Browser, address: str
) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(address)
    page.locator(".crumbs a").nth(1).click()
    section = page.locator("#curve-sections")
    section.get_by_role("searchbox").fill("val/loss")
    expect(section.locator("svg.points")).to_have_count(1)
    section.get_by_role("searchbox").fill("")
    section.locator("details").first.locator("summary").click()
    expect(section.locator("svg.points")).to_have_count(2)
    widths = section.locator("svg.points").evaluate_all("all => all.map(s => s.clientWidth)")
    assert len(set(widths)) == 1 and widths[0] > 250, widths


def test_the_metrics_of_a_section_are_drawn_in_one_chart(
    reader: Any, find_experiment: Callable[[str], str]
) -> None:
    page = reader.open(find_experiment("shape"))
    section = page.locator("#curve-sections details.fold").first
    section.locator("summary").click()
    section.get_by_role("button", name="In one chart").click()
    added = page.locator("figure.chart[data-type=line]").last
    expect(added.locator("svg.marks.points")).to_be_visible()
    expect(added.locator("figcaption")).to_contain_text("7 metrics over steps")
    expect(added.locator(".role-legend-label text")).to_have_count(7)
    assert "metrics.val/iou/class_circle" in page.url


def test_all_curves_are_smoothed_share_an_axis_and_have_a_legend(
    reader: Any, find_experiment: Callable[[str], str]
) -> None:
    page = reader.open(find_experiment("digits"))
    curves = page.locator("#curve-sections")
    curves.locator("summary").first.click()
    ticks = curves.locator("figure .role-axis:not(.role-axis-grid) text")
    expect(curves.locator("figure svg.points")).to_have_count(3)
    apart = ticks.all_inner_texts()
    curves.get_by_label("Same Y in a section").check()
    expect(curves.locator("figure[data-metric=val_accuracy] svg")).to_contain_text("1.5")
    assert ticks.all_inner_texts() != apart
    curves.get_by_role("slider").fill("0.6")
    expect(curves.locator("figure[data-metric=val_loss] .mark-line path")).to_have_count(12)
    assert "smooth=0.6" in page.url and "ysame=1" in page.url
    legend = curves.locator(".legend .dot")
    expect(legend).to_have_count(6)
    legend.first.click()
    expect(curves.locator("figure svg .off")).to_have_count(3)
    page.reload()
    expect(curves.locator("figure[data-metric=val_loss] .mark-line path")).to_have_count(12)
    expect(curves.locator(".legend .dot[aria-pressed=false]")).to_have_count(1)
