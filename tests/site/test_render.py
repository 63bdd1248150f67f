from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from builders import sample_archive

from runreport.errors import ConfigError
from runreport.pipeline import build_site
from runreport.report.config import Config, parse_config

CONFIG = parse_config({"primary_metric": "accuracy", "direction": "max", "title": "T"})


class Links(HTMLParser):
    """All addresses and ids of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.addresses.append(value)
            if name == "id" and value:
                self.ids.append(value)


def links_of(path: Path) -> Links:
    parser = Links()
    parser.feed(path.read_text())
    return parser


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("sites")
    archive = sample_archive(folder / "archive", runs=60)
    found = {}
    for theme in ("default", "plain"):
        from dataclasses import replace

        build_site(str(archive), str(folder / theme), replace(CONFIG, theme=theme))
        found[theme] = folder / theme
    return found


@pytest.mark.parametrize("theme", ["default", "plain"])
def test_every_link_leads_to_a_file_of_the_site(sites: dict[str, Path], theme: str) -> None:
    site = sites[theme]
    for page in site.rglob("*.html"):
        own = "/" + str(page.relative_to(site))
        for address in links_of(page).addresses:
            if address.startswith("data:"):
                continue
            assert not urlsplit(address).netloc and not address.startswith("/"), address
            target = unquote(urlsplit(urljoin(own, address)).path)
            assert (site / target.lstrip("/")).is_file(), (own, address)
            if address.endswith("/"):
                raise AssertionError(f"{address} names a folder, which file:// would list")


@pytest.mark.parametrize("theme", ["default", "plain"])
def test_every_page_has_the_policy_one_heading_and_no_id_twice(
    sites: dict[str, Path], theme: str
) -> None:
    for page in sites[theme].rglob("*.html"):
        text, links = page.read_text(), links_of(page)
        assert "default-src &#39;none&#39;" in text and text.index("Content-Security") < 200
        assert links.tags.count("h1") == 1
        assert len(links.ids) == len(set(links.ids)), page
        assert not re.search(r"\sstyle=|\son\w+=", text), page


def test_the_plain_theme_has_no_script_at_all(sites: dict[str, Path]) -> None:
    assert not list(sites["plain"].rglob("*.js"))
    for page in sites["plain"].rglob("*.html"):
        assert "<script" not in page.read_text()
        assert not re.search(
            r'class="(?:toolbar|controls)"(?! id="toolbar" hidden| hidden)', page.read_text()
        )


def test_all_rows_are_there_without_script_over_pages(sites: dict[str, Path]) -> None:
    (folder,) = (sites["plain"] / "e").iterdir()
    pages = [folder / "index.html", folder / "runs-2.html"]
    rows = [re.findall(r'<th scope="row"><a href="[^"]+">(run-\d+)', p.read_text()) for p in pages]
    assert [len(found) for found in rows] == [50, 10]
    assert sorted(rows[0] + rows[1]) == sorted(f"run-{n}" for n in range(60))


def test_charts_are_drawn_with_the_themes_colours(sites: dict[str, Path]) -> None:
    (page,) = (sites["default"] / "e").glob("*/index.html")
    text = page.read_text()
    assert text.count('<div class="wide"><svg class="chart-svg"') == 3
    assert "var(--c1)" in text and 'id="clip' not in text


def test_a_template_that_fails_is_named(tmp_path: Path) -> None:
    archive = sample_archive(tmp_path / "a", runs=1)
    (tmp_path / "theme" / "templates").mkdir(parents=True)
    (tmp_path / "theme" / "templates" / "run.html").write_text("{{ page.nothing }}")
    config = Config(folder=str(tmp_path))
    with pytest.raises(ConfigError, match=r"run\.html"):
        build_site(str(archive), str(tmp_path / "site"), config)
    assert not (tmp_path / "site").exists()
