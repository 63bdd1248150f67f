"""SAFETY 27: one run of a million metrics, one of which has ten million points, in 2 GiB."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import json, resource, sys
import runreport
runreport.set_tracking_uri(sys.argv[1])
points, keys = int(sys.argv[2]), int(sys.argv[3])
with runreport.start_run() as run:
    for step in range(points):
        runreport.log_metric("loss", step * 0.1, step=step)
    for first in range(0, keys, 1000):
        runreport.log_metrics({f"key {n}": n * 0.1 for n in range(first, first + 1000)}, step=0)
found = runreport.search_runs(
    filter_string="metrics.loss > 5 and metrics.`key 7` < 1", output_format="list"
)
from runreport.archive.directory import open_archive
from runreport.archive.reading import read_archive
snapshot = read_archive(open_archive(sys.argv[1]))
print(json.dumps({
    "runs": len(found),
    "metrics": len(found[0].data.metrics),
    "points": sum(snapshot.points(segment).num_rows for segment in snapshot.segments),
    "segments": len(snapshot.segments),
    "notices": len(snapshot.notices),
    "mebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""


@pytest.mark.long
def test_a_million_metrics_and_ten_million_points_fit_into_2_gib(tmp_path: Path) -> None:
    points, keys = 10_000_000, 1_000_000
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "a"), str(points), str(keys)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    facts = json.loads(done.stdout)
    assert (facts["runs"], facts["metrics"], facts["notices"]) == (1, keys + 1, 0)
    assert facts["points"] == points + keys
    assert facts["segments"] > 10
    assert facts["mebibytes"] < 2048
