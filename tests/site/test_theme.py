from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from runreport.errors import ConfigError
from runreport.site.theme import CHART_SCRIPTS, SCRIPTS, STYLES, load_theme

ALL_SCRIPTS = {name for names in SCRIPTS.values() for name in names}
THEMES = Path(__file__).parents[2] / "themes"


def make_theme(folder: Path, text: str) -> Path:
    (folder / "templates").mkdir(parents=True)
    (folder / "theme.toml").write_text(text)
    return folder


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
    static = THEMES / "default" / "static"
    assert sorted(p.name for p in (static / "js").iterdir()) == sorted(ALL_SCRIPTS)
    assert sorted(p.name for p in (static / "css").iterdir()) == sorted(STYLES)


def test_vendored_files_are_the_ones_that_were_reviewed() -> None:
    vendor = THEMES / "default" / "vendor"
    manifest = json.loads((vendor / "manifest.json").read_text())
    assert [entry["file"] for entry in manifest] == list(CHART_SCRIPTS)
    for entry in manifest:
        data = (vendor / entry["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == entry["sha256"], entry["file"]
        assert "Redistribution and use" in (vendor / entry["licence_file"]).read_text()
        assert re.fullmatch(r"\d+\.\d+\.\d+", entry["version"])
    assert b"6.4.1" in (vendor / "vega-lite.min.js").read_bytes()


def test_scripts_put_text_into_pages_only_as_text() -> None:
    for name in ALL_SCRIPTS:
        text = (THEMES / "default" / "static" / "js" / name).read_text()
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
                     "new Function", "fetch(", "XMLHttpRequest", "import("):  # fmt: skip
            assert word not in text, (name, word)


def test_templates_hold_no_inline_script_style_or_handler() -> None:
    for path in (THEMES / "default" / "templates").iterdir():
        text = path.read_text()
        assert not re.search(r"<style|style=|\son\w+=|<script(?![^>]*src=)", text), path.name
        for match in re.finditer(r"\{\{[^}]*\|\s*safe[^}]*\}\}", text):
            assert "html" in match[0], path.name
