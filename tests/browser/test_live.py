"""A served report follows its runs: pages reload by themselves and keep what the reader chose."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

import runreport

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    runreport.set_tracking_uri(tmp_path / "archive")
    runreport.set_experiment("Growing")
    log_run("first")
    (tmp_path / "runreport.toml").write_text('title = "Before"\n')
    program = Path(sys.executable).parent / "runreport"
    command = [str(program), "serve", str(tmp_path / "archive"), "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=tmp_path, env={**os.environ}
    ) as server:
        assert server.stdout is not None
        line = server.stdout.readline().decode()
        while "Report of" not in line:
            line = server.stdout.readline().decode()
        yield line.rpartition(" at ")[2].strip()
        server.terminate()


def log_run(name: str) -> None:
    with runreport.start_run(run_name=name):
        runreport.log_metric("loss", 1.0)


def test_pages_follow_runs_and_config_and_keep_their_state(
    browser: Browser, served: str, tmp_path: Path
) -> None:
    page = browser.new_page()
    problems: list[str] = []
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.goto(served)
    page.locator(".cards a, main a", has_text="Growing").first.click()
    page.locator("#run-table thead button", has_text="Run").click()
    expect(page.locator("#run-table tbody tr")).to_have_count(1)
    log_run("second")
    expect(page.locator("#run-table tbody tr")).to_have_count(2, timeout=30_000)
    assert "sort=run_name" in page.url
    (tmp_path / "runreport.toml").write_text('title = "After"\n')
    expect(page.locator("header.site")).to_contain_text("After", timeout=30_000)
    (tmp_path / "runreport.toml").write_text("title = \n")  # half-written: the site stays
    page.wait_for_timeout(3000)
    expect(page.locator("header.site")).to_contain_text("After")
    (tmp_path / "runreport.toml").write_text('title = "Again"\n')
    expect(page.locator("header.site")).to_contain_text("Again", timeout=30_000)
    assert problems == []


def test_the_curve_of_a_run_grows_while_one_looks(browser: Browser, served: str) -> None:
    page = browser.new_page()
    problems: list[str] = []
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    with runreport.start_run(run_name="growing"):
        for step in range(5):
            runreport.log_metric("loss", 1.0 / (step + 1), step=step)
        page.goto(f"{served}activity/index.html")
        link = page.locator("#run-table").get_by_role("link", name="growing", exact=True)
        expect(link).to_be_visible(timeout=30_000)
        for step in range(5, 8):  # before the page is there that shows them
            runreport.log_metric("loss", 1.0 / (step + 1), step=step)
        link.click()
        expect(page.locator("h1")).to_have_text("growing")
        page.evaluate("window.isTheSame = true")
        drawing = page.locator("figure[data-metric=loss] .drawing")
        expect(drawing.locator("svg.marks")).to_be_visible(timeout=10_000)
        drawing.focus()
        page.keyboard.press("End")
        expect(page.locator(".tip.spot .head")).to_have_text("Step 7")
        assert page.evaluate("window.isTheSame")
    assert problems == []
