"""Arrow without what it would import along; asked of a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

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
LATE = """
import pyarrow as pa, pandas as pd
from runreport.build.lean import load_arrow
load_arrow()
print(pa.table({"a": [1]}).to_pandas().shape)
"""


def said(program: str) -> str:
    return subprocess.check_output([sys.executable, "-c", program], text=True).strip()


def test_a_worker_loads_neither_numpy_nor_pandas_and_others_still_can() -> None:
    assert said(WORKER) == "[]"


def test_whoever_has_loaded_arrow_keeps_it_as_it_is() -> None:
    assert said(LATE) == "(1, 1)"
