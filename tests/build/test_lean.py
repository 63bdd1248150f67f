"""Arrow without what it would import along; asked of a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from builders import sample_archive

pytest.importorskip("numpy")
pytest.importorskip("pandas")

WORKER = """
import sys
from runreport.build import worker
import pyarrow as pa, pyarrow.compute as pc
table = pa.table({"a": [1, 2, 1], "b": ["x", "y", None]})
assert table.group_by("a").aggregate([("a", "count")]).num_rows == 2
assert pc.sum(table.column("a")).as_py() == 4
print(sorted({"numpy", "pandas"} & sys.modules.keys()))
import numpy, pandas
"""
PROGRAM = """
import multiprocessing
import numpy as np, pyarrow as pa

def added(_):
    return int(sum(pa.array(np.arange(4)).to_pylist()))

if __name__ == "__main__":
    from runreport.build import engine
    from runreport.build.executor import Pool
    from runreport.pipeline import build_site
    from runreport.report.config import Config
    engine._PAYS = 1
    build_site({archive!r}, {site!r}, Config(), executor=Pool(2))
    with multiprocessing.get_context("forkserver").Pool(1) as pool:
        print(pool.map(added, [0])[0])
"""
LATE = """
import pyarrow as pa, pandas as pd
from runreport.build.lean import load_arrow, own_process
own_process()
load_arrow()
print(pa.table({"a": [1]}).to_pandas().shape)
"""
IN_A_PROGRAM = """
import sys
from runreport.cli import main
sys.argv = ["runreport", "build", {archive!r}, "-o", {site!r}, "-q"]
try:
    main()
except SystemExit as end:
    assert not end.code
import runreport
runreport.set_tracking_uri({archive!r})
print(len(runreport.search_runs(search_all_experiments=True)))
"""


def said(program: str) -> str:
    return subprocess.check_output([sys.executable, "-c", program], text=True).strip()


def test_a_worker_loads_neither_numpy_nor_pandas_and_others_still_can() -> None:
    assert said(WORKER) == "[]"


def test_a_program_that_calls_the_command_can_make_data_frames_afterwards(tmp_path: Path) -> None:
    archive = sample_archive(tmp_path / "a", runs=3)
    program = IN_A_PROGRAM.format(archive=str(archive), site=str(tmp_path / "site"))
    assert said(program) == "3"


def test_workers_of_a_program_have_arrow_as_it_is(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    archive = sample_archive(tmp_path / "a", runs=30)
    program.write_text(PROGRAM.format(archive=str(archive), site=str(tmp_path / "site")))
    told = subprocess.check_output([sys.executable, str(program)], text=True)
    assert told.strip() == "6"


def test_whoever_has_loaded_arrow_keeps_it_as_it_is() -> None:
    assert said(LATE) == "(1, 1)"
