"""Images of several steps: a player on a run's page, and the same step of compared runs."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

import runreport
from runreport.pipeline import build_site
from runreport.report.config import Config

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    runreport.set_tracking_uri(folder / "archive")
    runreport.set_experiment("samples")
    for name in ("one", "two"):
        with runreport.start_run(run_name=name):
            runreport.log_metric("loss", 1.0)
            for step in range(0, 1000, 50):
                runreport.log_image(np.full((8, 8), step // 5, np.uint8), key="gen", step=step)
    build_site(str(folder / "archive"), str(folder / "site"), Config())
    return folder / "site"


@pytest.fixture
def page(browser: Browser, site: Path) -> Page:
    opened = browser.new_page()
    opened.goto((site / "activity" / "index.html").as_uri())
    opened.locator("#run-table tbody th a", has_text="one").click()
    expect(opened.locator(".player .frames.one img")).to_have_count(1)
    return opened


def test_a_slider_goes_through_the_steps_by_keyboard_and_stays_in_the_link(page: Page) -> None:
    player = page.locator(".player")
    expect(player.locator("output")).to_have_text("step 950")
    player.get_by_label("Step of gen").focus()
    page.keyboard.press("Home")
    expect(player.locator("output")).to_have_text("step 0")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(player.locator("img")).to_have_attribute("alt", "gen at step 100")
    assert player.locator("img").evaluate("async i => { await i.decode(); return i.naturalWidth }")
    expect(page).to_have_url(re.compile("step=100"))
    page.reload()
    expect(player.locator("output")).to_have_text("step 100")


def test_all_steps_are_seen_at_once(page: Page) -> None:
    page.get_by_role("button", name="All 20 steps").click()
    expect(page.locator(".player .frames img")).to_have_count(20)
    page.get_by_role("button", name="One at a time").click()
    expect(page.locator(".player .frames img")).to_have_count(1)


def test_without_script_first_last_and_some_between_are_there(
    browser: Browser, page: Page
) -> None:
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto(page.url)
    expect(plain.locator(".player img")).to_have_count(4)
    expect(plain.locator(".player li").last).to_contain_text("step 950")


def test_compared_runs_show_the_same_step(page: Page, site: Path) -> None:
    page.goto((site / "activity" / "index.html").as_uri())
    boxes = page.locator("#run-table input[data-select]")
    boxes.nth(0).click()
    boxes.nth(1).click()
    page.locator("#selection a").click()
    images = page.locator(".side-images img")
    expect(images).to_have_count(2)
    slider = page.get_by_label("Step", exact=True)
    slider.focus()
    page.keyboard.press("End")
    sources = images.evaluate_all("all => all.map(i => decodeURIComponent(i.src))")
    assert all("step-950" in source for source in sources), sources


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs that logged a text and a table at four steps each."""
    folder = tmp_path_factory.mktemp("texts")
    runreport.set_tracking_uri(folder / "archive")
    runreport.set_experiment("texts")
    for name in ("one", "two"):
        with runreport.start_run(run_name=name):
            runreport.log_metric("loss", 1.0)
            for step in range(4):
                runreport.log_text(f"<b>{name}</b> says {step}", f"samples/{step}.txt")
                runreport.log_table({"word": [name], "at": [step]}, f"words/{step}.json")
    build_site(str(folder / "archive"), str(folder / "site"), Config())
    return folder / "site"


def test_texts_and_tables_of_several_steps_are_players(browser: Browser, texts: Path) -> None:
    page = browser.new_page()
    page.goto((texts / "activity" / "index.html").as_uri())
    page.locator("#run-table tbody th a", has_text="one").click()
    expect(page.locator(".player-tools")).to_have_count(2)
    samples = page.locator(".player[data-key=samples]")
    expect(samples.locator("pre")).to_have_text("<b>one</b> says 3")
    samples.get_by_label("Step of samples").focus()
    page.keyboard.press("Home")
    expect(samples.locator("pre")).to_have_text("<b>one</b> says 0")
    words = page.locator(".player[data-key=words]")
    expect(words.locator("td")).to_have_text(["one", "0"])
    words.get_by_role("button", name="All 4 steps").click()
    expect(words.locator("table")).to_have_count(4)
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto(page.url)
    expect(plain.locator(".player pre")).to_have_count(4)


def test_compared_runs_show_the_texts_of_one_step_side_by_side(
    browser: Browser, texts: Path
) -> None:
    page = browser.new_page()
    page.goto((texts / "activity" / "index.html").as_uri())
    for box in page.locator("input[data-select]").all():
        box.check()
    page.get_by_role("link", name="Compare", exact=True).last.click()
    part = page.locator("section[aria-labelledby=images]")
    expect(part.get_by_role("heading")).to_have_text("Images, sound and texts")
    part.get_by_label("Shown").select_option("samples, text")
    part.get_by_role("slider").fill("2")
    expect(part.locator("pre")).to_have_text(["<b>two</b> says 2", "<b>one</b> says 2"])
