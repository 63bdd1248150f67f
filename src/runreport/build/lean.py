"""Arrow by itself: it imports numpy, and with its first array pandas, wherever they are installed.

A build has no use for either, and both take longer to load than a run's page to make.
"""

from __future__ import annotations

import sys


def load_arrow() -> None:
    """Load Arrow, if nobody has yet, as if numpy and pandas were not installed.

    For processes of our own only: Arrow makes no arrays and data frames for them afterwards.
    """
    if "pyarrow" in sys.modules:
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
