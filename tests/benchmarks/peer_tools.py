"""The trackers that runreport is measured beside, each as a short program.

A program defines begin, log, row (several metrics of one step), end, and points, which counts what
the tool's own reader finds.
"""

from __future__ import annotations

from typing import NamedTuple


class Tool(NamedTuple):
    """A tracker: a program that defines begin, log, end and points, and how much it is given."""

    title: str
    package: str
    code: str
    calls: int = 10_000
    steps: int = 10_000
    runs: int = 20


PRELUDE = """
import json, os, random, sys, time
folder, count = sys.argv[1], int(sys.argv[2])
answer = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever a tool prints
def tell(**facts):
    print(json.dumps(facts), file=answer, flush=True)
def row(step, values):
    for key, value in values.items():
        log(key, step, value)
"""

MLFLOW_SHAPED = """
def begin(params={}, tags={}):
    if not tracker.is_tracking_uri_set():
        tracker.set_tracking_uri(uri)
        tracker.set_experiment("bench")
    tracker.start_run()
    if params: tracker.log_params(params)
    if tags: tracker.set_tags(tags)
def log(key, step, value): tracker.log_metric(key, value, step=step)
def row(step, values): tracker.log_metrics(values, step=step)
def end(): tracker.end_run()
"""

RUNREPORT = """
import runreport as tracker
uri = folder
def points():
    from runreport.archive.directory import open_archive
    from runreport.archive.reading import read_archive
    found = read_archive(open_archive(folder))
    sealed = sum(found.points(segment).num_rows for segment in found.segments)
    return sealed + sum(len(journal.content.points) for journal in found.journals)
"""

TRACKIO = """
os.environ["TRACKIO_DIR"] = folder
import trackio
def begin(params={}, tags={}): trackio.init(project="bench", config={**params, **tags})
def log(key, step, value): trackio.log({key: value}, step=step)
def row(step, values): trackio.log(values, step=step)
def end(): trackio.finish()
def points():
    from trackio.sqlite_storage import SQLiteStorage
    runs = SQLiteStorage.get_run_records("bench")
    logs = [SQLiteStorage.get_logs("bench", run["name"], run_id=run["id"]) for run in runs]
    own = ("step", "timestamp")
    return sum(key not in own for rows in logs for entry in rows for key in entry)
"""

EVENT_FILES = """
def points():
    from pathlib import Path
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
    loaders = (EventFileLoader(str(path)) for path in Path(folder).rglob("*tfevents*"))
    values = (v for loader in loaders for event in loader.Load() for v in event.summary.value)
    return sum(v.metadata.plugin_data.plugin_name == "scalars" for v in values)
def fresh():
    return os.path.join(folder, f"{os.getpid()}-{time.monotonic_ns()}")
"""

TENSORBOARDX = """
from tensorboardX import SummaryWriter
def begin(params={}, tags={}):
    global writer
    writer = SummaryWriter(fresh())
    for key, value in {**params, **tags}.items(): writer.add_text(key, str(value))
def log(key, step, value): writer.add_scalar(key, value, step)
def end(): writer.close()
"""

TENSORBOARD = """
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.text.summary_v2 import text_pb
from tensorboard.summary.writer.event_file_writer import EventFileWriter
def begin(params={}, tags={}):
    global writer
    writer = EventFileWriter(fresh())
    for key, value in {**params, **tags}.items():
        writer.add_event(Event(wall_time=time.time(), summary=text_pb(key, str(value))))
def row(step, values):
    items = [Summary.Value(tag=key, simple_value=value) for key, value in values.items()]
    writer.add_event(Event(wall_time=time.time(), step=step, summary=Summary(value=items)))
def log(key, step, value): row(step, {key: value})
def end(): writer.close()
"""

AIM = """
import aim
def begin(params={}, tags={}):
    global run
    run = aim.Run(repo=folder, system_tracking_interval=None, log_system_params=False,
                  capture_terminal_logs=False)
    if params: run["params"] = params
    if tags: run["tags"] = tags
def log(key, step, value): run.track(value, name=key, step=step)
def row(step, values): run.track(values, step=step)
def end(): run.close()
def points():
    from aim.sdk.index_manager import RepoIndexManager
    repo = aim.Repo(folder)
    manager = RepoIndexManager.get_index_manager(repo)
    for name in repo.list_all_runs(): manager.index(name)  # as `aim up` does
    metrics = (metric for run in repo.iter_runs() for metric in run.metrics())
    return sum(len(metric.values.sparse_list()[0]) for metric in metrics)
"""

WANDB = """
os.environ["WANDB_DIR"] = folder
import wandb
def begin(params={}, tags={}):
    global run
    os.makedirs(folder, exist_ok=True)
    run = wandb.init(project="bench", config=params, tags=[f"{k}={v}" for k, v in tags.items()])
def log(key, step, value): run.log({key: value}, step=step)
def row(step, values): run.log(values, step=step)
def end(): run.finish()
def records(data):  # W&B has no reader for Python: LevelDB's log format, 7 bytes of head
    import struct
    place, whole = 7, b""
    while place + 7 <= len(data):
        left = 32768 - place % 32768
        if left < 7:
            place += left
            continue
        size, kind = struct.unpack_from("<HB", data, place + 4)
        if kind == 0 or place + 7 + size > len(data): return
        whole += data[place + 7 : place + 7 + size]
        place += 7 + size
        if kind in (1, 4):
            yield whole
            whole = b""
def points():
    from pathlib import Path
    from wandb.proto.wandb_internal_pb2 import Record
    files = [path.read_bytes() for path in Path(folder).rglob("*.wandb")]
    rows = [Record.FromString(record).history for data in files for record in records(data)]
    keys = (item.key or item.nested_key[0] for row in rows for item in row.item)
    return sum(not key.startswith("_") for key in keys)
"""

MLFLOW = """
import mlflow as tracker
def points():
    client = tracker.MlflowClient(uri)
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    return sum(len(client.get_metric_history(run.info.run_id, key))
               for run in client.search_runs(experiments) for key in run.data.metrics)
"""
MLFLOW_FILES = """
os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
uri = "file://" + folder
"""

MLFLOW_SQLITE = """
os.makedirs(folder, exist_ok=True)
uri = f"sqlite:///{folder}/mlflow.db"
"""

TOOLS = {
    "runreport": Tool("runreport", "runreport", MLFLOW_SHAPED + RUNREPORT),
    "trackio": Tool("Trackio", "trackio", TRACKIO),
    "tensorboardx": Tool("tensorboardX", "tensorboardX", EVENT_FILES + TENSORBOARDX),
    "tensorboard": Tool("TensorBoard", "tensorboard", EVENT_FILES + TENSORBOARD),
    "aim": Tool("Aim", "aim", AIM),
    "wandb": Tool("W&B offline", "wandb", WANDB),
    "mlflow_files": Tool(
        "MLflow, files", "mlflow", MLFLOW_FILES + MLFLOW_SHAPED + MLFLOW, steps=1_000
    ),
    "mlflow_sqlite": Tool(
        "MLflow, SQLite", "mlflow", MLFLOW_SQLITE + MLFLOW_SHAPED + MLFLOW,
        calls=1_000, steps=1_000, runs=10,
    ),
}  # fmt: skip
