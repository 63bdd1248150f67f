"""Runs that were logged with other tools and imported: MLflow, TensorBoard, CatBoost.

    python sample_runs/sample_imports.py    # adds them to sample_runs/archive

The real packages write their stores into a temporary project, small models really trained; then
the project is imported as anybody's would be. `make samples` installs the packages.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn import datasets
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from runreport.archive.directory import open_archive
from runreport.importers.formats import FORMATS
from runreport.importers.importing import import_runs, search

HERE = Path(__file__).resolve().parent
DAY_17 = 1_795_082_400.0  # 2026-11-19 10:00 UTC
EPOCHS = 12

_real_time = time.time


def main() -> None:
    add_imported_runs(HERE / "archive")


def add_imported_runs(archive: Path) -> None:
    """Let three tools log, and import what they left."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        project.mkdir()
        os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
        log_with_mlflow(project)
        log_with_tensorboard(project)
        log_with_catboost(project)
        time.time_ns = lambda: int((DAY_17 + 7200) * 1e9)
        done = import_runs(search(str(project), FORMATS), open_archive(archive))
    shutil.rmtree(archive / "inventory")  # it is of this machine and place
    assert not done.told.lost, done.told.lost


def train(load: object, rate: float, seed: int) -> Iterator[tuple[int, float, float]]:
    """Epoch, loss and accuracy on held-out data of a linear model."""
    data = load()  # type: ignore[operator]
    parts = train_test_split(data.data, data.target, test_size=0.3, random_state=seed)
    x, x_test = (StandardScaler().fit(parts[0]).transform(part) for part in parts[:2])
    model = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=rate, random_state=seed)
    for epoch in range(EPOCHS):
        model.partial_fit(x, parts[2], classes=np.unique(data.target))
        loss = log_loss(parts[3], model.predict_proba(x_test))
        yield epoch, float(loss), float(model.score(x_test, parts[3]))


def log_with_mlflow(project: Path) -> None:
    """A file store, as ``mlruns/`` is in most repositories."""
    from mlflow import MlflowClient

    client = MlflowClient((project / "mlruns").as_uri())
    experiment = client.create_experiment("Iris (from MLflow)")
    for number, rate in enumerate((0.001, 0.003, 0.01, 0.03)):
        begun = int(DAY_17 * 1000) + number * 90_000
        run = client.create_run(experiment, begun, run_name=f"sgd-{rate:g}")
        run_id = run.info.run_id
        client.log_param(run_id, "learning_rate", rate)
        client.log_param(run_id, "seed", number)
        client.set_tag(run_id, "team", "imports")
        for epoch, loss, score in train(datasets.load_iris, rate, number):
            moment = begun + epoch * 1500
            client.log_metric(run_id, "val_loss", loss, moment, epoch)
            client.log_metric(run_id, "val_accuracy", score, moment, epoch)
        client.log_text(run_id, f"held-out accuracy {score:.3f}\n", "summary.txt")
        client.set_terminated(run_id, "FINISHED", begun + EPOCHS * 1500)


def log_with_tensorboard(project: Path) -> None:
    """A folder of event files a run, as SummaryWriter leaves them."""
    from tensorboardX import SummaryWriter

    for number, rate in enumerate((0.001, 0.01, 0.1)):
        begun = DAY_17 + 1800 + number * 90
        time.time = lambda begun=begun: begun  # type: ignore[assignment]
        writer = SummaryWriter(str(project / "Wine (from TensorBoard)" / f"lr-{rate:g}"))
        for epoch, loss, score in train(datasets.load_wine, rate, number):
            writer.add_scalar("loss/val", loss, epoch, begun + 2 * epoch)
            writer.add_scalar("accuracy/val", score, epoch, begun + 2 * epoch)
        writer.close()
    time.time = _real_time


def log_with_catboost(project: Path) -> None:
    """``catboost_info/`` as every training leaves it; it does not say when, nor with what."""
    from catboost import CatBoostClassifier

    data = datasets.load_breast_cancer()
    x, x_test, y, y_test = train_test_split(data.data, data.target, random_state=0)
    for depth in (2, 4, 6):
        folder = project / "Breast cancer (from CatBoost)" / f"depth-{depth}" / "catboost_info"
        folder.mkdir(parents=True)
        model = CatBoostClassifier(
            depth=depth, iterations=40, eval_metric="Accuracy", random_seed=0, verbose=False,
            train_dir=str(folder),
        )  # fmt: skip
        model.fit(x, y, eval_set=(x_test, y_test))


if __name__ == "__main__":
    main()
