"""What a CI job asks of archives: rules, a comparison, histories; in fresh processes."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from figures import Figure, sized
from wide import wide_table, write_compacted

from runreport.archive.directory import open_archive

PROGRAM = "from runreport.cli import run; run()"
WITHOUT = "import runreport.report.assemble as a; a.begin_history = lambda *given: lambda: None; "
FLOOR = (
    "from runreport.archive.directory import open_archive as o;"
    "from runreport.query.search import load_index as i; import sys; i(o(sys.argv[1]))"
)


def gate(folder: Path) -> list[Figure]:
    """`check` with 100 rules and `history` over 10,000 runs, against opening the archive alone."""
    runs = sized(10_000)
    write_compacted(open_archive(folder / "archive", create=True), wide_table(runs))
    archive = str(folder / "archive")
    rules = [
        part
        for number in range(100)
        for part in ("--rule", f"metrics.accuracy >= best - 0.{number:02}")
    ]
    head = folder / "head"
    write_compacted(open_archive(head, create=True), wide_table(runs, seed=1))
    floor = seconds("-c", FLOOR, archive)
    compare = seconds("-c", PROGRAM, "compare", archive, str(head), "--format", "md")
    check = seconds("-c", PROGRAM, "check", "-a", archive, *rules)
    history = seconds("-c", PROGRAM, "history", "accuracy", "-a", archive, "--json")
    figures = [
        Figure(
            f"{name}, in a fresh process",
            f"{taken:.2f} s",
            f"{floor:.2f} s (opening the archive)",
            f"{taken / floor:.2f}",
            "≤ 2 s",
            taken <= 2,
        )
        for name, taken in (
            ("`check` with 100 rules of 10,000 runs", check),
            ("`history` of 10,000 runs", history),
            ("`compare` of two archives of 10,000 runs", compare),
        )
    ]
    return [*figures, histories(folder)]


def histories(folder: Path) -> Figure:
    """A build of an experiment of 1,000 runs with its history of two metrics, and without."""
    archive = folder / "one"
    write_compacted(open_archive(archive, create=True), wide_table(sized(1000)))
    taken = {}
    for name, before in (("with", ""), ("without", WITHOUT)):
        build = f"{before}import sys; {PROGRAM}"
        given = ("build", str(archive), "-o", str(folder / name), "--clean", "-q")
        taken[name] = seconds("-c", build, *given)
    ratio = taken["with"] / taken["without"]
    return Figure(
        "a build of 1,000 runs with their histories",
        f"{taken['with']:.2f} s",
        f"{taken['without']:.2f} s (without)",
        f"{ratio:.2f}",
        "≤ 1.05",
        ratio <= 1.05,
    )


def seconds(*arguments: str) -> float:
    """The median of five runs of a Python program, whatever it exits with."""

    def once() -> float:
        begin = time.perf_counter()
        subprocess.run([sys.executable, *arguments], capture_output=True, check=False)
        return time.perf_counter() - begin

    return statistics.median(once() for _ in range(5))
