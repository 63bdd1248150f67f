"""A theme's own scripts and styles run in a page, as docs/themes.md has them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from builders import sample_archive
from playwright.sync_api import Browser, expect

from runreport.pipeline import build_site
from runreport.report.config import load_config

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DOCUMENT = Path(__file__).parents[2] / "docs" / "themes.md"


def test_a_module_of_a_theme_uses_ours_and_its_styles_come_last(
    browser: Browser, tmp_path: Path
) -> None:
    (script,) = re.findall(r"```js\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    scripts = tmp_path / "mine" / "static" / "js"
    scripts.mkdir(parents=True)
    (scripts / "draft.js").write_text(script)
    (tmp_path / "mine" / "theme.toml").write_text(
        'name = "mine"\nparent = "default"\nscripts = ["draft.js"]\n'
    )
    (tmp_path / "theme" / "static").mkdir(parents=True)
    (tmp_path / "theme" / "static" / "extra.css").write_text(".muted { color: #123456; }")
    (tmp_path / "runreport.toml").write_text('theme = "mine"\n')
    archive = sample_archive(tmp_path / "a", runs=2)
    site = tmp_path / "site"
    build_site(str(archive), str(site), load_config(str(tmp_path / "runreport.toml")))
    page = browser.new_page()
    page.goto((site / "index.html").as_uri())
    told = page.get_by_text("Draft: numbers may change.")
    expect(told).to_be_visible()
    expect(told).to_have_css("color", "rgb(18, 52, 86)")
    page.close()


def test_a_script_that_is_no_script_stops_no_other(browser: Browser, tmp_path: Path) -> None:
    scripts = tmp_path / "mine" / "static" / "js"
    scripts.mkdir(parents=True)
    (scripts / "broken.js").write_text("const t = ;\n")
    (scripts / "thrown.js").write_text('throw new Error("mine");\n')
    (scripts / "good.js").write_text('document.body.dataset.mine = "yes";\n')
    (tmp_path / "mine" / "theme.toml").write_text(
        'name = "mine"\nparent = "default"\nscripts = ["broken.js", "thrown.js", "good.js"]\n'
    )
    (tmp_path / "runreport.toml").write_text('theme = "mine"\n')
    archive = sample_archive(tmp_path / "a", runs=3)
    site = tmp_path / "site"
    build_site(str(archive), str(site), load_config(str(tmp_path / "runreport.toml")))
    page = browser.new_page()
    page.goto(next(site.glob("e/*/index.html")).as_uri())
    page.locator("#filter").fill("run-1")
    expect(page.locator("#run-table tbody tr")).to_have_count(1)
    assert page.locator("body").get_attribute("data-mine") == "yes"
    page.close()
