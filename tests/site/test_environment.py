from __future__ import annotations

import errno
import stat
from pathlib import Path

import pytest

from runreport.site.environment import make_environment
from runreport.site.theme import load_theme


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_our_templates_are_compiled_once_for_all_builds_of_a_user(cache: Path) -> None:
    make_environment(load_theme("default")).get_template("404.html")
    (folder,) = (cache / "runreport").iterdir()
    kept = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert kept and stat.S_IMODE(folder.stat().st_mode) == 0o700
    make_environment(load_theme("default")).get_template("404.html")
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == kept


def test_what_others_can_write_to_is_not_run(cache: Path) -> None:
    make_environment(load_theme("default"))
    (folder,) = (cache / "runreport").iterdir()
    folder.chmod(0o777)
    assert make_environment(load_theme("default")).bytecode_cache is None


def test_a_template_of_a_project_is_compiled_each_time_in_its_sandbox(
    cache: Path, tmp_path: Path
) -> None:
    templates = tmp_path / "theme" / "templates"
    templates.mkdir(parents=True)
    (templates / "404.html").write_text("mine")
    made = make_environment(load_theme("default", str(tmp_path)))
    assert made.bytecode_cache is None and made.get_template("404.html").render() == "mine"
    assert not cache.exists()


def test_a_user_without_a_home_builds_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x")
    for place in (str(tmp_path / "file"), "relative"):
        monkeypatch.setenv("XDG_CACHE_HOME", place)
        assert make_environment(load_theme("default")).bytecode_cache is None


def test_a_full_disk_keeps_no_template_and_fails_no_build(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object, **more: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("jinja2.bccache.tempfile.NamedTemporaryFile", full)
    assert make_environment(load_theme("default")).get_template("404.html")
    (folder,) = (cache / "runreport").iterdir()
    assert not list(folder.iterdir())
