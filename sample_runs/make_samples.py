"""Make the sample archives: train real models on scikit-learn's bundled data and log them.

    python sample_runs/make_samples.py    # writes sample_runs/archive and sample_runs/broken

Everything is really trained and really logged through the public API; only the identity of the
machine is replaced by a made-up one, and the clock is moved so that the experiments lie a few
days apart, as a team's would.
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np
import sample_answers
import sample_imports
import sample_models
import sample_nightly
import sample_shapes
from sklearn import datasets, metrics
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import runreport as mlflow
from runreport.archive import writer
from runreport.tracking import environment, failure

HERE = Path(__file__).resolve().parent
HOST, USER = "trainbox", "ada"
SOURCE = "/home/ada/lab/train_{}.py"
COMMIT = "3f9c2ab417d0e6a58b1c94d27fe0a6135c8d9e42"
GIT = {"commit": COMMIT, "branch": "main", "dirty": False, "diff": ""}
FIRST_DAY = 1_793_610_000_000  # 2026-11-02 09:00 UTC
DAY = 86_400_000

_real_time_ns = time.time_ns
_shift_ns = 0
_source = "digits"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--killed-child", metavar="ARCHIVE", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    borrow_identity()
    if arguments.killed_child:
        die_while_training(arguments.killed_child)
    archive = HERE / "archive"
    shutil.rmtree(archive, ignore_errors=True)
    mlflow.set_tracking_uri(archive)
    warnings.simplefilter("ignore", ConvergenceWarning)
    digits_networks()
    tumour_classifiers()
    diabetes_regression()
    wine_sweep()
    go_to_day(15.5, "shapes")
    sample_shapes.segment_shapes()
    go_to_day(16, "release")
    sample_models.appoint()
    go_to_day(16.5, "answers")
    sample_answers.evaluate_answers()
    killed_run(archive)
    sample_nightly.train_nightly(at_night)
    time.time_ns = _real_time_ns  # what other tools log has their own clock
    sample_imports.add_imported_runs(archive)
    make_broken(archive, HERE / "broken")
    mlflow.set_tracking_uri(archive)
    size = sum(path.stat().st_size for path in archive.rglob("*") if path.is_file())
    print(f"{len(mlflow.search_runs(search_all_experiments=True, output_format='list'))} runs, "
          f"{size / 1e6:.2f} MB in {archive}")  # fmt: skip


def borrow_identity() -> None:
    """No name of this machine, its user or its folders gets into the samples."""
    time.time_ns = lambda: _real_time_ns() + _shift_ns
    packages = {
        name: version
        for name, version in environment.installed_packages().items()
        if name in ("numpy", "scipy", "scikit-learn", "matplotlib", "pyarrow", "joblib")
    }
    environment.host_name = lambda: HOST
    environment.user_name = lambda: USER
    environment.installed_packages = lambda: packages
    environment.find_source = lambda: (SOURCE.format(_source), "LOCAL")
    environment.git_state = lambda folder: GIT
    environment.find_job = lambda: None
    environment.working_folder = lambda: "/home/ada/lab"
    environment.command_line = lambda: ["python", SOURCE.format(_source)]
    told = failure.told_failure
    failure.told_failure = lambda kind, message, output: told(
        kind,
        message,
        output.replace(f"{HERE}/", "").replace(f"{Path(mlflow.__file__).parent}/", ""),
    )
    writer.host_name = lambda: HOST
    writer.boot_id = lambda: "00000000-0000-0000-0000-000000000000"


def go_to_day(number: float, source: str) -> None:
    """Move the clock to a day of the story; real time goes on from there."""
    global _shift_ns, _source
    _shift_ns = int((FIRST_DAY + number * DAY) * 1_000_000) - _real_time_ns()
    _source = source


def at_night(number: int) -> None:
    """Move clock and commit to those of a night."""
    go_to_day(2.7 + number, "nightly")
    GIT["commit"] = sample_nightly.commit_of(number)


# -- the experiments ------------------------------------------------------------------------


def digits_networks() -> None:
    """Small networks on handwritten digits: curves over epochs, several seeds a setting."""
    data = datasets.load_digits()
    x_train, x_test, y_train, y_test = train_test_split(
        data.data / 16.0, data.target, test_size=0.3, random_state=0, stratify=data.target
    )
    go_to_day(0, "digits")
    mlflow.set_experiment("Digits networks")
    mlflow.set_experiment_tags(
        {
            "team": "vision",
            "mlflow.note.content": "Small multilayer perceptrons on the 8×8 handwritten digits. "
            "**Question:** how much does width buy at which learning rate, and how far do seeds "
            "scatter?",
        }
    )
    settings = itertools.product((16, 64, 128), (0.0003, 0.001, 0.003, 0.01), ("relu", "tanh"))
    for number, (width, rate, activation) in enumerate(settings):
        go_to_day(0.13 * number, "digits")
        for seed in range(3):
            with mlflow.start_run(run_name=f"mlp-{width}-{activation}-{rate:g}-s{seed}"):
                mlflow.log_params(
                    {"hidden": width, "learning_rate": rate, "activation": activation,
                     "seed": seed, "batch_size": 64, "epochs": 30}
                )  # fmt: skip
                mlflow.set_tags({"model": "mlp", "stage": "sweep"})
                model = train_network(
                    x_train, y_train, x_test, y_test, width, rate, activation, seed
                )
                if seed == 0 and rate == 0.003:
                    log_confusion(y_test, model.predict(x_test), data.target_names)
                    log_report(y_test, model.predict(x_test))


def train_network(
    x_train: np.ndarray,
    y_train: np.ndarray,
    x_test: np.ndarray,
    y_test: np.ndarray,
    width: int,
    rate: float,
    activation: str,
    seed: int,
) -> MLPClassifier:
    """Train epoch by epoch, logging loss and accuracy of each."""
    model = MLPClassifier(
        (width,), activation=activation, learning_rate_init=rate, batch_size=64, random_state=seed
    )
    classes = np.unique(y_train)
    random = np.random.default_rng(seed)
    for epoch in range(30):
        order = random.permutation(len(x_train))
        model.partial_fit(x_train[order], y_train[order], classes=classes)
        probabilities = model.predict_proba(x_test)
        mlflow.log_metrics(
            {
                "train_loss": float(model.loss_),
                "val_loss": metrics.log_loss(y_test, probabilities, labels=classes),
                "val_accuracy": metrics.accuracy_score(y_test, probabilities.argmax(axis=1)),
            },
            step=epoch + 1,
        )
    return model


def tumour_classifiers() -> None:
    """Different model families on one table, so that a param decides which params there are."""
    data = datasets.load_breast_cancer()
    x_train, x_test, y_train, y_test = train_test_split(
        data.data, data.target, test_size=0.3, random_state=1, stratify=data.target
    )
    mlflow.set_experiment("Tumour classifiers")
    mlflow.set_experiment_tag("team", "clinical")
    forests = [("forest", {"n_estimators": n, "max_depth": d})
               for n in (20, 100, 300) for d in (3, 8)]  # fmt: skip
    lines = [("logistic", {"C": c}) for c in (0.01, 0.1, 1.0, 10.0)]
    machines = [("svm", {"C": c, "gamma": g}) for c in (0.3, 3.0) for g in (0.003, 0.03)]
    for number, (family, options) in enumerate(forests + lines + machines):
        go_to_day(4 + 0.2 * number, "tumours")
        for seed in range(3):
            with mlflow.start_run(run_name=f"{family}-{number:02d}-s{seed}"):
                mlflow.log_params({"family": family, "seed": seed, **options})
                mlflow.set_tags({"model": family, "scaled": family != "forest"})
                sample = np.random.default_rng(seed).choice(len(x_train), len(x_train))
                model = tumour_model(family, options, seed)
                model.fit(x_train[sample], y_train[sample])
                scores = model.predict_proba(x_test)[:, 1]
                answers = scores > 0.5
                mlflow.log_metrics(
                    {
                        "accuracy": metrics.accuracy_score(y_test, answers),
                        "f1": metrics.f1_score(y_test, answers),
                        "roc_auc": metrics.roc_auc_score(y_test, scores),
                        "brier": metrics.brier_score_loss(y_test, scores),
                    }
                )
                sample_models.release_screen(model, number, seed, data, x_train[sample])
                if seed == 0:
                    log_roc(y_test, scores)
                if seed == 0 and family == "forest":
                    log_confusion(y_test, answers.astype(int), data.target_names)
                    log_importances(model, data.feature_names)


def tumour_model(family: str, options: dict[str, float], seed: int) -> object:
    if family == "forest":
        return RandomForestClassifier(**options, random_state=seed, n_jobs=1)
    if family == "logistic":
        return make_pipeline(StandardScaler(), LogisticRegression(**options, max_iter=500))
    return make_pipeline(StandardScaler(), CalibratedSvc(**options, random_state=seed))


class CalibratedSvc(SVC):
    """A support vector machine whose margins serve as probabilities through a logistic curve."""

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        positive = 1 / (1 + np.exp(-2 * self.decision_function(x)))
        return np.stack([1 - positive, positive], axis=1)


def diabetes_regression() -> None:
    """Boosting on the diabetes table: staged errors as curves, and a run that fails."""
    x, y = datasets.load_diabetes(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.3, random_state=2)
    mlflow.set_experiment("Diabetes progression")
    mlflow.set_experiment_tag("team", "clinical")
    settings = itertools.product((0.03, 0.1, 0.3), (2, 3, 4), (0.6, 1.0))
    for number, (rate, depth, share) in enumerate(settings):
        go_to_day(9 + 0.15 * number, "diabetes")
        for seed in range(2):
            with mlflow.start_run(run_name=f"boosting-{number:02d}-s{seed}"):
                mlflow.log_params({"learning_rate": rate, "max_depth": depth, "subsample": share,
                                   "n_estimators": 120, "seed": seed})  # fmt: skip
                mlflow.set_tags({"model": "boosting"})
                model = GradientBoostingRegressor(
                    learning_rate=rate, max_depth=depth, subsample=share, n_estimators=120,
                    random_state=seed,
                )  # fmt: skip
                model.fit(x_train, y_train)
                for step, guess in enumerate(model.staged_predict(x_test), start=1):
                    if step % 2 == 0:
                        error = metrics.mean_squared_error(y_test, guess) ** 0.5
                        mlflow.log_metric("rmse", error, step=step)
                        mlflow.log_metric("train_rmse", model.train_score_[step - 1] ** 0.5, step)
                mlflow.log_metric("r2", model.score(x_test, y_test))
                sample_models.release_score(model, number, seed, x_train)
                if number % 6 == 0 and seed == 0:
                    log_residuals(y_test, model.predict(x_test))
    for alpha in (0.01, 0.1, 1.0, 10.0):
        with mlflow.start_run(run_name=f"ridge-{alpha:g}"):
            model = Ridge(alpha=alpha).fit(x_train, y_train)
            mlflow.log_params({"alpha": alpha})
            mlflow.set_tags({"model": "ridge", "baseline": True})
            guess = model.predict(x_test)
            mlflow.log_metric("rmse", metrics.mean_squared_error(y_test, guess) ** 0.5)
            mlflow.log_metric("r2", model.score(x_test, y_test))
    with fails(), mlflow.start_run(run_name="ridge-wrong-features"):
        mlflow.log_params({"alpha": 1.0, "features": "first five"})
        mlflow.set_tags({"model": "ridge"})
        Ridge(alpha=1.0).fit(x_train[:, :5], y_train).predict(x_test)


def wine_sweep() -> None:
    """A nested sweep: one parent run, a child for each setting, the summary on the parent."""
    x, y = datasets.load_wine(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(
        x, y, test_size=0.4, random_state=3, stratify=y
    )
    scaler = StandardScaler().fit(x_train)
    go_to_day(16, "wine")
    mlflow.set_experiment("Wine sweep")
    note = (
        "## Sweep over SGD settings\n\n"
        "A parent run with one child a setting. The parent keeps the best child's numbers.\n\n"
        "- losses: `log_loss`, `modified_huber`\n- three strengths of `alpha`\n\n"
        "| setting | why |\n| --- | --- |\n| `alpha` | regularisation |\n"
        "| `loss` | calibration |\n"
    )
    with mlflow.start_run(run_name="sgd-sweep", description=note) as parent:
        mlflow.set_tags({"model": "sgd", "stage": "sweep"})
        best = ("", 0.0)
        for loss, alpha, seed in itertools.product(
            ("log_loss", "modified_huber"), (0.0001, 0.001, 0.01), range(2)
        ):
            with mlflow.start_run(run_name=f"sgd-{loss}-{alpha:g}-s{seed}", nested=True):
                mlflow.log_params({"loss": loss, "alpha": alpha, "seed": seed})
                mlflow.set_tags({"model": "sgd", "stage": "child"})
                model = SGDClassifier(loss=loss, alpha=alpha, random_state=seed)
                for epoch in range(20):
                    model.partial_fit(scaler.transform(x_train), y_train, classes=np.unique(y))
                    score = model.score(scaler.transform(x_test), y_test)
                    mlflow.log_metric("val_accuracy", score, step=epoch + 1)
                if score > best[1]:
                    best = (f"{loss}, alpha {alpha:g}, seed {seed}", score)
        mlflow.log_metric("val_accuracy", best[1], step=20)
        mlflow.log_dict({"best": best[0], "val_accuracy": best[1]}, "best.json")
        mlflow.log_text(
            f"Parent {parent.info.run_name}: best child was {best[0]}\n", "summary.txt"
        )


def killed_run(archive: Path) -> None:
    """A run whose process is killed in the middle, by a real SIGKILL."""
    child = subprocess.Popen(
        [sys.executable, __file__, "--killed-child", str(archive)], stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    child.stdout.readline()
    child.send_signal(signal.SIGKILL)
    child.wait()
    for lock in (archive / "live").glob("*.lock"):
        lock.unlink()  # a checkout has no locks either


def die_while_training(archive: str) -> None:
    """Log a few epochs, say so, and wait to be killed."""
    go_to_day(17, "digits")
    mlflow.set_tracking_uri(archive)
    mlflow.set_experiment("Digits networks")
    data = datasets.load_digits()
    mlflow.start_run(run_name="mlp-512-relu-killed")
    mlflow.log_params({"hidden": 512, "learning_rate": 0.001, "activation": "relu", "seed": 0})
    mlflow.set_tags({"model": "mlp", "stage": "sweep"})
    model = MLPClassifier((512,), random_state=0)
    for epoch in range(7):
        model.partial_fit(data.data[:1200] / 16, data.target[:1200], classes=range(10))
        mlflow.log_metric("train_loss", float(model.loss_), step=epoch + 1)
        score = model.score(data.data[1200:] / 16, data.target[1200:])
        mlflow.log_metric("val_accuracy", score, step=epoch + 1)
    print("ready", flush=True)
    time.sleep(60)


# -- artifacts ------------------------------------------------------------------------------


def log_confusion(truth: np.ndarray, guess: np.ndarray, names: np.ndarray) -> None:
    matrix = metrics.confusion_matrix(truth, guess)
    figure, axes = plt.subplots(figsize=(4.2, 3.8), layout="constrained")
    metrics.ConfusionMatrixDisplay(matrix, display_labels=names).plot(
        ax=axes, colorbar=False, cmap="Blues"
    )
    axes.set_title("Confusion matrix")
    log_png(figure, "confusion.png")


def log_report(truth: np.ndarray, guess: np.ndarray) -> None:
    report = metrics.classification_report(truth, guess, output_dict=True, zero_division=0)
    lines = ["class,precision,recall,f1,support"]
    for name, row in report.items():
        if isinstance(row, dict):
            lines.append(
                f"{name},{row['precision']:.4f},{row['recall']:.4f},"
                f"{row['f1-score']:.4f},{int(row['support'])}"
            )
    mlflow.log_text("\n".join(lines) + "\n", "report.csv")


def log_roc(truth: np.ndarray, scores: np.ndarray) -> None:
    false_positive, true_positive, _ = metrics.roc_curve(truth, scores)
    figure, axes = plt.subplots(figsize=(4.2, 3.4), layout="constrained")
    axes.plot(false_positive, true_positive, linewidth=2)
    axes.plot([0, 1], [0, 1], linestyle=":", color="grey")
    axes.set(xlabel="False positive rate", ylabel="True positive rate", title="ROC curve")
    log_png(figure, "roc.png")


def log_residuals(truth: np.ndarray, guess: np.ndarray) -> None:
    figure, axes = plt.subplots(figsize=(4.2, 3.4), layout="constrained")
    axes.scatter(guess, truth - guess, s=12, alpha=0.7)
    axes.axhline(0, color="grey", linewidth=1)
    axes.set(xlabel="Predicted", ylabel="Residual", title="Residuals")
    mlflow.log_figure(figure, "residuals.svg")
    plt.close(figure)


def log_importances(model: RandomForestClassifier, names: np.ndarray) -> None:
    order = np.argsort(-model.feature_importances_)[:10]
    mlflow.log_table(
        {
            "feature": [str(names[place]) for place in order],
            "importance": [round(float(model.feature_importances_[place]), 4) for place in order],
        },
        "importances.json",
    )


def log_png(figure: plt.Figure, name: str) -> None:
    mlflow.log_figure(figure, name, save_kwargs={"dpi": 70})
    plt.close(figure)


@contextmanager
def fails() -> Iterator[None]:
    """The run inside is meant to fail."""
    try:
        yield
    except ValueError:
        return
    raise AssertionError("the run was meant to fail")


# -- broken ---------------------------------------------------------------------------------


def make_broken(archive: Path, broken: Path) -> None:
    """A small archive with one of each damage, each of which a build survives and names."""
    shutil.rmtree(broken, ignore_errors=True)
    mlflow.set_tracking_uri(broken)
    go_to_day(18, "broken")
    mlflow.set_experiment("Broken on purpose")
    for name in ("sound", "truncated", "orphaned", "newer"):
        with mlflow.start_run(run_name=name):
            mlflow.log_param("damage", name)
            for step in range(10):
                mlflow.log_metric("loss", 1 / (step + 1), step=step)
    runs = mlflow.search_runs(output_format="list")
    segments = {run.info.run_name: segment_of(broken, run.info.run_id) for run in runs}
    truncate(segments["truncated"])
    segments["orphaned"].unlink()  # leaves a metrics file that no events file commits
    write_newer_journal(broken)
    rewrite_as_newer(segments["newer"])
    torn = next((archive / "live").glob("*.jsonl"))
    (broken / "live").mkdir(exist_ok=True)
    data = torn.read_bytes()
    (broken / "live" / torn.name).write_bytes(data[:-30])


def segment_of(archive: Path, run_id: str) -> Path:
    import pyarrow.parquet as pq

    for path in sorted(archive.glob("segments/*/*.events.parquet")):
        if run_id in pq.read_table(path, columns=["run_id"]).column(0).to_pylist():
            return path
    raise AssertionError(run_id)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def rewrite_as_newer(path: Path) -> None:
    """The same segment as a runreport of a later format would have written it."""
    import hashlib

    import pyarrow.parquet as pq

    table = pq.read_table(path)
    own = pq.read_metadata(path).metadata[b"runreport"]
    footer = own.replace(b'"format":1', b'"format":9')
    assert footer != own
    with pq.ParquetWriter(path, table.schema, store_schema=False) as file:
        file.write_table(table)
        file.add_key_value_metadata({"runreport": footer})
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    writer_id, number, _ = path.name.removesuffix(".events.parquet").split("-")
    path.rename(path.with_name(f"{writer_id}-{number}-{digest}.events.parquet"))


def write_newer_journal(archive: Path) -> None:
    from runreport.archive.journal import encode_line

    (archive / "live").mkdir(exist_ok=True)
    name = "0" * 31 + "9"
    line = encode_line('{"header": {"format": 9, "writer_id": "' + name + '", "number": 0}}')
    (archive / "live" / f"{name}-0.jsonl").write_bytes(line)


if __name__ == "__main__":
    os.environ.pop("MLFLOW_EXPERIMENT_ID", None)
    main()
