"""scikit-learn models: pickled, as MLflow's ``sklearn`` flavour has them."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from typing import Any, Unpack

from runreport.errors import InvalidValue
from runreport.integrations.frameworks import require
from runreport.integrations.loading import inside, open_model
from runreport.integrations.saving import LogOptions, Options, Written, log_folder, save_folder
from runreport.models.environment import version_of
from runreport.models.folder import PYFUNC, Model, ModelInfo

FLAVOR = "sklearn"
FILE = "model.pkl"
FORMATS = ("cloudpickle", "pickle")


def save_model(
    sk_model: Any,
    path: str | os.PathLike[str],
    *,
    serialization_format: str | None = None,
    pyfunc_predict_fn: str = "predict",
    **options: Unpack[Options],
) -> Model:
    """Save an estimator, or a pipeline of them, as a folder.

    Args:
        serialization_format: ``cloudpickle``, the default where it is installed, or ``pickle``.
        pyfunc_predict_fn: the method that `pyfunc.load_model` calls, such as ``predict_proba``.

    Raises:
        InvalidValue: it is no estimator, or an argument is not allowed.
    """
    write = _writer(sk_model, serialization_format, pyfunc_predict_fn)
    return save_folder(path, write, **options)


def log_model(
    sk_model: Any,
    artifact_path: str | None = None,
    *,
    serialization_format: str | None = None,
    pyfunc_predict_fn: str = "predict",
    **options: Unpack[LogOptions],
) -> ModelInfo:
    """Log an estimator, or a pipeline of them, to the active run; see `save_model`."""
    return log_folder(
        _writer(sk_model, serialization_format, pyfunc_predict_fn), artifact_path, **options
    )


def load_model(model_uri: str | os.PathLike[str], dst_path: str | None = None) -> Any:
    """The estimator of a saved, logged or registered model. It is unpickled: this runs code.

    Raises:
        NotFound: there is no such model, or it is of another flavour.
        InvalidValue: it was saved in a format that is not known.
    """
    folder, settings = open_model(model_uri, FLAVOR, dst_path)
    return _load(folder, settings)


def _writer(
    sk_model: Any, serialization_format: str | None, predict_fn: str
) -> Callable[[str], Written]:
    if not hasattr(sk_model, "fit") and not hasattr(sk_model, "predict"):
        raise InvalidValue(
            f"sk_model is {type(sk_model).__name__}; it must be a scikit-learn estimator."
        )
    if serialization_format not in (None, *FORMATS):
        raise InvalidValue(
            f"serialization_format is {serialization_format!r}; it must be one of "
            f"{', '.join(FORMATS)}."
        )
    chosen = serialization_format or ("cloudpickle" if version_of("cloudpickle") else "pickle")
    predict = getattr(sk_model, predict_fn, None)

    def write(folder: str) -> Written:
        with open(os.path.join(folder, FILE), "wb") as file:
            _dump(sk_model, file, chosen)
        settings = {
            "pickled_model": FILE,
            "sklearn_version": version_of("scikit-learn"),
            "serialization_format": chosen,
        }
        pyfunc = {"loader_module": "mlflow.sklearn", "model_path": FILE, "predict_fn": predict_fn}
        has_predict = callable(predict)
        packages = ("scikit-learn", "numpy", "scipy", *([chosen] if chosen != "pickle" else []))
        return Written({FLAVOR: settings}, pyfunc if has_predict else None, packages, predict)

    return write


def _dump(model: Any, file: Any, chosen: str) -> None:
    try:
        if chosen == "cloudpickle":
            require("cloudpickle", "Models in the format 'cloudpickle'").dump(model, file)
        else:
            pickle.dump(model, file, protocol=pickle.DEFAULT_PROTOCOL)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise InvalidValue(
            f"The model {type(model).__name__} cannot be saved with {chosen}: {error}"
        ) from error


def _load(folder: str, settings: dict[str, Any]) -> Any:
    chosen = settings.get("serialization_format", "pickle")
    place = inside(folder, str(settings.get("pickled_model", FILE)))
    if chosen == "skops":
        skops = require("skops.io", "Models that were saved with skops")
        return skops.load(place, trusted=settings.get("skops_trusted_types") or [])
    if chosen not in FORMATS:
        raise InvalidValue(f"The model was saved as {chosen!r}; known are {', '.join(FORMATS)}.")
    with open(place, "rb") as file:
        return pickle.load(file)  # what cloudpickle wrote, pickle reads


class _Loaded:
    """An estimator that predicts by the method that was named when it was saved."""

    def __init__(self, raw_model: Any, predict_fn: str) -> None:
        self.raw_model = raw_model
        self._predict: Callable[..., Any] = getattr(raw_model, predict_fn)

    def predict(self, data: Any, params: dict[str, Any] | None = None) -> Any:
        return self._predict(data, **(params or {}))


def _load_pyfunc(folder: str) -> Any:
    model = Model.load(folder)
    predict_fn = str(model.flavor(PYFUNC).get("predict_fn", "predict"))
    return _Loaded(_load(folder, model.flavor(FLAVOR)), predict_fn)
