"""``runreport archive`` with all its members, which two modules hold."""

from __future__ import annotations

from runreport.cli import maintenance
from runreport.cli.archive import archive

__all__ = ("archive", "maintenance")
