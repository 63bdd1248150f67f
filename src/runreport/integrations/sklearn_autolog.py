"""Log scikit-learn's training: params, ``training_*`` metrics, model, a search's candidates."""

from __future__ import annotations

import contextlib
import math
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import runreport
from runreport.integrations import sklearn as models
from runreport.integrations.autologging import (
    Training,
    configure,
    first_rows,
    make_settings,
    training,
    unwrapped,
    wrap,
)
from runreport.integrations.import_hooks import when_imported
from runreport.models.signature import infer_signature

FLAVOR = "sklearn"
METHODS = ("fit", "fit_transform", "fit_predict")
_PREPARING = (
    "sklearn.preprocessing", "sklearn.impute", "sklearn.feature_extraction",
    "sklearn.feature_selection", "sklearn.compose",
)  # fmt: skip
"""What only prepares data is logged within a pipeline, not when it is fitted by itself."""
_OTHERS = ("xgboost", "lightgbm", "catboost", "keras", "skorch")
"""Libraries with scikit-learn's interface and a training of their own."""
EXAMPLE_ROWS = 5
METRICS_SHARE = 0.005
"""Of the time of the training may go into each prediction for ``training_*`` metrics."""
METRICS_SECONDS = 0.004
"""What it may take however short the training was."""
_PROBE_ROWS = 50


def autolog(
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    log_models: bool = True,
    log_datasets: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    max_tuning_runs: int | None = 5,
    log_post_training_metrics: bool = True,
    serialization_format: str | None = None,
    registered_model_name: str | None = None,
    pos_label: Any = None,
    extra_tags: Mapping[str, str] | None = None,
) -> None:
    """Log every training of an estimator from now on.

    Args:
        max_tuning_runs: how many of a search's candidates get a child run, best first; None: all.
        log_post_training_metrics: ``training_*`` metrics. They are of all training data where that
            takes little of the training's time, else of rows spread over it, which a tag tells.
        pos_label: the class that precision, recall and F1 are about; else their weighted mean.
    """
    settings = make_settings(
        log_input_examples=log_input_examples,
        log_model_signatures=log_model_signatures,
        log_models=log_models,
        log_datasets=log_datasets,
        disable=disable,
        exclusive=exclusive,
        disable_for_unsupported_versions=disable_for_unsupported_versions,
        silent=silent,
        registered_model_name=registered_model_name,
        extra_tags=extra_tags,
        max_tuning_runs=max_tuning_runs,
        log_post_training_metrics=log_post_training_metrics,
        serialization_format=serialization_format,
        pos_label=pos_label,
    )
    configure(FLAVOR, settings)
    when_imported("sklearn.base", _install)


def _install() -> None:
    """Wrap what is loaded, and what will be: scikit-learn's own classes and the caller's."""
    from sklearn.base import BaseEstimator

    for kind in _subclasses(BaseEstimator):
        _wrap_methods(kind)
    wrap_new = BaseEstimator.__dict__.get("_runreport_watched")
    if wrap_new is None:
        before = BaseEstimator.__init_subclass__

        def watch(cls: type, /, **kwargs: Any) -> None:
            before.__func__(cls, **kwargs)
            _wrap_methods(cls)

        BaseEstimator.__init_subclass__ = classmethod(watch)
        BaseEstimator._runreport_watched = True


def _subclasses(kind: type) -> Iterator[type]:
    children: list[type] = kind.__subclasses__()
    for child in children:
        yield child
        yield from _subclasses(child)


def _wrap_methods(kind: type) -> None:
    module = kind.__module__
    if module.partition(".")[0] in _OTHERS or module.startswith(_PREPARING):
        return
    for name in METHODS:
        if name in vars(kind):
            wrap(kind, name, _fit)


def _fit(original: Callable[..., Any], estimator: Any, *args: Any, **kwargs: Any) -> Any:
    def train() -> Any:
        return original(estimator, *args, **kwargs)

    def log(one: Training) -> Callable[[Any], None]:
        data = args[0] if args else kwargs.get("X")
        target = args[1] if len(args) > 1 else kwargs.get("y")
        weights = args[2] if len(args) > 2 else kwargs.get("sample_weight")
        is_search = _is_search(estimator)
        one.set_tags(
            {
                "estimator_name": type(estimator).__name__,
                "estimator_class": f"{type(estimator).__module__}.{type(estimator).__name__}",
            }
        )
        with one.safely("params"):
            one.log_params(estimator.get_params(deep=not is_search))

        def finish(_: Any) -> None:
            _log_result(one, estimator, data, target, weights)

        return finish

    return training(FLAVOR, train, log)


def _log_result(one: Training, estimator: Any, data: Any, target: Any, weights: Any) -> None:
    seconds = one.seconds
    one.log_dataset(data, "train")
    fitted = estimator
    if _is_search(estimator):
        with one.safely("the candidates of the search"):
            _log_search(one, estimator)
        fitted = getattr(estimator, "best_estimator_", None)
    if fitted is None:  # a search that was told not to refit
        return
    if one.settings.own["log_post_training_metrics"] and data is not None:
        with one.safely("metrics of the training data"):
            rows, metrics = training_metrics(
                fitted, data, target, seconds, one.settings.own["pos_label"], weights
            )
            one.log_metrics(metrics)
            if rows:
                one.set_tags({"training_metrics_rows": rows})
    if one.settings.log_models:
        _log_model(one, fitted, "best_estimator" if fitted is not estimator else "model", data)


def _log_model(one: Training, fitted: Any, path: str, data: Any) -> None:
    with one.safely("the model"):
        example = first_rows(data, EXAMPLE_ROWS)
        signature = None
        if one.settings.log_model_signatures and example is not None:
            with one.safely("the model's signature"):
                output = fitted.predict(example) if hasattr(fitted, "predict") else None
                signature = infer_signature(example, output)
        with unwrapped(type(fitted)):
            _save(one, fitted, path, signature, example)


def _save(one: Training, fitted: Any, path: str, signature: Any, example: Any) -> None:
    models.log_model(
        fitted,
        path,
        signature=signature if signature is not None else False,
        input_example=example if one.settings.log_input_examples else None,
        serialization_format=one.settings.own["serialization_format"],
        registered_model_name=one.settings.registered_model_name,
    )


# -- metrics --------------------------------------------------------------------------------


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
    if count is None or count <= _PROBE_ROWS:
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


# -- searches -------------------------------------------------------------------------------


def _is_search(estimator: Any) -> bool:
    from sklearn.model_selection._search import BaseSearchCV

    return isinstance(estimator, BaseSearchCV)


def _log_search(one: Training, search: Any) -> None:
    """The best candidate to the run of the search, the others to child runs, all to a table."""
    if hasattr(search, "best_params_"):
        one.log_params({f"best_{key}": value for key, value in search.best_params_.items()})
        one.log_metrics({"best_cv_score": search.best_score_})
    results = search.cv_results_
    table = {
        key: [str(value) if isinstance(value, dict) else value for value in values]
        for key, values in results.items()
    }
    runreport.log_text(_as_csv(table), "cv_results.csv")
    ranks = next(
        (results[key] for key in ("rank_test_score", *results) if key.startswith("rank_test_")),
        range(len(results["params"])),
    )
    most = one.settings.own["max_tuning_runs"]
    best_first = sorted(range(len(results["params"])), key=lambda place: (ranks[place], place))
    for place in best_first[:most]:
        with runreport.start_run(nested=True):
            runreport.set_tags(
                {
                    "estimator_name": type(search.estimator).__name__,
                    "candidate_rank": str(ranks[place]),
                }
            )
            one.log_params(results["params"][place])
            one.log_metrics(
                {
                    key: values[place]
                    for key, values in results.items()
                    if not key.startswith(("param_", "params", "rank_", "split"))
                }
            )


def _as_csv(table: Mapping[str, list[Any]]) -> str:
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(table)
    writer.writerows(zip(*table.values(), strict=True))
    return text.getvalue()
