"""Measured statements, and where they are written down."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "performance.md"


@dataclass(frozen=True)
class Figure:
    """One measured statement."""

    what: str
    ours: str
    floor: str
    ratio: str
    goal: str
    is_met: bool


def as_table(figures: list[Figure]) -> str:
    lines = [
        "| what | runreport | floor or peer | ratio | goal | met |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for f in figures:
        met = "yes" if f.is_met else "**no**"
        lines.append(f"| {f.what} | {f.ours} | {f.floor} | {f.ratio} | {f.goal} | {met} |")
    return "\n".join(lines)


def write_between(name: str, text: str) -> None:
    """Put text between the marks of that name in docs/performance.md."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    whole = DOCUMENT.read_text()
    head, tail = whole.split(begin)[0], whole.split(end)[1]
    DOCUMENT.write_text(f"{head}{begin}\n{text}\n{end}{tail}")


def child_json(code: str, *arguments: str) -> dict[str, float]:
    """What a fresh interpreter prints as JSON."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]
