"""Log scikit-learn's training: params, ``training_*`` metrics, model, a search's candidates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import runreport
from runreport.integrations import sklearn as models
from runreport.integrations.autologging import (
    Training,
    configure,
    make_settings,
    training,
    unwrapped,
    wrap,
)
from runreport.integrations.import_hooks import when_imported
from runreport.integrations.sklearn_metrics import training_metrics

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
        options = one.model_options(
            data,
            EXAMPLE_ROWS,
            lambda rows: fitted.predict(rows) if hasattr(fitted, "predict") else None,
        )
        serialization = one.settings.own["serialization_format"]
        with unwrapped(type(fitted)):
            models.log_model(fitted, path, serialization_format=serialization, **options)


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
