"""Trackio's databases and Parquet files, and what neptune-exporter wrote."""

from __future__ import annotations

import datetime
import json
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from stores import Taken, write

NOW = "2023-11-14T22:13:20+00:00"
MOMENT = datetime.datetime.fromisoformat(NOW)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


def take(project: Path) -> Taken:
    return Taken(project, project.parent / "archive")


def trackio(path: Path, *, has_ids: bool = True) -> None:
    """A database of Trackio; early ones know runs by their names only."""
    identity = "run_id, " if has_ids else ""
    with sqlite3.connect(path) as connection:
        connection.execute(
            f"CREATE TABLE metrics (id INTEGER PRIMARY KEY, {identity}timestamp, run_name, step,"
            " metrics)"
        )
        connection.execute(f"CREATE TABLE configs ({identity}run_name, config, created_at)")
        own = ("r1",) if has_ids else ()
        for step in range(3):
            text = json.dumps({"loss": 1 / (step + 1), "acc": {"top1": step}, "bad": "NaN"})
            marks = ", ".join("?" * (4 + len(own)))
            columns = f"{identity}timestamp, run_name, step, metrics"
            connection.execute(f"INSERT INTO metrics ({columns}) VALUES ({marks})",
                               (*own, NOW, "run-a", step, text.encode()))  # fmt: skip
        config = json.dumps({"lr": 0.1, "net": {"depth": 3}, "_Created": NOW})
        marks = ", ".join("?" * (3 + len(own)))
        connection.execute(f"INSERT INTO configs VALUES ({marks})", (*own, "run-a", config, NOW))
    connection.close()


@pytest.mark.parametrize("has_ids", [True, False])
def test_a_database_of_trackio(project: Path, has_ids: bool) -> None:
    trackio(project / "proj.db", has_ids=has_ids)
    taken = take(project)
    run = taken.run("run-a")
    assert taken.experiment_of(run) == "proj"
    assert run.data.params == {"lr": "0.1", "net.depth": "3"}
    assert taken.curve("loss") == [(0, 1.0), (1, 0.5), (2, 1 / 3)]
    assert taken.curve("acc/top1") == [(0, 0.0), (1, 1.0), (2, 2.0)]
    assert len(taken.curve("bad")) == 3
    assert run.info.start_time == MOMENT.timestamp() * 1000


def test_parquet_files_of_trackio(project: Path) -> None:
    rows = [{"run_id": "r1", "run_name": "run-a", "timestamp": NOW, "step": n, "loss": n / 2}
            for n in range(2)]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows), project / "proj.parquet")
    configs = [{"run_id": "r1", "run_name": "run-a", "lr": 0.1, "created_at": NOW}]
    pq.write_table(pa.Table.from_pylist(configs), project / "proj_configs.parquet")
    taken = take(project)
    assert taken.curve("loss", "run-a") == [(0, 0.0), (1, 0.5)]
    assert taken.run().data.params == {"lr": "0.1"}


def test_files_beside_a_database_are_its_copies(project: Path) -> None:
    trackio(project / "proj.db")
    rows = [{"run_id": "r1", "run_name": "run-a", "timestamp": NOW, "step": 0, "loss": 1.0}]
    pq.write_table(pa.Table.from_pylist(rows), project / "proj.parquet")
    assert len(take(project).search.claims) == 1


NEPTUNE = pa.schema(
    [
        ("project_id", pa.string()), ("run_id", pa.string()), ("attribute_path", pa.string()),
        ("attribute_type", pa.string()), ("step", pa.decimal128(18, 6)),
        ("timestamp", pa.timestamp("ms", "UTC")), ("int_value", pa.int64()),
        ("float_value", pa.float64()), ("string_value", pa.string()), ("bool_value", pa.bool_()),
        ("datetime_value", pa.timestamp("ms", "UTC")),
        ("string_set_value", pa.list_(pa.string())),
        ("file_value", pa.struct([("path", pa.string())])),
    ]
)  # fmt: skip


def row(path: str, kind: str, **values: Any) -> dict[str, Any]:
    return {"project_id": "team/proj", "run_id": "RUN-1", "attribute_path": path,
            "attribute_type": kind, **values}  # fmt: skip


def test_an_export_of_neptune(project: Path) -> None:
    rows = [
        row("sys/name", "string", string_value="happy"),
        row("sys/failed", "bool", bool_value=False),
        row("sys/creation_time", "datetime", datetime_value=MOMENT),
        row("sys/tags", "string_set", string_set_value=["a", "b"]),
        row("params/lr", "float", float_value=0.1),
        row("params/name", "string", string_value="adam"),
        row("log", "string_series", string_value="hello", step=Decimal("0")),
        row("model", "file", file_value={"path": "RUN-1/model.txt"}),
        row("lost", "file", file_value={"path": "../../../etc/passwd"}),
    ]
    later = [
        row("loss", "float_series", float_value=v, step=Decimal(s), timestamp=MOMENT)
        for s, v in ((0, 1.0), (1, 0.5))
    ]
    folder = project / "data" / "team_proj"
    folder.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows, NEPTUNE), folder / "RUN-1_part_0.parquet")
    pq.write_table(pa.Table.from_pylist(later, NEPTUNE), folder / "RUN-1_part_1.parquet")
    write(project / "files" / "team_proj" / "RUN-1" / "model.txt", "weights")
    taken = take(project)
    run = taken.run("happy")
    assert taken.experiment_of(run) == "team/proj"
    assert (run.info.status, run.info.start_time) == ("FINISHED", MOMENT.timestamp() * 1000)
    assert run.data.params == {"params/lr": "0.1", "params/name": "adam"}
    assert taken.curve("loss") == [(0, 1.0), (1, 0.5)]
    assert run.data.tags["neptune.tags"] == "a, b"
    assert taken.artifacts() == {"model.txt": b"weights", "log.txt": b"hello"}
    assert taken.told.lacking == {"files of Neptune that were exported elsewhere": 1}
