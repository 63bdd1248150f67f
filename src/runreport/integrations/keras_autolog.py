"""Log Keras' training: the optimizer, a curve over epochs, the layers, the model."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import runreport
from runreport.integrations import tensorflow as models
from runreport.integrations.autologging import (
    Training,
    configure,
    make_settings,
    training,
    wrap,
)
from runreport.integrations.import_hooks import when_imported

FLAVOR = "keras"
EXAMPLE_ROWS = 2
_LOGGED_ARGUMENTS = (
    "batch_size", "epochs", "validation_split", "shuffle", "class_weight", "initial_epoch",
    "steps_per_epoch", "validation_steps", "validation_batch_size", "validation_freq",
)  # fmt: skip


def autolog(
    every_n_iter: int = 1,
    log_models: bool = True,
    log_datasets: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    registered_model_name: str | None = None,
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    extra_tags: Mapping[str, str] | None = None,
) -> None:
    """Log every ``fit`` of a Keras model from now on, on any backend.

    Args:
        every_n_iter: log the metrics of every n-th epoch.
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
        every_n_iter=max(1, every_n_iter),
    )
    configure(FLAVOR, settings)
    when_imported("keras", _install)


def _install() -> None:
    import keras

    for kind in keras.Model.__mro__:  # the backend's trainer has it
        if "fit" in vars(kind):
            wrap(kind, "fit", _fit)


def _fit(original: Callable[..., Any], model: Any, *args: Any, **kwargs: Any) -> Any:
    data = args[0] if args else kwargs.get("x")
    given = (args, kwargs)

    def log(one: Training) -> Callable[[Any], None]:
        nonlocal given
        with one.safely("params"):
            one.log_params(_params(model, args, kwargs))
        # The caller's arguments may come by position.
        bound = inspect.signature(original).bind(model, *args, **kwargs)
        own = _as_list(bound.arguments.get("callbacks"))
        bound.arguments["callbacks"] = [*own, _curve(one)]
        given = (bound.args[1:], bound.kwargs)

        def finish(history: Any) -> None:
            _log_result(one, model, data, history)

        return finish

    return training(FLAVOR, lambda: original(model, *given[0], **given[1]), log)


def _params(model: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    params = {key: kwargs[key] for key in _LOGGED_ARGUMENTS if kwargs.get(key) is not None}
    for place, key in ((2, "batch_size"), (3, "epochs")):
        if len(args) > place:
            params[key] = args[place]
    params.setdefault("epochs", 1)
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None:
        for key, value in optimizer.get_config().items():
            if isinstance(value, str | int | float | bool):
                params[f"opt_{key}"] = value
    loss = getattr(model, "loss", None)
    if loss is not None:
        params["loss"] = loss if isinstance(loss, str) else getattr(loss, "name", str(loss))
    return params


def _size(weight: Any) -> int:
    count = 1
    for length in weight.shape:
        count *= int(length or 1)
    return count


def _as_list(callbacks: Any) -> list[Any]:
    if callbacks is None:
        return []
    if hasattr(callbacks, "callbacks"):  # Keras' own list of them
        return list(callbacks.callbacks)
    return list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]


def _curve(one: Training) -> Any:
    import keras

    class Curve(keras.callbacks.Callback):  # type: ignore[misc]
        """Logs what an epoch ends with."""

        def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
            if epoch % one.settings.own["every_n_iter"] == 0:
                one.log_metrics(logs or {}, step=epoch)

    return Curve()


def _log_result(one: Training, model: Any, data: Any, history: Any) -> None:
    one.log_dataset(data, "train")
    with one.safely("the model's layers"):  # which a model may have only since it has seen data
        lines: list[str] = []
        model.summary(print_fn=lambda line, **_: lines.append(line))
        runreport.log_text("\n".join(lines), "model_summary.txt")
        count = sum(_size(weight) for weight in model.trainable_weights)
        one.log_params({"trainable_params": count})
    if len(getattr(history, "epoch", ())) and getattr(model, "stop_training", False):
        one.log_metrics({"stopped_epoch": history.epoch[-1]})
    if not one.settings.log_models:
        return
    with one.safely("the model"):
        options = one.model_options(
            data, EXAMPLE_ROWS, lambda example: model.predict(example, verbose=0)
        )
        models.log_model(model, "model", **options)
