"""The worked example of docs/themes.md builds as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from builders import sample_archive

from runreport.errors import ConfigError
from runreport.pipeline import build_site
from runreport.report.config import load_config

DOCUMENT = Path(__file__).parents[2] / "docs" / "themes.md"
TEMPLATES = Path(__file__).parents[2] / "themes" / "default" / "templates"


def example(folder: Path) -> Path:
    text = DOCUMENT.read_text().split("## A worked example")[1].split("\n## ")[0]
    theme, config = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (template,) = re.findall(r"```jinja\n(.*?)```", text, re.DOTALL)
    (folder / "mine" / "templates").mkdir(parents=True)
    (folder / "mine" / "theme.toml").write_text(theme)
    (folder / "mine" / "templates" / "overview.html").write_text(template)
    (folder / "runreport.toml").write_text(config)
    return folder / "runreport.toml"


def test_the_worked_example_builds(tmp_path: Path) -> None:
    config = load_config(str(example(tmp_path)))
    archive = sample_archive(tmp_path / "a", runs=2)
    build_site(str(archive), str(tmp_path / "site"), config)
    page = (tmp_path / "site" / "index.html").read_text()
    assert "What we found: 2 runs in 1 experiment." in page and "Best run" in page
    assert "Vision group. Questions: room 4.12." in page
    (style,) = (tmp_path / "site" / "static").glob("style-*.css")
    assert "--accent: #7e19d3" in style.read_text() and "#d5a6ff" in style.read_text()
    assert "Vision group" in next((tmp_path / "site").glob("r/*/*.html")).read_text()


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ('{% extends "overview.html" %}', r'extends or includes itself.*"default/overview\.html"'),
        ("{{ 1 / 0 }}", r"overview\.html: ZeroDivisionError"),
        ('{{ "a" + 1 }}', r"overview\.html: TypeError"),
        ("\udcff", r"overview\.html: UnicodeDecodeError"),
        ("{{ page.titel }}", r"overview\.html: UndefinedError.*titel"),
    ],
)
def test_a_wrong_template_is_one_clear_error(tmp_path: Path, template: str, message: str) -> None:
    path = example(tmp_path)
    own = path.parent / "mine" / "templates" / "overview.html"
    own.write_bytes(template.encode(errors="surrogateescape"))
    archive = sample_archive(tmp_path / "a", runs=1)
    with pytest.raises(ConfigError, match=message):
        build_site(str(archive), str(tmp_path / "site"), load_config(str(path)))
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(
    "template",
    [
        "{{ cycler.__init__.__globals__.os.popen('touch ' ~ 'PWNED').read() }}",
        "{{ site.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
    ],
)
def test_a_projects_template_cannot_reach_what_python_reaches(
    tmp_path: Path, template: str
) -> None:
    path = example(tmp_path)
    written = template.replace("PWNED", str(tmp_path / "PWNED"))
    (path.parent / "mine" / "templates" / "404.html").write_text(written)
    archive = sample_archive(tmp_path / "a", runs=1)
    with pytest.raises(ConfigError, match=r"404\.html"):
        build_site(str(archive), str(tmp_path / "site"), load_config(str(path)))
    assert not (tmp_path / "PWNED").exists() and not (tmp_path / "site").exists()


def test_an_option_that_no_theme_has_is_named_with_the_nearest(tmp_path: Path) -> None:
    path = example(tmp_path)
    path.write_text(path.read_text().replace("greeting", "greting"))
    archive = sample_archive(tmp_path / "a", runs=1)
    with pytest.raises(ConfigError, match=r"no option 'greting'\. Did you mean 'greeting'"):
        build_site(str(archive), str(tmp_path / "site"), load_config(str(path)))


def test_every_template_and_option_is_documented() -> None:
    text = DOCUMENT.read_text()
    for path in TEMPLATES.iterdir():
        assert f"`{path.name}`" in text, path.name
    options = (TEMPLATES.parent / "theme.toml").read_text().split("[options]")[1]
    for name in re.findall(r"^(\w+) =", options, re.MULTILINE):
        assert f"`{name}`" in text, name
