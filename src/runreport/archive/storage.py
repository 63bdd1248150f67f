"""The primitives through which an archive touches the disk, and nothing else does.

One small class over ``os``, so that a test can count its primitives and fail or die at the k-th,
and so that an object store can stand in for it. Paths are POSIX, relative to the archive.
Symbolic links inside an archive are never followed for writing.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from runreport.errors import WriteFailed

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


class LocalStorage:
    """An archive folder on a local or mounted disk."""

    def __init__(self, root: str) -> None:
        self.root = os.path.abspath(root)

    def __repr__(self) -> str:
        return f"LocalStorage({self.root!r})"

    def locate(self, path: str) -> str:
        """The place of ``path`` on this machine."""
        return os.path.join(self.root, *path.split("/")) if path else self.root

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
        parts = path.split("/")
        for length in range(1, len(parts) + 1):
            if os.path.islink(self.locate("/".join(parts[:length]))):
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

    def put(self, path: str, data: bytes, *, durable: bool = True) -> None:
        """Write a whole file so that it is there completely or not at all; see `put_chunks`."""
        self.put_chunks(path, (data,), durable=durable)

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

    def read(self, path: str) -> bytes:
        """All bytes of a file.

        Raises:
            OSError: it is missing or unreadable.
        """
        with open(self.locate(path), "rb") as file:
            return file.read()

    def exists(self, path: str) -> bool:
        """Whether a file or folder is there."""
        return os.path.exists(self.locate(path))

    def list(self, folder: str) -> Iterator[StoredFile]:
        """The files below a folder, sorted by path; links and unfinished files are left out."""
        try:
            entries = sorted(os.scandir(self.locate(folder)), key=lambda entry: entry.name)
        except (FileNotFoundError, NotADirectoryError):
            return
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_dir(follow_symlinks=False):
                yield from self.list(path)
            elif not entry.name.startswith(TEMPORARY_PREFIX):
                facts = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(facts.st_mode):
                    yield StoredFile(path, facts.st_size, facts.st_mtime_ns // 1_000_000)

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
