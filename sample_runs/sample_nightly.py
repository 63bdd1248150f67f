"""A classifier that is trained every night, five seeds each: one commit helps, the last harms."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from sklearn import datasets
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

import runreport as mlflow

NIGHTS = 14
SEEDS = 5
HELPED, HARMED = 8, NIGHTS - 1
"""The night from which on it is regularised less, and the one that lost most of the data."""


def train_nightly(at_night: Callable[[int], None]) -> None:
    """Runs of as many commits.

    Args:
        at_night: moves clock and commit to those of a night.
    """
    at_night(0)
    mlflow.set_experiment("Nightly digits")
    mlflow.set_experiment_tag(
        "mlflow.note.content",
        "What the main branch trains every night, five seeds each. Night 9 regularised less; "
        "last night a filter dropped four fifths of the training data.",
    )
    x, y = datasets.load_digits(return_X_y=True)
    for night in range(NIGHTS):
        at_night(night)
        for seed in range(SEEDS):
            train, test, train_y, test_y = train_test_split(x, y, test_size=600, random_state=seed)
            if night == HARMED:
                train, train_y = train[::5], train_y[::5]
            alpha = 0.0005 if night >= HELPED else 0.08
            model = make_pipeline(
                MinMaxScaler(),
                SGDClassifier(
                    loss="log_loss", alpha=alpha, random_state=seed * NIGHTS + night, max_iter=30,
                    tol=None,
                ),
            )  # fmt: skip
            model.fit(train, train_y)
            with mlflow.start_run(run_name=f"night-{night + 1}-s{seed}"):
                mlflow.log_params({"model": "softmax", "epochs": 30, "seed": seed})
                chances = model.predict_proba(test)
                mlflow.log_metric("val_accuracy", model.score(test, test_y))
                mlflow.log_metric("val_loss", log_loss(test_y, chances))


def commit_of(night: int) -> str:
    """A made-up commit."""
    return hashlib.sha1(f"night {night}".encode()).hexdigest()
