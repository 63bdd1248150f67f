"""Search: a question to 10,000, 100,000 and 1,000,000 runs, against pyarrow, MLflow and a browser.

Each size in a fresh process, since memory is measured too.
"""

from __future__ import annotations

import tempfile
from importlib.util import find_spec
from pathlib import Path

import pyarrow.parquet as pq
from figures import Figure, child_json, sized
from wide import wide_table, write_compacted

from runreport.archive.directory import open_archive

SIZES = tuple(map(sized, (10_000, 100_000, 1_000_000)))
FILTER = "metrics.accuracy > 0.9 and params.model = 'tree'"

MLFLOW = """
import json, logging, sqlite3, statistics, sys, time
import pyarrow.parquet as pq
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
logging.disable(logging.WARNING)
folder, wide, text = sys.argv[1:]
store = SqlAlchemyStore(f"sqlite:///{folder}/mlflow.db", folder)
experiment = store.create_experiment("bench")
rows = pq.read_table(wide).to_pylist()
base = sqlite3.connect(f"{folder}/mlflow.db")
base.executemany(
    "INSERT INTO runs (run_uuid, name, user_id, status, start_time, end_time, lifecycle_stage,"
    " artifact_uri, experiment_id, source_type) VALUES (?, ?, ?, 'FINISHED', ?, ?, 'active', ?, ?,"
    " 'LOCAL')",
    [(r["run_id"], r["tags.mlflow.runName"], r["tags.mlflow.user"], r["start_time"],
      r["start_time"] + 1, "x", int(experiment)) for r in rows])
for entity, table in (("params", "params"), ("tags", "tags")):
    names = [n for n in rows[0] if n.startswith(entity + ".")]
    base.executemany(f"INSERT INTO {table} (run_uuid, key, value) VALUES (?, ?, ?)",
        [(r["run_id"], n[len(entity) + 1:], r[n]) for r in rows for n in names])
names = [n for n in rows[0] if n.startswith("metrics.")]
base.executemany("INSERT INTO latest_metrics (run_uuid, key, value, timestamp, step, is_nan)"
    " VALUES (?, ?, ?, 1, 19, 0)", [(r["run_id"], n[8:], r[n]) for r in rows for n in names])
base.commit()
def ask():
    return store.search_runs(
        [experiment], text, 1, max_results=100, order_by=["metrics.accuracy DESC"])
assert ask()
times = []
for _ in range(7):
    begin = time.perf_counter()
    ask()
    times.append(time.perf_counter() - begin)
print(json.dumps({"mlflow": statistics.median(times)}))
"""

CHILD = """
import json, statistics, sys, time
import pyarrow as pa, pyarrow.compute as pc, pyarrow.parquet as pq
archive, wide, text = sys.argv[1:]

start = time.perf_counter()
import runreport
runreport.set_tracking_uri(archive)
def ask():
    return runreport.search_runs(
        filter_string=text, order_by=["metrics.accuracy DESC"], max_results=100,
        search_all_experiments=True, output_format="list")
first_answer = ask()
first = time.perf_counter() - start
# Not ru_maxrss, which begins with what the parent had when it forked.
status = open("/proc/self/status").read()
peak = int(status.split("VmHWM:")[1].split()[0]) * 1024

def floor():
    columns = ["run_id", "metrics.accuracy", "params.model"]
    table = pq.read_table(wide, columns=columns)
    keep = pc.and_(
        pc.greater(table.column("metrics.accuracy"), 0.9),
        pc.equal(table.column("params.model"), "tree"))
    return table.filter(keep).sort_by([("metrics.accuracy", "descending")]).slice(0, 100)

assert [run.info.run_id for run in first_answer] == floor().column("run_id").to_pylist()
def median(work):
    times = []
    for _ in range(15):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)
print(json.dumps({"ours": median(ask), "floor": median(floor), "first": first, "peak": peak}))
"""


def search(folder: Path) -> list[Figure]:
    """The filter and order of the issue, top 100, whole runs; the floor reads three columns."""
    figures = []
    for runs in SIZES:
        with tempfile.TemporaryDirectory(dir=folder) as place:
            table = wide_table(runs)
            write_compacted(open_archive(f"{place}/archive", create=True), table)
            pq.write_table(table, f"{place}/wide.parquet")
            del table
            arguments = [f"{place}/archive", f"{place}/wide.parquet", FILTER]
            found = child_json(CHILD, *arguments)
            if runs == SIZES[0] and find_spec("mlflow"):
                peer = child_json(MLFLOW, place, *arguments[1:])["mlflow"]
                times = peer / found["ours"]
                figures.append(
                    Figure(f"the same question to {runs:,} runs in MLflow on SQLite",
                           f"{found['ours'] * 1000:.1f} ms", f"{peer * 1000:.0f} ms (MLflow)",
                           f"{times:.0f} times faster", "≥ 50", times >= 50)
                )  # fmt: skip
        ours, floor = found["ours"] * 1000, found["floor"] * 1000
        ratio = found["ours"] / found["floor"]
        figures.append(
            Figure(f"search of {runs:,} runs, after the first answer", f"{ours:.1f} ms",
                   f"{floor:.1f} ms (pyarrow, one wide file)", f"{ratio:.2f}", "≤ 2", ratio <= 2)
        )  # fmt: skip
    first, peak = found["first"], found["peak"] / 2**30
    return [
        *figures,
        Figure(f"first answer about {runs:,} runs, import included", f"{first:.1f} s", "–", "–",
               "≤ 10 s", first <= 10),
        Figure(f"memory at {runs:,} runs", f"{peak:.1f} GiB", "–", "–", "≤ 3 GiB", peak <= 3),
    ]  # fmt: skip
