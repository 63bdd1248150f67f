"""What Chromium does, Firefox does: every page kind without a complaint, and the main actions."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from browser.kinds import page_kinds
from playwright.sync_api import Browser, Playwright, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def find_firefox() -> str:
    for name in ("firefox-esr", "firefox"):
        if found := shutil.which(name):
            return found
    pytest.fail("Firefox is missing; `make test` installs it.")


def launch(playwright: Playwright, **preferences: bool | int) -> Browser:
    return playwright.firefox.launch(
        channel="moz-firefox", executable_path=find_firefox(), firefox_user_prefs=preferences
    )


def test_no_page_kind_complains(playwright: Playwright, sample_site: Path) -> None:
    firefox = launch(playwright)
    page = firefox.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for path in page_kinds(sample_site).values():
        page.goto(f"file://{sample_site}/{path}")
        expect(page.locator("h1")).to_be_visible()
        page.wait_for_timeout(100)
    firefox.close()
    assert complaints == []


def test_the_main_actions_work_from_disk(playwright: Playwright, sample_site: Path) -> None:
    firefox = launch(playwright, **{"ui.systemUsesDarkTheme": 1})
    page = firefox.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"file://{sample_site}/{page_kinds(sample_site)['experiment']}")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 19, 24)"
    page.locator("#filter").fill("params.hidden = 64")
    expect(page.locator("#shown")).to_have_text("24 of 73 runs match")
    page.locator("#run-table thead").get_by_role("button", name="val_loss").click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("val_loss")
    for number in (0, 1):
        page.locator("#run-table tbody input").nth(number).check()
    page.get_by_role("button", name="Edit chart").first.click()
    expect(page.locator("figure.chart svg.marks").first).to_be_visible()
    page.locator("#selection").get_by_role("link", name="Compare").click()
    expect(page.locator("#shown")).to_have_text("2 runs side by side")
    expect(page.locator("figure.chart svg.marks")).to_have_count(2)
    firefox.close()


def test_without_script_rows_and_charts_are_there(
    playwright: Playwright, sample_site: Path
) -> None:
    firefox = launch(playwright, **{"javascript.enabled": False})
    page = firefox.new_page()
    page.goto(f"file://{sample_site}/{page_kinds(sample_site)['experiment']}")
    count = "selector => document.querySelectorAll(selector).length"
    assert page.evaluate(count, "#run-table tbody tr") == 50
    assert page.evaluate(count, ".wide svg.chart-svg") == 3
    firefox.close()
