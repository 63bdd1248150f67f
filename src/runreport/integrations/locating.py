"""Where a model is: run artifacts, registered versions and folders, as a local folder."""

from __future__ import annotations

import os
import tempfile

import runreport
from runreport.archive.file_uris import uri_to_path
from runreport.errors import InvalidValue, NotFound
from runreport.models.folder import FILE_NAME, Model, ModelInfo
from runreport.models.names import RUNS, run_uri, split_run_uri
from runreport.models.signature import ModelSignature

_FORMS = (
    "runs:/<run id>/<path>, models:/<name>/<version>, models:/<name>@<alias>, or the path of a "
    "folder"
)


def locate_model(model_uri: str | os.PathLike[str], dst_path: str | None = None) -> str:
    """The local folder of a model; of a remote archive a copy.

    Args:
        model_uri: ``runs:/<run id>/<path>``, ``models:/<name>/<version>``,
            ``models:/<name>@<alias>``, ``models:/<name>/latest`` or a folder.
        dst_path: copy it to this folder.

    Raises:
        NotFound: no such run, model, version, alias or folder.
        Damaged: the files of a version are not those that were registered.
        InvalidValue: it is no URI of a model.
    """
    try:
        text = os.fspath(model_uri)
    except TypeError:
        text = ""
    if not isinstance(text, str) or not text:
        raise InvalidValue(f"Model URI {model_uri!r} is not allowed; it is {_FORMS}.")
    if text.startswith("models:/"):
        client = runreport.MlflowClient()
        version = client.find_model_version(text)
        folder = locate_model(version.source, dst_path)
        client.check_model_version(version.name, version.version, folder)
        return folder
    if text.startswith(RUNS):
        run_id, path = model_of_run(text)
        try:
            return runreport.download_artifacts(text, dst_path=dst_path)
        except NotFound:
            raise NotFound(_missing(run_id, path)) from None
    if "://" in text and not text.startswith("file://"):
        raise InvalidValue(f"Model URI {text!r} is not understood; it is {_FORMS}.")
    folder = uri_to_path(text)
    if not os.path.isdir(folder):
        raise NotFound(f"There is no model folder {folder!r}. A model URI is {_FORMS}.")
    if dst_path is None:
        return folder
    return runreport.download_artifacts(folder, dst_path=dst_path)


def model_of_run(uri: str) -> tuple[str, str]:
    """The run id and the path of ``runs:/<run id>/<path>``.

    Raises:
        InvalidValue: it lacks one of them.
    """
    run_id, path = split_run_uri(uri) or ("", "")
    if not run_id or not path:
        raise InvalidValue(
            f"Model URI {uri!r} lacks the path of the model; write runs:/<run id>/model."
        )
    return run_id, path


def set_signature(model_uri: str | os.PathLike[str], signature: ModelSignature) -> None:
    """Give a saved or logged model another signature.

    Args:
        model_uri: a local folder, or ``runs:/<run id>/<path>``.

    Raises:
        NotFound: there is no such model.
        InvalidValue: it is a registered version, which does not change, or no signature.
    """
    if not isinstance(signature, ModelSignature):
        raise InvalidValue(
            f"The signature is {type(signature).__name__}; infer_signature makes one."
        )
    model_uri = os.fspath(model_uri)
    if model_uri.startswith("models:/"):
        raise InvalidValue(
            f"{model_uri} is a registered version, which stays as it is. Set the signature of "
            "the run's model (runs:/…) and register it as a new version."
        )
    folder = locate_model(model_uri)
    model = Model.load(folder)
    model.signature = signature
    if not model_uri.startswith(RUNS):
        model.save(folder)
        return
    run_id, path = model_of_run(model_uri)
    check_unregistered(run_id, path)
    with tempfile.TemporaryDirectory(prefix="runreport-") as temporary:
        model.save(temporary)
        runreport.log_artifact(os.path.join(temporary, FILE_NAME), path, run_id)


def get_model_info(model_uri: str | os.PathLike[str]) -> ModelInfo:
    """What is known of a saved, logged or registered model, without loading it.

    Raises:
        NotFound, InvalidValue: see `locate_model`.
    """
    return Model.load(locate_model(model_uri)).info(os.fspath(model_uri))


def check_unregistered(run_id: str, path: str) -> None:
    """Whether a run's model is no version of a registered model yet, so that it may change.

    Raises:
        InvalidValue: it is one.
    """
    for version in runreport.search_model_versions():
        if version.source == run_uri(run_id, path):
            raise InvalidValue(
                f"{path!r} of run {run_id} is version {version.version} of model "
                f"{version.name!r}, which stays as it is. Log the model under another path, such "
                f"as name='{path}-2', or to a run of its own."
            )


def _missing(run_id: str, path: str) -> str:
    try:
        runreport.get_run(run_id)
    except NotFound as error:
        return str(error)
    names = [
        file.path for file in runreport.artifacts.list_artifacts(run_id=run_id) if file.is_dir
    ]
    has = f"It logged {', '.join(names)}." if names else "It logged no model."
    return f"Run {run_id} has no model {path!r}. {has}"
