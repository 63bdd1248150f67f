"""Do something when a module is imported: at once if it is, else when the program imports it."""

from __future__ import annotations

import contextlib
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
    from wrapt import register_post_import_hook

    if (module, hook) in _waiting:
        return
    _waiting.add((module, hook))

    def call(_: ModuleType) -> None:
        _waiting.discard((module, hook))
        try:
            hook()
        except Exception as error:
            with contextlib.suppress(Warning):
                warnings.warn(f"{module} will not be logged automatically: {error}", stacklevel=4)

    register_post_import_hook(call, module)
