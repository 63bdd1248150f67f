"""Stores that the real packages wrote: each run, param, tag, point and artifact of theirs is ours.

What a package itself says of its store is the truth here, wherever it has a reader.
"""

from __future__ import annotations

import csv
import json
import math
import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from importers.test_mlflow_laws import RUNS, Written, build, stripped
from stores import Taken

from runreport.importers.formats import FORMATS

pytestmark = [pytest.mark.frameworks, pytest.mark.filterwarnings("default")]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


def take(project: Path) -> Taken:
    return Taken(project, project.parent / "archive")


def same(found: float, expected: float) -> bool:
    return found == expected or (math.isnan(found) and math.isnan(expected))


MLFLOW = """
import math, sys
import mlflow
from mlflow import MlflowClient
from mlflow.entities import Dataset
mlflow.set_tracking_uri(sys.argv[1])
client = MlflowClient(sys.argv[1])
mlflow.set_experiment("wine")
with mlflow.start_run(run_name="parent") as parent:
    mlflow.log_params({"lr": 0.1, "a/b": "two\\nlines", "n": "äö"})
    mlflow.set_tag("mlflow.note.content", "# Note")
    for step in range(5):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
    for step, value in enumerate([math.nan, math.inf, -math.inf, -0.0]):
        mlflow.log_metric("val/odd", value, step=step)
    mlflow.log_text("hello", "notes/a.txt")
    with mlflow.start_run(run_name="child", nested=True):
        mlflow.log_metric("x", 1)
try:
    with mlflow.start_run(run_name="failed"):
        raise ValueError("x")
except ValueError:
    pass
live = client.create_run("0", run_name="live")
client.log_metric(live.info.run_id, "m", 3)
with mlflow.start_run(run_name="gone") as gone:
    mlflow.log_param("z", 1)
client.delete_run(gone.info.run_id)
client.create_registered_model("M", tags={"k": "v"}, description="desc")
for number in range(2):
    client.create_model_version("M", f"{parent.info.artifact_uri}/n", parent.info.run_id)
client.set_registered_model_alias("M", "champion", "2")
"""


@pytest.mark.parametrize("store", ["mlruns", "mlflow.db"])
def test_mlflow_says_the_same_of_its_store(project: Path, store: str) -> None:
    import mlflow
    from mlflow.entities import ViewType

    uri = f"sqlite:///{project / store}" if store.endswith(".db") else (project / store).as_uri()
    env = {**os.environ, "MLFLOW_ALLOW_FILE_STORE": "true", "GIT_PYTHON_REFRESH": "quiet"}
    subprocess.run([sys.executable, "-c", MLFLOW, uri], check=True, cwd=project, env=env)
    taken = take(project)
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    client = mlflow.MlflowClient(uri)
    experiments = client.search_experiments(view_type=ViewType.ALL)
    assert {e.name for e in experiments} <= {e.name for e in taken.index.experiments.values()}
    runs = client.search_runs([e.experiment_id for e in experiments], run_view_type=ViewType.ALL)
    assert {r.info.run_id for r in runs} == set(taken.index.runs["run_id"].to_pylist())
    for run in runs:
        own = taken.run(run.info.run_name)
        assert own.info.run_id == run.info.run_id
        shown = {"RUNNING": "UNKNOWN"}.get(run.info.status, run.info.status)
        assert own.info.status == shown
        assert own.info.start_time == run.info.start_time
        if shown != "UNKNOWN":
            assert own.info.end_time == run.info.end_time
        assert own.data.params == run.data.params
        assert run.data.tags.items() <= own.data.tags.items()
        assert own.info.lifecycle_stage == run.info.lifecycle_stage
        for key in run.data.metrics:
            expected = client.get_metric_history(run.info.run_id, key)
            points = taken.curve(key, run.info.run_name)
            assert len(points) == len(expected)
            for (step, value), metric in zip(points, sorted(expected, key=lambda m: m.step),
                                             strict=True):  # fmt: skip
                assert step == metric.step
                is_infinite = abs(metric.value) == sys.float_info.max  # as its database has it
                assert is_infinite == math.isinf(value) or same(value, metric.value)
    assert taken.artifacts("parent") == {"notes/a.txt": b"hello"}
    (model,) = taken.index.registry.models
    assert (model.name, model.description, model.aliases) == ("M", "desc", {"champion": "2"})
    assert [v.version for v in taken.index.registry.versions] == [1, 2]
    assert taken.lost == []


def scalars_of(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """What TensorBoard itself reads."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.util.tensor_util import make_ndarray

    found = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
    found.Reload()
    tags = found.Tags()
    plain = {t: [(e.step, e.value) for e in found.Scalars(t)] for t in tags["scalars"]}
    tensors = {
        t: [(e.step, float(make_ndarray(e.tensor_proto).reshape(-1)[0])) for e in found.Tensors(t)]
        for t in tags["tensors"]
        if found.SummaryMetadata(t).plugin_data.plugin_name == "scalars"
    }
    return {**plain, **tensors}


def write_torch(folder: Path) -> None:
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(str(folder)) as writer:
        _write_scalars(writer)
        writer.add_hparams({"lr": 0.1, "net": "small", "bias": True}, {"score": 0.5},
                           run_name=".")  # fmt: skip


def write_tensorboardx(folder: Path) -> None:
    from tensorboardX import SummaryWriter

    with SummaryWriter(str(folder)) as writer:
        _write_scalars(writer)


def _write_scalars(writer: Any) -> None:
    for step in range(200):
        writer.add_scalar("train/loss", 1 / (step + 1), step)
        writer.add_scalar("acc", step / 200, step * 1000)
    writer.add_scalar("odd", math.nan, 0)
    writer.add_text("note", "hello", 1)


def write_tensorflow(folder: Path) -> None:
    import tensorflow as tf

    with tf.summary.create_file_writer(str(folder)).as_default():
        for step in range(200):
            tf.summary.scalar("train/loss", 1 / (step + 1), step=step)
            tf.summary.scalar("acc", step / 200, step=step * 1000)
        tf.summary.text("note", "hello", step=1)
        tf.summary.image("pic", tf.zeros([1, 4, 4, 3]), step=2)
        tf.summary.histogram("weights", tf.zeros([10]), step=0)


@pytest.mark.parametrize("writing", [write_torch, write_tensorboardx, write_tensorflow])
def test_tensorboard_reads_the_same_scalars(project: Path, writing: Any) -> None:
    folder = project / "runs" / "a"
    writing(folder)
    taken = take(project)
    expected = scalars_of(folder)
    assert expected
    for tag, points in expected.items():
        found = taken.curve(tag)
        assert len(found) == len(points), tag
        for (step, value), (own_step, own) in zip(sorted(points), found, strict=True):
            assert (step, same(value, own)) == (own_step, True)
    assert any(path.startswith("text/note") for path in taken.artifacts())
    if writing is write_torch:
        params = taken.run().data.params
        assert params == {"lr": "0.1", "net": "small", "bias": "1"}
    if writing is write_tensorflow:
        assert taken.artifacts()["images/pic/2.png"].startswith(b"\x89PNG")
        assert taken.told.left_out["histograms"] == 1
    assert taken.lost == []


def test_lightning_loggers(project: Path) -> None:
    import torch
    from lightning.pytorch import LightningModule, Trainer
    from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger

    class Model(LightningModule):
        def __init__(self, lr: float = 0.1) -> None:
            super().__init__()
            self.save_hyperparameters()
            self.layer = torch.nn.Linear(1, 1)

        def training_step(self, batch: Any, number: int) -> Any:
            loss = self.layer(batch).mean() ** 2
            self.log("loss", loss)
            return loss

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), 0.01)

        def train_dataloader(self) -> Any:
            return torch.utils.data.DataLoader(torch.ones(8, 1), batch_size=2)

    loggers = [CSVLogger(str(project), "csv"), TensorBoardLogger(str(project), "tb")]
    trainer = Trainer(
        max_epochs=2, logger=loggers, log_every_n_steps=1, default_root_dir=str(project),
        enable_progress_bar=False, enable_model_summary=False, accelerator="cpu",
    )  # fmt: skip
    trainer.fit(Model())
    taken = take(project)
    assert [source.title for source in taken.done.sources] == ["Lightning", "Lightning"]
    with open(project / "csv" / "version_0" / "metrics.csv", newline="") as file:
        rows = [(int(row["step"]), float(row["loss"])) for row in csv.DictReader(file)]
    runs = [taken.index.runs["run_id"][n].as_py() for n in range(2)]
    curves = [[(p["step"], p["value"]) for p in taken._reader.points_of(run).to_pylist()
               if p["key"] == "loss"] for run in runs]  # fmt: skip
    assert rows in curves
    assert scalars_of(project / "tb" / "version_0")["loss"] in curves


def test_dvclive(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dvclive import Live

    monkeypatch.chdir(project)
    with Live("dvclive", save_dvc_exp=False, report=None) as live:
        live.log_params({"lr": 0.1, "net": {"depth": 3}})
        for step in range(5):
            live.log_metric("train/loss", 1 / (step + 1))
            live.next_step()
        live.log_metric("final", 0.5, plot=False)
    taken = take(project)
    assert taken.curve("train/loss") == [(step, 1 / (step + 1)) for step in range(5)]
    assert [value for _, value in taken.curve("final")] == [0.5]
    assert taken.run().data.params == {"lr": "0.1", "net.depth": "3"}


def test_catboost(project: Path) -> None:
    from catboost import CatBoostClassifier

    rng = random.Random(0)
    rows = [[rng.random(), rng.random()] for _ in range(100)]
    target = [int(a > b) for a, b in rows]
    model = CatBoostClassifier(iterations=10, train_dir=str(project / "catboost_info"),
                               verbose=False)  # fmt: skip
    model.fit(rows, target, eval_set=(rows, target))
    taken = take(project)
    for kind, own in (("learn", "learn"), ("validation", "test")):
        for metric, values in model.get_evals_result()[kind].items():
            found = [value for _, value in taken.curve(f"{own}/{metric}")]
            assert found == pytest.approx(values)


def test_sacred(project: Path) -> None:
    script = """
import sys
from sacred import Experiment
from sacred.observers import FileStorageObserver
ex = Experiment("exp", save_git_info=False)
ex.observers.append(FileStorageObserver(sys.argv[1]))
@ex.config
def config():
    lr = 0.1
    net = {"depth": 3}
@ex.main
def run(_run, lr):
    for step in range(5):
        _run.log_scalar("loss", 1 / (step + 1), step)
    return 0.5
ex.run()
"""
    (project / "script.py").write_text(script)
    subprocess.run([sys.executable, "script.py", "sacred"], check=True, cwd=project)
    taken = take(project)
    run = taken.run("1")
    assert (taken.experiment_of(run), run.info.status) == ("exp", "FINISHED")
    assert taken.curve("loss") == [(step, 1 / (step + 1)) for step in range(5)]
    assert run.data.params["lr"] == "0.1"
    assert run.data.params["net.depth"] == "3"


def test_trackio(project: Path) -> None:
    script = """
import trackio
trackio.init(project="proj", name="run-a", config={"lr": 0.1, "net": {"depth": 3}}, embed=False)
for step in range(5):
    trackio.log({"loss": 1 / (step + 1), "val/acc": step})
trackio.finish()
"""
    env = {**os.environ, "TRACKIO_DIR": str(project), "HF_HUB_OFFLINE": "1"}
    (project / "script.py").write_text(script)
    subprocess.run([sys.executable, "script.py"], check=True, cwd=project, env=env)
    taken = take(project)
    run = taken.run("run-a")
    assert taken.experiment_of(run) == "proj"
    assert taken.curve("loss") == [(step, 1 / (step + 1)) for step in range(5)]
    assert taken.curve("val/acc") == [(step, float(step)) for step in range(5)]
    assert {"lr": "0.1", "net.depth": "3"}.items() <= run.data.params.items()


def test_wandb_offline(project: Path) -> None:
    script = """
import wandb
with wandb.init(project="proj", name="happy", config={"lr": 0.1, "net": {"depth": 3}},
                notes="a note", tags=["good"]) as run:
    for step in range(50):
        run.log({"loss": 1 / (step + 1), "nested": {"a": step}})
    run.log({"odd": float("nan")})
    run.summary["best"] = 0.5
"""
    env = {
        **os.environ,
        "WANDB_MODE": "offline",
        "WANDB_SILENT": "true",
        "WANDB_DIR": str(project),
    }
    (project / "script.py").write_text(script)
    subprocess.run([sys.executable, "script.py"], check=True, cwd=project, env=env)
    taken = take(project)
    run = taken.run("happy")
    assert (taken.experiment_of(run), run.info.status) == ("proj", "FINISHED")
    assert taken.curve("loss") == [(step, 1 / (step + 1)) for step in range(50)]
    assert taken.curve("nested/a") == [(step, float(step)) for step in range(50)]
    assert math.isnan(taken.curve("odd")[0][1])
    assert [value for _, value in taken.curve("best")] == [0.5]
    assert {"lr": "0.1", "net.depth": "3"}.items() <= run.data.params.items()
    assert run.data.tags["mlflow.note.content"] == "a note"
    assert taken.lost == []


def test_the_trainer_of_transformers(project: Path) -> None:
    import torch
    from transformers import Trainer, TrainingArguments

    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(1, 1)

        def forward(self, x: Any, labels: Any = None) -> dict[str, Any]:
            out = self.layer(x)
            return {"loss": ((out - 1) ** 2).mean(), "logits": out}

    data = [{"x": torch.ones(1), "labels": torch.ones(1)} for _ in range(16)]
    arguments = TrainingArguments(
        str(project / "out"), num_train_epochs=2, logging_steps=1, save_steps=2, report_to=[],
        per_device_train_batch_size=4, use_cpu=True, disable_tqdm=True,
    )  # fmt: skip
    trainer = Trainer(Model(), arguments, train_dataset=data)
    trainer.train()
    trainer.save_state()
    taken = take(project)
    assert len(taken.search.claims) == 1
    history = json.loads((project / "out" / "trainer_state.json").read_text())["log_history"]
    expected = [(row["step"], row["loss"]) for row in history if "loss" in row]
    assert taken.curve("loss", "out") == expected
    assert taken.curve("train_runtime")


def test_keras_csv_logger(project: Path) -> None:
    import keras
    import numpy as np

    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    logger = keras.callbacks.CSVLogger(str(project / "training.log"))
    seen = model.fit(np.ones((8, 1)), np.ones(8), epochs=3, verbose=0, callbacks=[logger])
    taken = take(project)
    assert [value for _, value in taken.curve("loss")] == pytest.approx(seen.history["loss"])
    assert [step for step, _ in taken.curve("loss")] == [0, 1, 2]


def test_no_format_needs_the_tool_that_wrote_it() -> None:
    """In a fresh interpreter, importing all of them loads none of the packages above."""
    names = ("mlflow", "tensorboard", "tensorflow", "torch", "wandb", "sacred", "catboost",
             "dvclive", "trackio", "lightning", "transformers", "google.protobuf")  # fmt: skip
    loading = "import sys, runreport.importers.formats; "
    code = f"{loading}print([n for n in {names!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert len(FORMATS) > 10


GREATEST = sys.float_info.max
DATABASES_LOSE = (0.0, math.inf, -math.inf, GREATEST, -GREATEST)


@settings(max_examples=12, deadline=None, phases=[Phase.generate])
@given(st.lists(RUNS, min_size=1, max_size=3))
def test_mlflow_migrates_a_store_to_what_is_imported_of_it(
    tmp_path_factory: pytest.TempPathFactory, runs: list[Written]
) -> None:
    """Lines that MLflow refuses aside, and values that only the folder keeps: -0.0, infinities and
    the greatest number, as which a database has these. A param of a folder has no line end, which
    MLflow 0.x wrote after each and editors add."""
    from mlflow.store.fs2db import migrate

    for run in runs:  # MLflow reads lines of 2, 3 and 5 columns, the last without their step
        for key, lines in list(run.metrics.items()):
            run.metrics[key] = [replace(line, form=3, end="\n") for line in lines]
            if not lines or any(line.value in DATABASES_LOSE for line in lines):
                del run.metrics[key]
    folder = tmp_path_factory.mktemp("migrated")
    build(folder / "files" / "mlruns", runs)
    (folder / "database").mkdir()
    migrate(folder / "files" / "mlruns", f"sqlite:///{folder}/database/mlflow.db", progress=False)
    one = Taken(folder / "files", folder / "one", with_files=False)
    two = Taken(folder / "database", folder / "two", with_files=False)
    assert one.index.runs.num_rows == two.index.runs.num_rows == len(runs)
    for number in range(len(runs)):
        own, other = one.run(f"run {number}"), two.run(f"run {number}")
        assert own.info.to_dictionary() == other.info.to_dictionary()
        assert own.data.params == {key: stripped(text) for key, text in other.data.params.items()}
        assert own.data.tags == other.data.tags
        for key in own.data.metrics:
            points = {(s, repr(v)) for s, v in one.curve(key, f"run {number}")}
            assert points == {(s, repr(v)) for s, v in two.curve(key, f"run {number}")}
