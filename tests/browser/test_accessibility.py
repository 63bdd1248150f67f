"""No page kind breaks a rule of axe-core, light or dark, on a desktop or a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from browser.kinds import page_kinds
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CHECK = """async ([tags, without]) => (await axe.run({exclude: without}, {
  preload: false, resultTypes: ['violations'], runOnly: {type: 'tag', values: tags}
})).violations.map(found => [found.id, found.impact, ...found.nodes.slice(0, 3).map(n => n.html)])
"""


def violations(page: Page, without: tuple[str, ...] = ()) -> list[list[str]]:
    page.evaluate(AXE)
    found: list[list[str]] = page.evaluate(CHECK, [TAGS, [[own] for own in without]])
    return found


@pytest.mark.parametrize(
    ("scheme", "width"),
    [
        pytest.param("dark", 1280, marks=pytest.mark.long),
        ("light", 390),
        pytest.param("light", 1280, marks=pytest.mark.long),
        pytest.param("dark", 390, marks=pytest.mark.long),
    ],
)
@pytest.mark.parametrize("root", ["disk"], indirect=True)
def test_no_page_kind_breaks_a_rule(
    reader: Any, sample_site: Path, width: int, scheme: Any
) -> None:
    reader.page.set_viewport_size({"width": width, "height": 844})
    reader.page.emulate_media(color_scheme=scheme)
    found = {}
    for name, path in page_kinds(sample_site).items():
        page = reader.open(path)
        page.wait_for_timeout(150)
        if broken := violations(page):
            found[name] = broken
    assert found == {}


@pytest.mark.parametrize("root", ["disk"], indirect=True)
def test_no_action_breaks_a_rule(reader: Any, sample_site: Path) -> None:
    kinds = page_kinds(sample_site)
    page = reader.open(kinds["experiment"])
    expect(page.locator("#toolbar")).to_be_visible()
    page.locator("#run-table tbody input").first.check()
    for name in ("Filters", "Columns", "Group", "Export"):
        page.locator("#toolbar summary", has_text=name).click()
        expect(page.locator("#toolbar details[open] .pane")).to_be_visible()
        covered = ("#run-table .dot",)  # a pane leaves a part of some too small to hit
        assert violations(page, covered) == [], name
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Edit chart").first.click()
    expect(page.locator("figure.chart svg.marks")).to_be_visible()
    assert violations(page) == []
    page.goto(page.url.split("#")[0] + "#v=1&group=params.hidden")
    page.reload()
    expect(page.locator("#shown")).to_contain_text("groups by hidden")
    assert violations(page) == []
    page.get_by_role("link", name="Compare", exact=True).last.click()
    expect(page.locator("figure.chart svg.marks")).to_have_count(2)
    assert violations(page) == []
