"""PyTorch models: pickled whole, as MLflow's ``pytorch`` flavour has them."""

from __future__ import annotations

import contextlib
import os
import pickle
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, Unpack

from runreport.errors import InvalidValue
from runreport.integrations.frameworks import require
from runreport.integrations.loading import inside, open_model
from runreport.integrations.saving import LogOptions, Options, Written, log_folder, save_folder
from runreport.models.environment import version_of
from runreport.models.folder import Model, ModelInfo

FLAVOR = "pytorch"
FOLDER = "data"
FILE = "model.pth"
EXPORTED = "model.pt2"
_MODULE_FILE = "pickle_module_info.txt"
_NEEDS = "PyTorch models"


def save_model(
    pytorch_model: Any, path: str | os.PathLike[str], **options: Unpack[Options]
) -> Model:
    """Save a module as a folder. Its class is pickled with it where cloudpickle is installed and
    no module to import it from exists.

    Raises:
        InvalidValue: it is no module, cannot be pickled, or PyTorch is missing.
    """
    return save_folder(path, _writer(pytorch_model), **options)


def log_model(
    pytorch_model: Any,
    artifact_path: str | None = None,
    **options: Unpack[LogOptions],
) -> ModelInfo:
    """Log a module to the active run; see `save_model`."""
    return log_folder(_writer(pytorch_model), artifact_path, **options)


def load_model(
    model_uri: str | os.PathLike[str], dst_path: str | None = None, **load_options: Any
) -> Any:
    """The module of a saved, logged or registered model. It is unpickled: this runs code.

    Args:
        load_options: of ``torch.load``, such as ``map_location``; onto the CPU by default.

    Raises:
        NotFound: there is no such model, or it is of another flavour.
        InvalidValue: PyTorch is missing.
    """
    folder, settings = open_model(model_uri, FLAVOR, dst_path)
    return _load(folder, settings, **load_options)


def _writer(pytorch_model: Any) -> Callable[[str], Written]:
    torch = require("torch", _NEEDS)
    if not isinstance(pytorch_model, torch.nn.Module):
        raise InvalidValue(
            f"pytorch_model is {type(pytorch_model).__name__}; it must be a torch.nn.Module."
        )

    def write(folder: str) -> Written:
        os.makedirs(os.path.join(folder, FOLDER))
        place = os.path.join(folder, FOLDER, FILE)
        try:
            torch.save(pytorch_model, place, pickle_module=_pickle_module())
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            raise InvalidValue(
                f"The model {type(pytorch_model).__name__} cannot be pickled: {error}"
            ) from error
        with open(os.path.join(folder, FOLDER, _MODULE_FILE), "w", encoding="utf-8") as file:
            file.write("pickle")  # what cloudpickle wrote, pickle reads
        settings = {"model_data": FOLDER, "pytorch_version": str(torch.__version__)}
        return Written(
            {FLAVOR: settings},
            {"loader_module": "mlflow.pytorch", "data": FOLDER},
            ("torch", "numpy", "cloudpickle"),
            _Loaded(pytorch_model).predict,
        )

    return write


def _pickle_module() -> Any:
    if version_of("cloudpickle") is None:
        return pickle
    cloudpickle = require("cloudpickle", _NEEDS)
    return SimpleNamespace(
        __name__="cloudpickle", Pickler=cloudpickle.Pickler, dump=cloudpickle.dump
    )


def _load(folder: str, settings: dict[str, Any], **load_options: Any) -> Any:
    torch = require("torch", _NEEDS)
    data = str(settings.get("model_data", FOLDER))
    if os.path.exists(os.path.join(folder, data, EXPORTED)):  # MLflow's newer default
        return torch.export.load(inside(folder, os.path.join(data, EXPORTED))).module()
    place = inside(folder, os.path.join(data, FILE))
    options = {"map_location": "cpu", "weights_only": False, **load_options}
    return torch.load(place, **options)


def predict(model: Any, data: Any) -> Any:
    """What a module says to an array or data frame, in evaluation mode and without gradients."""
    return _Loaded(model).predict(data)


@contextlib.contextmanager
def _evaluating(model: Any) -> Iterator[None]:
    """Within the block a module is in evaluation mode; an exported one always is."""
    was_training = model.training
    is_exported = type(model).__module__.startswith("torch.fx")
    if was_training and not is_exported:
        model.eval()
    try:
        yield
    finally:
        if was_training and not is_exported:
            model.train()


class _Loaded:
    """A module that takes arrays and data frames, and gives such back."""

    def __init__(self, raw_model: Any) -> None:
        self.raw_model = raw_model

    def predict(self, data: Any, params: dict[str, Any] | None = None) -> Any:
        torch = require("torch", _NEEDS)
        is_frame = hasattr(data, "to_numpy")
        values = data.to_numpy(dtype="float32") if is_frame else data
        tensor = values if isinstance(values, torch.Tensor) else torch.as_tensor(values)
        with _evaluating(self.raw_model), torch.no_grad():
            output = self.raw_model(tensor, **(params or {}))
        if not isinstance(output, torch.Tensor):
            return output
        array = output.cpu().numpy()
        return type(data)(array, index=data.index) if is_frame else array


def _load_pyfunc(folder: str) -> Any:
    return _Loaded(_load(folder, Model.load(folder).flavor(FLAVOR)))
