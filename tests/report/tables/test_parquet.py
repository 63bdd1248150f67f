from __future__ import annotations

import io
from pathlib import Path

import pyarrow.parquet as pq
from builders import sample_archive
from report.test_assemble import report_of


def test_an_experiments_runs_are_one_wide_table(tmp_path: Path) -> None:
    (page,) = report_of(sample_archive(tmp_path / "a", runs=4)).experiments
    table = pq.read_table(io.BytesIO(page.parquet))
    assert table.num_rows == 4
    assert table.column("params.lr").to_pylist()[-1] == "0.001"  # as it was logged
    assert table.column("run_name").to_pylist() == ["run-3", "run-2", "run-1", "run-0"]
    assert str(table.schema.field("start_time").type) == "timestamp[ms, tz=UTC]"
    assert not [name for name in table.column_names if name.startswith("_")]
