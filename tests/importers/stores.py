"""Run folders as other tools leave them, written by hand: the smallest real thing of each kind."""

from __future__ import annotations

import json
import sqlite3
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from runreport.archive.artifacts import list_run_artifacts, read_artifact
from runreport.archive.directory import open_archive
from runreport.archive.reading import read_archive
from runreport.entities import Run
from runreport.importers.checksums import masked_crc32c
from runreport.importers.formats import FORMATS
from runreport.importers.importing import import_runs, search
from runreport.importers.summary import totals_of
from runreport.query.points import PointReader
from runreport.query.search import get_run, load_index

BEGUN = 1_700_000_000_000
FIRST, SECOND = "1" * 32, "2" * 32


def write(path: Path, text: str | bytes) -> Path:
    """A file with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def mlflow_experiment(store: Path, identity: str = "1", name: str = "wine", **more: str) -> Path:
    """An experiment of MLflow's file store."""
    lines = {
        "artifact_location": f"file:///home/ada/mlruns/{identity}",
        "experiment_id": f"'{identity}'",
        "lifecycle_stage": "active",
        "name": name,
        **more,
    }
    write(store / identity / "meta.yaml", _lines(lines))
    return store / identity


def mlflow_run(
    experiment: Path,
    folder_name: str = FIRST,
    *,
    params: Mapping[str, str | bytes] | None = None,
    metrics: Mapping[str, str | bytes] | None = None,
    tags: Mapping[str, str] | None = None,
    artifacts: Mapping[str, str | bytes] | None = None,
    **meta: object,
) -> Path:
    """A run of MLflow's file store; files by their paths below its folders."""
    folder = experiment / folder_name
    lines: dict[str, object] = {
        "artifact_uri": f"file:///home/ada/mlruns/{experiment.name}/{folder_name}/artifacts",
        "end_time": BEGUN + 60_000,
        "experiment_id": f"'{experiment.name}'",
        "lifecycle_stage": "active",
        "run_id": f"'{folder_name}'",
        "run_uuid": f"'{folder_name}'",
        "run_name": "first",
        "start_time": BEGUN,
        "status": 3,
        "tags": "[]",
        "user_id": "ada",
        **meta,
    }
    write(folder / "meta.yaml", _lines({k: v for k, v in lines.items() if v is not None}))
    kinds = {"params": params, "metrics": metrics, "tags": tags, "artifacts": artifacts}
    for kind, files in kinds.items():
        for path, text in (files or {}).items():
            write(folder / kind / path, text)
    return folder


def _lines(values: Mapping[str, object]) -> str:
    return "".join(f"{key}: {value}\n" for key, value in values.items())


def mlflow_database(path: Path, **tables: Sequence[Mapping[str, object]]) -> Path:
    """A database with some rows of some of MLflow's tables, of text and numbers as given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    found: dict[str, Sequence[Mapping[str, object]]] = {"experiments": (), "runs": (), **tables}
    with sqlite3.connect(path) as connection:
        for name, rows in found.items():
            columns = sorted({key for row in rows for key in row}) or ["none_such"]
            connection.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
            for row in rows:
                marks = ", ".join("?" for _ in columns)
                values = [row.get(column) for column in columns]
                connection.execute(f"INSERT INTO {name} VALUES ({marks})", values)
    connection.close()
    return path


def record(data: bytes) -> bytes:
    """One of TensorFlow's records."""
    length = struct.pack("<Q", len(data))
    return b"".join(
        (length, struct.pack("<I", masked_crc32c(length)), data,
         struct.pack("<I", masked_crc32c(data)))
    )  # fmt: skip


def message(*fields: tuple[int, object]) -> bytes:
    """A message of Protocol Buffers: varints for numbers, eight bytes for floats, else bytes."""
    parts = []
    for number, value in fields:
        if isinstance(value, float):
            parts.append(_varint(number << 3 | 1) + struct.pack("<d", value))
        elif isinstance(value, int):
            parts.append(_varint(number << 3) + _varint(value & (1 << 64) - 1))
        else:
            data = value.encode() if isinstance(value, str) else value
            assert isinstance(data, bytes)
            parts.append(_varint(number << 3 | 2) + _varint(len(data)) + data)
    return b"".join(parts)


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    found.append(value)
    return bytes(found)


def scalar_event(tag: str, value: float, step: int, wall: float = 1.7e9) -> bytes:
    """An event with one scalar, as SummaryWriter writes it."""
    simple = message((1, tag)) + b"\x15" + struct.pack("<f", value)
    return message((1, wall), (2, step), (5, message((1, simple))))


def event_file(path: Path, events: Iterable[bytes], wall: float = 1.7e9) -> Path:
    """A file of events."""
    first = message((1, wall), (3, "brain.Event:2"))
    return write(path, b"".join(map(record, [first, *events])))


def wandb_log(path: Path, records: Iterable[bytes]) -> Path:
    """A log of W&B: frames of at most what is left of a block of 32 KiB."""
    data = bytearray(b":W&B" + bytes([0xE1, 0xBE, 0]))
    for content in records:
        rest, is_first = content, True
        while is_first or rest:
            left = 32768 - len(data) % 32768
            if left < 7:
                data += bytes(left)
                continue
            part, rest = rest[: left - 7], rest[left - 7 :]
            kind = (1 if not rest else 2) if is_first else (4 if not rest else 3)
            checksum = zlib.crc32(part, zlib.crc32(bytes([kind])))
            data += struct.pack("<IHB", checksum, len(part), kind) + part
            is_first = False
    return write(path, bytes(data))


def wandb_items(number: int, values: Mapping[str, object], step: int | None = None) -> bytes:
    """A record with items: 2 is history, 3 the summary, 5 the config."""
    items = [(1, message((1, key), (16, json.dumps(value)))) for key, value in values.items()]
    more = [] if step is None else [(2, message((1, step)))]
    return message((number, message(*items, *more)))


class Taken:
    """What an import made of a folder."""

    def __init__(self, root: Path, archive: Path, **options: object) -> None:
        formats = options.pop("formats", FORMATS)
        self.storage = open_archive(archive, create=True)
        self.search = search(str(root), formats)  # type: ignore[arg-type]
        self.done = import_runs(self.search, self.storage, **options)  # type: ignore[arg-type]
        self.told = self.done.told
        self.totals = totals_of(self.done.sources)
        self._reader = PointReader.of(read_archive(self.storage))
        self.index = load_index(self.storage)

    @property
    def lost(self) -> list[str]:
        """What could not be read, in words."""
        return [str(loss) for loss in self.told.lost]

    def run(self, name: str | None = None) -> Run:
        """A run by its name; the only one without."""
        found = [get_run(self.index, i, "") for i in self.index.runs["run_id"].to_pylist()]
        (run,) = [run for run in found if name is None or run.info.run_name == name]
        return run

    def experiment_of(self, run: Run) -> str:
        """The name of a run's experiment."""
        return self.index.experiments[run.info.experiment_id].name

    def curve(self, key: str, name: str | None = None) -> list[tuple[int, float]]:
        """Steps and values of a metric of a run."""
        points = self._reader.points_of(self.run(name).info.run_id).to_pylist()
        return [(p["step"], p["value"]) for p in points if p["key"] == key]

    def times(self, key: str, name: str | None = None) -> list[int]:
        """When the points of a metric were logged."""
        points = self._reader.points_of(self.run(name).info.run_id).to_pylist()
        return [p["time"] for p in points if p["key"] == key]

    def artifacts(self, name: str | None = None) -> dict[str, bytes]:
        """The files of a run, by their paths."""
        run_id = self.run(name).info.run_id
        return {
            path: read_artifact(self.storage, run_id, path)
            for path, *_ in list_run_artifacts(self.storage, run_id)
        }
