"""Metrics of classifiers and regressors, by scikit-learn, under MLflow's names."""

from __future__ import annotations

import contextlib
import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from runreport.errors import InvalidValue
from runreport.evaluation.metric import EvaluationMetric, MetricValue, Rows
from runreport.evaluation.text import require


def classifier_metrics(
    targets: Sequence[Any], guesses: Sequence[Any], chances: Any = None, pos_label: Any = None
) -> dict[str, float]:
    """What a classifier's predictions come to.

    Args:
        chances: n x classes, from ``predict_proba``, classes sorted; adds log loss and ROC AUC.
        pos_label: of two classes the one that is looked for; the greater by default.

    Raises:
        InvalidValue: a class is missing, or is no single value.
    """
    _check_classes("targets", targets)
    _check_classes("predictions", guesses)
    metrics = require("sklearn.metrics", "accuracy_score")
    labels = sorted({*targets, *guesses}, key=lambda label: (str(type(label)), label))
    is_binary = len(labels) <= 2
    average = "binary" if is_binary else "weighted"
    options: dict[str, Any] = {"average": average, "zero_division": 0}
    if is_binary:
        # Where only one of 0 and 1 (or False and True) occurs, the other is still looked for.
        positive = 1 if {*labels} <= {0, 1} else labels[-1]
        options["pos_label"] = positive if pos_label is None else pos_label
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if is_binary and options["pos_label"] not in labels:  # none there, and none found
            precision = recall = f1 = 0.0
        else:
            precision, recall, f1, _ = metrics.precision_recall_fscore_support(
                targets, guesses, **options
            )
        accuracy = metrics.accuracy_score(targets, guesses)
        found = {
            "score": accuracy,
            "example_count": len(targets),
            "accuracy_score": accuracy,
            "precision_score": precision,
            "recall_score": recall,
            "f1_score": f1,
        }
        if is_binary and len(labels) == 2:
            counts = metrics.confusion_matrix(targets, guesses, labels=labels).ravel()
            names = ("true_negatives", "false_positives", "false_negatives", "true_positives")
            found.update(zip(names, map(int, counts), strict=True))
        if chances is not None:
            with contextlib.suppress(ValueError):  # a class is missing: there is no such metric
                two = len(chances[0]) == 2
                found["log_loss"] = metrics.log_loss(targets, chances)
                found["roc_auc"] = metrics.roc_auc_score(
                    targets,
                    [row[1] for row in chances] if two else chances,
                    average="weighted",
                    multi_class="ovr",
                )
    return {name: float(value) for name, value in found.items()}


def _check_classes(what: str, values: Sequence[Any]) -> None:
    for place, value in enumerate(values):
        if value is None or value != value or isinstance(value, list | dict | tuple):
            raise InvalidValue(
                f"Classes must be single values; {what} holds {value!r} in row {place + 1}."
            )


def regressor_metrics(targets: Sequence[Any], guesses: Sequence[Any]) -> dict[str, float]:
    """What a regressor's predictions come to."""
    metrics = require("sklearn.metrics", "r2_score")
    squared = metrics.mean_squared_error(targets, guesses)
    numbers = [float(value) for value in targets]
    found = {
        "example_count": len(numbers),
        "mean_absolute_error": metrics.mean_absolute_error(targets, guesses),
        "mean_squared_error": squared,
        "root_mean_squared_error": math.sqrt(squared),
        "sum_on_target": math.fsum(numbers),
        "mean_on_target": math.fsum(numbers) / len(numbers) if numbers else math.nan,
        "r2_score": metrics.r2_score(targets, guesses) if len(numbers) > 1 else math.nan,
        "max_error": metrics.max_error(targets, guesses),
        "mean_absolute_percentage_error": metrics.mean_absolute_percentage_error(targets, guesses),
    }
    found["score"] = found["r2_score"]
    return {name: float(value) for name, value in found.items()}


def _single(
    name: str, function: str, *, greater_is_better: bool
) -> Callable[[], EvaluationMetric]:
    def score(rows: Rows) -> MetricValue:
        metrics = require("sklearn.metrics", name)
        targets, guesses = rows.column("targets"), rows.predictions
        if function in ("precision", "recall", "f1"):
            value = classifier_metrics(targets, guesses)[f"{function}_score"]
        elif function == "root_mean_squared_error":
            value = math.sqrt(metrics.mean_squared_error(targets, guesses))
        else:
            value = getattr(metrics, function)(targets, guesses)
        return MetricValue(aggregate_results={"": float(value)})

    def make() -> EvaluationMetric:
        def check() -> None:
            require("sklearn.metrics", name)

        return EvaluationMetric(name, score, greater_is_better, check=check)

    make.__name__ = name
    make.__doc__ = f"{name.replace('_', ' ').capitalize()}, by scikit-learn."
    return make


mae = _single("mean_absolute_error", "mean_absolute_error", greater_is_better=False)
mse = _single("mean_squared_error", "mean_squared_error", greater_is_better=False)
rmse = _single("root_mean_squared_error", "root_mean_squared_error", greater_is_better=False)
r2_score = _single("r2_score", "r2_score", greater_is_better=True)
max_error = _single("max_error", "max_error", greater_is_better=False)
mape = _single(
    "mean_absolute_percentage_error", "mean_absolute_percentage_error", greater_is_better=False
)
accuracy_score = _single("accuracy_score", "accuracy_score", greater_is_better=True)
precision_score = _single("precision_score", "precision", greater_is_better=True)
recall_score = _single("recall_score", "recall", greater_is_better=True)
f1_score = _single("f1_score", "f1", greater_is_better=True)
