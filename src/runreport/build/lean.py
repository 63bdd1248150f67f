"""Arrow by itself: it imports numpy, and with its first array pandas, wherever they are installed.

A build has no use for either, and both take longer to load than a run's page to make. But Arrow
that was loaded so makes no arrays and data frames for anybody ever after, so this is for processes
in which nobody else's code runs: the command's own, and its workers.
"""

from __future__ import annotations

import os
import sys

_own: set[int] = set()
"""The number of this process, if it is one."""


def own_process() -> None:
    """This process runs the command and nothing else."""
    _own.add(os.getpid())


def is_own() -> bool:
    """Whether this process runs the command and nothing else."""
    return os.getpid() in _own


def load_arrow() -> None:
    """Load Arrow as if numpy and pandas were not installed, in a process of our own, unless it is
    there already."""
    if not is_own() or "pyarrow" in sys.modules:
        return
    hidden = [name for name in ("numpy", "pandas") if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type] # None: it is not there
    try:
        import pyarrow as pa
        import pyarrow.compute
        import pyarrow.parquet

        pa.array([None])  # it looks for pandas once, and that is now
    finally:
        for name in hidden:
            del sys.modules[name]
