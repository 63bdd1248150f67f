"""Metrics of scikit-learn's estimators on the data they were trained on, in little time."""

from __future__ import annotations

import contextlib
import math
import time
import warnings
from typing import Any

from runreport.integrations.autologging import first_rows

METRICS_SHARE = 0.005
"""Of the time of the training may go into each prediction for ``training_*`` metrics."""
METRICS_SECONDS = 0.004
"""What it may take however short the training was."""
ALL_ROWS = 1000
"""So many rows are always predicted: a busy machine must not change the metrics of small data."""
_PROBE_ROWS = 50


def training_metrics(
    estimator: Any,
    data: Any,
    target: Any,
    seconds: float,
    pos_label: Any = None,
    weights: Any = None,
) -> tuple[str, dict[str, float]]:
    """Metrics of an estimator on the data it was trained on, named as MLflow does.

    Args:
        seconds: how long the training took; much less goes into this.
        weights: of the rows, as the training was given them.

    Returns:
        Which rows they are of, empty for all, and the metrics.
    """
    from sklearn import config_context
    from sklearn.base import is_classifier, is_regressor

    if target is None or not hasattr(estimator, "predict"):
        return "", {}
    # The training has looked at this data already; looking again takes longer than the metrics.
    unchecked = config_context(assume_finite=True, skip_parameter_validation=True)
    with unchecked, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # e.g. of classes that were never predicted
        count = _rows_of(data)
        step = _affordable_step(estimator, data, count, seconds)
        if step is None:
            return "", {}
        data, target, weights = (_every(one, step) for one in (data, target, weights))
        rows = "" if step == 1 else f"{_rows_of(data):,} of {count:,}"
        if is_classifier(estimator):
            return rows, _of_classifier(estimator, data, target, pos_label, weights)
        if is_regressor(estimator):
            return rows, _of_regressor(estimator.predict(data), target, weights)
    return "", {}


def _affordable_step(estimator: Any, data: Any, count: int | None, seconds: float) -> int | None:
    """Every how many rows can be predicted in a small share of the training's time: 1 for all,
    None where not even a few can."""
    if count is None or count <= ALL_ROWS:
        return 1
    most = max(METRICS_SECONDS, METRICS_SHARE * seconds)
    began = time.perf_counter()
    estimator.predict(first_rows(data, _PROBE_ROWS))
    first = time.perf_counter() - began
    if first * count / _PROBE_ROWS <= most:
        return 1
    if first > 5 * most:
        return None
    # Most of so short a prediction is a call's own time, hence a second, longer look.
    wider = min(count, _PROBE_ROWS * 10)
    began = time.perf_counter()
    estimator.predict(first_rows(data, wider))
    second = time.perf_counter() - began
    each = max(1e-9, (second - first) / max(1, wider - _PROBE_ROWS))
    rows = min(count, max(_PROBE_ROWS, int((most - first) / each)))
    return max(1, count // rows)


def _rows_of(data: Any) -> int | None:
    shape = getattr(data, "shape", None)
    return int(shape[0]) if shape else len(data) if isinstance(data, list) else None


def _every(data: Any, step: int) -> Any:
    if data is None or step == 1:
        return data
    if hasattr(data, "tocsr"):
        return data.tocsr()[::step]
    return data.iloc[::step] if hasattr(data, "iloc") else data[::step]


def _of_classifier(
    estimator: Any, data: Any, target: Any, pos_label: Any, weights: Any
) -> dict[str, float]:
    import numpy as np
    from sklearn import metrics

    guess = estimator.predict(data)
    accuracy = float(np.average(np.asarray(target) == np.asarray(guess), weights=weights))
    average = {"average": "weighted"} if pos_label is None else {"pos_label": pos_label}
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        target, guess, zero_division=0, sample_weight=weights, **{"average": "binary", **average}
    )
    found = {
        "training_score": accuracy,
        "training_accuracy_score": accuracy,
        "training_precision_score": precision,
        "training_recall_score": recall,
        "training_f1_score": f1,
    }
    if hasattr(estimator, "predict_proba"):
        with contextlib.suppress(Exception):  # where a class is missing there is no such metric
            chances = estimator.predict_proba(data)
            found["training_log_loss"] = metrics.log_loss(
                target, chances, labels=estimator.classes_, sample_weight=weights
            )
            two = chances.shape[1] == 2
            # One against one has no weights; one against the rest has.
            found["training_roc_auc"] = metrics.roc_auc_score(
                target,
                chances[:, 1] if two else chances,
                average="weighted",
                multi_class="ovo" if weights is None else "ovr",
                sample_weight=weights,
            )
    return found


def _of_regressor(guess: Any, target: Any, weights: Any) -> dict[str, float]:
    from sklearn import metrics

    squared = metrics.mean_squared_error(target, guess, sample_weight=weights)
    r2 = metrics.r2_score(target, guess, sample_weight=weights)
    return {
        "training_score": r2,
        "training_r2_score": r2,
        "training_mean_squared_error": squared,
        "training_root_mean_squared_error": math.sqrt(squared),
        "training_mean_absolute_error": metrics.mean_absolute_error(
            target, guess, sample_weight=weights
        ),
    }
