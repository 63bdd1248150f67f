"""An archive on an object store, or on anything else that ``pyarrow.fs`` or fsspec can reach.

Files are put whole, so no reader sees half of one; there are no locks and no appending, which is
why journals are spooled on this machine (`archive.spool`). Credentials are those that the library
for the store finds by itself: environment variables, profiles, the machine's role.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO, cast
from urllib.parse import quote

import pyarrow as pa
from pyarrow import fs

from runreport.archive.storage import (
    TEMPORARY_PREFIX,
    Storage,
    StoredFile,
    Strange,
)
from runreport.errors import ArchiveError, WriteFailed

FLAT = ("s3", "gcs", "abfs")
"""Stores that have no folders to make."""
_HELD_BYTES = 64 * 1024 * 1024
_ALLOWED = "!#$%&'()*+,/:;=?@[]~"
"""What may stand in a URI as it is, beside letters and digits."""


class RemoteStorage(Storage):
    """An archive below a URI such as ``s3://bucket/folder``."""

    readers = 16

    def __init__(self, uri: str) -> None:
        """Connect; nothing is read yet.

        Raises:
            ArchiveError: no installed library knows the scheme, or it refuses the URI.
        """
        self._fs, path = connect(uri)
        if not path.strip("/"):
            scheme = uri.partition("://")[0]
            raise ArchiveError(f"Archive {uri!r} names no bucket; write {scheme}://bucket/folder.")
        self._prefix = path.strip("/") if self._is_flat else path.rstrip("/")
        self.root = uri.partition("?")[0].rstrip("/")
        self.identity = uri

    @property
    def _is_flat(self) -> bool:
        return self._fs.type_name in FLAT

    def put_chunks(self, path: str, chunks: Iterable[bytes], *, durable: bool = True) -> None:
        """Write a whole file; the store shows it when it is complete."""
        del durable
        place = self._place(path)
        try:
            if not self._is_flat:
                self._fs.create_dir(place.rpartition("/")[0], recursive=True)
            # What is closed half-way counts as complete, so most files are whole before they are
            # begun; of a larger one that fails, the digest tells.
            iterator = iter(chunks)
            begun = bytearray()
            for chunk in iterator:
                begun += chunk
                if len(begun) > _HELD_BYTES:
                    break
            with self._fs.open_output_stream(place) as stream:
                stream.write(begun)
                for chunk in iterator:
                    stream.write(chunk)
        except (OSError, pa.ArrowException) as error:
            raise WriteFailed(
                f"Could not write {self.locate(path)}: {error}. Check the network and that your "
                "credentials may write there, then try again."
            ) from error

    def delete(self, path: str) -> None:
        """Remove a file; one that is gone already is fine."""
        with contextlib.suppress(FileNotFoundError):
            self._fs.delete_file(self._place(path))

    def open(self, path: str, *, follow: bool = False) -> BinaryIO:
        """A file to read from, at any place."""
        del follow  # a store has no links
        return cast(BinaryIO, self._fs.open_input_file(self._place(path)))

    def exists(self, path: str) -> bool:
        """Whether a file or folder is there."""
        (found,) = self._fs.get_file_info([self._place(path)])
        return bool(found.type != fs.FileType.NotFound)

    def list(self, folder: str, strange: Strange | None = None) -> Iterator[StoredFile]:
        """The files below a folder, sorted by path; unfinished ones are left out."""
        del strange  # a store has nothing but files
        return (file for file in self._walk(folder) if not _is_unfinished(file.path))

    def list_unfinished(self, folder: str) -> Iterator[StoredFile]:
        """What writers that died half-way left below a folder."""
        return (file for file in self._walk(folder) if _is_unfinished(file.path))

    def _walk(self, folder: str) -> Iterator[StoredFile]:
        selector = fs.FileSelector(self._place(folder), recursive=True, allow_not_found=True)
        offset = len(self._place("")) + 1
        for found in sorted(self._fs.get_file_info(selector), key=lambda info: info.path):
            is_inside = not {".", ".."}.intersection(found.path[offset:].split("/"))
            if found.type == fs.FileType.File and is_inside:
                changed = (found.mtime_ns or 0) // 1_000_000
                yield StoredFile(found.path[offset:], found.size or 0, changed)

    def move(
        self, temporary: str, path: str, *, durable: bool = True, discard: bool = True
    ) -> None:
        """Put an unfinished file in place, over an older one if there is one."""
        del durable, discard  # what could not be copied stays where it is
        try:
            self._fs.copy_file(self._place(temporary), self._place(path))
            self._fs.delete_file(self._place(temporary))
        except (OSError, pa.ArrowException) as error:
            raise WriteFailed(
                f"Could not write {self.locate(path)}: {error}. What was logged lies in "
                f"{self.locate(temporary)} and is read from there."
            ) from error

    def _place(self, path: str) -> str:
        return f"{self._prefix}/{path}" if path else self._prefix


def _is_unfinished(path: str) -> bool:
    return path.rpartition("/")[2].startswith(TEMPORARY_PREFIX)


def connect(uri: str) -> tuple[fs.FileSystem, str]:
    """The file system of a URI, and the path in it.

    Raises:
        ArchiveError: no installed library knows the scheme, or it refuses the URI.
    """
    scheme = uri.partition("://")[0]
    try:
        try:
            found: tuple[fs.FileSystem, str] = fs.FileSystem.from_uri(uri)
        except pa.ArrowInvalid:  # a scheme pyarrow does not know
            from fsspec.core import url_to_fs

            handler, path = url_to_fs(uri)
            return fs.PyFileSystem(fs.FSSpecHandler(handler)), str(path)
        return found
    except ImportError as error:
        spelled = quote(uri, safe=_ALLOWED)
        if spelled != uri:  # pyarrow may know the scheme, but not read this
            raise ArchiveError(
                f"Archive {uri!r} is no URI: some of its characters must be written otherwise. "
                f"Name it as {spelled}"
            ) from error
        raise ArchiveError(
            f"Archive {uri!r} needs a library for {scheme}:// ({error}). Install fsspec and its "
            f"driver for {scheme}, or name a path, s3://, gs:// or abfss://."
        ) from error
    except (ValueError, OSError, pa.ArrowException) as error:
        raise ArchiveError(f"Archive {uri!r} cannot be reached: {error}") from error
