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


def sizes_of(digests: Mapping[str, tuple[str, int]], parts: Mapping[str, Part]) -> dict[str, int]:
    """Sizes of a site's files by path; many parts may have brought one.

    Args:
        digests: digest and size of the files of no part, by path.
    """
    sizes = {path: size for path, (_, size) in digests.items()}
    for part in parts.values():
        sizes.update(part.files)
    return sizes
