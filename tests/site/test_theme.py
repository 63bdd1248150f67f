from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest
from builders import sample_archive

from runreport.errors import ConfigError
from runreport.pipeline import build_site
from runreport.report.config import Config
from runreport.site.joining import ordered_modules
from runreport.site.scripts import Scripts, theme_scripts
from runreport.site.theme import Theme, hashed_asset, load_theme

THEMES = Path(__file__).parents[2] / "themes"
SCRIPTS = THEMES / "default" / "static" / "js"
ALL_SCRIPTS = sorted(SCRIPTS.rglob("*.js"))


def make_theme(folder: Path, text: str) -> Path:
    (folder / "templates").mkdir(parents=True)
    (folder / "theme.toml").write_text(text)
    return folder


def scripts_of(theme: Theme) -> Scripts:
    return theme_scripts(theme, hashed_asset("specs", "js", b""), theme.chart_scripts())


def test_plain_inherits_everything_but_the_scripts() -> None:
    plain, default = load_theme("plain"), load_theme("default")
    assert default.has_scripts and not plain.has_scripts
    assert plain.stylesheet() == default.stylesheet()


def test_a_users_theme_overrides_one_template(tmp_path: Path) -> None:
    mine = make_theme(tmp_path / "mine", 'name = "mine"\nparent = "default"\n')
    (mine / "templates" / "404.html").write_text("gone")
    theme = load_theme("mine", str(tmp_path))
    assert theme.read("templates/404.html") == b"gone"
    assert b"<!doctype html>" in theme.read("templates/base.html")


def test_a_projects_theme_folder_overrides_without_being_named(tmp_path: Path) -> None:
    (tmp_path / "theme" / "templates").mkdir(parents=True)
    (tmp_path / "theme" / "templates" / "404.html").write_text("mine")
    assert load_theme("default", str(tmp_path)).read("templates/404.html") == b"mine"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "name is missing"),
        ('name = "x"\nparents = "default"', "unknown key 'parents'"),
        ('name = "x"\nparent = "default"\n[options]\nscripts = "no"', "must be true or false"),
        ('name = "x"\nparent = "default"\n[options]\naccent = "red"', "must be a colour"),
        ('name = "x"\nparent = "default"\n[options]\nmine = [1]', "an option is true or false"),
        ('name = "x"\nstyles = "a.css"', "must be a list of files"),
        ('name = "x"\nscripts = ["a.css"]', "scripts names 'a.css'"),
        ('name = "x"\nscripts = ["../a.js"]', r"scripts names '\.\./a\.js'"),
        ('name = "x"\nlater = ["a.js"]', "must be a table of scripts"),
        ('name = "x"\n[later]\n"Big-name" = "a.js"', "small letters, digits and _ only"),
        ('name = "x"\n[later]\nmore = 3', "later.more names 3"),
        ('name = "x"\nparent = 3', "parent is 3; it must be text"),
        ("name = 3", "name is 3; it must be text"),
        ('name = "x"\nparent = "defualt"', "Did you mean 'default'"),
        ('name = "x"\nparent = "mine"', "circle"),
        ("name = ", "Could not read"),
    ],
)
def test_a_wrong_theme_is_one_clear_error(tmp_path: Path, text: str, message: str) -> None:
    make_theme(tmp_path / "mine", text)
    with pytest.raises(ConfigError, match=message):
        load_theme("mine", str(tmp_path))


def test_an_unknown_theme_is_named_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"no theme 'plan'. Did you mean 'plain'"):
        load_theme("plan")


def test_every_script_and_style_of_the_theme_is_used() -> None:
    theme = load_theme("default")
    entries = (*theme.start_scripts, *theme.later_scripts.values())
    used = ordered_modules(entries, lambda path: (SCRIPTS / path).read_text())
    # A build looks at what others wrote only: here ours are looked at.
    assert {str(path.relative_to(SCRIPTS)) for path in ALL_SCRIPTS} == {m.path for m in used}
    styles = (THEMES / "default" / "static" / "css").iterdir()
    assert sorted(path.name for path in styles) == sorted(theme.styles)


def test_what_a_page_loads_at_once_stays_small() -> None:
    first = scripts_of(load_theme("default")).first
    assert len(gzip.compress(first.content)) <= 19_100


def test_a_projects_extra_sheet_comes_after_ours(tmp_path: Path) -> None:
    (tmp_path / "theme" / "static").mkdir(parents=True)
    (tmp_path / "theme" / "static" / "extra.css").write_text("h1 { color: #123456; }")
    theme = load_theme("default", str(tmp_path), {"accent": "#654321"})
    assert theme.stylesheet().content.endswith(b"h1 { color: #123456; }")
    assert b"--accent: #654321" in theme.stylesheet().content
    assert b"extra" not in load_theme("default", str(tmp_path / "elsewhere")).stylesheet().content


def test_a_projects_static_file_takes_the_place_of_ours(tmp_path: Path) -> None:
    (tmp_path / "theme" / "static" / "css").mkdir(parents=True)
    (tmp_path / "theme" / "static" / "css" / "model.css").write_text("/* mine */")
    (tmp_path / "theme" / "static" / "icon.svg").write_text("<svg/>")
    theme = load_theme("default", str(tmp_path))
    assert b"/* mine */" in theme.stylesheet().content
    assert theme.read("static/icon.svg") == b"<svg/>"


def test_a_theme_adds_a_style_and_scripts_of_its_own(tmp_path: Path) -> None:
    mine = make_theme(
        tmp_path / "mine",
        """
        name = "mine"
        parent = "default"
        styles = ["brand/mine.css", "page.css"]
        scripts = ["mine.js"]
        [later]
        more = "more.js"
        """,
    )
    (mine / "static" / "css" / "brand").mkdir(parents=True)
    (mine / "static" / "css" / "brand" / "mine.css").write_text(".mine {}")
    (mine / "static" / "js").mkdir()
    (mine / "static" / "js" / "mine.js").write_text(
        'import { make } from "./core/dom.js";\ndocument.body.append(make("footer", {}));\n'
    )
    (mine / "static" / "js" / "more.js").write_text(
        'import { plural } from "./core/format.js";\nexport const told = plural(1, "run");\n'
    )
    theme = load_theme("mine", str(tmp_path))
    assert theme.styles[-1] == "brand/mine.css" and theme.styles.count("page.css") == 1
    scripts = scripts_of(theme)
    names = [a.path.split("/")[1].split("-")[0] for a in (scripts.first, *scripts.later)]
    assert names == [
        "runreport",
        "filters",
        "deltas",
        "tools",
        "charts",
        "pages",
        "pointing",
        "more",
        "specs",
    ]
    first, more = (asset.content.decode() for asset in (scripts.first, scripts.later[-2]))
    (own,) = scripts.added
    assert own.path.startswith("static/own-mine-") and b'["mine.js"] ??=' in own.content
    assert b"function make(" not in own.content and '["mine.js"]' not in first
    assert more.startswith('runreport.later("more", ') and "function plural" not in more


def test_a_script_that_is_missing_is_named(tmp_path: Path) -> None:
    make_theme(tmp_path / "mine", 'name = "mine"\nparent = "default"\nscripts = ["mine.js"]\n')
    with pytest.raises(ConfigError, match=r"no file 'static/js/mine\.js'"):
        scripts_of(load_theme("mine", str(tmp_path)))


def test_a_parents_later_script_is_not_replaced_unawares(tmp_path: Path) -> None:
    text = 'name = "mine"\nparent = "default"\n[later]\ntools = "mine.js"\n'
    make_theme(tmp_path / "mine", text)
    with pytest.raises(ConfigError, match=r"later\.tools is a script of its parent"):
        load_theme("mine", str(tmp_path))


def test_a_file_that_takes_the_place_of_none_is_told(tmp_path: Path) -> None:
    static, templates = tmp_path / "theme" / "static", tmp_path / "theme" / "templates"
    (static / "css").mkdir(parents=True)
    templates.mkdir()
    for path in (static / "css" / "tabel.css", static / "extra.css", static / ".DS_Store",
                 templates / "overviw.html", templates / "404.html"):  # fmt: skip
        path.write_text("")
    told = load_theme("default", str(tmp_path)).unused
    assert [text.split(" ")[0] for text in told] == [
        "theme/static/css/tabel.css",
        "theme/templates/overviw.html",
    ]
    assert "Did you mean 'static/css/table.css'" in told[0]


def test_a_theme_without_a_parent_needs_its_own_files(tmp_path: Path) -> None:
    make_theme(tmp_path / "mine", 'name = "mine"\nscripts = ["mine.js"]\n')
    theme = load_theme("mine", str(tmp_path))
    assert theme.has_scripts
    with pytest.raises(ConfigError, match=r"no file 'static/js/mine\.js'"):
        scripts_of(theme)


def test_vendored_files_are_the_ones_that_were_reviewed() -> None:
    vendor = THEMES / "default" / "vendor"
    manifest = json.loads((vendor / "manifest.json").read_text())
    assert [entry["file"] for entry in manifest] == list(load_theme("default").vendor)
    for entry in manifest:
        data = (vendor / entry["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == entry["sha256"], entry["file"]
        assert "Redistribution and use" in (vendor / entry["licence_file"]).read_text()
        assert re.fullmatch(r"\d+\.\d+\.\d+", entry["version"])
    assert b"6.4.1" in (vendor / "vega-lite.min.js").read_bytes()


def test_scripts_put_text_into_pages_only_as_text() -> None:
    for path in ALL_SCRIPTS:
        text = re.sub(r"typeof import\(", "", path.read_text())
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
                     "new Function", "fetch(", "XMLHttpRequest", "import("):  # fmt: skip
            assert word not in text, (path, word)


def test_parts_of_a_users_theme_may_ask_which_page_they_are_on(tmp_path: Path) -> None:
    archive = sample_archive(tmp_path / "archive", runs=2)
    templates = tmp_path / "theme" / "templates"
    templates.mkdir(parents=True)
    ours = (THEMES / "default" / "templates" / "parts.html").read_text()
    crumbs = "{% macro crumbs(links) %}<p>At {{ path }}</p>{% endmacro %}"
    (templates / "parts.html").write_text(ours + crumbs)
    build_site(str(archive), str(tmp_path / "site"), Config(folder=str(tmp_path)))
    pages = [page.read_text() for page in (tmp_path / "site" / "r").glob("*/*.html")]
    assert len(pages) == 2
    assert all(re.search(r"<p>At r/../\w+\.html</p>", page) for page in pages)


def test_templates_hold_no_inline_script_style_or_handler() -> None:
    for path in (THEMES / "default" / "templates").iterdir():
        text = path.read_text()
        if path.name == "review_alone.html":  # has its style in it, whose digest its policy names
            text = text.replace("<style>{{ style }}</style>", "")
        assert not re.search(r"<style|style=|\son\w+=|<script(?![^>]*src=)", text), path.name
        for match in re.finditer(r"\{\{[^}]*\|\s*safe[^}]*\}\}", text):
            assert "html" in match[0], path.name
