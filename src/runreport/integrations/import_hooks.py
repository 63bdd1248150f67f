"""Do something when a module is imported: at once if it is, else when the program imports it."""

from __future__ import annotations

import contextlib
import sys
import warnings
from collections.abc import Callable
from types import ModuleType

Hook = Callable[[], None]

_waiting: set[tuple[str, Hook]] = set()


def when_imported(module: str, hook: Hook) -> None:
    """Call a hook once the module is imported, now if it is already.

    Args:
        hook: the same one is kept once; one that fails does not fail the caller's import.
    """
    if module in sys.modules:
        _call(hook, module)
        return
    if (module, hook) in _waiting:
        return
    from wrapt import register_post_import_hook

    def call(_: ModuleType) -> None:
        _waiting.discard((module, hook))
        _call(hook, module)

    _waiting.add((module, hook))
    register_post_import_hook(call, module)


def _call(hook: Hook, module: str) -> None:
    try:
        hook()
    except Exception as error:
        with contextlib.suppress(Warning):
            warnings.warn(f"{module} will not be logged automatically: {error}", stacklevel=4)
