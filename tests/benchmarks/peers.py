"""Measure runreport beside the trackers that are installed, all in one run on one machine.

    python tests/benchmarks/peers.py [--only TOPIC] [--tool NAME] [--write]

Every number comes from fresh interpreters, each tool offline and in its normal mode. The metrics
of one step go through the tool's own call for several, where it has one. A tool that is not
installed, hangs or fails is reported as that.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from importlib import metadata, util
from pathlib import Path
from typing import IO, Any

from figures import TINY, write_between
from peer_tools import PRELUDE, TOOLS, Tool

TIMEOUT_S = 120.0
SETTLE_S = 3.0
"""Between a kill and the count: helper processes of a tool may still be writing."""
REPEATS, WRITERS, RUNS, STEPS = 3, 8, 5, 20


class Failure(Exception):
    """A child did not do its work; the text is for the table."""


# -- the topics -------------------------------------------------------------------------------

CALLS = """
begin()
log("loss", 0, 0.0)
times = []
for step in range(1, count + 1):
    value = 0.1 * step
    start = time.perf_counter_ns()
    log("loss", step, value)
    times.append(time.perf_counter_ns() - start)
end()
times.sort()
at = {"median": times[count // 2], "mean": sum(times) / count, "p99": times[count * 99 // 100]}
tell(**{name: nanoseconds / 1000 for name, nanoseconds in at.items()})
"""
BURST = """
begin()
start = time.perf_counter()
for step in range(count):
    log("loss", step, 0.1 * step)
tell(logged=count, ms=(time.perf_counter() - start) * 1000)
os.kill(os.getpid(), 9)
"""
WRITER = """
tell(ready=True)
sys.stdin.readline()
for _ in range(%d):
    begin()
    for step in range(count):
        log("loss", step, 0.1 * step)
    end()
"""
SMALL = """
def small():
    begin({f"p{n}": n for n in range(10)}, {f"t{n}": str(n) for n in range(3)})
    for step in range(20):
        row(step, {f"m{n}": random.random() for n in range(5)})
    end()
small()
start = time.perf_counter()
for _ in range(count):
    small()
tell(seconds=time.perf_counter() - start)
"""
CURVES = """
rng = random.Random(1)
begin()
values = [0.0] * 10
for step in range(count):
    values = [value + rng.gauss(0, 1) for value in values]
    row(step, {f"m{n}": value for n, value in enumerate(values)})
end()
tell(points=10 * count)
"""
COUNT = "tell(points=points())\n"


def log_metric(tool: Tool, folder: Path) -> dict[str, str]:
    """One call of log_metric: medians over fresh processes."""
    rounds = [child_json(tool, CALLS, folder / str(n), tool.calls) for n in range(REPEATS)]
    figures = {"calls": f"{tool.calls:,}"}
    for name in ("median", "mean", "p99"):
        figures[name] = f"{statistics.median(entry[name] for entry in rounds):,.1f} µs"
    return figures


def crash(tool: Tool, folder: Path) -> dict[str, str]:
    """SIGKILL right after the last call of a burst returned; what a reader finds then."""
    store = folder / "store"
    logged = child_json(tool, BURST, store, tool.calls, expected=-signal.SIGKILL)
    time.sleep(SETTLE_S)
    found = child_json(tool, COUNT, store)["points"]
    return {"logged": f"{tool.calls:,} in {logged['ms']:,.0f} ms", "read back": f"{found:,}",
            "lost": f"{100 * (1 - found / tool.calls):.4g} %"}  # fmt: skip


def writers(tool: Tool, folder: Path) -> dict[str, str]:
    """Processes that open one fresh store at the same moment and log into it."""
    store = folder / "store"
    with ExitStack() as stack:
        noises = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(WRITERS)]
        children: list[Any] = [
            subprocess.Popen(**child(tool, WRITER % RUNS, store, STEPS), stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=noise, bufsize=0)
            for noise in noises
        ]  # fmt: skip
        deadline = time.perf_counter() + TIMEOUT_S
        for process in map(stack.enter_context, children):
            stack.callback(process.kill)
            left = max(0.0, deadline - time.perf_counter())
            select.select([process.stdout], [], [], left)  # until the tool is imported
        start = time.perf_counter()
        for process in children:
            with suppress(BrokenPipeError):
                process.stdin.write(b"go\n")
        for process in children:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, start + TIMEOUT_S - time.perf_counter()))
        seconds = time.perf_counter() - start
        problems = [
            problem(process.returncode, noise)
            for process, noise in zip(children, noises, strict=True) if process.returncode != 0
        ]  # fmt: skip
    try:
        found = f"{child_json(tool, COUNT, store)['points']:,} of {WRITERS * RUNS * STEPS:,}"
    except Failure as failure:
        found = str(failure)
    return {"processes failed": f"{len(problems)} of {WRITERS}", "points read back": found,
            "wall time": f"{seconds:.1f} s", "problem": (problems or ["–"])[0]}  # fmt: skip


def small_runs(tool: Tool, folder: Path) -> dict[str, str]:
    """Runs of 10 params, 3 tags and 5 metrics x 20 steps, one after the other, after one more."""
    seconds = child_json(tool, SMALL, folder / "store", tool.runs)["seconds"]
    found = child_json(tool, COUNT, folder / "store")["points"]
    return {"runs": str(tool.runs), "ms a run": f"{1000 * seconds / tool.runs:.1f}",
            "runs/s": f"{tool.runs / seconds:.1f}",
            "points read back": f"{found:,} of {(tool.runs + 1) * 100:,}"}  # fmt: skip


def size(tool: Tool, folder: Path) -> dict[str, str]:
    """Bytes of everything the tool left after a run of 10 random walks."""
    logged = child_json(tool, CURVES, folder / "store", tool.steps)["points"]
    files = [p for p in (folder / "store").rglob("*") if p.is_file() and not p.is_symlink()]
    total = sum(path.stat().st_size for path in files)
    found = child_json(tool, COUNT, folder / "store")["points"]
    return {"points": f"{logged:,}", "read back": f"{found:,}", "files": str(len(files)),
            "bytes a point": f"{total / logged:.2f}"}  # fmt: skip


TOPICS = {
    log_metric: "One call of `log_metric`",
    crash: "SIGKILL right after the last call of a burst returned",
    writers: "8 processes open one fresh store at once, 5 runs of 20 points each",
    small_runs: "Runs of 10 params, 3 tags, 5 metrics x 20 steps",
    size: "Bytes of 10 random walks",
}

# -- children ---------------------------------------------------------------------------------


def child(tool: Tool, topic: str, store: Path, count: int = 0) -> dict[str, Any]:
    """How to start a fresh interpreter, without network or the user's own settings."""
    strange = ("WANDB_", "MLFLOW_", "TRACKIO_", "RUNREPORT_", "AIM_", "HF_", "PYTHONDONTWRITE")
    kept = {
        name: value for name, value in os.environ.items()
        if not name.startswith(strange) and not name.lower().endswith("_proxy")
    }  # fmt: skip
    home = store.parent / "home"
    home.mkdir(parents=True, exist_ok=True)
    environment = {
        **kept, "HOME": str(home), "WANDB_MODE": "offline", "WANDB_SILENT": "true",
        "WANDB_ERROR_REPORTING": "false", "HF_HUB_OFFLINE": "1", "DO_NOT_TRACK": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }  # fmt: skip
    code = PRELUDE + tool.code + topic
    command = [sys.executable, "-W", "ignore", "-c", code, str(store), str(count)]
    return {"args": command, "env": environment, "cwd": home}


def child_json(
    tool: Tool, topic: str, store: Path, count: int = 0, expected: int = 0
) -> dict[str, Any]:
    """What a fresh interpreter tells last.

    Raises:
        Failure: it hangs or ends in another way than expected.
    """
    start = child(tool, topic, store, count)
    with tempfile.TemporaryFile() as noise:  # a helper that outlives it would hold a pipe open
        try:
            done = subprocess.run(
                **start, stdout=subprocess.PIPE, stderr=noise, timeout=TIMEOUT_S, check=False
            )
        except subprocess.TimeoutExpired:
            raise Failure("timed out") from None
        if done.returncode != expected:
            raise Failure(problem(done.returncode, noise))
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def problem(returncode: int | None, noise: IO[bytes]) -> str:
    """Why a child is no success, in a few words."""
    if returncode is None:
        return "timed out"
    noise.seek(0)
    lines = noise.read().decode(errors="replace").splitlines()
    errors = [text for text in lines if re.match(r"[\w.]*(Error|Exception|Exists)\b", text)]
    text = (errors or lines or [f"exit code {returncode}"])[-1].replace("|", "/")
    return text if len(text) <= 110 else text[:109] + "…"


# -- the tables -------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=[topic.__name__ for topic in TOPICS])
    parser.add_argument("--tool", choices=TOOLS)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    if os.environ.get(TINY):
        TOOLS.update({n: t._replace(calls=100, steps=100, runs=3) for n, t in TOOLS.items()})
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        figures = measure(Path(folder), only=arguments.only, tool=arguments.tool)
    titles = {topic.__name__: title for topic, title in TOPICS.items()}
    text = "\n\n".join(
        f"**{titles[topic]}**\n\n{as_table(rows)}" for topic, rows in figures.items()
    )
    print(text)
    if arguments.write:
        write_between("peers", text)


def measure(
    folder: Path, *, only: str | None = None, tool: str | None = None
) -> dict[str, list[dict[str, str]]]:
    """The rows of every topic, one a tool; the members of a row are its columns."""
    figures: dict[str, list[dict[str, str]]] = {}
    for topic in TOPICS:
        for name, entry in TOOLS.items():
            if only in (None, topic.__name__) and tool in (None, name):
                print(topic.__name__, name, file=sys.stderr)
                label = entry.title
                with suppress(metadata.PackageNotFoundError):
                    label += f" {metadata.version(entry.package)}"
                try:
                    if util.find_spec(entry.package) is None:
                        raise Failure("not installed")
                    row = topic(entry, folder / topic.__name__ / name)
                except Failure as failure:
                    row = {"problem": str(failure)}
                figures.setdefault(topic.__name__, []).append({"tool": label, **row})
    return figures


def as_table(rows: list[dict[str, str]]) -> str:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [columns, ["---"] * len(columns)]
    lines += [[row.get(column, "–") for column in columns] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    main()
