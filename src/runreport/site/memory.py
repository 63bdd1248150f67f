"""What a build remembers beside its site, so that the next one makes only what has changed.

``site.state/`` holds no facts: without it, or with one of another version, config or theme, a
build makes everything anew and the site is the same, byte for byte.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MARKER = ".runreport-site"
"""The file by which a build knows a folder that it may replace."""
ENDING = ".state"
IMPORTED = "archive"
"""The archive in the folder of a memory into which a build of another tool's runs imports them."""
_SUMMARY, _FILES = "summary.json", "files.json"

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


@dataclass(frozen=True, slots=True)
class Memory:
    """What the last build left."""

    inputs: str
    """Digest of config, theme, version and options."""
    archive: str
    """Digest of the archive's listing."""
    summary: Mapping[str, Any]
    """What the build had to say."""
    common: str = ""
    """Digest of what all runs' pages depend on, e.g. the names that are redacted."""
    parts: Mapping[str, Part] | None = None
    digests: Mapping[str, tuple[str, int]] | None = None
    """Digest and size of every other file, by path."""
    pictures: Mapping[str, str] | None = None
    """Charts as SVG, by the digest of what they show."""


def digest_of(*values: object) -> str:
    """A short text for some values that changes with any of them."""
    return hashlib.sha256("\0".join(map(str, values)).encode(errors="replace")).hexdigest()[:32]


def memory_folder(site: str) -> str:
    """Where a site's memory lies."""
    return f"{site}{ENDING}"


def recall_summary(site: str) -> Memory | None:
    """What the last build had to say; None where it left nothing that can be read."""
    content = read_note(os.path.join(memory_folder(site), _SUMMARY))
    try:
        return Memory(content["inputs"], content["archive"], content["summary"])
    except (KeyError, TypeError):
        return None


def recall(site: str) -> Memory | None:
    """All that the last build left; None where some of it is missing or of another kind."""
    head = recall_summary(site)
    content = read_note(os.path.join(memory_folder(site), _FILES))
    if head is None:
        return None
    try:
        return Memory(
            head.inputs,
            head.archive,
            head.summary,
            content["common"],
            {
                name: Part(str(key), dict(files), tuple((k, p, c) for k, p, c in findings))
                for name, (key, files, findings) in content["parts"].items()
            },
            {path: (digest, size) for path, (digest, size) in content["digests"].items()},
            dict(content["pictures"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def remember(site: str, memory: Memory) -> None:
    """Leave a memory for the next build."""
    folder = mark(site)
    parts = memory.parts or {}
    write_note(
        os.path.join(folder, _FILES),
        {
            "common": memory.common,
            "parts": {name: (p.key, dict(p.files), p.findings) for name, p in parts.items()},
            "digests": memory.digests,
            "pictures": memory.pictures,
        },
    )
    write_note(
        os.path.join(folder, _SUMMARY),
        {"inputs": memory.inputs, "archive": memory.archive, "summary": memory.summary},
    )


def mark(site: str) -> str:
    """Make the folder of a memory, by a file in it known as nobody's source of runs; its path."""
    folder = memory_folder(site)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, MARKER), "wb"):
        return folder


def forget(site: str) -> None:
    """Remove a memory, before the site it tells of is changed.

    A build that dies meanwhile leaves none, and the next one makes everything anew.
    """
    for name in (_SUMMARY, _FILES):
        with contextlib.suppress(FileNotFoundError):
            os.remove(os.path.join(memory_folder(site), name))


def read_note(path: str) -> Any:
    """What stands in a file of a memory; None where nothing does that can be read."""
    try:
        with open(path, "rb") as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


def write_note(path: str, content: Mapping[str, Any]) -> None:
    """Write a file of a memory, whole or not at all."""
    stage = f"{path}.new"
    with open(stage, "w", encoding="utf-8") as file:
        file.write(json.dumps(content, separators=(",", ":")))  # json.dump takes the slow way
    os.replace(stage, path)
