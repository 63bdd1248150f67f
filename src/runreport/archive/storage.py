"""The primitives through which an archive touches the disk, and nothing else does.

`Storage` is what readers and whole-file writers need; `archive.remote` has it for object stores.
`LocalStorage` is one small class over ``os``, so that a test can count its primitives and fail or
die at the k-th. Paths are POSIX, relative to the archive. Symbolic links inside an archive are
never followed for writing.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from runreport.errors import InvalidValue, WriteFailed

try:
    import fcntl
except ImportError:  # Windows has no flock; there a journal is judged by its silence
    fcntl = None  # type: ignore[assignment]

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
TEMPORARY_PREFIX = ".rr-"
"""Unfinished files start so; no artifact may."""


class StoredFile(NamedTuple):
    """A file of the archive, as a listing shows it."""

    path: str
    size_bytes: int
    modified_ms: int


class Storage:
    """Where an archive lies: whole files are put, read, listed and deleted."""

    root: str
    """A path of this machine, or the URI of an object store."""
    identity: str
    """Tells this archive from all others; with what a URI says of its endpoint."""
    is_local = False
    """Whether journals can grow here; elsewhere they are spooled, see `archive.spool`."""
    readers = 1
    """How many files are best read at once."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.root!r})"

    @property
    def uri(self) -> str:
        """The archive as a URI, whatever it lies on."""
        return self.root

    def locate(self, path: str) -> str:
        """The place of ``path``, as a person would name it."""
        return f"{self.root}/{path}" if path else self.root

    def put(self, path: str, data: bytes, *, durable: bool = True) -> None:
        """Write a whole file so that it is there completely or not at all; see `put_chunks`."""
        self.put_chunks(path, (data,), durable=durable)

    def put_chunks(self, path: str, chunks: Iterable[bytes], *, durable: bool = True) -> None:
        """Write a whole file, piece by piece, so that it is there completely or not at all.

        Raises:
            WriteFailed: it could not be written; nothing is left under ``path``.
        """
        raise NotImplementedError

    def delete(self, path: str) -> None:
        """Remove a file; one that is gone already is fine."""
        raise NotImplementedError

    def make_folder(self, path: str) -> None:
        """Make a folder, where there is such a thing."""

    def lock(self, path: str) -> int | None:
        """A descriptor whose closing frees the lock; None where there are no locks."""
        del path
        return None

    def is_locked(self, path: str) -> bool | None:
        """Whether a living process holds the lock; None where there are no locks."""
        del path
        return None

    def read(self, path: str) -> bytes:
        """All bytes of a file.

        Raises:
            OSError: it is missing (then `FileNotFoundError`) or unreadable.
        """
        with self.open(path) as file:
            return file.read()

    def open(self, path: str) -> BinaryIO:
        """A file to read from, at any place.

        Raises:
            OSError: see `read`.
        """
        raise NotImplementedError

    def exists(self, path: str) -> bool:
        """Whether a file or folder is there."""
        raise NotImplementedError

    def contains(self, place: str) -> bool:
        """Whether a path of this machine lies in the archive, or is its folder."""
        return self.is_local and f"{os.path.abspath(place)}{os.sep}".startswith(
            f"{self.root}{os.sep}"
        )

    def has_link(self, path: str) -> bool:
        """Whether ``path`` or a folder above it is a symbolic link."""
        del path
        return False

    def list(self, folder: str) -> Iterator[StoredFile]:
        """The files below a folder, sorted by path; links and unfinished files are left out."""
        raise NotImplementedError

    def list_unfinished(self, folder: str) -> Iterator[StoredFile]:
        """What writers that died half-way left below a folder."""
        del folder
        return iter(())

    def prune(self, folder: str) -> None:
        """Remove a folder that holds nothing any more; one that does stays."""


class LocalStorage(Storage):
    """An archive folder on a local or mounted disk."""

    is_local = True

    def __init__(self, root: str) -> None:
        self.root = self.identity = os.path.abspath(root)

    @property
    def uri(self) -> str:
        """The archive as a URI."""
        return f"file://{self.root}"

    def locate(self, path: str) -> str:
        """The place of ``path`` on this machine.

        Raises:
            InvalidValue: it leads out of the archive.
        """
        parts = path.split("/") if path else []
        if ".." in parts or "." in parts:
            raise InvalidValue(f"{path!r} leads out of the archive.")
        return os.path.join(self.root, *parts)

    # -- primitives: what a fault test counts ------------------------------------------------

    def open_append(self, path: str) -> int:
        """Open a file for appending, made if missing; returns its descriptor."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | _NO_FOLLOW
        return os.open(self.locate(path), flags, 0o644)

    def create(self, path: str) -> int:
        """Make a file that must not exist yet; returns its descriptor."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW
        return os.open(self.locate(path), flags, 0o644)

    def write(self, descriptor: int, data: bytes) -> int:
        """Write once; returns how many bytes the system took."""
        return os.write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        """Return when the file's bytes are on the disk."""
        os.fsync(descriptor)

    def rename(self, source: str, target: str) -> None:
        """Put a file in place in one step, over an older one if there is one."""
        os.replace(self.locate(source), self.locate(target))

    def delete(self, path: str) -> None:
        """Remove a file; one that is gone already is fine."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.locate(path))

    def make_folder(self, path: str) -> None:
        """Make a folder and those above it; a link among them is refused."""
        if path and self.has_link(path):
            raise OSError(errno.ELOOP, "a link leads out of the archive", path)
        os.makedirs(self.locate(path), exist_ok=True)

    def sync_folder(self, path: str) -> None:
        """Return when the folder's entries are on the disk, where the system can say so."""
        try:
            descriptor = os.open(self.locate(path), os.O_RDONLY)
        except OSError:
            return
        try:
            os.fsync(descriptor)
        except OSError:  # some network file systems refuse to sync a folder
            pass
        finally:
            os.close(descriptor)

    def lock(self, path: str) -> int | None:
        """Take the exclusive lock that ends with this process; None where locks are refused."""
        descriptor = self.open_append(path)
        try:
            if fcntl is None:
                raise OSError("no flock here")
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return None
        return descriptor

    # -- made of primitives ------------------------------------------------------------------

    def claim(self, path: str) -> bool:
        """Make an empty file; False if it was there, so that one process of many gets it."""
        try:
            os.close(self.create(path))
        except FileExistsError:
            return False
        return True

    def put_chunks(self, path: str, chunks: Iterable[bytes], *, durable: bool = True) -> None:
        """Write a whole file, piece by piece, so that it is there completely or not at all.

        Raises:
            WriteFailed: the disk refused; nothing is left under ``path``.
        """
        folder = path.rpartition("/")[0]
        temporary = f"{folder}/{TEMPORARY_PREFIX}{os.urandom(6).hex()}".lstrip("/")
        try:
            self.make_folder(folder)
            descriptor = self.create(temporary)
            try:
                for chunk in chunks:
                    write_all(self, descriptor, chunk)
                if durable:
                    self.sync(descriptor)
            finally:
                os.close(descriptor)
            self.rename(temporary, path)
            if durable:
                self.sync_folder(folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                self.delete(temporary)
            raise WriteFailed(
                f"Could not write {self.locate(path)}: {error.strerror or error}. "
                "Free some space or make the folder writable, then try again."
            ) from error

    # -- reading -----------------------------------------------------------------------------

    def open(self, path: str) -> BinaryIO:
        """A file to read from, at any place."""
        return open(self.locate(path), "rb")

    def exists(self, path: str) -> bool:
        """Whether a file or folder is there."""
        return os.path.exists(self.locate(path))

    def has_link(self, path: str) -> bool:
        """Whether ``path`` or a folder above it is a symbolic link."""
        parts = path.split("/")
        return any(
            os.path.islink(self.locate("/".join(parts[: length + 1])))
            for length in range(len(parts))
        )

    def list(self, folder: str) -> Iterator[StoredFile]:
        """The files below a folder, sorted by path; links and unfinished files are left out."""
        return self._walk(folder, unfinished=False)

    def list_unfinished(self, folder: str) -> Iterator[StoredFile]:
        """What writers that died half-way left below a folder."""
        return self._walk(folder, unfinished=True)

    def _walk(self, folder: str, *, unfinished: bool) -> Iterator[StoredFile]:
        try:
            entries = sorted(os.scandir(self.locate(folder)), key=lambda entry: entry.name)
        except (FileNotFoundError, NotADirectoryError):
            return
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_dir(follow_symlinks=False):
                yield from self._walk(path, unfinished=unfinished)
            elif entry.name.startswith(TEMPORARY_PREFIX) == unfinished:
                try:
                    facts = entry.stat(follow_symlinks=False)
                except FileNotFoundError:  # deleted since the folder was read
                    continue
                if stat.S_ISREG(facts.st_mode):
                    yield StoredFile(path, facts.st_size, facts.st_mtime_ns // 1_000_000)

    def prune(self, folder: str) -> None:
        """Remove a folder that holds nothing any more; one that does stays."""
        for parent, _, _ in os.walk(self.locate(folder), topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(parent)

    def is_locked(self, path: str) -> bool | None:
        """Whether a living process holds the lock; None where locks are refused."""
        if fcntl is None:
            return None
        try:
            descriptor = os.open(self.locate(path), os.O_RDONLY)
        except FileNotFoundError:
            return False
        except OSError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return None
        finally:
            os.close(descriptor)  # gives the shared lock back as well
        return False


def write_all(storage: LocalStorage, descriptor: int, data: bytes) -> None:
    """Write every byte, however many calls the system needs for it."""
    written = storage.write(descriptor, data)
    while written < len(data):
        written += storage.write(descriptor, data[written:])
