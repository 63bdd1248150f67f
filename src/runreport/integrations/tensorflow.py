"""Keras models in Keras' own format, as MLflow's flavours ``tensorflow`` and ``keras``."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from typing import Any, Unpack

from runreport.errors import InvalidValue, NotFound
from runreport.integrations.frameworks import require
from runreport.integrations.loading import inside, open_model
from runreport.integrations.saving import LogOptions, Options, Written, log_folder, save_folder
from runreport.models.environment import version_of
from runreport.models.folder import Model, ModelInfo

FLAVORS = ("tensorflow", "keras")
"""MLflow has Keras on TensorFlow under the first, on another backend under the second."""
FOLDER = "data"
FILE = "model.keras"
_CUSTOM = "custom_objects.cloudpickle"
_NEEDS = "Keras models"


def save_model(model: Any, path: str | os.PathLike[str], **options: Unpack[Options]) -> Model:
    """Save a Keras model as a folder.

    Raises:
        InvalidValue: it is no Keras model, or Keras is missing.
    """
    return save_folder(path, _writer(model), **options)


def log_model(
    model: Any,
    artifact_path: str | None = None,
    **options: Unpack[LogOptions],
) -> ModelInfo:
    """Log a Keras model to the active run; see `save_model`."""
    return log_folder(_writer(model), artifact_path, **options)


def load_model(
    model_uri: str | os.PathLike[str], dst_path: str | None = None, **load_options: Any
) -> Any:
    """The Keras model of a saved, logged or registered one.

    Args:
        load_options: of ``keras.models.load_model``, such as ``custom_objects``.

    Raises:
        NotFound: there is no such model, or it is of another flavour.
        InvalidValue: Keras is missing.
    """
    folder, _ = _open(model_uri, dst_path)
    return _load(folder, **load_options)


def _open(model_uri: str | os.PathLike[str], dst_path: str | None) -> tuple[str, dict[str, Any]]:
    try:
        return open_model(model_uri, FLAVORS[0], dst_path)
    except NotFound:
        return open_model(model_uri, FLAVORS[1], dst_path)


def _writer(model: Any) -> Callable[[str], Written]:
    keras = require("keras", _NEEDS)
    if not isinstance(model, keras.Model):
        raise InvalidValue(
            f"model is {type(model).__name__}; it must be a Keras model. Log a TensorFlow module "
            "as a Keras model, or its SavedModel folder with log_artifacts."
        )
    backend = keras.backend.backend()
    is_tensorflow = backend == "tensorflow"

    def write(folder: str) -> Written:
        os.makedirs(os.path.join(folder, FOLDER))
        model.save(os.path.join(folder, FOLDER, FILE))
        _note(folder, "keras_module.txt", "tensorflow.keras" if is_tensorflow else "keras")
        own = next((n for n in ("tensorflow-cpu", "tensorflow") if version_of(n)), "tensorflow")
        if is_tensorflow:
            _note(folder, "save_format.txt", "tf")
            settings: dict[str, Any] = {
                "data": FOLDER,
                "model_type": "keras",
                "keras_version": version_of(own),
                "save_format": "tf",
            }
            pyfunc = {"loader_module": "mlflow.tensorflow", "data": FOLDER}
        else:
            settings = {
                "data": FOLDER,
                "keras_version": keras.__version__,
                "keras_backend": backend,
                "save_exported_model": False,
            }
            pyfunc = {"loader_module": "mlflow.keras"}
        packages = ("keras", own if is_tensorflow else backend, "numpy")
        flavor = FLAVORS[0] if is_tensorflow else FLAVORS[1]
        return Written({flavor: settings}, pyfunc, packages, _Loaded(model).predict)

    return write


def _note(folder: str, name: str, text: str) -> None:
    with open(os.path.join(folder, FOLDER, name), "w", encoding="utf-8") as file:
        file.write(text)


def _load(folder: str, **load_options: Any) -> Any:
    keras = require("keras", _NEEDS)
    model = Model.load(folder)
    settings = model.flavor(next((name for name in FLAVORS if name in model.flavors), FLAVORS[0]))
    if settings.get("model_type", "keras") != "keras":
        raise InvalidValue(
            f"The model in {folder} is a TensorFlow {settings['model_type']}, not a Keras model. "
            "Load it with tensorflow.saved_model.load."
        )
    data = str(settings.get("data", FOLDER))
    own = os.path.join(folder, data, _CUSTOM)
    if os.path.exists(own) and "custom_objects" not in load_options:
        with open(inside(folder, os.path.join(data, _CUSTOM)), "rb") as file:
            load_options["custom_objects"] = pickle.load(file)
    name = FILE
    if settings.get("save_format") == "h5":
        name = "model.h5"
        load_options.setdefault("compile", False)  # Keras 3 cannot read how those were compiled
    return keras.models.load_model(inside(folder, os.path.join(data, name)), **load_options)


class _Loaded:
    """A Keras model that takes arrays and data frames, and gives such back."""

    def __init__(self, raw_model: Any) -> None:
        self.raw_model = raw_model

    def predict(self, data: Any, params: dict[str, Any] | None = None) -> Any:
        if hasattr(data, "to_numpy"):
            values = self.raw_model.predict(data.to_numpy(), verbose=0, **(params or {}))
            return type(data)(values, index=data.index)
        return self.raw_model.predict(data, verbose=0, **(params or {}))


def _load_pyfunc(folder: str) -> Any:
    return _Loaded(_load(folder))
