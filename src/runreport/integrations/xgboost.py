"""XGBoost models: in XGBoost's own format, as MLflow's ``xgboost`` flavour has them."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from typing import Any, Unpack

from runreport.errors import InvalidValue
from runreport.integrations.frameworks import require
from runreport.integrations.loading import inside, open_model
from runreport.integrations.saving import LogOptions, Options, Written, log_folder, save_folder
from runreport.models.environment import version_of
from runreport.models.folder import Model, ModelInfo

FLAVOR = "xgboost"
FORMATS = ("ubj", "json")
_NEEDS = "XGBoost models"


def save_model(
    xgb_model: Any,
    path: str | os.PathLike[str],
    *,
    model_format: str = "ubj",
    **options: Unpack[Options],
) -> Model:
    """Save a booster or a model of XGBoost's scikit-learn classes as a folder.

    Args:
        model_format: ``ubj`` (binary) or ``json``.

    Raises:
        InvalidValue: it is no such model, or XGBoost is missing.
    """
    return save_folder(path, _writer(xgb_model, model_format), **options)


def log_model(
    xgb_model: Any,
    artifact_path: str | None = None,
    *,
    model_format: str = "ubj",
    **options: Unpack[LogOptions],
) -> ModelInfo:
    """Log a booster or a model of XGBoost's scikit-learn classes; see `save_model`."""
    return log_folder(_writer(xgb_model, model_format), artifact_path, **options)


def load_model(model_uri: str | os.PathLike[str], dst_path: str | None = None) -> Any:
    """The model of a saved, logged or registered one, of the class it was saved from.

    Raises:
        NotFound: there is no such model, or it is of another flavour.
        InvalidValue: XGBoost is missing.
    """
    folder, settings = open_model(model_uri, FLAVOR, dst_path)
    return _load(folder, settings)


def _writer(xgb_model: Any, model_format: str) -> Callable[[str], Written]:
    xgboost = require("xgboost", _NEEDS)
    if not isinstance(xgb_model, xgboost.Booster | xgboost.XGBModel):
        raise InvalidValue(
            f"xgb_model is {type(xgb_model).__name__}; it must be a Booster or a model such as "
            "XGBClassifier."
        )
    if model_format not in FORMATS:
        raise InvalidValue(f"model_format is {model_format!r}; use {' or '.join(FORMATS)}.")

    def write(folder: str) -> Written:
        name = f"model.{model_format}"
        xgb_model.save_model(os.path.join(folder, name))
        kind = type(xgb_model)
        settings = {
            "data": name,
            "model_class": f"{kind.__module__}.{kind.__name__}",
            "model_format": model_format,
            "xgb_version": xgboost.__version__,
        }
        distribution = "xgboost-cpu" if version_of("xgboost-cpu") else "xgboost"
        own = ("scikit-learn",) if isinstance(xgb_model, xgboost.XGBModel) else ()
        return Written(
            {FLAVOR: settings},
            {"loader_module": "mlflow.xgboost", "data": name},
            (distribution, "numpy", *own),
            _Loaded(xgb_model).predict,
        )

    return write


def _load(folder: str, settings: dict[str, Any]) -> Any:
    xgboost = require("xgboost", _NEEDS)
    module, _, name = str(settings.get("model_class", "xgboost.core.Booster")).rpartition(".")
    kind = getattr(import_module(module) if module else xgboost, name)
    model = kind()
    model.load_model(inside(folder, str(settings["data"])))
    return model


class _Loaded:
    """A model that takes data frames and arrays, a booster too."""

    def __init__(self, raw_model: Any) -> None:
        self.raw_model = raw_model

    def predict(self, data: Any, params: dict[str, Any] | None = None) -> Any:
        xgboost = require("xgboost", _NEEDS)
        if isinstance(self.raw_model, xgboost.Booster):
            matrix = data if isinstance(data, xgboost.DMatrix) else xgboost.DMatrix(data)
            return self.raw_model.predict(matrix, **(params or {}))
        return self.raw_model.predict(data, **(params or {}))


def _load_pyfunc(folder: str) -> Any:
    return _Loaded(_load(folder, Model.load(folder).flavor(FLAVOR)))
