"""ONNX models, run by ONNX Runtime, as MLflow's ``onnx`` flavour has them."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Unpack

from runreport.errors import InvalidValue
from runreport.integrations.frameworks import require
from runreport.integrations.loading import inside, open_model
from runreport.integrations.saving import LogOptions, Options, Written, log_folder, save_folder
from runreport.models.folder import Model, ModelInfo

FLAVOR = "onnx"
FILE = "model.onnx"
PROVIDERS = ("CPUExecutionProvider",)
_NEEDS = "ONNX models"


def save_model(
    onnx_model: Any,
    path: str | os.PathLike[str],
    *,
    onnx_execution_providers: list[str] | None = None,
    **options: Unpack[Options],
) -> Model:
    """Save an ONNX model as a folder.

    Args:
        onnx_execution_providers: what ONNX Runtime shall run it on; the CPU by default.

    Raises:
        InvalidValue: it is no valid ONNX model, or onnx is missing.
    """
    return save_folder(path, _writer(onnx_model, onnx_execution_providers), **options)


def log_model(
    onnx_model: Any,
    artifact_path: str | None = None,
    *,
    onnx_execution_providers: list[str] | None = None,
    **options: Unpack[LogOptions],
) -> ModelInfo:
    """Log an ONNX model to the active run; see `save_model`."""
    return log_folder(_writer(onnx_model, onnx_execution_providers), artifact_path, **options)


def load_model(model_uri: str | os.PathLike[str], dst_path: str | None = None) -> Any:
    """The ONNX model of a saved, logged or registered one, checked.

    Raises:
        NotFound: there is no such model, or it is of another flavour.
        InvalidValue: onnx is missing.
    """
    folder, settings = open_model(model_uri, FLAVOR, dst_path)
    onnx = require("onnx", _NEEDS)
    place = inside(folder, str(settings.get("data", FILE)))
    onnx.checker.check_model(place)
    return onnx.load(place)


def _writer(onnx_model: Any, providers: list[str] | None) -> Callable[[str], Written]:
    onnx = require("onnx", _NEEDS)
    if not isinstance(onnx_model, onnx.ModelProto):
        raise InvalidValue(
            f"onnx_model is {type(onnx_model).__name__}; it must be an onnx.ModelProto. "
            "onnx.load reads one from a file."
        )

    def write(folder: str) -> Written:
        place = os.path.join(folder, FILE)
        onnx.save_model(onnx_model, place)
        try:
            onnx.checker.check_model(place)
        except onnx.checker.ValidationError as error:
            raise InvalidValue(f"The ONNX model is not valid: {error}") from error
        settings = {
            "data": FILE,
            "onnx_version": onnx.__version__,
            "providers": list(providers or PROVIDERS),
            "onnx_session_options": None,
        }
        return Written(
            {FLAVOR: settings},
            {"loader_module": "mlflow.onnx", "data": FILE},
            ("onnx", "onnxruntime", "numpy"),
            lambda data: _Loaded(place, settings["providers"]).predict(data),
        )

    return write


class _Loaded:
    """An ONNX model that takes arrays, data frames and dictionaries of arrays."""

    def __init__(self, place: str, providers: list[str]) -> None:
        runtime = require("onnxruntime", "Predictions of ONNX models")
        present = [name for name in providers if name in runtime.get_available_providers()]
        self.raw_model = runtime.InferenceSession(place, providers=present or list(PROVIDERS))

    def predict(self, data: Any, params: dict[str, Any] | None = None) -> Any:
        """A dictionary of the outputs; for a data frame a data frame of them."""
        del params
        inputs = self.raw_model.get_inputs()
        is_frame = hasattr(data, "columns")
        if is_frame:
            feeds = (
                {inputs[0].name: data.to_numpy()}
                if len(inputs) == 1
                else {i.name: data[i.name].to_numpy().reshape(-1, 1) for i in inputs}
            )
        else:
            feeds = dict(data) if isinstance(data, dict) else {inputs[0].name: data}
        for one in inputs:
            value = feeds.get(one.name)
            if value is not None and one.type == "tensor(float)" and value.dtype == "float64":
                feeds[one.name] = value.astype("float32")
        names = [output.name for output in self.raw_model.get_outputs()]
        found = dict(zip(names, self.raw_model.run(names, feeds), strict=True))
        if not is_frame:
            return found
        flat = {
            name: values.reshape(-1).tolist() if hasattr(values, "reshape") else values
            for name, values in found.items()
        }
        return type(data)(flat, index=data.index)


def _load_pyfunc(folder: str) -> Any:
    settings = Model.load(folder).flavor(FLAVOR)
    providers = settings.get("providers") or list(PROVIDERS)
    return _Loaded(inside(folder, str(settings.get("data", FILE))), providers)
