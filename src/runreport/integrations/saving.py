"""Save a model's folder and log it: what every flavour does in the same way."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict, Unpack

import runreport
from runreport.errors import InvalidValue, NotFound
from runreport.integrations.locating import check_unregistered
from runreport.models.environment import Requirements, write_environment
from runreport.models.example import save_example
from runreport.models.folder import PYFUNC, Model, ModelInfo
from runreport.models.names import check_model_name, run_uri
from runreport.models.signature import ModelSignature, infer_signature

DEFAULT_PATH = "model"
CODE = "code"


class Options(TypedDict, total=False):
    """What `save_model` and `log_model` of every flavour take."""

    signature: ModelSignature | bool | None
    """None infers it from the input example; False leaves it out."""
    input_example: Any
    """A little of the data the model takes."""
    pip_requirements: Requirements | None
    """Instead of those of the flavour."""
    extra_pip_requirements: Requirements | None
    conda_env: str | dict[str, Any] | None
    code_paths: Sequence[str] | None
    """Files and folders of code that loading needs; they are copied beside the model."""
    metadata: dict[str, Any] | None
    """The caller's own notes, kept in the MLmodel file."""


class LogOptions(Options, total=False):
    """What `log_model` of every flavour takes besides."""

    name: str | None
    """MLflow 3's word for the artifact path."""
    registered_model_name: str | None
    """Register the model as a new version of this one, too."""
    await_registration_for: int | None
    """Of MLflow; the version is there when the call returns."""
    run_id: str | None
    """Another run than the active one."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a flavour put into a model's folder."""

    flavors: dict[str, dict[str, Any]]
    pyfunc: dict[str, Any] | None
    """How ``pyfunc.load_model`` loads it: ``loader_module`` and what that needs; None: not."""
    packages: tuple[str, ...]
    """Distributions that the model needs."""
    predict: Callable[[Any], Any] | None = field(default=None, repr=False)
    """To infer the outputs of the signature from the input example."""


Writer = Callable[[str], Written]
"""Writes the files of one flavour into a folder."""


def save_folder(
    path: str | os.PathLike[str],
    write: Writer,
    *,
    model: Model | None = None,
    **options: Unpack[Options],
) -> Model:
    """Save a model as a folder.

    Args:
        path: a folder that is empty or does not exist yet.
        model: what is known of it already.

    Raises:
        InvalidValue: the folder holds something, or an option is not allowed.
        NotFound: code or requirements that are named do not exist.
    """
    folder = os.fspath(path)
    _check_options(options)
    if os.path.exists(folder) and (not os.path.isdir(folder) or os.listdir(folder)):
        raise InvalidValue(f"{folder!r} exists and is not empty; save the model to a new folder.")
    existed = os.path.isdir(folder)
    os.makedirs(folder, exist_ok=True)
    try:
        return _fill(folder, write, model or Model(), options)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # nothing half-written
        if existed:
            os.makedirs(folder, exist_ok=True)
        raise


def log_folder(
    write: Writer,
    artifact_path: str | None = None,
    *,
    name: str | None = None,
    registered_model_name: str | None = None,
    await_registration_for: int | None = None,  # noqa: ARG001 - of MLflow
    run_id: str | None = None,
    **options: Unpack[Options],
) -> ModelInfo:
    """Log a model to the active run, which is started if there is none, or to another.

    Args:
        artifact_path: where it goes among the run's artifacts; ``model`` by default.
        name: MLflow 3's word for the same.
        registered_model_name: register it as a new version of this model, too.

    Raises:
        InvalidValue: a name or an option is not allowed.
    """
    if artifact_path and name and artifact_path != name:
        raise InvalidValue(f"artifact_path is {artifact_path!r} and name {name!r}; give one.")
    place = name or artifact_path or DEFAULT_PATH
    if registered_model_name is not None:
        check_model_name(registered_model_name)
    if run_id is None:
        run_id = (runreport.active_run() or runreport.start_run()).info.run_id
    if any(file.path == place for file in runreport.artifacts.list_artifacts(run_id=run_id)):
        check_unregistered(run_id, place)  # a model that is only logged may be logged again
    model = Model(artifact_path=place, run_id=run_id)
    with tempfile.TemporaryDirectory(prefix="runreport-") as folder:
        save_folder(folder, write, model=model, **options)
        runreport.log_artifacts(folder, place, run_id)
    uri = run_uri(run_id, place)
    version = None
    if registered_model_name is not None:
        version = runreport.register_model(uri, registered_model_name).version
    return model.info(uri, version)


def _check_options(options: Options) -> None:
    for name in options:
        if name not in Options.__annotations__:
            known = ", ".join((*Options.__annotations__, *LogOptions.__annotations__))
            raise TypeError(f"There is no option {name!r}; a model takes {known}.")
    signature = options.get("signature")
    if not isinstance(signature, ModelSignature | bool | None):
        raise InvalidValue(
            f"The signature is {type(signature).__name__}; infer_signature(X, y) makes one."
        )


def _fill(folder: str, write: Writer, model: Model, options: Options) -> Model:
    written = write(folder)
    code = _copy_code(folder, options.get("code_paths") or ())
    for name, settings in written.flavors.items():
        model.add_flavor(name, **settings, code=code)
    env = write_environment(
        folder,
        ("runreport", *written.packages),
        pip_requirements=options.get("pip_requirements"),
        extra_pip_requirements=options.get("extra_pip_requirements"),
        conda_env=options.get("conda_env"),
    )
    if written.pyfunc is not None:
        extra = {} if code is None else {"code": code}
        python = platform.python_version()
        model.add_flavor(PYFUNC, env=env, python_version=python, **written.pyfunc, **extra)
    example = options.get("input_example")
    if example is not None:
        model.saved_input_example_info = save_example(example, folder)
    signature = options.get("signature")
    if isinstance(signature, ModelSignature):
        model.signature = signature
    elif signature is not False and example is not None:
        model.signature = _signature_of(example, written.predict)
    model.metadata = options.get("metadata")
    model.model_size_bytes = _size(folder)
    model.others = {"runreport_version": runreport.__version__}
    model.save(folder)
    return model


def _signature_of(example: Any, predict: Callable[[Any], Any] | None) -> ModelSignature | None:
    """The signature that an input example shows; what cannot be had is left open."""
    output = None
    try:
        if predict is not None:
            output = predict(example)
    except Exception as error:  # the caller's model may raise anything
        warnings.warn(
            f"The model could not predict its input example ({error}); "
            "its signature has no outputs.",
            stacklevel=6,
        )
    try:
        return infer_signature(example, output)
    except InvalidValue as error:
        warnings.warn(f"No signature could be inferred: {error}", stacklevel=6)
        return None


def _copy_code(folder: str, paths: Sequence[str]) -> str | None:
    for path in paths:
        if not os.path.exists(path):
            raise NotFound(f"code_paths names {path!r}, which does not exist.")
    ignored = shutil.ignore_patterns("__pycache__")
    for path in paths:
        target = os.path.join(folder, CODE, os.path.basename(os.path.abspath(path)))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if os.path.isdir(path):
            shutil.copytree(path, target, dirs_exist_ok=True, ignore=ignored)
        else:
            shutil.copy2(path, target)
    return CODE if paths else None


def _size(folder: str) -> int:
    return sum(
        os.path.getsize(os.path.join(parent, name))
        for parent, _, names in os.walk(folder)
        for name in names
    )
