"""A lint of the layout: every kind of page, at every width, with each menu open, and printed."""

from __future__ import annotations

import io
import re
import unicodedata
from pathlib import Path

import pytest
from browser.conftest import watch
from browser.kinds import page_kinds
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LINT = (Path(__file__).parent / "layout_lint.js").read_text()
MENUS = "details.menu"


def opened_menus(page: Page) -> list[str]:
    """What is wrong with each menu open."""
    wrong = []
    menus = page.locator(MENUS)
    for number in range(menus.count()):
        menu = menus.nth(number)
        if not menu.is_visible():
            continue
        summary = menu.locator("summary").first
        summary.scroll_into_view_if_needed()
        summary.click()
        page.wait_for_timeout(60)
        name = summary.inner_text().strip()
        wrong += [f"menu {name!r}: {one}" for one in page.evaluate(LINT)]
        menu.evaluate("menu => { menu.open = false; }")
    return wrong


@pytest.mark.parametrize(
    "width",
    [390, 1440, *(pytest.param(w, marks=pytest.mark.long) for w in (700, 768, 1024, 2560))],
)
def test_no_word_breaks_and_nothing_is_cut_off_or_covered(
    browser: Browser, sample_site: Path, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    wrong = []
    for reader in watch(context, f"file://{sample_site}/"):
        for kind, path in page_kinds(sample_site).items():
            page = reader.open(path)
            found = [*page.evaluate(LINT), *opened_menus(page)]
            wrong += [f"{kind}: {one}" for one in found]
    assert wrong == []


@pytest.mark.parametrize("theme", [pytest.param("light", marks=pytest.mark.long), "dark"])
def test_what_is_printed_is_dark_on_white_and_whole(
    browser: Browser, sample_site: Path, theme: str
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    for reader in watch(context, f"file://{sample_site}/"):
        for kind, path in page_kinds(sample_site).items():
            page = reader.open(path)
            page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
            page.emulate_media(media="print")
            if kind != "not found":  # it may name no style sheet
                colours = page.evaluate(
                    "(style => [style.color, style.backgroundColor])"
                    "(getComputedStyle(document.body))"
                )
                assert colours == ["rgb(27, 31, 36)", "rgb(255, 255, 255)"], kind
            heads = page.evaluate(
                "[...document.querySelectorAll('h1, h2')].filter(e => e.checkVisibility())"
                ".filter(e => !e.closest('.hidden')).map(e => e.innerText)"
            )
            printed = PdfReader(io.BytesIO(page.pdf())).pages
            read = unicodedata.normalize("NFKC", "".join(one.extract_text() for one in printed))
            text = re.sub(r"\s", "", read)
            missing = [head for head in heads if re.sub(r"\s", "", head) not in text]
            assert missing == [], kind
