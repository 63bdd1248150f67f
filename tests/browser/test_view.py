"""A run beyond the cap of pages: one page shows it by script, and a table leads there."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import sample_archive
from playwright.sync_api import Browser, expect

from runreport.pipeline import build_site
from runreport.report.config import parse_config

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_run_without_a_page_is_shown_with_what_it_logged(
    browser: Browser, tmp_path: Path
) -> None:
    archive = sample_archive(tmp_path / "a", runs=6)
    site = tmp_path / "site"
    build_site(str(archive), str(site), parse_config({"publish": {"max_run_pages": 2}}))
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    (experiment,) = site.glob("e/*/index.html")
    page.goto(f"file://{experiment}")
    page.get_by_role("link", name="run-0", exact=True).click()
    expect(page.locator("h1")).to_have_text("run-0")
    expect(page.locator("#view")).to_contain_text("notes/hello.txt")
    expect(page.locator("#view")).to_contain_text("0.001")
    expect(page.locator("#view svg.marks")).to_have_count(1)
    address = page.url
    page.goto(address.replace("id=", "id=f00"))
    page.reload()
    expect(page.locator("#shown")).to_contain_text("No run of this experiment")
    page.goto("about:blank")
    page.goto(address.split("#")[0])
    expect(page.locator("#shown")).to_contain_text("The link names no run")
    page.close()
    assert complaints == []
