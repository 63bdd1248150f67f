"""Do something when a module is imported: at once if it is, else when the program imports it."""

from __future__ import annotations

import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import threading
import warnings
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

Hook = Callable[[], None]

_waiting: dict[str, list[Hook]] = {}
_finding = threading.local()


def when_imported(module: str, hook: Hook) -> None:
    """Call a hook once the module is imported, now if it is already.

    Args:
        hook: the same one is kept once.
    """
    if module in sys.modules:
        _call(hook, module)
        return
    hooks = _waiting.setdefault(module, [])
    if hook not in hooks:
        hooks.append(hook)
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder(importlib.abc.MetaPathFinder):
    """Finds as all others do, and has the loader call the hooks afterwards."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        del path, target
        if fullname not in _waiting or getattr(_finding, "active", False):
            return None
        _finding.active = True
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            _finding.active = False
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, fullname)
        return spec


class _Loader(importlib.abc.Loader):
    """A module's own loader, with the hooks after it."""

    def __init__(self, loader: Any, name: str) -> None:
        self._loader = loader
        self._name = name

    def __getattr__(self, name: str) -> Any:  # what inspect and pkgutil ask a loader for
        return getattr(self._loader, name)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        made: ModuleType | None = self._loader.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        for hook in _waiting.pop(self._name, []):
            _call(hook, self._name)


def _call(hook: Hook, module: str) -> None:
    """Call a hook; one that fails does not fail the caller's import."""
    try:
        hook()
    except Exception as error:
        with contextlib.suppress(Warning):
            warnings.warn(f"{module} will not be logged automatically: {error}", stacklevel=4)
