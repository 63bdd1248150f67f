from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from runreport.integrations.import_hooks import when_imported


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "imported_later.py").write_text("value = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "imported_later", raising=False)
    return "imported_later"


def test_a_hook_is_called_once_the_module_is_there(later: str) -> None:
    seen: list[int] = []

    def hook() -> None:
        seen.append(sys.modules[later].value)

    when_imported(later, hook)
    when_imported(later, hook)
    assert seen == []
    module = importlib.import_module(later)
    assert seen == [1]
    assert module.__spec__ is not None and "SourceFileLoader" in repr(module.__spec__.loader)


def test_a_module_that_is_there_is_not_waited_for() -> None:
    seen: list[int] = []
    when_imported("sys", lambda: seen.append(1))
    assert seen == [1]


def test_a_module_that_does_not_exist_is_missed_as_ever() -> None:
    when_imported("no_such_module_at_all", lambda: None)
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("no_such_module_at_all")


def test_a_hook_that_fails_does_not_fail_the_import(later: str) -> None:
    when_imported(later, lambda: 1 / 0)  # type: ignore[arg-type,return-value]
    with pytest.warns(UserWarning, match="imported_later will not be logged automatically"):
        assert importlib.import_module(later).value == 1
