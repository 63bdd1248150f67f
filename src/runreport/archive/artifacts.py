"""Artifacts: files under their own names, ``artifacts/<run_id>/<path>``, with recorded digests.

The event carries path, size, SHA-256 and media type, so that ``verify`` covers the bytes and a
report shows only the file that was logged. A name can never leave its run's folder.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterator
from typing import NamedTuple

from runreport.archive.layout import ARTIFACTS
from runreport.archive.storage import TEMPORARY_PREFIX, Storage
from runreport.errors import InvalidValue, NotFound
from runreport.events import Event

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

    def data(self) -> dict[str, object]:
        """What the artifact event records beside the path and the digest."""
        return {"size_bytes": self.size_bytes, "media_type": self.media_type}


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


def store_bytes(storage: Storage, run_id: str, path: str, data: bytes) -> Artifact:
    """Write bytes as an artifact; one that has this path already is replaced.

    Raises:
        InvalidValue: the path is not allowed.
        WriteFailed: nothing is left of it.
    """
    clean = clean_path(path)
    storage.put(artifact_path(run_id, clean), data)
    return Artifact(clean, len(data), hashlib.sha256(data).hexdigest(), media_type(clean))


def store_file(storage: Storage, run_id: str, source: str, path: str) -> Artifact:
    """Copy a file as an artifact; what is recorded is the digest of the bytes copied.

    Raises:
        NotFound: there is no such file.
        InvalidValue: the path is not allowed.
        WriteFailed: nothing is left of it.
    """
    clean = clean_path(path)
    if not os.path.isfile(source):
        raise NotFound(f"There is no file {source!r} to log as artifact {clean!r}.")
    digest = hashlib.sha256()
    size = 0

    def chunks() -> Iterator[bytes]:
        nonlocal size
        with open(source, "rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
                yield chunk

    storage.put_chunks(artifact_path(run_id, clean), chunks())
    return Artifact(clean, size, digest.hexdigest(), media_type(clean))


def artifact_path(run_id: str, path: str) -> str:
    """Where a run's artifact lies in the archive; an empty path is the run's folder.

    Raises:
        InvalidValue: the run id could lead out of the folder (it may come from a logged fact).
    """
    if not run_id or run_id in (".", "..") or "/" in run_id or "\\" in run_id or "\0" in run_id:
        raise InvalidValue(f"Run id {run_id!r} cannot name a folder of artifacts.")
    return f"{ARTIFACTS}/{run_id}/{path}" if path else f"{ARTIFACTS}/{run_id}"


def read_artifact(storage: Storage, run_id: str, path: str) -> bytes:
    """The bytes of an artifact, never through a link or from outside the run's folder.

    Raises:
        OSError: it is missing, a link, or unreadable.
        InvalidValue: run id or path, which may come from a logged fact, lead out of the folder.
    """
    return storage.read(_safe_place(storage, run_id, path))


def digest_artifact(storage: Storage, run_id: str, path: str) -> str:
    """The SHA-256 of an artifact, read in pieces; see `read_artifact`."""
    digest = hashlib.sha256()
    with storage.open(_safe_place(storage, run_id, path)) as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _safe_place(storage: Storage, run_id: str, path: str) -> str:
    place = artifact_path(run_id, path)
    if clean_path(path) != path:
        raise InvalidValue(f"Artifact path {path!r} leads out of the run's folder.")
    if storage.has_link(place):
        raise OSError(f"{place} is, or lies behind, a link")
    return place


def list_run_artifacts(storage: Storage, run_id: str) -> Iterator[tuple[str, int, int]]:
    """(path, size, modified ms) of the files that lie in a run's artifact folder."""
    prefix = artifact_path(run_id, "")
    for file in storage.list(prefix):
        yield file.path[len(prefix) + 1 :], file.size_bytes, file.modified_ms


def unrecorded_artifacts(
    storage: Storage,
    run_id: str,
    recorded: Collection[str],
    *,
    journal: str,
    since_ms: int,
    counter: int,
    time_ms: int,
    experiment_id: str,
) -> list[Event]:
    """Events for files that another tool put into a run's folder while the run was logged.

    The journal does not hold these facts, so their writer ids are made of its name and of what
    they say: a journal that is sealed twice leaves them once.

    Args:
        journal: name of the run's journal that is being sealed.
        recorded: paths that have an event in this journal.
        since_ms: files older than this were there before; their events are elsewhere.
    """
    events: list[Event] = []
    # File systems keep times more coarsely than the clock runs, hence the second of slack.
    for path, size, modified_ms in list_run_artifacts(storage, run_id):
        if path in recorded or modified_ms < since_ms - 1000:
            continue
        try:
            digest = digest_artifact(storage, run_id, path)
        except (OSError, InvalidValue):
            continue  # it went away meanwhile, or has a name no event may have
        found = Artifact(path, size, digest, media_type(path))
        events.append(
            Event(
                hashlib.sha256(f"{journal}\0{path}\0{digest}".encode()).hexdigest()[:32],
                0,
                counter,
                time_ms,
                "artifact",
                experiment_id,
                run_id,
                path,
                digest,
                json.dumps(found.data(), separators=(",", ":")),
            )
        )
    return events
