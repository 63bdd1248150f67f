"""Artifacts: files under their own names, ``artifacts/<run_id>/<path>``, with recorded digests.

The event carries path, size, SHA-256 and media type, so that ``verify`` covers the bytes and a
report shows only the file that was logged. A name can never leave its run's folder. How they get
there is in `archive.artifact_logging`.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

from runreport.archive.layout import ARTIFACTS
from runreport.archive.lfs import lfs_pointer
from runreport.archive.storage import TEMPORARY_PREFIX, Storage
from runreport.errors import Damaged, InvalidValue

_CHUNK_BYTES = 1 << 20
_TYPES = {  # what mimetypes does not know, or tells differently from machine to machine
    "csv": "text/csv",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "md": "text/markdown",
    "npy": "application/octet-stream",
    "parquet": "application/vnd.apache.parquet",
    "pkl": "application/octet-stream",
    "toml": "application/toml",
    "webp": "image/webp",
    "yaml": "application/yaml",
    "yml": "application/yaml",
}


class Artifact(NamedTuple):
    """A logged file."""

    path: str
    """Inside the run's artifact folder, parts joined by ``/``."""
    size_bytes: int
    sha256: str
    media_type: str
    staged: str = ""
    """The name under which it waits beside an earlier file of its path; else empty."""

    def data(self) -> dict[str, object]:
        """What the artifact event records beside the path and the digest."""
        data: dict[str, object] = {
            "size_bytes": self.size_bytes,
            "media_type": self.media_type,
        }
        return {**data, "staged": self.staged} if self.staged else data


def clean_path(path: str) -> str:
    """An artifact path in the one form the archive knows.

    Raises:
        InvalidValue: it is empty, absolute, or leads out of the run's folder.
    """
    normal = path.replace(os.sep, "/")
    parts = [part for part in normal.split("/") if part not in ("", ".")]
    is_absolute = normal.startswith("/") or (len(normal) > 1 and normal[1] == ":")
    if not parts or is_absolute or ".." in parts or "\\" in normal or "\0" in normal:
        raise InvalidValue(
            f"Artifact path {path!r} is not allowed: it must name a file inside the run's "
            "artifact folder, such as 'plots/roc.png', without '..', a leading '/' or '\\'."
        )
    for part in parts:
        if part.startswith(TEMPORARY_PREFIX):
            raise InvalidValue(
                f"Artifact path {path!r} is not allowed: the archive uses such names."
            )
        if len(part.encode("utf-8", "surrogatepass")) > 240:
            raise InvalidValue(
                f"Artifact path part {part[:40]!r}… is {len(part)} characters long; "
                "file systems take up to 240 bytes."
            )
    try:
        normal.encode()
    except UnicodeEncodeError as error:
        raise InvalidValue(f"Artifact path {path!r} is not valid Unicode text.") from error
    return "/".join(parts)


def media_type(path: str) -> str:
    """The media type that a file's ending stands for."""
    if path.rpartition("/")[2] == "MLmodel":
        return _TYPES["yaml"]
    ending = path.rpartition(".")[2].lower()
    if ending in _TYPES:
        return _TYPES[ending]
    import mimetypes

    return mimetypes.MimeTypes().guess_type(path)[0] or "application/octet-stream"


def staged_place(run_id: str, path: str, data: Mapping[str, Any]) -> str | None:
    """Where an artifact waits whose process died before it put it in place; None if nowhere.

    Args:
        data: of its event.
    """
    name = data.get("staged")
    if not isinstance(name, str) or not name.startswith(TEMPORARY_PREFIX) or "/" in name:
        return None
    folder, slash, _ = artifact_path(run_id, path).rpartition("/")
    return f"{folder}{slash}{name}"


def artifact_path(run_id: str, path: str) -> str:
    """Where a run's artifact lies in the archive; an empty path is the run's folder.

    Raises:
        InvalidValue: the run id could lead out of the folder (it may come from a logged fact).
    """
    if not run_id or run_id in (".", "..") or "/" in run_id or "\\" in run_id or "\0" in run_id:
        raise InvalidValue(f"Run id {run_id!r} cannot name a folder of artifacts.")
    return f"{ARTIFACTS}/{run_id}/{path}" if path else f"{ARTIFACTS}/{run_id}"


def read_artifact(storage: Storage, run_id: str, path: str) -> bytes:
    """The bytes of an artifact as it lies there, whatever is recorded of it.

    Raises:
        OSError: it is missing, a link, no file, or unreadable.
        InvalidValue: run id or path, which may come from a logged fact, lead out of the folder.
    """
    place = _safe_place(storage, run_id, path)
    with storage.open(place) as file:
        return file.read()


def read_recorded(
    storage: Storage, run_id: str, path: str, sha256: str, data: Mapping[str, Any]
) -> bytes:
    """The bytes that were logged as an artifact.

    Args:
        sha256: recorded of it.
        data: of its event: how large it is, and where it may still wait.

    Raises:
        Damaged: what is there is not what was logged, or nothing is; the message says which.
    """
    with open_recorded(storage, run_id, path, data) as file:
        content = file.read(recorded_size(data) + 1)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Damaged(_mismatch(content, data))
    return content


def check_recorded(
    storage: Storage, run_id: str, path: str, sha256: str, data: Mapping[str, Any]
) -> None:
    """Compare an artifact with what was recorded of it, read in pieces; see `read_recorded`."""
    digest = hashlib.sha256()
    left = recorded_size(data) + 1
    begun = b""
    with open_recorded(storage, run_id, path, data) as file:
        while left > 0 and (chunk := file.read(min(_CHUNK_BYTES, left))):
            begun = begun or chunk
            digest.update(chunk)
            left -= len(chunk)
    if digest.hexdigest() != sha256:
        raise Damaged(_mismatch(begun, data))


def open_recorded(storage: Storage, run_id: str, path: str, data: Mapping[str, Any]) -> BinaryIO:
    """A file that may be the artifact that was logged; its digest is the caller's to compare.

    Raises:
        Damaged: there is none, or it has another size than was recorded.
    """
    try:
        place = _checked_place(storage, run_id, path)
        waiting = staged_place(run_id, path, data)
        # Through a link, too: only content with the recorded digest is believed.
        file = None
        if waiting is not None:
            with contextlib.suppress(FileNotFoundError):
                file = storage.open(waiting)
        file = file or storage.open(place, follow=True)
    except FileNotFoundError as error:
        raise Damaged("it is missing") from error
    except InvalidValue as error:
        raise Damaged(f"it is missing: {error}") from error
    except OSError as error:
        raise Damaged(f"it cannot be read: {error.strerror or error}") from error
    try:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        if size != recorded_size(data) and "size_bytes" in data:
            begun = file.read(_CHUNK_BYTES) if size <= _CHUNK_BYTES else b""
            raise Damaged(_mismatch(begun, data, size))
    except BaseException:
        file.close()
        raise
    return file


def recorded_size(data: Mapping[str, Any]) -> int:
    """The size that an event records of its artifact; 0 where it records none."""
    size = data.get("size_bytes")
    return size if isinstance(size, int) and size >= 0 else 0


def _mismatch(content: bytes, data: Mapping[str, Any], size: int | None = None) -> str:
    pointer = lfs_pointer(content)
    if pointer is not None:
        return pointer
    recorded = recorded_size(data)
    if size is not None:
        return f"it is not the one that was logged: {size:,} bytes instead of {recorded:,}"
    return f"it is not the one that was logged: its {recorded:,} bytes have another digest"


def digest_artifact(storage: Storage, run_id: str, path: str) -> str:
    """The SHA-256 of an artifact as it lies there, read in pieces; see `read_artifact`."""
    digest = hashlib.sha256()
    with storage.open(_safe_place(storage, run_id, path)) as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _checked_place(storage: Storage, run_id: str, path: str) -> str:
    """Where an artifact lies that is compared with its digest; no folder on the way is a link."""
    place = artifact_path(run_id, path)
    if clean_path(path) != path:
        raise InvalidValue(f"Artifact path {path!r} leads out of the run's folder.")
    if storage.has_link(place.rpartition("/")[0]):
        raise OSError(errno.ELOOP, "it lies behind a link to a folder", place)
    return place


def _safe_place(storage: Storage, run_id: str, path: str) -> str:
    place = _checked_place(storage, run_id, path)
    if storage.has_link(place):
        raise OSError(errno.ELOOP, "it is a link", place)
    return place


def list_run_artifacts(storage: Storage, run_id: str) -> Iterator[tuple[str, int, int]]:
    """(path, size, modified ms) of the files that lie in a run's artifact folder."""
    prefix = artifact_path(run_id, "")
    for file in storage.list(prefix):
        yield file.path[len(prefix) + 1 :], file.size_bytes, file.modified_ms
