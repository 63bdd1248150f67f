from __future__ import annotations

import stat
from pathlib import Path

import pytest

from runreport.archive.user_cache import user_cache


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
