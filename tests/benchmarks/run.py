"""Measure what the issue of speed is about, each against a floor or peer in the same run.

    python tests/benchmarks/run.py [--only NAME] [--write]

Machines are noisy, so every figure is a ratio. ``--write`` puts the table into
docs/performance.md. CPU times are of the process itself, medians of several fresh processes.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from archives import fold_a_million, open_compacted, open_uncompacted
from autologging import autologging
from builds import builds
from figures import Figure, as_table, child_json, renewed, sized, write_between
from filter_box import filter_box
from gate import gate
from importing import importing
from search import search


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=[f.__name__ for f in BENCHMARKS])
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    figures = []
    for benchmark in BENCHMARKS:
        if arguments.only in (None, benchmark.__name__):
            with tempfile.TemporaryDirectory() as folder:
                figures += benchmark(Path(folder))
    table = as_table(figures)
    print(table)
    if arguments.write:
        whole = arguments.only is None
        write_between("measured", table if whole else renewed("measured", table))


def cpu_ms() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1000


# -- log_metric -----------------------------------------------------------------------------


def log_metric(folder: Path) -> list[Figure]:
    """A call of log_metric against an f-string written by os.write to an append-only file."""
    import runreport

    runreport.set_tracking_uri(folder / "archive")
    run = "a" * 32
    descriptor = os.open(folder / "floor.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def floor(step: int) -> None:
        value = 0.1 * step
        text = f'{{"seq":{step},"run":"{run}","key":"loss","step":{step},"value":{value}}}\n'
        os.write(descriptor, text.encode())

    def ours(step: int) -> None:
        runreport.log_metric("loss", 0.1 * step, step=step)

    with runreport.start_run():
        rounds = [(per_call(floor), per_call(ours)) for _ in range(7)]
    os.close(descriptor)
    low = statistics.median(a for a, _ in rounds)
    own = statistics.median(b for _, b in rounds)
    ratio = statistics.median(b / a for a, b in rounds)
    return [
        Figure("`log_metric`, median a call", f"{own:.2f} µs", f"{low:.2f} µs (os.write)",
               f"{ratio:.2f}", "≤ 3", ratio <= 3)
    ]  # fmt: skip


def per_call(call: Callable[[int], None], count: int = sized(10_000)) -> float:
    """Median microseconds a call."""
    times = []
    for step in range(count):
        start = time.perf_counter_ns()
        call(step)
        times.append(time.perf_counter_ns() - start)
    return statistics.median(times) / 1000


# -- imports --------------------------------------------------------------------------------

LIGHT = """
import json, resource, sys
def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1000
start = cpu()
import runreport
runreport.set_tracking_uri(sys.argv[1])
runreport.set_experiment("x")
run = runreport.start_run()
runreport.log_params({"a": 1})
for step in range(5):
    runreport.log_metric("m", 1.0, step=step)
runreport.set_tag("t", "v")
logged = cpu()
runreport.end_run()
print(json.dumps({"log": logged - start, "seal": cpu() - logged}))
"""
PARQUET = """
import json, resource
def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1000
start = cpu()
import pyarrow.parquet
print(json.dumps({"parquet": cpu() - start}))
"""


def imports(folder: Path) -> list[Figure]:
    """CPU time of importing, logging a run and sealing it, in fresh interpreters."""
    rounds = []
    child_json(LIGHT, str(folder / "warm"))  # compiles, as an installation does
    for number in range(9):
        ours = child_json(LIGHT, str(folder / f"a{number}"))
        rounds.append({**ours, **child_json(PARQUET)})
    log = statistics.median(entry["log"] for entry in rounds)
    seal = statistics.median(entry["seal"] for entry in rounds)
    parquet = statistics.median(entry["parquet"] for entry in rounds)
    ratio = statistics.median(entry["seal"] / entry["parquet"] for entry in rounds)
    return [
        Figure("import, `set_experiment`, a logged run up to its seal, CPU over an empty Python",
               f"{log:.0f} ms", "–", "–", "≤ 30 ms", log <= 30),
        Figure("the seal of a first run, CPU", f"{seal:.0f} ms",
               f"{parquet:.0f} ms (import pyarrow.parquet)",
               f"{ratio:.2f}", "≤ 1.3", ratio <= 1.3),
    ]  # fmt: skip


# -- small runs -----------------------------------------------------------------------------


def small_runs(folder: Path) -> list[Figure]:
    """CPU of a small run against the same as JSON lines and one Parquet file, pyarrow warm."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    import runreport
    from runreport.archive import storage

    runreport.set_tracking_uri(folder / "archive")
    storage.LocalStorage.sync = lambda *_: None  # type: ignore[method-assign]
    storage.LocalStorage.sync_folder = lambda *_: None  # type: ignore[method-assign]
    rng = random.Random(0)

    def ours() -> None:
        with runreport.start_run():
            runreport.log_params({f"p{n}": n for n in range(10)})
            runreport.set_tags({f"t{n}": n for n in range(3)})
            for step in range(20):
                for n in range(5):
                    runreport.log_metric(f"m{n}", rng.random(), step=step)

    def floor(number: int) -> None:
        rows: list[dict[str, object]] = [{"key": f"p{n}", "value": str(n)} for n in range(10)]
        rows += [{"key": f"t{n}", "value": str(n)} for n in range(3)]
        points = [
            {"key": f"m{n}", "step": step, "value": rng.random()}
            for step in range(20) for n in range(5)
        ]  # fmt: skip
        with open(folder / f"floor{number}.jsonl", "w", encoding="utf-8") as file:
            for row in (*rows, *points):
                file.write(json.dumps(row) + "\n")
                file.flush()
        columns = {
            name: pa.array([point[name] for point in points]) for name in ("key", "step", "value")
        }
        pq.write_table(pa.table(columns), folder / f"floor{number}.parquet", compression="zstd")

    ours()
    floor(-1)
    rounds = []
    for number in range(5):
        start = cpu_ms()
        for repeat in range(40):
            floor(number * 100 + repeat)
        low = (cpu_ms() - start) / 40
        start = cpu_ms()
        for _ in range(40):
            ours()
        rounds.append((low, (cpu_ms() - start) / 40))
    low, own = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratio = statistics.median(b / a for a, b in rounds)
    return [
        Figure("a run of 10 params, 5 metrics x 20 steps, 3 tags, CPU", f"{own:.2f} ms",
               f"{low:.2f} ms (JSON lines and one Parquet file)",
               f"{ratio:.2f}", "≤ 4", ratio <= 4)
    ]  # fmt: skip


# -- bytes ----------------------------------------------------------------------------------


def bytes_per_point(folder: Path) -> list[Figure]:
    """Bytes of the archive a metric point, 10 random-walk curves of 10,000 points."""
    import runreport

    runreport.set_tracking_uri(folder / "archive")
    rng = random.Random(1)
    moment = 1_790_000_000_000
    with runreport.start_run():
        values = [0.0] * 10
        for step in range(sized(10_000)):
            moment += rng.randrange(40, 60)
            for number in range(10):
                values[number] += rng.gauss(0, 1)
                runreport.log_metric(f"m{number}", values[number], step=step, timestamp=moment)
    size = sum(p.stat().st_size for p in (folder / "archive" / "segments").rglob("*.parquet"))
    each = size / (10 * sized(10_000))
    return [
        Figure("bytes a metric point", f"{each:.2f}", "17 (pyarrow's defaults)",
               f"{each / 17:.2f}", "≤ 9", each <= 9)
    ]  # fmt: skip


# -- build ----------------------------------------------------------------------------------


def build(folder: Path) -> list[Figure]:
    """Run pages a second of a whole build of 1,000 runs with 5 curves of 100 points."""
    import runreport
    from runreport.pipeline import build_site
    from runreport.report.config import Config

    runreport.set_tracking_uri(folder / "archive")
    runreport.set_experiment("bench")
    rng = random.Random(2)
    for number in range(sized(1000)):
        with runreport.start_run(run_name=f"run-{number}"):
            runreport.log_params({"lr": 10 ** -rng.randrange(1, 5), "model": rng.choice("abc")})
            for step in range(100):
                runreport.log_metrics({f"m{n}": rng.random() / (step + 1) for n in range(5)}, step)
    rounds = []
    for number in range(3):
        start = time.perf_counter()
        build_site(str(folder / "archive"), str(folder / f"site{number}"), Config())
        rounds.append(sized(1000) / (time.perf_counter() - start))
    pages = statistics.median(rounds)
    return [
        Figure("`build` of 1,000 runs, 5 curves of 100 points each, wall time",
               f"{pages:.0f} run pages/s", "–", "–", "≥ 100", pages >= 100)
    ]  # fmt: skip


BENCHMARKS = (
    log_metric,
    imports,
    small_runs,
    bytes_per_point,
    build,
    builds,
    fold_a_million,
    open_uncompacted,
    open_compacted,
    search,
    filter_box,
    autologging,
    gate,
    importing,
)

if __name__ == "__main__":
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores", file=sys.stderr)
    main()
