"""What people open a report for, each in a few clicks and seconds from the first page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST_SECONDS = 12
"""For a task, on a machine that does other things, too; each takes a second or two."""


class Walk:
    """A reader's way through the report, whose clicks are counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self.begun = page, 0, time.monotonic()

    def click(self, what: Locator | str) -> None:
        self.clicks += 1
        found = self.page.get_by_role("link", name=what) if isinstance(what, str) else what
        found.first.click()

    def sees(self, text: str, place: str = "main") -> None:
        expect(self.page.locator(place).filter(has_text=text).first).to_be_visible()

    def ends_within(self, clicks: int) -> None:
        assert self.clicks <= clicks
        assert time.monotonic() - self.begun < MOST_SECONDS


@pytest.fixture
def walk(reader: Any) -> Iterator[Walk]:
    yield Walk(reader.open("index.html"))


def rows(walk: Walk, name: str) -> Locator:
    return walk.page.locator("#run-table tbody tr").filter(has_text=name)


def test_which_setting_is_best_and_how_sure(walk: Walk) -> None:
    walk.click("Digits networks")
    walk.sees("learning_rate 0.003", ".winner")
    walk.sees("28 to 51 %", ".goes-with")
    walk.click(walk.page.locator("#toolbar summary", has_text="Group"))
    pane = walk.page.locator("#toolbar details[open] > .pane")
    walk.click(pane.get_by_role("button", name="learning_rate", exact=True))
    expect(rows(walk, "0.003").first).to_contain_text("±")
    walk.ends_within(clicks=3)


def test_what_is_new_since_last_week(walk: Walk) -> None:
    walk.sees("since 2026-11-18", ".standings")
    walk.click("All activity")
    walk.sees("Last 7 days", ".windows")
    walk.ends_within(clicks=1)


def test_why_did_it_fail(walk: Walk) -> None:
    walk.sees("operands could not be broadcast", ".failures")
    walk.click("patch-11-half-masks")
    walk.sees("sample_shapes.py", "#failure ~ pre")
    walk.ends_within(clicks=1)


def test_where_do_two_runs_diverge(walk: Walk) -> None:
    walk.click("Shape segmentation")
    for name in ("patch-7-lr-0.3", "patch-11-lr-80"):
        walk.click(rows(walk, name).get_by_role("checkbox"))
    walk.click("Compare")
    picture = walk.page.locator("figure.chart svg.points").first
    expect(picture).to_be_visible()
    picture.hover(position={"x": 200, "y": 100})
    expect(walk.page.locator(".tip.spot .row")).to_have_count(2)
    walk.ends_within(clicks=4)


def test_the_same_picture_of_two_runs_at_a_step(walk: Walk) -> None:
    walk.click("Shape segmentation")
    for name in ("patch-3-lr-0.3", "patch-11-lr-0.6"):
        walk.click(rows(walk, name).get_by_role("checkbox"))
    walk.click("Compare")
    slider = walk.page.get_by_role("slider", name="Step", exact=True)
    slider.focus()
    walk.page.keyboard.press("Home")
    walk.page.keyboard.press("ArrowRight")
    expect(walk.page.locator(".side-images img[alt$='at step 1']")).to_have_count(2)
    walk.ends_within(clicks=4)


def test_is_the_new_version_better_than_the_last(walk: Walk) -> None:
    walk.click("tumour-screen")
    walk.sees("v5 since v4", ".latest")
    expect(walk.page.locator(".latest .delta.worse").first).to_contain_text("−0.00467")
    walk.ends_within(clicks=1)


def test_which_answers_got_worse(walk: Walk) -> None:
    walk.click("Handbook answers")
    walk.click(walk.page.get_by_role("link", name="Evaluations", exact=True))
    walk.click(walk.page.get_by_role("button", name="1: show rows worse in rougeL"))
    expect(walk.page.locator("#difference-table tbody tr")).to_have_count(1)
    walk.ends_within(clicks=3)


def test_how_far_is_each_run_from_the_baseline(walk: Walk) -> None:
    walk.click("Digits networks")
    walk.sees("Δ to the baseline mlp-16-relu-0.001-s0", "#against")
    expect(rows(walk, "mlp-128-relu-0.003-s0").locator(".delta.better").first).to_be_visible()
    walk.ends_within(clicks=1)


def test_what_did_the_sweep_find(walk: Walk) -> None:
    walk.click("Wine sweep")
    expect(rows(walk, "sgd-sweep")).to_have_count(1)
    walk.click(walk.page.get_by_role("button", name="12 runs below sgd-sweep"))
    walk.click(walk.page.get_by_role("button", name="val_accuracy", exact=True))
    expect(walk.page.locator("#run-table tbody tr.child").first).to_contain_text("sgd-")
    walk.ends_within(clicks=3)


def test_a_part_of_a_curve_and_a_link_to_it(walk: Walk) -> None:
    walk.click("Digits networks")
    picture = walk.page.locator("figure[data-chart=curves] svg.points:visible")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box is not None
    walk.page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 60)
    walk.page.mouse.down()
    walk.page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 64, steps=4)
    walk.page.mouse.up()
    expect(walk.page.locator("figure[data-chart=curves] .shows")).to_contain_text("Step")
    assert "xlim=" in walk.page.url
    walk.ends_within(clicks=1)
