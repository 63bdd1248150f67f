"""``runreport runs`` with all its members, which several modules hold."""

from __future__ import annotations

from runreport.cli.diff import diff
from runreport.cli.maintenance import purge
from runreport.cli.runs import runs
from runreport.cli.searching import search

__all__ = ("runs",)

runs.add_command(search)
runs.add_command(diff)
runs.add_command(purge)
