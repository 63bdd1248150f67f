"""Measured statements, and where they are written down."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

TINY = "RUNREPORT_BENCH_TINY"
"""Set, every benchmark takes a hundredth of its size: it must run, whatever it measures then."""
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


def sized(size: int) -> int:
    """How much to measure with."""
    return max(40, size // 100) if os.environ.get(TINY) else size


def measured_at() -> str:
    """The commit and the day of what is measured now."""

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
        return done.stdout.strip()

    changed = "+" if git("status", "--porcelain", "--untracked-files=no") else ""
    return f"{git('rev-parse', '--short=9', 'HEAD')}{changed}, {date.today().isoformat()}"


def as_table(figures: list[Figure]) -> str:
    lines = [
        "| what | runreport | floor or peer | ratio | goal | met | commit, day |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    at = measured_at()
    for f in figures:
        met = "yes" if f.is_met else "**no**"
        lines.append(f"| {f.what} | {f.ours} | {f.floor} | {f.ratio} | {f.goal} | {met} | {at} |")
    return "\n".join(lines)


def renewed(name: str, table: str) -> str:
    """The table of docs/performance.md with the rows of a newer one in their places."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    old = DOCUMENT.read_text().split(begin)[1].split(end)[0].strip().splitlines()
    head, rows = table.splitlines()[:2], table.splitlines()[2:]
    newer = {row.split("|")[1].strip(): row for row in rows}
    kept = [newer.pop(line.split("|")[1].strip(), line) for line in old[2:]]
    return "\n".join([*head, *kept, *newer.values()])


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
