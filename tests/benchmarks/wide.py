"""Compacted archives of very many runs, made column by column: what `search` is measured on."""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa

from runreport.archive import schema
from runreport.archive.footer import PARTS, SegmentFooter
from runreport.archive.segment import write_tables
from runreport.archive.storage import Storage

EXPERIMENT = "123456789012345678"
MODELS = ("tree", "forest", "linear", "svm", "net")
FACTS_A_SEGMENT = 2_000_000
"""As many as a compaction puts together."""
START_MS = 1_790_000_000_000


def wide_table(runs: int, seed: int = 0) -> pa.Table:
    """The runs as one wide table, a row a run, newest last."""
    random = np.random.default_rng(seed)
    numbers = np.arange(runs)
    accuracy = random.random(runs)
    columns = {
        "run_id": _hex(random, runs),
        "start_time": pa.array(START_MS + numbers * 1000),
        "params.learning_rate": _text(random.choice([0.1, 0.01, 0.001], runs)),
        "params.max_depth": _text(random.integers(2, 12, runs)),
        "params.model": pa.array(np.array(MODELS)[random.integers(0, len(MODELS), runs)]),
        "params.seed": _text(numbers),
        "tags.mlflow.runName": pa.array([f"run-{number}" for number in range(runs)]),
        "tags.mlflow.source.name": pa.array(["train.py"] * runs),
        "tags.mlflow.source.type": pa.array(["LOCAL"] * runs),
        "tags.mlflow.user": pa.array(np.array(["ada", "grace"])[numbers % 2]),
        "tags.team": pa.array(np.array(["red", "green", "blue"])[numbers % 3]),
        "metrics.accuracy": pa.array(accuracy),
        "metrics.loss": pa.array(1 - accuracy + random.normal(0, 0.01, runs)),
    }
    return pa.table(columns)


def write_compacted(storage: Storage, table: pa.Table, steps: int = 0) -> None:
    """The same runs as an archive that was compacted.

    Args:
        steps: points of each metric, which end in the values of the table.
    """
    random = np.random.default_rng(1)
    runs = FACTS_A_SEGMENT // (_facts_of(table) + steps * len(_keys(table, "metrics")))
    for place in range(0, table.num_rows, runs):
        part = table.slice(place, runs).sort_by("run_id")
        _write_segment(storage, part, _hex(random, part.num_rows), steps)


def _facts_of(table: pa.Table) -> int:
    """Facts of each run: its start, two statuses, and what has a column."""
    return 3 + sum("." in name for name in table.column_names)


def _keys(table: pa.Table, group: str) -> list[str]:
    names = (name for name in table.column_names if name.startswith(f"{group}."))
    return [name.removeprefix(f"{group}.") for name in names]


def _write_segment(storage: Storage, runs: pa.Table, writers: pa.Array, steps: int) -> None:
    count = runs.num_rows
    facts = _facts_of(runs) + steps * len(_keys(runs, "metrics"))
    digests = pa.array([text[:16] for text in writers.to_pylist()])
    numbers = {
        "number": pa.array(np.zeros(count, np.int64)),
        "first_seq": pa.array(np.zeros(count, np.int64)),
        "last_seq": pa.array(np.full(count, facts - 1)),
        "facts": pa.array(np.full(count, facts)),
    }
    none = pa.array([""] * count)
    parts = pa.table(
        {"writer_id": writers, **numbers, "gaps": none, "lost": none, "digest": digests}
    )
    parts = parts.select(PARTS.names).cast(PARTS).sort_by("writer_id")
    name = "c" + hashlib.sha256("".join(digests.to_pylist()).encode()).hexdigest()[:31]
    events = _events(runs, writers)
    points = _points(runs, writers, steps) if steps else None
    footer = SegmentFooter(1, name, 0, 0, -1, facts * count, None, compacted=parts)
    write_tables(storage, "2026-11", footer, events, points, durable=False)


def _points(runs: pa.Table, writers: pa.Array, steps: int) -> pa.Table:
    """Random walks that end in the last values of the metrics, sorted as by a compaction."""
    names = sorted(_keys(runs, "metrics"))
    count, width = runs.num_rows, len(names) * steps
    lasts = np.stack([runs.column(f"metrics.{name}").to_numpy() for name in names], axis=1)
    moves = np.random.default_rng(2).normal(0, 0.01, (count, len(names), steps))
    moves[:, :, -1] = 0
    values = lasts[:, :, None] + np.cumsum(moves[:, :, ::-1], axis=2)[:, :, ::-1]
    owners = pa.array(np.repeat(np.arange(count), width))
    step = np.tile(np.arange(steps), count * len(names))
    columns = {
        "writer_id": writers.take(owners),
        "seq": pa.array(np.tile(_facts_of(runs) + np.arange(width), count)),
        "run_id": runs.column("run_id").combine_chunks().take(owners),
        "key": pa.array(np.array(names)[np.tile(np.repeat(np.arange(len(names)), steps), count)]),
        "step": pa.array(step),
        "time": pa.array(np.repeat(runs.column("start_time").to_numpy(), width) + step),
        "value": pa.array(values.reshape(-1)),
    }
    return pa.table(columns, schema=schema.METRICS)


def _events(runs: pa.Table, writers: pa.Array) -> pa.Table:
    """The facts of each run together, sorted as a compaction sorts them."""
    metrics = {key: runs.column(f"metrics.{key}").to_pylist() for key in _keys(runs, "metrics")}
    times = runs.column("start_time").to_pylist()
    summaries = [
        [
            f'{{"count":20,"min":{v!r},"max":{v!r},"sum":{20 * v!r},"first_step":0,'
            f'"last_step":19,"last_time":{t}}}'
            for v, t in zip(values, times, strict=True)
        ]
        for values in metrics.values()
    ]
    rows: list[tuple[str, str | None, list[str | None], list[str | None]]] = []
    nothing: list[str | None] = [None] * runs.num_rows
    for (key, values), data in zip(metrics.items(), summaries, strict=True):
        rows.append(("metric_summary", key, [repr(v) for v in values], list(data)))
    rows += [
        ("param", k, runs.column(f"params.{k}").to_pylist(), nothing)
        for k in _keys(runs, "params")
    ]
    rows.append(("run", None, nothing, ['{"python":"3.11.7","packages":{}}'] * runs.num_rows))
    rows += [("status", None, [word] * runs.num_rows, nothing) for word in ("RUNNING", "FINISHED")]
    rows += [
        ("tag", k, runs.column(f"tags.{k}").to_pylist(), nothing) for k in _keys(runs, "tags")
    ]
    kinds, keys = [row[0] for row in rows], [row[1] for row in rows]
    count, width = runs.num_rows, len(rows)
    seq = np.tile(np.arange(width), count)
    moments = np.repeat(np.array(times), width)
    repeated = np.repeat(np.arange(count), width)
    columns = {
        "writer_id": writers.take(pa.array(repeated)),
        "seq": pa.array(seq),
        "counter": pa.array((moments << 16) + seq),
        "time": pa.array(moments),
        "kind": pa.array(kinds * count),
        "experiment_id": _owners(runs).take(pa.array(repeated)),
        "run_id": runs.column("run_id").combine_chunks().take(pa.array(repeated)),
        "key": pa.array(keys * count),
        "value": pa.array([v for own in zip(*(row[2] for row in rows), strict=True) for v in own]),
        "data": pa.array([v for own in zip(*(row[3] for row in rows), strict=True) for v in own]),
    }
    return pa.table(columns, schema=schema.EVENTS)


def _owners(runs: pa.Table) -> pa.Array:
    """The experiment of each run: that of its column, if there is one."""
    if "experiment" in runs.column_names:
        return runs.column("experiment").combine_chunks()
    return pa.array([EXPERIMENT] * runs.num_rows)


def _hex(random: np.random.Generator, count: int) -> pa.Array:
    digits = random.bytes(16 * count).hex()
    return pa.array([digits[place : place + 32] for place in range(0, len(digits), 32)])


def _text(values: np.ndarray) -> pa.Array:
    return pa.array([str(value) for value in values.tolist()])
