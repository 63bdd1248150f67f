"""Mutated archives: whatever a file with a right digest says, only that file falls, by name.

The digests are made right again after each mutation, as anybody can who writes an archive for us;
so what is decoded is what was mutated.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builders import event, sample_archive

import runreport
from runreport.archive.believing import believed
from runreport.archive.clock import wall_ms
from runreport.archive.compaction import compact_archive
from runreport.archive.directory import open_archive
from runreport.archive.footer import KEY
from runreport.archive.journal import JournalName, encode_line
from runreport.archive.layout import SegmentName, parse_segment
from runreport.archive.merging import merge_archive
from runreport.archive.reading import read_archive
from runreport.archive.recovery import seal_dead_journals
from runreport.archive.segment import read_points, read_segment
from runreport.archive.storage import LocalStorage
from runreport.archive.verify import verify_archive
from runreport.errors import ArchiveError, RunreportError
from runreport.export import export_tables
from runreport.pipeline import build_site
from runreport.query.search import find_runs, load_index, make_query
from runreport.report.config import Config

RUN = "f" * 32
STRANGE: tuple[Any, ...] = (
    None, True, -1, 0, 1.5, 2**31, 2**63 - 1, -(2**63), 2**70, "", "x", "\ud800", "a\0b",
    "\x1b[31m",
    "🎉" * 3, "9" * 5000, "NaN", "1e999", [], {}, [[[]]], {"a": {"b": None}}, "../../etc",
    "[" * 100_000, '{"a":' * 900, {"tags": "x"}, "constructor", "__proto__", "=1+1",
    1e308, 5e-324,
)  # fmt: skip


def mutated(value: Any, rng: random.Random) -> Any:
    """The value with one thing about it changed, anywhere in it."""
    if isinstance(value, dict) and value and rng.random() < 0.8:
        key = rng.choice(sorted(value, key=str))
        changed = dict(value)
        if rng.random() < 0.15:
            del changed[key]
        elif rng.random() < 0.1:
            changed[str(rng.choice(STRANGE))] = changed.pop(key)
        else:
            changed[key] = mutated(value[key], rng)
        return changed
    if isinstance(value, list) and value and rng.random() < 0.7:
        place = rng.randrange(len(value))
        return [*value[:place], mutated(value[place], rng), *value[place + 1 :]]
    if isinstance(value, str) and rng.random() < 0.4:
        try:
            inner = json.loads(value)
        except ValueError:
            inner = None
        if isinstance(inner, dict):
            return json.dumps(mutated(inner, rng))
    return rng.choice(STRANGE)


def dumped(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """A line of each kind that a program leaves."""
    folder = tmp_path_factory.mktemp("lines")
    runreport.set_tracking_uri(folder / "a")
    client = runreport.MlflowClient()
    with runreport.start_run() as run:
        runreport.log_params({"lr": 0.1, "model": "tree"})
        runreport.set_tags({"team": "red", "mlflow.note.content": "*note*"})
        for step in range(3):
            runreport.log_metric("loss", 1 / (step + 1), step=step)
        runreport.log_metrics({"acc": 0.5, "f1": float("nan")}, step=1)
        runreport.log_text("a,b\n1,2\n", "table.csv")
        runreport.log_input(runreport.data.from_numpy(__import__("numpy").zeros(3)), "train")
        client.create_registered_model("m", {"k": "v"}, "described")
        client.create_model_version("m", "x", run.info.run_id, {"k": "v"}, description="d")
        client.set_registered_model_alias("m", "champion", 1)
        found = []
        for path in sorted((folder / "a").rglob("*.jsonl")):
            found += [json.loads(line[:-9]) for line in path.read_text().splitlines()]
    for file in sorted((folder / "a").rglob("*.events.parquet")):
        rows = pq.read_table(file).to_pylist()
        found += [
            {"kind": r["kind"], "seq": 0, "counter": r["counter"], "time": r["time"],
             "experiment": r["experiment_id"], "run": r["run_id"], "key": r["key"],
             "value": r["value"], "data": r["data"]}
            for r in rows if r["kind"].startswith("model") or r["kind"] == "registered_model"
        ]  # fmt: skip
    kinds = {line.get("kind") for line in found}
    assert {"run", "status", "param", "tag", "metric", "artifact", "dataset", "registered_model",
            "model_version", "model_alias"} <= kinds  # fmt: skip
    return found


def use(storage: LocalStorage, folder: Path) -> None:
    """Put an archive through all that reads or rewrites one; only errors of ours may come."""
    build = build_site(storage.root, str(folder / "site"), Config())
    assert build.runs >= 1  # the sound ones are there
    for work in (
        lambda: verify_archive(storage),
        lambda: export_tables(read_archive(storage), str(folder / "tables"), "csv"),
        lambda: search(storage),
        lambda: seal_dead_journals(storage, now_ms=wall_ms()),
        lambda: compact_archive(storage),
        lambda: merge_archive(storage, open_archive(folder / "target", create=True)),
        lambda: build_site(str(folder / "target"), str(folder / "site"), Config()),
    ):
        try:
            work()
        except RunreportError:
            continue
    shutil.rmtree(folder / "target", ignore_errors=True)


def search(storage: LocalStorage) -> None:
    index = load_index(storage)
    for text, order in (
        ("metrics.loss < 1 and params.lr > 0", ["metrics.loss"]),
        ("metrics.loss.min < 1 and tags.team = 'red'", ["params.lr DESC"]),
        ("dataset.name = 'x' or duration > 1s or start_time > '2020-01-01'", ["status"]),
    ):
        query = make_query(None, text, order_by=order)
        found = find_runs(index, query, "file:///x")
        found.table()
        found.runs()


def mutated_journals(
    lines: list[dict[str, Any]], rng: random.Random, folder: Path
) -> Iterator[LocalStorage]:
    while True:
        shutil.rmtree(folder / "archive", ignore_errors=True)
        sample_archive(folder / "archive", runs=1)
        storage = LocalStorage(str(folder / "archive"))
        text = b""
        for number in range(12):
            line = rng.choice(lines)
            if "seq" in line:
                line = {**line, "seq": 10 * number}
            text += encode_line(dumped(mutated(line, rng)))
        storage.put(JournalName(f"{rng.getrandbits(124):032x}", 0).path, text)
        fact = event("tag", "k", "v", run_id=None, counter=wall_ms() << 16)
        body = dumped(mutated(fact._asdict(), rng))[1:] + "\n"
        digest = hashlib.sha256(body.encode()).hexdigest()[:16]
        storage.put("experiments/0/ff-0.json", f'{{"digest":"{digest}",{body}'.encode())
        yield storage


def fuzz_journals(lines: list[dict[str, Any]], seed: int, count: int, folder: Path) -> None:
    rng = random.Random(seed)
    archives = mutated_journals(lines, rng, folder)
    for _ in range(count):
        use(next(archives), folder)


def test_mutated_journals_cost_their_own_lines(
    lines: list[dict[str, Any]], tmp_path: Path
) -> None:
    fuzz_journals(lines, 0, 4, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 5))
def test_two_thousand_mutated_lines_raise_nothing_undeclared(
    lines: list[dict[str, Any]], tmp_path: Path, seed: int
) -> None:
    fuzz_journals(lines, seed, 42, tmp_path)


# -- Parquet -------------------------------------------------------------------------------------


def column_mutation(table: pa.Table, rng: random.Random) -> pa.Table:
    """A table with one column missing, twice, renamed, of another type, or with odd values."""
    place = rng.randrange(table.num_columns)
    name, column = table.column_names[place], table.column(place)
    rows = table.num_rows
    others: list[Any] = [
        pa.array([None] * rows, column.type),
        pa.array([1.5] * rows),
        pa.array([b"\xff\xfe"] * rows, pa.binary()),
        pa.array([[1]] * rows),
        pa.array([{"a": 1}] * rows),
        pa.array([True] * rows),
        pa.array([2**31] * rows, pa.uint32()),
        pa.array(["x"] * rows).dictionary_encode(),
        pa.array(["\x1b[31m\0"] * rows),
    ]
    if pa.types.is_integer(column.type):
        others += [pa.array([v] * rows, pa.int64()) for v in (-1, 2**63 - 1, -(2**63), 0)]
    if pa.types.is_string(column.type):
        texts = [text for text in STRANGE if isinstance(text, str) and text.isprintable()]
        others += [pa.array([rng.choice(texts) for _ in range(rows)]) for _ in range(6)]
        as_json = [
            json.dumps(mutated(json.loads(v), rng)) if v and v.startswith("{") else v
            for v in column.to_pylist()
        ]
        others += [pa.array(as_json, pa.string())] * 4
    choice = rng.random()
    if choice < 0.1:
        return table.drop_columns([name])
    if choice < 0.15:
        return table.append_column(name, column)
    if choice < 0.2:
        return table.rename_columns(
            [*table.column_names[:place], "x", *table.column_names[place + 1 :]]
        )
    return table.set_column(place, name, rng.choice(others))


def footer_mutation(text: bytes, rng: random.Random) -> bytes:
    try:
        return dumped(mutated(json.loads(text), rng)).encode(errors="surrogatepass")
    except ValueError:
        return b"{"


def rewritten(data: bytes, rng: random.Random) -> bytes:
    """A Parquet file with a mutation: of a table, of the footer, or of raw bytes."""
    choice = rng.random()
    if choice < 0.25:
        changed = bytearray(data)
        for _ in range(rng.randrange(1, 4)):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
        return bytes(changed)
    file = pq.ParquetFile(pa.BufferReader(data))
    table, metadata = file.read(), dict(file.metadata.metadata or {})
    if choice < 0.5 and KEY in metadata:
        metadata[KEY] = footer_mutation(metadata[KEY], rng)
    else:
        table = column_mutation(table.replace_schema_metadata(None), rng)
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, table.schema, store_schema=rng.random() < 0.3) as writer:
        writer.write_table(table)
        for key, value in metadata.items():
            if key != b"ARROW:schema":
                writer.add_key_value_metadata({key: value})
    return sink.getvalue().to_pybytes()


def replace_file(storage: LocalStorage, name: SegmentName, data: bytes) -> SegmentName:
    """Put changed bytes in a file's place, with all digests as they must be."""
    storage.delete(name.path)
    own = name._replace(digest=hashlib.sha256(data).hexdigest()[:16])
    storage.put(own.path, data)
    if name.table == "metrics":
        for file in list(storage.list("segments")):
            other = parse_segment(file.path)
            if other and other.table == "events" and other.writer_id == name.writer_id:
                content = pq.ParquetFile(pa.BufferReader(storage.read(other.path)))
                described = json.loads(content.metadata.metadata[KEY])
                described["metrics"].update(
                    name=own.path.rpartition("/")[2],
                    size_bytes=len(data),
                    sha256=hashlib.sha256(data).hexdigest(),
                )
                sink = pa.BufferOutputStream()
                table = content.read()
                with pq.ParquetWriter(sink, table.schema) as writer:
                    writer.write_table(table)
                    writer.add_key_value_metadata({KEY: dumped(described).encode()})
                replace_file(storage, other, sink.getvalue().to_pybytes())
    return own


def fuzz_segments(seed: int, count: int, builds: int, folder: Path) -> None:
    rng = random.Random(seed)
    bases = {}
    for is_compacted in (False, True):
        base = folder / f"base {is_compacted}"
        sample_archive(base, runs=3)
        if is_compacted:
            compact_archive(LocalStorage(str(base)))
        bases[is_compacted] = base
    for number in range(count):
        is_compacted = rng.random() < 0.5
        shutil.rmtree(folder / "archive", ignore_errors=True)
        shutil.copytree(bases[is_compacted], folder / "archive")
        storage = LocalStorage(str(folder / "archive"))
        if is_compacted:
            sample_archive(folder / "archive", runs=1)  # which stays sound
        files = [f.path for f in storage.list("segments") if is_compacted == ("/c" in f.path)]
        name = parse_segment(rng.choice(files))
        assert name is not None
        replace_file(storage, name, rewritten(storage.read(name.path), rng))
        for file in list(storage.list("segments")):
            found = parse_segment(file.path)
            if found is not None and found.table == "events":
                try:
                    read_points(storage, believed(read_segment(storage, found)))
                except (ArchiveError, FileNotFoundError):
                    continue
        if number % (count // builds) == 0:
            use(storage, folder)


def test_mutated_segments_cost_their_own_facts(tmp_path: Path) -> None:
    fuzz_segments(0, 60, 4, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 5))
def test_two_thousand_mutated_segments_raise_nothing_undeclared(tmp_path: Path, seed: int) -> None:
    fuzz_segments(seed, 500, 40, tmp_path)
