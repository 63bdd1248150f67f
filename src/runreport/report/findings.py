"""What was redacted, as a build tells it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """A kind of secret that was taken out, and where."""

    kind: str
    place: str
    count: int
