"""The artifact calls: files, text, dictionaries, figures, images and tables of a run."""

from __future__ import annotations

import io
import json
import os
import shutil
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from runreport.archive import artifact_logging
from runreport.archive.artifacts import artifact_path as artifact_folder
from runreport.archive.artifacts import clean_path, list_run_artifacts
from runreport.archive.clock import new_run_id, wall_ms
from runreport.archive.file_uris import quote_path, unquote_path, uri_to_path
from runreport.archive.storage import Storage
from runreport.entities import FileInfo
from runreport.errors import InvalidValue, NotFound
from runreport.tracking import active, validation
from runreport.tracking.runs import current_session
from runreport.tracking.store import Store, open_store


def log_artifact(
    local_path: str | os.PathLike[str], artifact_path: str | None = None, run_id: str | None = None
) -> None:
    """Log a file (or folder) under its own name, in the artifact folder ``artifact_path``.

    Raises:
        NotFound: there is no such file.
        InvalidValue: the path is not allowed.
    """
    source = os.fspath(local_path)
    if os.path.isdir(source):
        name = os.path.basename(os.path.abspath(source))
        log_artifacts(source, f"{artifact_path}/{name}" if artifact_path else name, run_id)
        return
    name = os.path.basename(source)
    _log_files([(source, f"{artifact_path}/{name}" if artifact_path else name)], run_id)


def log_artifacts(
    local_dir: str | os.PathLike[str], artifact_path: str | None = None, run_id: str | None = None
) -> None:
    """Log all files below a folder, also through links to files and folders.

    Raises:
        NotFound: there is no such folder.
    """
    folder = os.fspath(local_dir)
    if not os.path.isdir(folder):
        raise NotFound(f"There is no folder {folder!r} to log artifacts from.")
    files = []
    for source in _files_below(folder, ()):
        path = os.path.relpath(source, folder).replace(os.sep, "/")
        files.append((source, f"{artifact_path}/{path}" if artifact_path else path))
    _log_files(files, run_id)


def _files_below(folder: str, above: tuple[str, ...]) -> Iterator[str]:
    """The files below a folder; a link to a folder that one is in already is not followed.

    Args:
        above: the real paths of the folders on the way.
    """
    own = os.path.realpath(folder)
    if own in above:
        return
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if os.path.isdir(path):
            yield from _files_below(path, (*above, own))
        else:
            yield path


def log_text(text: str, artifact_file: str, run_id: str | None = None) -> None:
    """Log text as a file."""
    if not isinstance(text, str):
        raise InvalidValue(f"log_text takes text, not {type(text).__name__}.")
    log_bytes(text.encode(), artifact_file, run_id)


def log_dict(dictionary: Any, artifact_file: str, run_id: str | None = None) -> None:
    """Log a dictionary or list, as YAML if the file ends in .yml or .yaml, else as JSON."""
    if artifact_file.endswith((".yml", ".yaml")):
        import yaml

        text = yaml.safe_dump(dictionary, sort_keys=False, allow_unicode=True)
    else:
        text = json.dumps(dictionary, indent=2, default=str)
    log_text(text, artifact_file, run_id)


def log_figure(
    figure: Any, artifact_file: str, *, save_kwargs: Mapping[str, Any] | None = None
) -> None:
    """Log a matplotlib, plotly or Altair figure; the file's ending chooses the format.

    Raises:
        InvalidValue: the object is no figure of a known kind.
    """
    clean_path(artifact_file)
    options = dict(save_kwargs or {})
    ending = artifact_file.rpartition(".")[2].lower()
    if hasattr(figure, "savefig"):
        buffer = io.BytesIO()
        figure.savefig(buffer, format=ending, **options)
        data = buffer.getvalue()
    elif hasattr(figure, "write_image") and hasattr(figure, "to_html"):
        if ending == "html":
            data = figure.to_html(include_plotlyjs=True, **options).encode()
        else:
            data = figure.to_image(format=ending, **options)
    elif hasattr(figure, "to_dict") and hasattr(figure, "mark_line"):
        text = io.BytesIO() if ending in ("png", "pdf") else io.StringIO()
        figure.save(text, format=ending, **options)
        value = text.getvalue()
        data = value if isinstance(value, bytes) else value.encode()
    else:
        raise InvalidValue(
            f"log_figure takes a matplotlib, plotly or Altair figure, not "
            f"{type(figure).__module__}.{type(figure).__name__}."
        )
    log_bytes(data, artifact_file, None)


def log_image(
    image: Any,
    artifact_file: str | None = None,
    key: str | None = None,
    step: int | None = None,
    timestamp: int | None = None,
    synchronous: bool = False,
) -> None:
    """Log an image: a NumPy array, a PIL image or anything with a ``to_pil`` method.

    Args:
        image: arrays are H x W, H x W x 1, x 3 or x 4; integers 0-255, floats 0-1 or Booleans.
            Floats beyond that are scaled so that they fill it, with a warning; NaN is black.
        artifact_file: where to put it; or
        key: a name under which images of several steps belong together.

    Raises:
        InvalidValue: not exactly one of file and key, or the array is no image.
    """
    del synchronous
    if (artifact_file is None) == (key is None):
        raise InvalidValue("log_image needs artifact_file or key, and not both.")
    if key is not None:
        validation.check_key("Image", key)
        number = 0 if step is None else validation.check_step(step)
        moment = wall_ms() if timestamp is None else validation.check_time(timestamp)
        name = key.replace("/", "#")
        unique = new_run_id()[:8]
        artifact_file = f"images/{name}%step%{number}%timestamp%{moment}%{unique}.png"
    assert artifact_file is not None
    clean_path(artifact_file)
    picture = _to_pil(image)
    ending = artifact_file.rpartition(".")[2].lower()
    buffer = io.BytesIO()
    picture.save(buffer, format={"jpg": "jpeg"}.get(ending, ending))
    log_bytes(buffer.getvalue(), artifact_file, None)


def get_artifact_uri(artifact_path: str | None = None) -> str:
    """The ``file://`` URI of the active run's artifact folder, or of a path in it."""
    session = current_session(None)
    root = f"{session.store.artifact_root}/{session.run_id}"
    if artifact_path in (None, "", "."):
        return root
    path = clean_path(str(artifact_path))
    return f"{root}/{quote_path(path) if session.store.storage.is_local else path}"


def list_artifacts(
    artifact_uri: str | None = None,
    run_id: str | None = None,
    artifact_path: str | None = None,
    tracking_uri: str | None = None,
) -> list[FileInfo]:
    """The files and folders directly below a path of a run's artifacts; none where it has none.

    Args:
        artifact_uri: ``runs:/<run_id>/<path>``, a ``models:/`` URI, a run's artifact URI; or
            ``run_id`` and path.

    Raises:
        InvalidValue: not exactly one of URI and run id, or the URI is of no run.
    """
    if (artifact_uri is None) == (run_id is None):
        raise InvalidValue("list_artifacts needs artifact_uri or run_id, and not both.")
    own_store = open_store(tracking_uri) if tracking_uri else active.store()
    if artifact_uri is not None:
        if artifact_path is not None:
            raise InvalidValue("artifact_path goes with run_id; a URI names the path itself.")
        run_id, artifact_path = _of_run(own_store, artifact_uri)
    return artifacts_of(own_store.storage, str(run_id), artifact_path)


def _of_run(own_store: Store, uri: str) -> tuple[str, str]:
    """The run and the path in its artifacts that a URI names.

    Raises:
        InvalidValue: it names none.
    """
    if uri.startswith("models:/"):
        uri = own_store.registrar().resolve(uri).source
    for start in ("runs:/", f"{own_store.artifact_root}/"):
        if uri.startswith(start):
            rest = uri.removeprefix(start).strip("/")
            run_id, _, path = rest.partition("/")
            is_quoted = start != "runs:/" and own_store.storage.is_local
            return run_id, unquote_path(path) if is_quoted else path
    raise InvalidValue(
        f"{uri!r} names no artifacts of a run; write runs:/<run_id>/<path>, or give run_id."
    )


def artifacts_of(storage: Storage, run_id: str, path: str | None = None) -> list[FileInfo]:
    """The files and folders directly below a path of a run's artifacts."""
    prefix = f"{clean_path(path)}/" if path not in (None, "", ".") else ""
    found: dict[str, FileInfo] = {}
    for name, size, _ in list_run_artifacts(storage, run_id):
        if name.startswith(prefix):
            head, slash, _ = name[len(prefix) :].partition("/")
            is_folder = bool(slash)
            found[head] = FileInfo(prefix + head, is_folder, None if is_folder else size)
    return [found[name] for name in sorted(found)]


def download_artifacts(
    artifact_uri: str | None = None,
    run_id: str | None = None,
    artifact_path: str | None = None,
    dst_path: str | None = None,
    tracking_uri: str | None = None,
    registry_uri: str | None = None,
) -> str:
    """The local path of an artifact or folder of artifacts, copied to ``dst_path`` if given.

    Args:
        artifact_uri: ``runs:/<run_id>/<path>``, a ``models:/`` URI or a ``file://`` URI; or
            ``run_id`` and path.

    Raises:
        InvalidValue: not exactly one of URI and run id.
        NotFound: there is no such artifact.
    """
    del registry_uri
    if (artifact_uri is None) == (run_id is None):
        raise InvalidValue("download_artifacts needs artifact_uri or run_id, and not both.")
    if artifact_uri is not None and artifact_uri.startswith("models:/"):
        artifact_uri = active.store().registrar().resolve(artifact_uri).source
    if artifact_uri is not None and artifact_uri.startswith("runs:/"):
        run_id, _, artifact_path = artifact_uri.removeprefix("runs:/").strip("/").partition("/")
    if run_id:
        storage = (open_store(tracking_uri) if tracking_uri else active.store()).storage
        clean = clean_path(artifact_path) if artifact_path else ""
        if not storage.is_local:
            return _fetch(storage, run_id, clean, dst_path)
        local = storage.locate(artifact_folder(run_id, clean))
    else:
        local = uri_to_path(str(artifact_uri))
    if not os.path.exists(local):
        raise NotFound(f"There is no artifact {artifact_path or artifact_uri!r} at {local}.")
    if dst_path is None:
        return local
    is_whole = run_id is not None and not artifact_path
    name = "" if is_whole else os.path.basename(local.rstrip("/"))  # all files go straight in
    target = os.path.join(dst_path, name)
    os.makedirs(dst_path, exist_ok=True)
    if os.path.isdir(local):
        shutil.copytree(local, target, dirs_exist_ok=True)
    else:
        shutil.copy2(local, target)
    return target


def load_text(artifact_uri: str) -> str:
    """The text of an artifact, e.g. ``runs:/<run_id>/notes.txt``."""
    with open(download_artifacts(artifact_uri), encoding="utf-8") as file:
        return file.read()


def load_dict(artifact_uri: str) -> Any:
    """What a JSON or YAML artifact holds.

    Raises:
        InvalidValue: it is neither.
    """
    import yaml

    try:
        return yaml.safe_load(load_text(artifact_uri))  # JSON is YAML, too
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidValue(f"{artifact_uri} is no JSON or YAML file: {error}") from error


def load_image(artifact_uri: str) -> Any:
    """An artifact as a Pillow image."""
    from PIL import Image

    with Image.open(download_artifacts(artifact_uri)) as picture:
        return picture.copy()


def _fetch(storage: Storage, run_id: str, path: str, dst_path: str | None) -> str:
    """Copy an artifact, or a folder of them, from an object store to this machine."""
    import tempfile

    folder = dst_path or tempfile.mkdtemp(prefix="runreport-")
    target = os.path.join(folder, os.path.basename(path))
    names = [name for name, _, _ in list_run_artifacts(storage, run_id)]
    wanted = [
        name for name in names if name == path or name.startswith(f"{path}/" if path else "")
    ]
    if not wanted:
        raise NotFound(f"There is no artifact {path!r} of run {run_id} in {storage.root}.")
    for name in wanted:
        inside = name[len(path) :].strip("/")
        place = os.path.join(target, *inside.split("/")) if inside else target
        os.makedirs(os.path.dirname(place), exist_ok=True)
        stored = artifact_folder(run_id, clean_path(name))
        with storage.open(stored) as source, open(place, "wb") as copy:
            shutil.copyfileobj(source, copy)
    return target


def _log_files(files: Sequence[tuple[str, str]], run_id: str | None) -> None:
    for source, path in files:  # all or none: refuse a bad path before the first copy
        clean_path(path)
        if not os.path.isfile(source):
            raise NotFound(f"There is no file {source!r} to log as artifact {path!r}.")
    session = current_session(run_id)
    storage = session.store.storage
    for source, path in files:
        artifact_logging.log_file(storage, session.writer, session.run_id, source, path)


def log_bytes(data: bytes, path: str, run_id: str | None) -> None:
    """Log bytes as an artifact."""
    clean_path(path)
    session = current_session(run_id)
    artifact_logging.log_bytes(session.store.storage, session.writer, session.run_id, path, data)


def _to_pil(image: Any) -> Any:
    try:
        from PIL import Image
    except ImportError as error:
        raise InvalidValue("log_image needs Pillow. Install it: pip install pillow") from error
    if isinstance(image, Image.Image):
        return image
    if hasattr(image, "to_pil"):
        return image.to_pil()
    if not (hasattr(image, "dtype") and hasattr(image, "shape")):
        raise InvalidValue(
            f"log_image takes a NumPy array or a PIL image, not {type(image).__name__}."
        )
    shape = tuple(image.shape)
    if len(shape) not in (2, 3) or (len(shape) == 3 and shape[2] not in (1, 3, 4)):
        raise InvalidValue(
            f"An image array of shape {shape} is not allowed; it must be H x W or "
            "H x W x 1, x 3 or x 4."
        )
    if image.size == 0:
        raise InvalidValue(f"An image array of shape {shape} holds no pixels.")
    kind = image.dtype.kind
    if kind not in "biuf":
        raise InvalidValue(f"Image values are {image.dtype}; they must be numbers or Booleans.")
    if kind in "iu" and (image.min() < 0 or image.max() > 255):
        raise InvalidValue(
            f"Image values run from {image.min()} to {image.max()} as {image.dtype}; "
            "integers must lie in 0-255."
        )
    if kind == "f":
        image = _within_one(image)
    array = (image * 255).astype("uint8") if kind in "fb" else image.astype("uint8")
    if len(shape) == 3 and shape[2] == 1:
        array = array[:, :, 0]
    return Image.fromarray(array)


def _within_one(image: Any) -> Any:
    """Floats of an image from 0 to 1; others are scaled so that their range is, as MLflow does it.
    NaN is black."""
    import numpy as np

    finite = image[np.isfinite(image)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    if low < 0 or high > 1:
        warnings.warn(
            f"Image values run from {low:g} to {high:g}; floats must lie in 0-1. They are scaled.",
            stacklevel=5,
        )
        image = (image - low) / ((high - low) or 1.0)
    return np.clip(np.nan_to_num(image, nan=0.0), 0, 1)
