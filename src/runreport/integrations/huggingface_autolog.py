"""Log Hugging Face's ``Trainer``: arguments, curves over steps, the model."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from runreport.integrations import pytorch as models
from runreport.integrations.autologging import Training, configure, make_settings, training, wrap
from runreport.integrations.import_hooks import when_imported

FLAVOR = "huggingface"
_ALWAYS = (
    "learning_rate", "num_train_epochs", "max_steps", "per_device_train_batch_size", "seed",
    "weight_decay", "warmup_steps", "lr_scheduler_type", "optim",
)  # fmt: skip
_SKIPPED = ("output_dir", "logging_dir", "run_name", "hub_token", "push_to_hub_token")
"""Places and secrets, which are no settings of the training."""


def autolog(
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    log_models: bool = True,
    log_datasets: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    registered_model_name: str | None = None,
    extra_tags: Mapping[str, str] | None = None,
) -> None:
    """Log every ``Trainer.train`` of transformers from now on.

    The model is logged as PyTorch's, since that is what the Trainer trains; models of text have no
    signature of arrays, so they get none.
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
    )
    configure(FLAVOR, settings)
    when_imported("transformers.trainer", _install)


def _install() -> None:
    from transformers import Trainer

    wrap(Trainer, "train", _train)


def _train(original: Callable[..., Any], trainer: Any, *args: Any, **kwargs: Any) -> Any:
    if not trainer.is_world_process_zero():  # the first process of a job speaks for all
        return original(trainer, *args, **kwargs)
    callbacks: list[Any] = []

    def log(one: Training) -> Callable[[Any], None]:
        one.log_params(_params(trainer))
        one.set_tags({"model_class": type(trainer.model).__name__})
        callbacks.append(_callback(one))
        trainer.add_callback(callbacks[0])

        def finish(result: Any) -> None:
            one.log_metrics(dict(result.metrics), step=trainer.state.global_step)
            if one.settings.log_models:
                with one.safely("the model"):
                    models.log_model(
                        trainer.model,
                        "model",
                        signature=False,
                        extra_pip_requirements=_requirements(),
                        registered_model_name=one.settings.registered_model_name,
                    )

        return finish

    def train() -> Any:
        try:
            return original(trainer, *args, **kwargs)
        finally:
            for callback in callbacks:
                trainer.remove_callback(callback)

    return training(FLAVOR, train, log)


def _params(trainer: Any) -> dict[str, Any]:
    """The arguments that matter always, and those that are not at their defaults."""
    defaults = {one.name: one.default for one in dataclasses.fields(trainer.args)}
    params = {
        key: value
        for key, value in trainer.args.to_sanitized_dict().items()
        if key not in _SKIPPED and (key in _ALWAYS or value not in (defaults.get(key), "None"))
    }
    config = getattr(trainer.model, "config", None)
    for key in ("model_type", "num_hidden_layers", "hidden_size", "vocab_size", "num_labels"):
        value = getattr(config, key, None)
        if value is not None:
            params[key] = value
    return params


def _callback(one: Training) -> Any:
    from transformers import TrainerCallback

    class Curve(TrainerCallback):  # type: ignore[misc]
        """Logs what the trainer reports."""

        def on_log(
            self,
            args: Any,
            state: Any,
            control: Any,
            logs: Mapping[str, Any] | None = None,
            **_: Any,
        ) -> None:
            del args, control
            if state.is_world_process_zero:
                one.log_metrics(logs or {}, step=state.global_step)

    return Curve()


def _requirements() -> list[str]:
    from runreport.models.environment import pinned

    return list(pinned(("transformers",)))
