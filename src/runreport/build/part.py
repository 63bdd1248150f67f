"""Parts of a site: files that one task made together, and what it had to say of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Findings = tuple[tuple[str, str, int], ...]
"""(kind, place, count) of what was redacted."""


@dataclass(frozen=True, slots=True)
class Part:
    """Files that were made together, e.g. those of one run."""

    key: str
    """Of all that they were made from."""
    files: Mapping[str, int]
    """Size by path from the site's root."""
    findings: Findings = ()
