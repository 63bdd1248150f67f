"""Sizes are bounded before they are read: a small file that unpacks to gigabytes is left out."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builders import log_run

from runreport.archive import footer
from runreport.archive.clock import wall_ms
from runreport.archive.footer import MetricsFile, SegmentFooter
from runreport.archive.layout import FORMAT, SegmentName
from runreport.archive.limits import DEFAULT_LIMITS, parse_limits
from runreport.archive.reading import read_archive
from runreport.archive.recovery import seal_dead_journals
from runreport.archive.schema import EVENTS, METRICS
from runreport.archive.storage import LocalStorage
from runreport.archive.verify import verify_archive
from runreport.errors import InvalidValue

WRITER = "0" * 32
BUILD = """
import sys
from runreport.cli import root
root(["build", sys.argv[1], "-o", sys.argv[2]], standalone_mode=False)
status = open("/proc/self/status").read()
print(status.partition("VmHWM:")[2].split()[0])  # kilobytes at most
"""
PROGRAM = str(Path(sys.executable).parent / "runreport")


def encoded(table: pa.Table, description: SegmentFooter | None = None) -> bytes:
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, table.schema, compression="zstd", store_schema=False) as writer:
        writer.write_table(table)
        if description is not None:
            writer.add_key_value_metadata({footer.KEY: footer.encode_footer(description)})
    return sink.getvalue()


def place(storage: LocalStorage, data: bytes, table: str) -> str:
    name = SegmentName("2026-11", WRITER, 0, hashlib.sha256(data).hexdigest()[:16], table)
    storage.put(name.path, data)
    return name.path


def equal_rows(schema: pa.Schema, count: int, **texts: str) -> pa.Table:
    """Rows of which all are the same; they take next to nothing in a file."""
    defaults = {pa.string(): "x", pa.int64(): 1, pa.float64(): 1.0}
    values = {f.name: texts.get(f.name, defaults[f.type]) for f in schema}
    return pa.table(
        [pa.repeat(pa.scalar(values[f.name], f.type), count) for f in schema], schema=schema
    )


def large_text(storage: LocalStorage) -> str:
    """16 MB of text, of which one copy stands for each of 1,000 rows."""
    table = equal_rows(EVENTS, 1000)
    copies = pa.DictionaryArray.from_arrays(pa.array([0] * 1000, pa.int32()), ["y" * 2**24])
    table = table.set_column(9, "data", copies)
    described = SegmentFooter(FORMAT, WRITER, 0, 0, 10, 1000, None)
    return place(storage, encoded(table, described), "events")


def many_events(storage: LocalStorage) -> str:
    described = SegmentFooter(FORMAT, WRITER, 0, 0, 10, 1000, None)
    return place(storage, encoded(equal_rows(EVENTS, 12_000_000), described), "events")


def many_points(storage: LocalStorage) -> str:
    data = encoded(equal_rows(METRICS, 12_000_000))
    path = place(storage, data, "metrics")
    digest = hashlib.sha256(data).hexdigest()
    described = MetricsFile(path.rpartition("/")[2], len(data), digest, "")
    events = equal_rows(EVENTS, 1, writer_id=WRITER)
    own = replace(SegmentFooter(FORMAT, WRITER, 0, 0, 10, 1, None), metrics=described)
    place(storage, encoded(events, own), "events")
    return path


def large_fact(storage: LocalStorage) -> str:
    path = "experiments/0/ab-0.json"
    storage.put(path, b"[" * (DEFAULT_LIMITS.fact_bytes + 1))
    return path


def sparse_journal(storage: LocalStorage) -> str:
    path = f"live/{WRITER}-0.jsonl"
    with open(storage.locate(path), "wb") as file:
        file.truncate(20 * 10**9)
    return path


@pytest.mark.parametrize(
    "bomb", [large_text, many_events, many_points, large_fact, sparse_journal]
)
def test_what_exceeds_a_limit_is_named_and_never_loaded(
    storage: LocalStorage, bomb: Callable[[LocalStorage], str]
) -> None:
    log_run(storage, points=[1.0, 2.0]).finish()
    seal_dead_journals(storage, now_ms=wall_ms())
    path = bomb(storage)
    assert path in {notice.path for notice in verify_archive(storage).problems}
    command = [sys.executable, "-c", BUILD, storage.root, str(Path(storage.root).parent / "site")]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    assert re.search("from [12] run", done.stdout) and path in done.stderr
    assert int(done.stdout.split()[-1]) < 400_000  # of which most are Arrow and the chart library


@pytest.mark.long
def test_a_limit_is_raised_by_a_flag_that_the_message_names(storage: LocalStorage) -> None:
    path = large_fact(storage)
    storage.limits = parse_limits(["fact_bytes=1e9"])
    assert "not match" in str(read_archive(storage).notices[0])  # now it was read
    many = many_events(storage)
    (notice,) = (n for n in verify_archive(storage).problems if n.path == many)
    flag = notice.problem.partition("If you trust it: ")[2].split()
    done = subprocess.run(
        [PROGRAM, "archive", "verify", storage.root, *flag],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert "12,000,000 rows" not in done.stdout and many in done.stdout and path in done.stdout


@pytest.mark.parametrize("text", ["rows", "rows=", "rows=-1", "rows=many", "row=5", "rows=1e400"])
def test_a_wrong_limit_is_refused_with_the_right_ones(text: str) -> None:
    with pytest.raises(InvalidValue, match=r"rows, .*rows=50e6"):
        parse_limits([text])
