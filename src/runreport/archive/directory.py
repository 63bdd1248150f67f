"""An archive folder: recognise it, make it, refuse what is not one.

Standard library only; reading what is inside is ``archive.reading``.
"""

from __future__ import annotations

import json
import os

from runreport.archive.layout import ARCHIVE_FILE, ARCHIVE_TEXT, FORMAT
from runreport.archive.storage import TEMPORARY_PREFIX, LocalStorage, Storage
from runreport.errors import ArchiveError, InvalidValue, NotFound

ENVIRONMENT_VARIABLE = "RUNREPORT_ARCHIVE"
DEFAULT_LOCATION = "runs"


def locate_archive(location: str | os.PathLike[str] | None = None) -> str:
    """The path of the archive meant: argument, environment, else ``./runs``.

    Raises:
        InvalidValue: it is a URI of a scheme that cannot be an archive on disk.
    """
    text = os.fspath(location) if location is not None else ""
    if not text:
        text = os.environ.get(ENVIRONMENT_VARIABLE, "")
    if not text:
        tracking = os.environ.get("MLFLOW_TRACKING_URI", "")
        text = tracking if tracking.startswith("runreport:") else DEFAULT_LOCATION
    for scheme in ("runreport:", "file:"):
        if text.startswith(scheme):
            path = text.removeprefix(scheme)
            if path.startswith("//"):
                host, slash, rest = path[2:].partition("/")
                if host not in ("", "localhost"):
                    raise InvalidValue(
                        f"Archive {text!r} names the host {host!r}; write {scheme}///path "
                        "with three slashes for a folder of this machine."
                    )
                path = slash + rest
            text = path or DEFAULT_LOCATION
            break
    else:
        if "://" in text:
            raise InvalidValue(
                f"Archive {text!r} is not a folder of this machine. Allowed are a path, "
                "file:///path and runreport:///path."
            )
    return os.path.abspath(os.path.expanduser(text))


def open_archive(
    location: str | os.PathLike[str] | None = None, *, create: bool = False
) -> Storage:
    """The storage of an archive.

    Args:
        create: make the archive when the folder is missing or empty.

    Raises:
        NotFound: there is no archive there.
        ArchiveError: the folder holds something else, or a newer runreport wrote it.
        WriteFailed: it cannot be created.
    """
    storage = LocalStorage(locate_archive(location))
    if storage.exists(ARCHIVE_FILE):
        check_format(storage)
        return storage
    if not create:
        raise NotFound(
            f"There is no archive at {storage.root} (it has no {ARCHIVE_FILE}). Name one with "
            f"--archive PATH or {ENVIRONMENT_VARIABLE}, or log a run there first."
        )
    if os.path.exists(storage.root):
        if not os.path.isdir(storage.root):
            raise ArchiveError(f"{storage.root} is a file; an archive is a folder.")
        foreign = [
            name for name in os.listdir(storage.root) if not name.startswith(TEMPORARY_PREFIX)
        ]
        # Another process may just have made it; then the folder is ours after all.
        if foreign and not storage.exists(ARCHIVE_FILE):
            raise ArchiveError(
                f"{storage.root} holds other files ({sorted(foreign)[0]!r} for one) and is no "
                f"archive. Set {ENVIRONMENT_VARIABLE} to an empty or new folder."
            )
    storage.put(ARCHIVE_FILE, ARCHIVE_TEXT)
    return storage


def check_format(storage: Storage) -> None:
    """Refuse an archive that this version cannot read.

    Raises:
        ArchiveError: it is of a newer format, or its ``archive.json`` is no longer one.
    """
    place = storage.locate(ARCHIVE_FILE)
    try:
        version = json.loads(storage.read(ARCHIVE_FILE))["format"]
        if not isinstance(version, int):
            raise TypeError(version)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ArchiveError(
            f"{place} cannot be read as an archive's description ({error}). It always holds "
            f"{ARCHIVE_TEXT.decode().strip()} and can be written again by hand."
        ) from error
    if version > FORMAT:
        raise ArchiveError(
            f"{place} has format version {version}; this runreport reads up to {FORMAT}. "
            "Upgrade runreport to read it."
        )
