"""Log Lightning's training, and what PyTorch code writes for TensorBoard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import runreport
from runreport.integrations import pytorch as models
from runreport.integrations.autologging import (
    Training,
    as_number,
    configure,
    make_settings,
    training,
    wrap,
)
from runreport.integrations.import_hooks import when_imported

FLAVOR = "lightning"
TRAINERS = ("lightning.pytorch.trainer.trainer", "pytorch_lightning.trainer.trainer")


def autolog(
    log_every_n_epoch: int = 1,
    log_every_n_step: int | None = None,
    log_models: bool = True,
    log_datasets: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    registered_model_name: str | None = None,
    extra_tags: Mapping[str, str] | None = None,
    log_model_signatures: bool = True,
    log_input_examples: bool = False,
) -> None:
    """Log every ``Trainer.fit`` from now on, and scalars that PyTorch's SummaryWriter is given.

    Training loops written by hand have nothing to hook into: log those with ``log_metric``.

    Args:
        log_every_n_step: also log what the trainer knows after every n-th step.
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
        log_every_n_epoch=max(1, log_every_n_epoch),
        log_every_n_step=log_every_n_step,
    )
    configure(FLAVOR, settings)
    for module in TRAINERS:
        when_imported(module, _hook_of(module))
    when_imported("torch.utils.tensorboard.writer", _install_writer)


def _hook_of(module: str) -> Callable[[], None]:
    if module not in _hooks:

        def install() -> None:
            from importlib import import_module

            wrap(import_module(module).Trainer, "fit", _fit)

        _hooks[module] = install
    return _hooks[module]


_hooks: dict[str, Callable[[], None]] = {}


def _install_writer() -> None:
    from torch.utils.tensorboard.writer import SummaryWriter

    wrap(SummaryWriter, "add_scalar", _add_scalar)


def _add_scalar(original: Callable[..., Any], writer: Any, *args: Any, **kwargs: Any) -> Any:
    """``add_scalar(tag, scalar_value, global_step, …)``: to the active run, if there is one."""
    from runreport.integrations import autologging

    settings = autologging._settings.get(FLAVOR)
    if settings is not None and not settings.disable and runreport.active_run() is not None:
        with Training(FLAVOR, settings).safely("a scalar"):
            names = ("tag", "scalar_value", "global_step")
            given = {**dict(zip(names, args, strict=False)), **kwargs}
            number = as_number(given["scalar_value"])
            if number is not None:
                runreport.log_metric(str(given["tag"]), number, step=given.get("global_step"))
    return original(writer, *args, **kwargs)


def _fit(original: Callable[..., Any], trainer: Any, *args: Any, **kwargs: Any) -> Any:
    model = args[0] if args else kwargs.get("model")

    if getattr(trainer, "global_rank", 0) != 0:  # the first process of a job speaks for all
        return original(trainer, *args, **kwargs)
    callbacks: list[Any] = []

    def log(one: Training) -> Callable[[Any], None]:
        params = {"epochs": trainer.max_epochs, "max_steps": trainer.max_steps}
        hparams = getattr(model, "hparams", None)
        if isinstance(hparams, Mapping):
            params.update(hparams)
        one.log_params({key: value for key, value in params.items() if value is not None})
        one.set_tags({"model_class": f"{type(model).__module__}.{type(model).__name__}"})
        callbacks.append(_callback(one, type(trainer)))
        trainer.callbacks.append(callbacks[0])

        def finish(_: Any) -> None:
            _log_result(one, trainer, model, callbacks[0])

        return finish

    def train() -> Any:
        try:
            return original(trainer, *args, **kwargs)
        finally:
            trainer.callbacks[:] = [own for own in trainer.callbacks if own not in callbacks]

    return training(FLAVOR, train, log)


def _callback(one: Training, kind: type) -> Any:
    """A callback of the library the trainer is of."""
    from importlib import import_module

    base = import_module(kind.__module__.partition(".trainer")[0] + ".callbacks").Callback

    class Curve(base):  # type: ignore[misc,valid-type]
        """Logs what the trainer knows at the end of each epoch, and once what optimizes."""

        def __init__(self) -> None:
            super().__init__()
            self.batch: Any = None
            self.logged: tuple[int, dict[str, float | None]] = (-1, {})

        def on_train_start(self, trainer: Any, pl_module: Any) -> None:
            del pl_module
            for optimizer in trainer.optimizers[:1]:
                own = {
                    key: value
                    for key, value in optimizer.defaults.items()
                    if isinstance(value, str | int | float | bool)
                }
                name = type(optimizer).__name__
                one.log_params({"optimizer_name": name, **own})

        def on_train_batch_start(
            self, trainer: Any, pl_module: Any, batch: Any, batch_idx: int
        ) -> None:
            del trainer, pl_module, batch_idx
            if self.batch is None:  # drawing one later would move the caller's random numbers
                self.batch = batch

        def on_train_batch_end(self, trainer: Any, *_: Any, **__: Any) -> None:
            every = one.settings.own["log_every_n_step"]
            if every and trainer.global_step % every == 0:
                one.log_metrics(trainer.callback_metrics, step=trainer.global_step)

        def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
            del pl_module
            epoch = trainer.current_epoch
            if epoch % one.settings.own["log_every_n_epoch"] == 0:
                self.log_values(trainer, epoch)

        def log_values(self, trainer: Any, epoch: int) -> None:
            """Log those values that were not logged for this epoch yet."""
            values = {key: as_number(value) for key, value in trainer.callback_metrics.items()}
            before = self.logged[1] if self.logged[0] == epoch else {}
            one.log_metrics({k: v for k, v in values.items() if before.get(k) != v}, step=epoch)
            self.logged = (epoch, values)

    return Curve()


def _log_result(one: Training, trainer: Any, model: Any, curve: Any) -> None:
    # The last epoch's means are complete only when the training is over.
    curve.log_values(trainer, max(0, trainer.current_epoch - 1))
    with one.safely("the model's layers"):
        runreport.log_text(str(model), "model_summary.txt")
    if one.settings.log_models:
        with one.safely("the model"):
            example, signature = None, None
            if one.settings.log_model_signatures or one.settings.log_input_examples:
                with one.safely("the model's signature"):
                    example, signature = _signature_of(curve.batch, model)
            # The trainer, and with it the data, is no part of the model.
            owner, model.trainer = getattr(model, "_trainer", None), None
            try:
                models.log_model(
                    model,
                    "model",
                    signature=signature
                    if one.settings.log_model_signatures and signature
                    else False,
                    input_example=example if one.settings.log_input_examples else None,
                    registered_model_name=one.settings.registered_model_name,
                )
            finally:
                model.trainer = owner


def _signature_of(batch: Any, model: Any) -> tuple[Any, Any]:
    """A few of the inputs of the first batch, and the signature they show."""
    from runreport.models.signature import infer_signature

    inputs = batch[0] if isinstance(batch, list | tuple) else batch
    example = inputs[:2].detach().cpu().numpy()
    return example, infer_signature(example, models.predict(model, example))
