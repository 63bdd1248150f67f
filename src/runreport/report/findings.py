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

    @property
    def is_failure(self) -> bool:
        """Whether something could not be shown; a notice of the build, and no redaction."""
        return self.kind.startswith(NOT_SHOWN)

    @property
    def is_left_out(self) -> bool:
        """Whether a whole file is not published."""
        return self.kind.startswith(LEFT_OUT)
