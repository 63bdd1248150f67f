"""How fast large archives open: synthetic ones, 20 events a run, 7 of them metric summaries."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
from figures import Figure, sized

from runreport.archive import schema
from runreport.archive.compaction import compact_archive
from runreport.archive.directory import open_archive
from runreport.archive.footer import SegmentFooter
from runreport.archive.reading import read_archive
from runreport.archive.segment import write_tables
from runreport.archive.storage import Storage
from runreport.events import Summary, float_text
from runreport.query.fold import fold, fold_snapshot

EVENTS_A_RUN = 20
EXPERIMENT = "123456789012345678"


def fold_a_million(folder: Path) -> list[Figure]:
    """The fold alone: 50,000 runs in one table."""
    events = synthetic_events(sized(50_000))
    seconds = best_of(3, lambda: fold(events, is_distinct=True))
    return [figure("fold of 1,000,000 events of 50,000 runs", seconds, 1)]


def open_uncompacted(folder: Path) -> list[Figure]:
    """Reading and folding one segment a run."""
    storage = write_archive(folder, sized(10_000))
    seconds = best_of(3, lambda: fold_snapshot(read_archive(storage)))
    return [figure("open and fold 10,000 uncompacted runs", seconds, 5)]


def open_compacted(folder: Path) -> list[Figure]:
    """Reading and folding after `archive compact`."""
    storage = write_archive(folder, sized(100_000))
    compact_archive(storage)
    seconds = best_of(3, lambda: fold_snapshot(read_archive(storage)))
    return [figure("open and fold 100,000 compacted runs", seconds, 2)]


def figure(what: str, seconds: float, goal: float) -> Figure:
    return Figure(what, f"{seconds:.2f} s", "–", "–", f"≤ {goal:g} s", seconds <= goal)


def figure_ms(what: str, milliseconds: float, goal: float) -> Figure:
    return Figure(what, f"{milliseconds:.0f} ms", "–", "–", f"≤ {goal:g} ms", milliseconds <= goal)


def best_of(count: int, work: Callable[[], object]) -> float:
    """Median seconds."""
    times = []
    for _ in range(count):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def write_archive(folder: Path, runs: int) -> Storage:
    """An archive with one segment a run."""
    storage = open_archive(folder / "archive", create=True)
    events = synthetic_events(runs)
    for place in range(0, runs * EVENTS_A_RUN, EVENTS_A_RUN):
        own = events.slice(place, EVENTS_A_RUN)
        writer_id = own.column("writer_id")[0].as_py()
        footer = SegmentFooter(1, writer_id, 0, 0, 200, EVENTS_A_RUN, None)
        write_tables(storage, "2026-11", footer, own, None, durable=False)
    return storage


def synthetic_events(runs: int) -> pa.Table:
    """Start, two statuses, 5 params, 5 tags and 7 metric summaries of each run."""
    rng = random.Random(0)
    rows: list[tuple[object, ...]] = []
    for number in range(runs):
        writer, run = f"0{rng.getrandbits(124):031x}", f"{rng.getrandbits(128):032x}"
        moment = 1_790_000_000_000 + number * 1000

        def add(seq: int, kind: str, key: str | None, value: str | None, data: str | None) -> None:
            own = (writer, seq, (moment << 16) + seq, moment, kind, EXPERIMENT, run)  # noqa: B023
            rows.append((*own, key, value, data))

        add(0, "run", None, None, '{"python":"3.11"}')
        add(1, "status", None, "RUNNING", None)
        for n in range(5):
            add(2 + n, "param", f"p{n}", str(rng.random()), None)
        for n in range(5):
            add(7 + n, "tag", f"t{n}", f"value {number % 50}", None)
        for n in range(7):
            last = rng.random()
            summary = Summary(20, last, last, last, 20 * last, 0, 19, moment)
            data = schema.encode_summary(summary)
            add(31 + 20 * n, "metric_summary", f"m{n}", float_text(last), data)
        add(172, "status", None, "FINISHED", None)
    columns = zip(*rows, strict=True)
    arrays = [pa.array(c, field.type) for c, field in zip(columns, schema.EVENTS, strict=True)]
    return pa.table(arrays, schema=schema.EVENTS)
