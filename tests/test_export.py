from __future__ import annotations

import csv
import json
import math
import os
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from builders import sample_archive

import runreport
from runreport.archive.directory import open_archive
from runreport.archive.reading import Snapshot, read_archive
from runreport.errors import NotFound, WriteFailed
from runreport.export import export_run, export_tables
from runreport.importers.formats import FORMATS
from runreport.importers.importing import import_runs, search


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    sample_archive(tmp_path / "archive", runs=4)
    with runreport.start_run(run_name="=HYPERLINK(1)"):
        runreport.log_metric("loss", math.nan)
        runreport.log_metric("loss", math.inf, step=1)
        runreport.log_params({"formula": "=1+1", "below": "-0.5", "at": "@x"})
    runreport.delete_run(runreport.last_active_run().info.run_id)  # type: ignore[union-attr]
    return read_archive(open_archive(tmp_path / "archive"))


def test_the_tables_hold_every_run_and_every_point(snapshot: Snapshot, tmp_path: Path) -> None:
    runs, metrics = map(
        pq.read_table, export_tables(snapshot, str(tmp_path / "out"), "parquet")[0]
    )
    assert runs.num_rows == 5
    assert sorted(runs.column("lifecycle_stage").to_pylist()) == ["active"] * 4 + ["deleted"]
    assert runs.column("experiment_name").to_pylist() == ["Sample"] * 5
    assert {"metrics.loss", "params.lr", "tags.team", "run_name"} <= set(runs.column_names)
    assert metrics.column_names == ["run_id", "key", "step", "time", "value"]
    assert metrics.num_rows == 4 * 6 + 2


def test_json_lines_spell_what_json_cannot_say(snapshot: Snapshot, tmp_path: Path) -> None:
    (_, path), _ = export_tables(snapshot, str(tmp_path / "out"), "jsonl")
    rows = [json.loads(line) for line in Path(path).read_text().splitlines()]
    assert {"NaN", "Infinity"} <= {row["value"] for row in rows}
    assert rows[0]["time"].endswith("+00:00")


def test_a_csv_holds_no_formula_a_spreadsheet_would_run(
    snapshot: Snapshot, tmp_path: Path
) -> None:
    paths, _ = export_tables(snapshot, str(tmp_path / "out"), "csv")
    with open(paths[0], newline="", encoding="utf-8") as file:
        row = next(row for row in csv.DictReader(file) if row["params.formula"])
    assert (row["run_name"], row["params.formula"]) == ("'=HYPERLINK(1)", "'=1+1")
    assert (row["params.at"], row["params.below"]) == ("'@x", "-0.5")
    assert row["start_time"].endswith("Z")


def test_one_run_is_a_zip_of_its_files_and_what_it_logged(
    snapshot: Snapshot, tmp_path: Path
) -> None:
    run_id = snapshot.events.column("run_id")[0].as_py()
    assert export_run(snapshot, run_id, str(tmp_path / "run.zip")) == []
    with zipfile.ZipFile(tmp_path / "run.zip") as file:
        names = set(file.namelist())
        described = json.loads(file.read("run.json"))
        points = file.read("metrics.csv").decode().splitlines()
    assert names == {"run.json", "metrics.csv", "artifacts/notes/hello.txt"}
    assert described["params"]["model"] in ("tree", "net")
    assert described["metrics"]["loss"]["count"] == 5
    assert len(points) == 7


def test_a_damaged_file_is_left_out_of_the_zip_and_named(
    snapshot: Snapshot, tmp_path: Path
) -> None:
    run_id = snapshot.events.column("run_id")[0].as_py()
    place = snapshot.storage.locate(f"artifacts/{run_id}/notes/hello.txt")
    Path(place).write_text("changed")
    (problem,) = export_run(snapshot, run_id, str(tmp_path / "run.zip"))
    assert problem.startswith("notes/hello.txt: it is not the one that was logged")
    with zipfile.ZipFile(tmp_path / "run.zip") as file:
        assert "artifacts/notes/hello.txt" not in file.namelist()


def test_a_failed_export_leaves_what_was_there(
    snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "runs.csv").write_text("old")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(WriteFailed, match="No space left"):
        export_tables(snapshot, str(tmp_path / "out"), "csv")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["runs.csv"]
    assert (tmp_path / "out" / "runs.csv").read_text() == "old"
    with pytest.raises(NotFound):
        export_run(snapshot, "none", str(tmp_path / "run.zip"))


def test_a_time_that_nobody_recorded_is_none(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "results.csv").write_text("epoch,time,loss\n0,1.5,3\n1,2.5,2\n")
    (tmp_path / "run" / "args.yaml").write_text("epochs: 2\nimgsz: 640\n")
    archive = open_archive(tmp_path / "archive", create=True)
    import_runs(search(str(tmp_path / "run"), FORMATS), archive)
    runreport.set_tracking_uri(tmp_path / "archive")
    with runreport.start_run() as run:
        runreport.log_metric("loss", 1, timestamp=0)
        runreport.log_metric("loss", 1, timestamp=7, step=1)
    snapshot = read_archive(archive)
    (_, path), _ = export_tables(snapshot, str(tmp_path / "out"), "jsonl")
    rows = [json.loads(line) for line in Path(path).read_text().splitlines()]
    dated = [row for row in rows if "time" in row]
    assert len(rows) > 2
    assert [(row["run_id"], row["step"]) for row in dated] == [(run.info.run_id, 1)]
    imported = next(row["run_id"] for row in rows if row["run_id"] != run.info.run_id)
    export_run(snapshot, imported, str(tmp_path / "run.zip"))
    with zipfile.ZipFile(tmp_path / "run.zip") as file:
        assert b"1970" not in file.read("metrics.csv")
        assert json.loads(file.read("run.json"))["metrics"]["loss"]["last_time"] is None
