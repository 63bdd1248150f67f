"""Log XGBoost's training: params, a curve for each evaluation set, importances, the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

import runreport
from runreport.integrations import xgboost as models
from runreport.integrations.autologging import (
    Training,
    configure,
    make_settings,
    training,
    wrap,
)
from runreport.integrations.import_hooks import when_imported

FLAVOR = "xgboost"
EXAMPLE_ROWS = 5
_LOGGED_ARGUMENTS = ("num_boost_round", "maximize", "early_stopping_rounds", "verbose_eval")

_current: ContextVar[Training | None] = ContextVar("runreport_xgboost", default=None)
"""The training under way: `train` logs the curve of the `fit` around it."""


def autolog(
    importance_types: tuple[str, ...] | list[str] = ("weight",),
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    log_models: bool = True,
    log_datasets: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    registered_model_name: str | None = None,
    model_format: str = "ubj",
    extra_tags: Mapping[str, str] | None = None,
) -> None:
    """Log every training of a booster or of XGBoost's scikit-learn classes from now on.

    Args:
        importance_types: kinds of feature importance to keep, such as ``weight`` and ``gain``.
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
        importance_types=tuple(importance_types or ()),
        model_format=model_format,
    )
    configure(FLAVOR, settings)
    when_imported("xgboost", _install)


def _install() -> None:
    import xgboost

    wrap(xgboost, "train", _train)
    wrap(xgboost.sklearn, "train", _inner_train)
    for kind in _subclasses(xgboost.XGBModel):
        if "fit" in vars(kind):
            wrap(kind, "fit", _fit)


def _subclasses(kind: type) -> list[type]:
    children: list[type] = kind.__subclasses__()
    return [kind, *(one for child in children for one in _subclasses(child))]


def _train(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """``xgboost.train(params, dtrain, num_boost_round, …)``."""

    def train() -> Any:
        return original(*args, **{**kwargs, "callbacks": _with_curve(kwargs.get("callbacks"))})

    def log(one: Training) -> Callable[[Any], None]:
        _current.set(one)
        params = dict(args[0] if args else kwargs.get("params") or {})
        params["num_boost_round"] = args[2] if len(args) > 2 else kwargs.get("num_boost_round", 10)
        params.update({key: kwargs[key] for key in _LOGGED_ARGUMENTS if key in kwargs})
        one.log_params(params)
        return lambda booster: _log_result(one, booster, booster, None)

    token = _current.set(None)
    try:
        return training(FLAVOR, train, log)
    finally:
        _current.reset(token)


def _fit(original: Callable[..., Any], model: Any, *args: Any, **kwargs: Any) -> Any:
    """``fit`` of XGBoost's scikit-learn classes, which call `train`."""

    def log(one: Training) -> Callable[[Any], None]:
        _current.set(one)
        data = args[0] if args else kwargs.get("X")
        params = {k: v for k, v in model.get_params().items() if v is not None and k != "missing"}
        one.log_params(params)
        one.set_tags(
            {
                "estimator_name": type(model).__name__,
                "estimator_class": f"{type(model).__module__}.{type(model).__name__}",
            }
        )

        def finish(_: Any) -> None:
            one.log_dataset(data, "train")
            _log_result(one, model, model.get_booster(), data)

        return finish

    token = _current.set(None)
    try:
        return training(FLAVOR, lambda: original(model, *args, **kwargs), log)
    finally:
        _current.reset(token)


def _inner_train(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What ``fit`` calls: not a training of its own, but it has the curve."""
    if _current.get() is None:
        return original(*args, **kwargs)
    return original(*args, **{**kwargs, "callbacks": _with_curve(kwargs.get("callbacks"))})


def _with_curve(callbacks: Any) -> list[Any]:
    """The caller's callbacks, and one that logs each round's metrics as a step."""
    given = list(callbacks or ())
    found = _current.get()
    if found is None:
        return given
    one: Training = found
    from xgboost.callback import TrainingCallback

    class Curve(TrainingCallback):  # type: ignore[misc]
        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            del model
            one.log_metrics(
                {
                    f"{name}-{metric}": values[-1][0]
                    if isinstance(values[-1], tuple)
                    else values[-1]
                    for name, metrics in evals_log.items()
                    for metric, values in metrics.items()
                },
                step=epoch,
            )
            return False

    return [*given, Curve()]


def _log_result(one: Training, model: Any, booster: Any, data: Any) -> None:
    with one.safely("where the training stopped"):
        best = booster.attr("best_iteration")
        if best is not None:
            rounds = booster.num_boosted_rounds()
            one.log_metrics({"best_iteration": int(best), "stopped_iteration": rounds - 1})
    for kind in one.settings.own["importance_types"]:
        with one.safely(f"feature importance {kind}"):
            scores = booster.get_score(importance_type=kind)
            ordered = dict(sorted(scores.items(), key=lambda pair: -pair[1]))
            runreport.log_dict(ordered, f"feature_importance_{kind}.json")
    if one.settings.log_models:
        with one.safely("the model"):
            options = one.model_options(data, EXAMPLE_ROWS, model.predict)
            model_format = one.settings.own["model_format"]
            models.log_model(model, "model", model_format=model_format, **options)
