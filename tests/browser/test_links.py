"""Every link of every page leads somewhere, from disk and below a path; nothing calls out."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from browser.conftest import SAMPLES
from playwright.sync_api import expect

import runreport
from runreport.pipeline import build_site
from runreport.report.config import Config, load_config

pytestmark = [pytest.mark.slow]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'"
)


class Links(HTMLParser):
    """What a page points to, and the ids it has."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.ids: set[str] = set()
        self.headings = 0
        self.policy = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.headings += tag == "h1"
        if named.get("id"):
            self.ids.add(str(named["id"]))
        if named.get("http-equiv") == "Content-Security-Policy":
            self.policy = str(named["content"])
        self.targets += [str(named[name]) for name in ("href", "src") if named.get(name)]


def read(path: Path) -> Links:
    links = Links()
    links.feed(path.read_text())
    return links


def test_no_link_is_dead_and_every_page_has_its_policy_and_heading(sample_site: Path) -> None:
    pages = {path: read(path) for path in sample_site.rglob("*.html")}
    assert len(pages) > 200
    dead = []
    for path, page in pages.items():
        assert page.headings == 1 and page.policy == POLICY, path
        for target in page.targets:
            address, fragment = urldefrag(target)
            parts = urlsplit(address)
            if parts.scheme == "data":
                continue
            assert not parts.scheme and not parts.netloc, (path, target)
            place = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            is_inside = place.is_relative_to(sample_site.resolve())
            if not is_inside or not place.is_file():
                dead.append((str(path.relative_to(sample_site)), target))
            elif fragment and place in pages and "=" not in fragment:
                assert fragment in pages[place].ids, (path, target)
    assert dead == []


def test_the_theme_without_script_is_whole(tmp_path: Path) -> None:
    config = replace(load_config(str(SAMPLES / "runreport.toml")), theme="plain")
    build_site(str(SAMPLES / "archive"), str(tmp_path / "site"), config)
    for path in (tmp_path / "site").rglob("*.html"):
        assert "<script" not in path.read_text()
        for target in read(path).targets:
            place = unquote(urlsplit(urldefrag(target).url).path)
            assert not place or target.startswith("data:") or (path.parent / place).is_file(), (
                target
            )


def test_no_two_files_meet_on_a_disk_that_folds_case(sample_site: Path) -> None:
    names = [str(path.relative_to(sample_site)) for path in sample_site.rglob("*")]
    assert len({name.casefold() for name in names}) == len(names)
    assert not any(re.search(r'[\\:*?"<>|]|\.$', name) for name in names)


def test_a_link_cannot_run_a_script_that_somebody_logged(browser: Any, tmp_path: Path) -> None:
    runreport.set_tracking_uri(tmp_path / "a")
    with runreport.start_run() as run:
        runreport.log_text("window.__xss = 1", "data/latest.js")
        runreport.log_metric("loss", 1.0)
    site = tmp_path / "site"
    build_site(str(tmp_path / "a"), str(site), Config())
    run_id = run.info.run_id
    folder = f"../r/{run_id[:2]}/{run_id}/files"
    assert not list(site.rglob("files/**/*.js"))
    page = browser.new_page()
    for link in (
        f"r/view.html#v=1&id=abcdef&e={folder}",
        f"compare/index.html#sel={folder}:abcdef",
    ):
        page.goto(f"file://{site}/{link}")
        page.reload()
        expect(page.locator("#shown, #advice").first).not_to_be_empty()
        assert page.evaluate("window.__xss") is None
        assert page.locator("script[src*=latest]").count() == 0
    page.close()
