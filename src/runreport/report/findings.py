"""What was redacted, as a build tells it."""

from __future__ import annotations

from dataclasses import dataclass

NOT_SHOWN = "could not be shown"
"""How the kind of a finding begins that failed on what was logged; a notice of the build."""
LEFT_OUT = "left out"
"""How the kind of a finding begins that is a whole file."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A kind of private thing that was taken out, and where."""

    kind: str
    place: str
    count: int
