"""Load a saved model: its folder, its code, and as a ``PyFuncModel`` whatever its flavour."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from typing import Any

from runreport.errors import InvalidValue, NotFound, RunreportError
from runreport.integrations.locating import locate_model
from runreport.models.example import load_example
from runreport.models.folder import PYFUNC, Model
from runreport.models.validation import enforce_params, enforce_schema, validate_schema

_LOADERS = {
    "mlflow.sklearn": "sklearn",
    "mlflow.xgboost": "xgboost",
    "mlflow.pytorch": "pytorch",
    "mlflow.tensorflow": "tensorflow",
    "mlflow.keras": "tensorflow",
    "mlflow.onnx": "onnx",
    "mlflow.pyfunc.model": "pyfunc",
}
"""Integrations by the module an MLmodel file names; both tools write the same names."""


def open_model(
    model_uri: str | os.PathLike[str], flavor: str, dst_path: str | None = None
) -> tuple[str, dict[str, Any]]:
    """The local folder of a model and the settings of one of its flavours; its code is put on
    the path.

    Raises:
        NotFound: no such model, or it was not saved by this flavour.
        InvalidValue: its MLmodel file cannot be understood.
    """
    folder = locate_model(model_uri, dst_path)
    settings = Model.load(folder).flavor(flavor, str(model_uri))
    code = settings.get("code")
    if code:
        place = _copied(inside(folder, str(code)))
        if place not in sys.path:
            sys.path.insert(0, place)
    return folder, settings


@lru_cache(maxsize=64)
def _copied(folder: str) -> str:
    """A copy of a model's code for this process, as Python writes bytecode beside what it imports,
    and an archive keeps what was logged and nothing else."""
    import atexit
    import shutil
    import tempfile

    copy = tempfile.mkdtemp(prefix="runreport-code-")
    atexit.register(shutil.rmtree, copy, ignore_errors=True)
    shutil.copytree(folder, copy, dirs_exist_ok=True)
    return copy


def inside(folder: str, path: str) -> str:
    """The place of a file that an MLmodel file names.

    Raises:
        InvalidValue: it leads out of the model's folder.
        NotFound: it is missing.
    """
    place = os.path.normpath(os.path.join(folder, path))
    if not f"{place}{os.sep}".startswith(f"{os.path.normpath(folder)}{os.sep}"):
        raise InvalidValue(f"The MLmodel file names {path!r}, which is outside of its folder.")
    if not os.path.exists(place):
        raise NotFound(f"The model in {folder} lacks {path!r}.")
    return place


class PyFuncModel:
    """A model of any flavour, loaded to predict; data is held against its signature first."""

    def __init__(self, folder: str, metadata: Model, model: Any) -> None:
        self.metadata = metadata
        self._folder = folder
        self._model = model

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """What the model says to some data.

        Args:
            data: what the signature's inputs say; where it has none, what the model takes.
            params: those that the signature has.

        Raises:
            InvalidValue: data or params are not what the signature says.
        """
        signature = self.metadata.signature
        if signature is not None and signature.inputs is not None:
            data = enforce_schema(data, signature.inputs)
        given = enforce_params(params, None if signature is None else signature.params)
        if given:
            return self._model.predict(data, params=given)
        return self._model.predict(data)

    def validate(self, data: Any) -> None:
        """Hold data against the model's signature without predicting.

        Raises:
            InvalidValue: they differ, or the model has no signature.
        """
        signature = self.metadata.signature
        validate_schema(data, None if signature is None else signature.inputs)

    @property
    def input_example(self) -> Any:
        """The example saved with it; None where there is none."""
        return load_example(self._folder, self.metadata.saved_input_example_info)

    def unwrap_python_model(self) -> Any:
        """The object that was saved.

        Raises:
            InvalidValue: it was no Python model.
        """
        found = getattr(self._model, "python_model", None)
        if found is None:
            flavors = ", ".join(name for name in self.metadata.flavors if name != PYFUNC)
            raise InvalidValue(f"The model is no Python model, but one of {flavors}.")
        return found

    def get_raw_model(self) -> Any:
        """The library's own object."""
        return getattr(self._model, "raw_model", self._model)

    def __repr__(self) -> str:
        flavors = ", ".join(name for name in self.metadata.flavors if name != PYFUNC) or PYFUNC
        return f"<PyFuncModel of {flavors} from {self._folder}>"


def load_pyfunc(model_uri: str | os.PathLike[str], dst_path: str | None = None) -> PyFuncModel:
    """A model of any flavour, loaded to predict.

    This runs code: models are pickles or name code beside them. Load those you trust.

    Raises:
        NotFound: no such model.
        InvalidValue: it cannot be loaded as a function, or a library is missing.
    """
    folder, settings = open_model(model_uri, PYFUNC, dst_path)
    name = settings.get("loader_module")
    if not isinstance(name, str) or not name:
        raise InvalidValue(f"{model_uri} names {name!r} as what loads it; it must be a module.")
    own = _LOADERS.get(name)
    target = f"runreport.integrations.{own}" if own else name
    try:
        loader = import_module(target)._load_pyfunc
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        raise InvalidValue(
            f"{model_uri} is loaded by {name or 'nothing'}, which needs {package}. "
            f"Install it: pip install {package}"
        ) from error
    except AttributeError as error:
        raise InvalidValue(f"{model_uri} names {name!r}, which loads no models.") from error
    data = settings.get("data") or settings.get("model_path")
    try:
        # Every flavour of ours, and of MLflow those without data, read the folder itself.
        model = loader(inside(folder, str(data)) if data and not own else folder)
    except RunreportError:
        raise
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        raise InvalidValue(
            f"{model_uri} needs {package} to be loaded. Install it: pip install {package}"
        ) from error
    return PyFuncModel(folder, Model.load(folder), model)
