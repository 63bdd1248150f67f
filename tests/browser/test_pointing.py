"""Pictures that answer to a pointer and to keys, before any chart library is loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def page(reader: Any, find_experiment: Callable[[str], str]) -> Page:
    opened: Page = reader.open(find_experiment("digits"))
    expect(opened.locator("figure[data-chart=scatter] svg.points")).to_be_visible()
    return opened


def picture(page: Page, name: str) -> Locator:
    return page.locator(f"figure[data-chart={name}] svg.points")


def point_at(page: Page, svg: Locator, across: float, down: float) -> None:
    """Move the pointer to a share of a picture."""
    svg.scroll_into_view_if_needed()
    box = svg.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])


def point_at_end(page: Page, line: Locator) -> None:
    """Move the pointer to the last point of a line."""
    line.scroll_into_view_if_needed()
    x, y = line.evaluate(
        "path => { const end = path.getPointAtLength(path.getTotalLength())"
        ".matrixTransform(path.getScreenCTM()); return [end.x, end.y] }"
    )
    page.mouse.move(x, y)


def told(page: Page) -> list[tuple[str, float]]:
    """Names and values of the tooltip."""
    rows = page.locator(".tip.spot .row")
    names = rows.locator(".name").all_inner_texts()
    values = (float(text.split()[0]) for text in rows.locator("b").all_inner_texts())
    return list(zip(names, values, strict=True))


def test_a_pointer_finds_the_values_of_all_runs_at_a_step_in_order(page: Page) -> None:
    point_at(page, picture(page, "curves"), 0.5, 0.4)
    expect(page.locator(".tip.spot .head")).to_have_text("Step 14")
    found = told(page)
    assert len(found) == 6
    assert [value for _, value in found] == sorted((v for _, v in found), reverse=True)
    expect(picture(page, "curves").locator(".pointing circle")).to_have_count(6)
    assert page.evaluate("typeof window.vega") == "undefined"
    page.mouse.move(5, 5)
    expect(page.locator(".pointing")).to_have_count(0)
    expect(page.locator(".tip.spot")).to_be_hidden()


def test_the_run_that_is_meant_stands_out_in_every_chart_and_in_the_table(page: Page) -> None:
    point_at_end(page, picture(page, "curves").locator(".mark-line path").first)
    expect(picture(page, "curves").locator(".near")).to_have_count(1)
    expect(picture(page, "scatter").locator(".near")).to_have_count(1)
    name = page.locator(".tip.spot .meant .name").inner_text()
    expect(page.locator("#run-table tr.near")).to_contain_text(name)


def test_a_row_of_the_table_brings_its_run_out(page: Page) -> None:
    drawn = page.locator("#run-table tr", has=page.locator(".dot.d0")).first
    drawn.locator("th a").hover()
    expect(picture(page, "curves").locator(".near")).to_have_count(1)


def test_a_click_opens_the_run(page: Page) -> None:
    point_at_end(page, picture(page, "curves").locator(".mark-line path").first)
    name = page.locator(".tip.spot .meant .name").inner_text()
    page.mouse.down()
    page.mouse.up()
    expect(page.locator("h1")).to_have_text(name)


def test_a_point_says_what_it_stands_for(page: Page) -> None:
    points = picture(page, "scatter").locator(".mark-symbol.role-mark path")
    points.last.hover(force=True)
    expect(page.locator(".tip.spot .row")).to_have_count(3)
    expect(page.locator(".tip.spot .row .name")).to_have_text(
        ["val_accuracy", "learning_rate", "hidden"]
    )


def test_a_legend_and_a_mark_of_the_table_hide_a_run(page: Page) -> None:
    curves = picture(page, "curves")
    curves.locator(".entry").first.click(force=True)
    expect(curves.locator(".mark-line path.off")).to_have_count(1)
    point_at(page, curves, 0.5, 0.4)
    assert len(told(page)) == 5
    dot = page.locator("#run-table .dot[aria-pressed=false]")
    expect(dot).to_have_count(1)
    dot.click()
    expect(curves.locator(".mark-line path.off")).to_have_count(0)
    expect(curves.locator(".entry.off")).to_have_count(0)


def test_keys_walk_along_a_picture_and_into_a_run(page: Page) -> None:
    drawing = page.locator("figure[data-chart=curves] .drawing")
    drawing.focus()
    page.keyboard.press("Home")
    expect(page.locator(".tip.spot .head")).to_have_text("Step 1")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".tip.spot .head")).to_have_text("Step 2")
    first = page.locator(".tip.spot .meant .name").inner_text()
    page.keyboard.press("ArrowDown")
    second = page.locator(".tip.spot .meant .name").inner_text()
    assert first != second
    expect(page.locator("#shown")).to_contain_text(second)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(second)


def test_a_live_chart_answers_as_well(page: Page) -> None:
    figure = page.locator("figure[data-chart=curves]")
    figure.get_by_role("button", name="Edit chart").click()
    expect(figure.locator("svg.marks.points")).to_be_visible()
    point_at(page, figure.locator("svg.points"), 0.5, 0.4)
    expect(page.locator(".tip.spot .row")).to_have_count(6)
    expect(page.locator(".tip:not(.spot):visible")).to_have_count(0)


def test_the_curves_of_a_run_show_one_step_together(page: Page) -> None:
    page.locator("#run-table tbody tr", has_text="relu-0.003").first.locator("th a").click()
    curves = page.locator(".curves svg.points")
    expect(curves).to_have_count(3)
    point_at(page, curves.nth(1), 0.5, 0.5)
    expect(page.locator(".pointing line")).to_have_count(3)
    expect(page.locator(".pointing text")).to_have_count(2)


def test_the_curves_of_a_run_are_walked_by_keyboard_too(page: Page) -> None:
    page.locator("#run-table tbody tr", has_text="relu-0.003").first.locator("th a").click()
    expect(page.locator(".curves svg.points")).to_have_count(3)
    page.locator(".curves .drawing").first.focus()
    page.keyboard.press("End")
    expect(page.locator(".tip.spot .head")).to_have_text("Step 30")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".tip.spot .head")).to_have_text("Step 29")
