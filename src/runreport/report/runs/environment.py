"""The place a run ran in, and how to get the run again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from runreport.report.formatting import plural
from runreport.report.links import Field
from runreport.tags import COMMIT_TAG

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.!+_-]*")
"""What other tools recorded goes into texts that people paste: only what versions are made of."""
MOST_DIFF_LINES = 2000
"""Lines of a diff that a page shows."""


@dataclass(frozen=True, slots=True)
class Reproduction:
    """What was recorded of how to get a run again."""

    commands: str
    """Shell commands, one a line; empty where too little is known."""
    missing: tuple[str, ...]
    """What they lack, as sentences."""
    diff: tuple[tuple[str, str], ...]
    """Lines of the uncommitted changes with ``add``, ``del``, ``head`` or nothing."""
    diff_text: str = ""
    """All of them, as a file."""


def object_of(record: Mapping[str, Any], key: str) -> dict[str, Any]:
    """A member that should be an object; empty where another tool wrote something else."""
    value = record.get(key)
    return value if isinstance(value, dict) else {}


def environment_fields(record: dict[str, Any]) -> list[Field]:
    """What was recorded of the place a run ran in, as far as it may be published."""
    fields = []
    git = object_of(record, "git")
    if git.get("commit"):
        dirty = " with uncommitted changes" if git.get("dirty") else ""
        fields.append(
            Field("Git commit", f"{str(git['commit'])[:12]}{dirty}", str(git.get("branch", "")))
        )
    labels = {
        "python": "Python",
        "platform": "Platform",
        "user": "User",
        "host": "Host",
        "folder": "Folder",
    }
    fields += [Field(label, str(record[key])) for key, label in labels.items() if record.get(key)]
    if isinstance(record.get("command"), list):
        fields.append(Field("Command", " ".join(map(str, record["command"]))))
    if packages := object_of(record, "packages"):
        fields.append(Field("Packages", plural(len(packages), "package")))
    return fields


def reproduction(record: dict[str, Any], tags: Mapping[str, str]) -> Reproduction:
    """Commands that lead back to a run: its commit, its packages, its command line."""
    git = object_of(record, "git")
    commands, missing = [], []
    if git.get("commit"):
        commands.append(f"git checkout {shlex.quote(str(git['commit']))}")
        if git.get("dirty") and not git.get("diff"):
            missing.append("It ran with uncommitted changes, which are not published.")
        elif git.get("diff"):
            commands.append("git apply uncommitted.diff  # the changes below")
    elif tags.get(COMMIT_TAG):  # as another tool recorded it
        commands.append(f"git checkout {shlex.quote(tags[COMMIT_TAG])}")
    else:
        missing.append("No commit was recorded.")
    if object_of(record, "packages"):
        if VERSION.fullmatch(str(record.get("python", ""))):
            commands.append(f"# Python {record['python']}")
        commands.append("pip install -r requirements.txt")
    command = record.get("command")
    source = tags.get("mlflow.source.name", "")
    if isinstance(command, list) and command:
        commands.append(shlex.join(map(str, command)))
    elif source.endswith(".py"):
        commands.append(f"python {shlex.quote(source)}")
        missing.append("The command line is not published; params are listed above.")
    is_enough = any(not line.startswith("#") for line in commands)
    diff = str(git.get("diff") or "")
    if len(diff.splitlines()) > MOST_DIFF_LINES:
        missing.append(f"The first {MOST_DIFF_LINES:,} lines of the changes are shown.")
    return Reproduction(
        "\n".join(commands) if is_enough else "", tuple(missing), tuple(_diff_lines(diff)), diff
    )


def _diff_lines(diff: str) -> Iterator[tuple[str, str]]:
    for line in diff.splitlines()[:MOST_DIFF_LINES]:
        kind = ""
        if line.startswith(("+++", "---", "diff ", "@@", "index ")):
            kind = "head"
        elif line.startswith("+"):
            kind = "add"
        elif line.startswith("-"):
            kind = "del"
        yield line, kind
