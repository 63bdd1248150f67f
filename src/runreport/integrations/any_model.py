"""Log a model of any library: its class says which flavour is meant."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Unpack

from runreport.errors import InvalidValue
from runreport.integrations.saving import LogOptions
from runreport.models.folder import ModelInfo

_FLAVORS = (
    # In this order: XGBoost's classes are scikit-learn's, too.
    ("xgboost", ("xgboost",)),
    ("pytorch", ("torch", "lightning", "pytorch_lightning")),
    ("tensorflow", ("keras", "tf_keras")),
    ("onnx", ("onnx",)),
    ("sklearn", ("sklearn",)),
)
"""Flavours by the packages that the classes of their models come from."""


def log_model(
    model: Any, artifact_path: str | None = None, **options: Unpack[LogOptions]
) -> ModelInfo:
    """Log a model of scikit-learn, XGBoost, PyTorch, Keras or ONNX, or a function.

    Each library's own ``log_model`` takes more options.

    Args:
        artifact_path: where it goes among the run's artifacts; ``model`` by default.

    Raises:
        InvalidValue: it is of none of these, or an option is not allowed.
    """
    flavor = flavor_of(model)
    module = import_module(f"runreport.integrations.{flavor}")
    logged: ModelInfo
    if flavor == "pyfunc":
        logged = module.log_model(artifact_path, python_model=model, **options)
    else:
        logged = module.log_model(model, artifact_path, **options)
    return logged


def flavor_of(model: Any) -> str:
    """The flavour that a model's class belongs to.

    Raises:
        InvalidValue: there is none.
    """
    packages = {kind.__module__.partition(".")[0] for kind in type(model).__mro__}
    for flavor, own in _FLAVORS:
        if packages & {*own}:
            return flavor
    if hasattr(model, "predict") or callable(model):
        return "pyfunc"
    raise InvalidValue(
        f"A {type(model).__name__} is no model of {', '.join(name for name, _ in _FLAVORS)}, and "
        "no function. Log a file with log_artifact."
    )
