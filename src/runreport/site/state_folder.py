"""The folder beside a site in which a build keeps what the next one need not make again."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

MARKER = ".runreport-site"
"""The file by which a build knows a folder that it may replace."""
ENDING = ".state"
IMPORTED = "archive"
"""The archive in it into which a build of another tool's runs imports them."""


def state_folder(site: str) -> str:
    """Where it lies."""
    return f"{site}{ENDING}"


def mark(site: str) -> str:
    """Make it, with a file in it by which it is known as nobody's source of runs; its path."""
    folder = state_folder(site)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, MARKER), "wb"):
        return folder


def read_note(path: str) -> Any:
    """What stands in a file of it; None where nothing does that can be read."""
    try:
        with open(path, "rb") as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


def write_note(path: str, content: Mapping[str, Any]) -> None:
    """Write a file of it, whole or not at all."""
    stage = f"{path}.new"
    with open(stage, "w", encoding="utf-8") as file:
        file.write(json.dumps(content, separators=(",", ":")))  # json.dump takes the slow way
    os.replace(stage, path)
