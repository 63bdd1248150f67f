"""An archive's place: recognise it, make it, refuse what is none.

Standard library only, for a folder; an object store needs pyarrow. Reading what is inside is
``archive.reading``.
"""

from __future__ import annotations

import contextlib
import json
import os
import re

from runreport.archive.file_uris import unquote_path
from runreport.archive.layout import (
    ARCHIVE_FILE,
    ARCHIVE_TEXT,
    ATTRIBUTES_FILE,
    ATTRIBUTES_TEXT,
    FORMAT,
)
from runreport.archive.limits import Limits, read_limits
from runreport.archive.storage import LocalStorage, Storage
from runreport.errors import ArchiveError, InvalidValue, NotFound, RunreportError, WriteFailed

ENVIRONMENT_VARIABLE = "RUNREPORT_ARCHIVE"
DEFAULT_LOCATION = "runs"
_TRACKING_VARIABLE = "MLFLOW_TRACKING_URI"
_SERVERS = (
    "http", "https", "sqlite", "postgresql", "postgres", "mysql", "mariadb", "mssql", "oracle",
    "databricks", "databricks-uc", "uc",
)  # fmt: skip
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]+:\d+(?:/.*)?")
"""``localhost:5000``: a server whose scheme somebody forgot."""
_GIT = re.compile(r"\.git(?:attributes|ignore|keep)?(?:/|$)")
"""What git keeps in a checkout of an archive that is a branch of its own."""
_MAX_DESCRIPTION = 64 * 1024
_STORES = ("s3", "gs", "gcs", "abfs", "abfss", "hdfs")


def locate_archive(location: str | os.PathLike[str] | None = None) -> str:
    """The path or URI of the archive meant: argument, environment, else ``./runs``.

    Raises:
        InvalidValue: it is a ``file:`` or ``runreport:`` URI of another host, or names a server
            or a database.
    """
    text, named = _named(os.fspath(location) if location is not None else "")
    bare = text.removeprefix("runreport:")
    scheme = bare.partition(":")[0]
    if scheme.partition("+")[0] in _SERVERS or _HOST.fullmatch(bare):
        raise InvalidValue(
            f"Archive {text!r}{named} names a server or a database. runreport keeps runs in "
            "files: name a folder, or an object store such as s3://bucket/runs."
        )
    if scheme in _STORES and not bare.startswith(f"{scheme}://"):
        raise InvalidValue(f"Archive {text!r} lacks a slash; write {scheme}://bucket/folder.")
    if is_remote(bare):
        return bare
    for scheme in ("runreport:", "file:"):
        if text.startswith(scheme):
            path = text.removeprefix(scheme)
            is_uri = scheme == "file:" or path.startswith("//")
            if path.startswith("//"):
                host, slash, rest = path[2:].partition("/")
                if host not in ("", "localhost"):
                    raise InvalidValue(
                        f"Archive {text!r} names the host {host!r}; write {scheme}///path "
                        "with three slashes for a folder of this machine."
                    )
                path = slash + rest
            text = (unquote_path(path) if is_uri else path) or DEFAULT_LOCATION
            break
    return os.path.abspath(os.path.expanduser(text))


def _named(text: str) -> tuple[str, str]:
    """What names the archive, and words for where that stands."""
    if text:
        return text, ""
    variable = naming_variable()
    if variable is not None:
        return os.environ[variable], f" of the variable {variable}"
    return DEFAULT_LOCATION, ""


def naming_variable() -> str | None:
    """The variable of the environment that names an archive; None where none does."""
    variables = (ENVIRONMENT_VARIABLE, _TRACKING_VARIABLE)
    return next((name for name in variables if os.environ.get(name)), None)


def is_remote(location: str) -> bool:
    """Whether a location is the URI of an object store."""
    scheme, colon, _ = location.partition("://")
    return bool(colon) and scheme not in ("file", "runreport") and scheme.isascii()


def is_foreign(location: str | None) -> bool:
    """Whether somebody names a file or folder of this machine that is no archive."""
    if not location or is_remote(location) or location.startswith(("runreport:", "file:")):
        return False
    place = locate_archive(location)
    return os.path.exists(place) and not os.path.isfile(os.path.join(place, ARCHIVE_FILE))


def open_archive(
    location: str | os.PathLike[str] | None = None, *, create: bool = False
) -> Storage:
    """The storage of an archive.

    Args:
        create: make the archive when the folder is missing or empty.

    Raises:
        NotFound: there is no archive there.
        ArchiveError: the folder holds something else, a newer runreport wrote it, or the object
            store cannot be reached.
        WriteFailed: it cannot be created.
    """
    place = locate_archive(location)
    allowed = read_limits()
    if not is_remote(place):
        return _open(_limited(LocalStorage(place), allowed), create=create)
    from runreport.archive.remote import RemoteStorage

    try:
        return _open(_limited(RemoteStorage(place), allowed), create=create)
    except OSError as error:
        if isinstance(error, RunreportError):
            raise
        raise ArchiveError(f"Archive {place!r} cannot be reached: {error}") from error


def _limited(storage: Storage, limits: Limits) -> Storage:
    storage.limits = limits
    return storage


def _open(storage: Storage, *, create: bool) -> Storage:
    if storage.exists(ARCHIVE_FILE):
        check_format(storage)
        if create and storage.is_local and not storage.exists(ATTRIBUTES_FILE):
            with contextlib.suppress(WriteFailed):  # an archive of an earlier version
                storage.put(ATTRIBUTES_FILE, ATTRIBUTES_TEXT)
        return storage
    if not create:
        raise NotFound(
            f"There is no archive at {storage.root} (it has no {ARCHIVE_FILE}). Name one with "
            f"--archive PATH or {ENVIRONMENT_VARIABLE}, or log a run there first. To build from "
            "the runs of another tool, name their folder: runreport build FOLDER"
        )
    if os.path.isfile(storage.root):
        raise ArchiveError(f"{storage.root} is a file; an archive is a folder.")
    foreign = next((file for file in storage.list("") if not _GIT.match(file.path)), None)
    # Another process may just have made it; then the folder is ours after all.
    if foreign is not None and not storage.exists(ARCHIVE_FILE):
        raise ArchiveError(
            f"{storage.root} holds other files ({foreign.path!r} for one) and is no "
            f"archive. Name an empty or new folder, or set {ENVIRONMENT_VARIABLE} to one."
        )
    if storage.is_local:
        storage.put(ATTRIBUTES_FILE, ATTRIBUTES_TEXT)
    storage.put(ARCHIVE_FILE, ARCHIVE_TEXT)
    return storage


def check_format(storage: Storage) -> None:
    """Refuse an archive that this version cannot read.

    Raises:
        ArchiveError: it is of a newer format, or its ``archive.json`` is no longer one.
    """
    place = storage.locate(ARCHIVE_FILE)
    try:
        text = storage.read(ARCHIVE_FILE, most=_MAX_DESCRIPTION, follow=True)
        version = json.loads(text)["format"]
        if not isinstance(version, int):
            raise TypeError(version)
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise ArchiveError(
            f"{place} cannot be read as an archive's description ({error}). It always holds "
            f"{ARCHIVE_TEXT.decode().strip()} and can be written again by hand."
        ) from error
    if version > FORMAT:
        raise ArchiveError(
            f"{place} has format version {version}; this runreport reads up to {FORMAT}. "
            "Upgrade runreport to read it."
        )
