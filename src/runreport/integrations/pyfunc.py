"""Plain Python functions and objects as models, and models of any flavour as functions."""

from __future__ import annotations

import inspect
import io
import os
import pickle
import pickletools
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from types import SimpleNamespace
from typing import Any, Unpack

from runreport.errors import InvalidValue
from runreport.integrations.frameworks import require
from runreport.integrations.loading import PyFuncModel, inside, load_pyfunc
from runreport.integrations.saving import LogOptions, Options, Written, log_folder, save_folder
from runreport.models.folder import PYFUNC, Model, ModelInfo

FILE = "python_model.pkl"
NO_HINTS = SimpleNamespace(input=None, output=None)
"""MLflow asks a Python model that it loads for the types ``predict`` takes and gives."""

load_model = load_pyfunc


@dataclass(frozen=True, slots=True)
class PythonModelContext:
    """What a Python model is given beside the data."""

    artifacts: Mapping[str, str] = field(default_factory=dict)
    """Paths of the files saved with it, by name."""
    model_config: Mapping[str, Any] | None = None


class PythonModel:
    """A model of one's own: override `predict`, and `load_context` to load what it needs."""

    predict_type_hints = NO_HINTS

    def load_context(self, context: PythonModelContext) -> None:
        """Called once when the model is loaded."""

    def predict(
        self, context: PythonModelContext, model_input: Any, params: dict[str, Any] | None = None
    ) -> Any:
        """What the model says to some data."""
        raise NotImplementedError("A PythonModel needs a method predict.")


class FunctionModel:
    """A plain function as a Python model; pickled whole, so that it loads without runreport."""

    predict_type_hints = NO_HINTS

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    def load_context(self, context: Any) -> None:
        """A function needs nothing."""

    def predict(self, context: Any, model_input: Any) -> Any:  # noqa: ARG002 - MLflow's call
        """What the function says to some data."""
        return self.function(model_input)


def save_model(
    path: str | os.PathLike[str],
    python_model: Any = None,
    *,
    artifacts: Mapping[str, str] | None = None,
    model_config: Mapping[str, Any] | None = None,
    **options: Unpack[Options],
) -> Model:
    """Save a function, or an object with ``predict(context, model_input)``, as a folder.

    Args:
        artifacts: files and folders that it needs, by the names under which its context has them.
        model_config: settings that its context has.

    Raises:
        InvalidValue: it cannot be called, pickled, or a file is missing.
    """
    return save_folder(path, _writer(python_model, artifacts, model_config), **options)


def log_model(
    artifact_path: str | None = None,
    python_model: Any = None,
    *,
    artifacts: Mapping[str, str] | None = None,
    model_config: Mapping[str, Any] | None = None,
    **options: Unpack[LogOptions],
) -> ModelInfo:
    """Log a function, or an object with ``predict(context, model_input)``; see `save_model`."""
    return log_folder(_writer(python_model, artifacts, model_config), artifact_path, **options)


def _writer(
    python_model: Any,
    artifacts: Mapping[str, str] | None,
    model_config: Mapping[str, Any] | None,
) -> Callable[[str], Written]:
    has_predict = hasattr(python_model, "predict")
    if not has_predict and not callable(python_model):
        raise InvalidValue(
            f"python_model is {python_model!r}; give a function of the data, or an object with "
            "predict(context, model_input)."
        )
    if not has_predict:
        _check_function(python_model)
    model = python_model if has_predict else FunctionModel(python_model)

    def write(folder: str) -> Written:
        pickled = _pickled(model)
        with open(os.path.join(folder, FILE), "wb") as file:
            file.write(pickled)
        settings: dict[str, Any] = {
            "loader_module": "mlflow.pyfunc.model",
            "python_model": FILE,
            "cloudpickle_version": metadata.version("cloudpickle"),
            "streamable": False,
        }
        if model_config:
            settings["config"] = dict(model_config)
        if artifacts:
            settings["artifacts"] = _copy_artifacts(folder, artifacts)
        context = _context(folder, settings)

        def predict(data: Any) -> Any:
            return _Loaded(model, context).predict(data)

        return Written({}, settings, ("cloudpickle", *packages_of(pickled)), predict)

    return write


def _load_pyfunc(folder: str) -> Any:
    settings = Model.load(folder).flavor(PYFUNC)
    with open(inside(folder, str(settings.get("python_model", FILE))), "rb") as file:
        python_model = pickle.load(file)
    return _Loaded(python_model, _context(folder, settings))


class _Loaded:
    """A Python model with its context."""

    def __init__(self, python_model: Any, context: PythonModelContext) -> None:
        self.python_model = python_model
        self.context = context
        if hasattr(python_model, "load_context"):
            python_model.load_context(context)

    def predict(self, data: Any, params: dict[str, Any] | None = None) -> Any:
        takes = inspect.signature(self.python_model.predict).parameters
        first = [self.context] if takes_context(self.python_model.predict) else []
        given = {} if params is None or "params" not in takes else {"params": params}
        return self.python_model.predict(*first, data, **given)


def takes_context(predict: Callable[..., Any]) -> bool:
    """Whether a Python model's ``predict`` takes the context before the data."""
    own = inspect.signature(predict).parameters.values()
    needed = [
        one
        for one in own
        if one.name != "params"
        and one.default is one.empty
        and one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)
    ]
    return len(needed) > 1 or next((one.name for one in own), "") in ("context", "_context")


def _check_function(function: Callable[..., Any]) -> None:
    """A function as a model takes the data and nothing else.

    Raises:
        InvalidValue: it takes more.
    """
    try:
        inspect.signature(function).bind("data")
    except TypeError as error:
        raise InvalidValue(
            f"python_model is a function that does not take the data alone ({error}); params need "
            "a PythonModel with predict(context, model_input, params)."
        ) from error
    except ValueError:  # some functions written in C do not tell
        pass


def _context(folder: str, settings: Mapping[str, Any]) -> PythonModelContext:
    named = settings.get("artifacts") or {}
    places = {name: inside(folder, str(entry["path"])) for name, entry in named.items()}
    return PythonModelContext(places, settings.get("config"))


def _copy_artifacts(folder: str, artifacts: Mapping[str, str]) -> dict[str, dict[str, str]]:
    import shutil

    named: dict[str, dict[str, str]] = {}
    for name, source in artifacts.items():
        if not os.path.exists(source):
            raise InvalidValue(f"artifacts names {source!r} as {name!r}, which does not exist.")
        path = f"artifacts/{os.path.basename(os.path.abspath(source))}"
        if os.path.exists(os.path.join(folder, path)):
            path = f"artifacts/{len(named)}/{os.path.basename(path)}"
        target = os.path.join(folder, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if os.path.isdir(source):
            shutil.copytree(source, target)
        else:
            shutil.copy2(source, target)
        named[name] = {"path": path, "uri": str(source)}
    return named


def _pickled(model: Any) -> bytes:
    """The pickle of a Python model; ours go in whole, so that MLflow alone can load it.

    Raises:
        InvalidValue: cloudpickle is missing, or the object cannot be pickled.
    """
    cloudpickle = require("cloudpickle", "Python functions as models")
    own = sys.modules[__name__]
    buffer = io.BytesIO()
    cloudpickle.register_pickle_by_value(own)
    try:
        cloudpickle.dump(model, buffer)
    except Exception as error:  # whatever the object's own pickling raises
        raise InvalidValue(f"The model {model!r} cannot be pickled: {error}") from error
    finally:
        cloudpickle.unregister_pickle_by_value(own)
    return buffer.getvalue()


def packages_of(pickled: bytes) -> list[str]:
    """The distributions whose modules a pickle names; it is read as data, not run."""
    modules: set[str] = set()
    texts: list[str] = []
    memo: list[str] = []
    for opcode, argument, _ in pickletools.genops(pickled):
        # cloudpickle has a module that is used as the argument of its function subimport.
        is_module = texts[-1:] == ["subimport"]
        if opcode.name == "GLOBAL":
            modules.add(str(argument).partition(" ")[0])
        elif opcode.name == "STACK_GLOBAL":
            modules.update(texts[-2:-1])
        elif opcode.name == "MEMOIZE":
            memo.append(texts[-1] if texts else "")
        elif opcode.name in ("BINGET", "LONG_BINGET") and isinstance(argument, int):
            texts.append(memo[argument] if argument < len(memo) else "")
        elif isinstance(argument, str):
            texts.append(argument)
        if is_module and texts[-1] != "subimport":
            modules.add(texts[-1])
    tops = {module.partition(".")[0] for module in modules} & set(sys.modules)
    known = metadata.packages_distributions()
    names = {name for top in tops for name in known.get(top, ())}
    return sorted(names - {"runreport", "cloudpickle"})


__all__ = [
    "PyFuncModel",
    "PythonModel",
    "PythonModelContext",
    "load_model",
    "log_model",
    "save_model",
]
