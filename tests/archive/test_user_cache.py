from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest

from runreport.archive import user_cache as module
from runreport.archive.user_cache import FORGOTTEN_S, forget_old, user_cache


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_folder_is_made_for_this_user_alone(base: Path) -> None:
    folder = user_cache("things")
    assert folder == str(base / "runreport" / "things")
    assert stat.S_IMODE(Path(folder).stat().st_mode) == 0o700


def test_a_folder_that_others_can_write_to_is_not_used(base: Path) -> None:
    folder = user_cache("things")
    assert folder is not None
    Path(folder).chmod(0o770)
    assert user_cache("things") is None


@pytest.mark.parametrize("place", ["file", "relative"])
def test_where_no_folder_can_be_there_is_none(
    base: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    (base.parent / "file").write_text("x")
    given = str(base.parent / "file") if place == "file" else place
    monkeypatch.setenv("XDG_CACHE_HOME", given)
    assert user_cache("things") is None


def test_what_nobody_used_in_a_long_time_goes(tmp_path: Path) -> None:
    (tmp_path / "a folder").mkdir()
    for name, age in (("old", FORGOTTEN_S + 60), ("new", 60)):
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, (time.time() - age, time.time() - age))
    forget_old(str(tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == {"a folder", "new"}


def test_of_too_much_the_latest_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 25)
    for age, name in enumerate("dcba"):
        (tmp_path / name).write_bytes(b"0123456789")
        os.utime(tmp_path / name, (time.time() - age, time.time() - age))
    forget_old(str(tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == {"d", "c"}
