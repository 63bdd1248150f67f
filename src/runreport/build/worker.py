"""What a worker of the command loads before its first task, once for all of them."""

from __future__ import annotations

from runreport.build.lean import load_arrow, own_process

own_process()
load_arrow()

from runreport.build import run_work  # noqa: E402, F401 # Arrow comes first, and alone
