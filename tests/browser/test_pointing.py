"""Pictures that answer to a pointer and to keys, before any chart library is loaded."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from browser.kinds import page_kinds
from playwright.sync_api import Browser, Locator, Page, expect

import runreport
from runreport.pipeline import build_site
from runreport.report.config import Config

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def page(reader: Any, find_experiment: Callable[[str], str]) -> Page:
    opened: Page = reader.open(find_experiment("digits"))
    expect(opened.locator("figure[data-chart=scatter] svg.points:visible")).to_be_visible()
    return opened


def picture(page: Page, name: str) -> Locator:
    return page.locator(f"figure[data-chart={name}] svg.points:visible")


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
    point_at(page, figure.locator("svg.points:visible"), 0.5, 0.4)
    expect(page.locator(".tip.spot .row")).to_have_count(6)
    expect(page.locator(".tip:not(.spot):visible")).to_have_count(0)


def test_the_curves_of_a_run_show_one_step_together(page: Page) -> None:
    page.locator("#run-table tbody tr", has_text="relu-0.003").first.locator("th a").click()
    curves = page.locator(".curves svg.points:visible")
    expect(curves).to_have_count(3)
    point_at(page, curves.nth(1), 0.5, 0.5)
    expect(page.locator(".pointing line")).to_have_count(3)
    expect(page.locator(".pointing text")).to_have_count(2)


def test_the_curves_of_a_run_are_walked_by_keyboard_too(page: Page) -> None:
    page.locator("#run-table tbody tr", has_text="relu-0.003").first.locator("th a").click()
    expect(page.locator(".curves svg.points:visible")).to_have_count(3)
    page.locator(".curves .drawing").first.focus()
    page.keyboard.press("End")
    expect(page.locator(".tip.spot .head")).to_have_text("Step 30")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".tip.spot .head")).to_have_text("Step 29")


def drag(page: Page, svg: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag from one share of a picture to another."""
    point_at(page, svg, *start)
    page.mouse.down()
    point_at(page, svg, (start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    point_at(page, svg, *end)
    page.mouse.up()


def show_all(figure: Locator) -> None:
    """Double click a picture; again where it was drawn anew between the two clicks."""
    for _ in range(3):
        figure.locator("svg.marks.points").dblclick(position={"x": 260, "y": 20})
        with suppress(AssertionError):
            expect(figure.locator(".shows")).not_to_contain_text("Step", timeout=2000)
            return


def test_a_drag_shows_a_part_and_a_double_click_all_again(page: Page) -> None:
    curves = page.locator("figure[data-chart=curves]")
    drag(page, picture(page, "curves"), (0.4, 0.3), (0.7, 0.32))
    live = curves.locator("svg.marks")
    expect(live).to_be_visible()
    expect(curves.locator(".shows")).to_contain_text(re.compile(r"Step 1\d\.\d+ to 2\d"))
    assert "xlim=" in page.url and "ylim=" not in page.url
    ticks = curves.locator(".role-axis-label text").all_inner_texts()
    assert not {"2", "4", "28", "30"} & {*ticks}
    page.reload()
    again = page.locator("figure.chart[data-type=line]")
    expect(again.locator(".shows")).to_contain_text("Step 1")
    show_all(again)
    expect(again.locator(".shows")).not_to_contain_text("Step")
    assert "xlim=" not in page.url


def test_a_drag_over_a_part_of_the_height_limits_both_axes_and_opens_no_run(page: Page) -> None:
    drag(page, picture(page, "scatter"), (0.3, 0.1), (0.9, 0.45))
    scatter = page.locator("figure[data-chart=scatter]")
    expect(scatter.locator(".shows")).to_contain_text("val_accuracy 0.")
    assert "xlim=" in page.url and "ylim=" in page.url and "/e/digits" in page.url


def test_the_ends_of_axes_are_typed_and_outliers_left_out(page: Page) -> None:
    curves = page.locator("figure[data-chart=curves]")
    curves.get_by_role("button", name="Edit").click()
    curves.get_by_role("textbox", name="Y from").fill("0.9")
    curves.get_by_role("textbox", name="Y from").press("Enter")
    expect(curves.locator(".shows")).to_contain_text("val_accuracy from 0.9")
    curves.get_by_role("textbox", name="Y from").fill("much")
    curves.get_by_role("textbox", name="Y from").press("Enter")
    expect(curves.get_by_role("textbox", name="Y from")).to_have_attribute("aria-invalid", "true")
    curves.get_by_label("Without outliers").check()
    expect(curves.locator(".shows")).to_contain_text(
        "the outermost 2 % of val_accuracy lie outside"
    )
    assert "ylim=clip" in page.url


def test_a_live_chart_follows_the_width_of_the_window(page: Page) -> None:
    scatter = page.locator("figure[data-chart=scatter]")
    scatter.get_by_role("button", name="Edit").click()
    live = scatter.locator("svg.marks")
    expect(live).to_be_visible()
    wide = live.bounding_box()
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function(
        "() => document.querySelector('figure[data-chart=scatter] svg.marks')"
        ".getBoundingClientRect().right <= innerWidth - 16"
    )
    small = live.bounding_box()
    assert wide is not None and small is not None and small["width"] < wide["width"]


@pytest.mark.parametrize("kind", ["note", "saved comparison"])
def test_pictures_of_notes_and_saved_comparisons_answer(
    reader: Any, sample_site: Path, kind: str
) -> None:
    page = reader.open(page_kinds(sample_site)[kind])
    svg = page.locator("figure[data-type=line] svg.points:visible").first
    expect(svg).to_be_visible()
    point_at(page, svg, 0.5, 0.3)
    expect(page.locator(".tip.spot .head")).to_contain_text("Step")
    assert len(told(page)) == 3  # means of three widths
    assert page.evaluate("typeof window.vega") == "undefined"


@pytest.mark.parametrize("place", ["e/*/index.html", "r/*/*.html"])
def test_a_part_shows_the_points_that_were_logged_there(
    browser: Browser, archive: Path, tmp_path: Path, place: str
) -> None:
    with runreport.start_run():
        for step in range(8000):
            runreport.log_metric("loss", step % 2 + 1.0, step=step)
    build_site(str(archive), str(tmp_path / "site"), Config())
    (path,) = (tmp_path / "site").glob(place)
    page = browser.new_page()
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto(path.as_uri())
    drag(page, page.locator("svg.points:visible").first, (0.5, 0.5), (0.54, 0.52))
    live = page.locator("svg.marks.points:visible").first
    expect(live).to_be_visible()
    point_at(page, live, 0.5, 0.5)
    assert told(page)[0][1] in (1, 2), "the value of a step, not the mean of many"
    assert sum("/fine-" in url for url in loaded) == 1
    page.close()


def test_a_hidden_run_stays_hidden_in_the_link(page: Page) -> None:
    picture(page, "curves").locator(".entry").first.click(force=True)
    expect(page.locator("#run-table .dot[aria-pressed=false]")).to_have_count(1)
    assert "hide=" in page.url
    page.reload()
    expect(picture(page, "curves").locator(".mark-line path.off")).to_have_count(1)
    page.locator("#run-table .dot[aria-pressed=false]").click()
    expect(picture(page, "curves").locator(".mark-line path.off")).to_have_count(0)
    assert "hide=" not in page.url


def test_keys_hide_a_line_and_show_all_again(page: Page) -> None:
    page.locator("figure[data-chart=curves] .drawing").focus()
    page.keyboard.press("Home")
    name = page.locator(".tip.spot .meant .name").inner_text()
    page.keyboard.press("h")
    expect(page.locator("#shown")).to_contain_text(f"Hid {name}")
    expect(picture(page, "curves").locator(".mark-line path.off")).to_have_count(1)
    page.keyboard.press("Shift+H")
    expect(picture(page, "curves").locator(".mark-line path.off")).to_have_count(0)
    assert "hide=" not in page.url


def axis_of(svg: Locator, place: int) -> tuple[float, float, float]:
    """Where an axis of parallel coordinates stands on the screen, and where it begins and ends."""
    left, top, height = svg.evaluate(
        """(svg, place) => {
          const xs = [...svg.querySelectorAll(".mark-line path")].flatMap((path) =>
            [...path.getAttribute("d").matchAll(/[ML](-?[\\d.]+),/g)].map(([, x]) => Number(x)));
          const frame = svg.querySelector(".role-frame > g").getScreenCTM();
          const axes = [...new Set(xs)].sort((a, b) => a - b);
          return [frame.e + frame.a * axes.at(place), frame.f, 260 * frame.d];
        }""",
        place,
    )
    return left, top, height


def test_a_brush_along_an_axis_filters_the_table_and_keeps_the_other_lines_in_sight(
    page: Page,
) -> None:
    figure = page.locator("figure[data-type=parallel]")
    figure.scroll_into_view_if_needed()
    left, top, height = axis_of(figure.locator("svg.points:visible"), -1)
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(left, top + height / 8)
    page.mouse.move(left + 2, top + height / 4)
    page.mouse.up()
    live = figure.locator("svg.marks.points")
    expect(live.locator(".brushed")).to_have_count(1)
    expect(live.locator(".mark-line path")).to_have_count(73)
    kept = 73 - live.locator(".mark-line path.out").count()
    expect(figure.locator(".shows")).to_have_text(f"73 runs; {kept} of them kept")
    assert "r.metrics.val_accuracy=" in page.url
    expect(page.locator("#shown")).to_contain_text(f"{kept} of 73 runs match")
    left, top, height = axis_of(live, -1)
    address = page.url.split("#")[0]
    page.mouse.dblclick(left, top + height / 8)  # where lines are that a click would open
    expect(figure.locator(".brushed")).to_have_count(0)
    expect(figure.locator("svg.marks.points")).to_be_visible()
    assert "r.metrics" not in page.url and page.url.split("#")[0] == address


def test_a_line_through_parallel_axes_says_its_values(page: Page) -> None:
    figure = page.locator("figure[data-type=parallel]")
    figure.scroll_into_view_if_needed()
    left, top, _ = axis_of(figure.locator("svg.points:visible"), -1)
    page.mouse.move(left - 3, top + 20)
    expect(page.locator(".tip.spot .row")).to_have_count(5)
    name = page.locator(".tip.spot .head").inner_text()
    page.mouse.down()
    page.mouse.up()
    expect(page.locator("h1")).to_have_text(name)


def test_a_hidden_group_stays_hidden_whatever_else_is_hidden(page: Page) -> None:
    figure = page.locator("figure[data-chart=curves]")
    figure.get_by_role("button", name="Edit chart").click()
    figure.get_by_label("Colour").select_option("params.activation")
    live = figure.locator("svg.marks.points")
    expect(live.locator(".entry")).to_have_count(2)
    live.locator(".entry").first.click(force=True)
    hidden = live.locator(".mark-line path.off")
    count = hidden.count()
    assert count > 0
    page.locator("#run-table .dot:visible").last.click()
    expect(page.locator("#run-table .dot[aria-pressed=false]")).to_have_count(1)
    assert hidden.count() >= count
    expect(live.locator(".entry.off")).to_have_count(1)


def test_a_drag_between_axes_opens_no_run(page: Page) -> None:
    figure = page.locator("figure[data-type=parallel]")
    figure.scroll_into_view_if_needed()
    svg = figure.locator("svg.points:visible")
    (left, top, height), (right, _, _) = axis_of(svg, 0), axis_of(svg, 1)
    page.mouse.move((left + right) / 2, top + height / 3)
    page.mouse.down()
    page.mouse.move((left + right) / 2, top + height / 2)
    page.mouse.move((left + right) / 2, top + height / 1.5)
    page.mouse.up()
    page.wait_for_timeout(400)
    assert "/e/" in page.url and "r." not in page.url.partition("#")[2]
    expect(figure.locator(".brushed")).to_have_count(0)
