"""Texts with something private in them, and texts without, as they stand in runs and files.

``planted.json`` says of each text what must not be published of it. All of it is made up. A mark
in the middle of what is planted keeps other people's scanners from taking the file for a leak.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
USER, HOST = "zaphodqq", "gpubox17"
"""Whose machine the texts were logged on, as far as their archive knows."""
_MARK = "¦"


class Planted(NamedTuple):
    """A text in which something private was planted."""

    why: str
    text: str
    gone: tuple[str, ...]


def planted() -> list[Planted]:
    """Texts of which something must go."""
    return [
        Planted(
            one["why"], one["text"].replace(_MARK, ""),
            tuple(piece.replace(_MARK, "") for piece in one["gone"]),
        )
        for one in json.loads((HERE / "planted.json").read_text())
    ]  # fmt: skip


def harmless() -> list[str]:
    """Texts that stay as they are."""
    found: list[str] = json.loads((HERE / "harmless.json").read_text())
    return found
