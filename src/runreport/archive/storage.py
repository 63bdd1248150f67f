"""The primitives through which an archive touches the disk, and nothing else does.

`Storage` is what readers and whole-file writers need; `archive.remote` has it for object stores.
`LocalStorage` is one small class over ``os``, so that a test can count its primitives and fail or
die at the k-th. Paths are POSIX, relative to the archive. Symbolic links inside an archive are
never followed for writing, and for reading only by those who compare what they read with a digest
that the archive has of it. Whatever is no file, such as a pipe, is never opened.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from runreport.archive.file_uris import path_to_uri
from runreport.archive.limits import DEFAULT_LIMITS, Limits
from runreport.errors import InvalidValue, WriteFailed

try:
    import fcntl
except ImportError:  # Windows has no flock; there a journal is judged by its silence
    fcntl = None  # type: ignore[assignment]

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
"""A pipe that nobody writes to would keep whoever opens it for ever."""
TEMPORARY_PREFIX = ".rr-"
"""Unfinished files start so; no artifact may."""
LEFTOVER_MS = 60 * 60 * 1000
"""Unfinished files that are as old as this belong to nobody any more."""
_LONG_PATH = 3000
"""Of a path beyond it no unfinished file's name tells, which must fit where the path just fits."""
_NAME_SHOWN = 120
"""Characters of its final name that an unfinished file's name may hold."""


class StoredFile(NamedTuple):
    """A file of the archive, as a listing shows it."""

    path: str
    size_bytes: int
    modified_ms: int
    is_link: bool = False
    """Whether it is a link to a file; only content with a recorded digest is read through it."""
    changed_ns: int = 0
    """On a disk, when anything of it last changed, which nobody can set: a file that was copied
    over it with its time, say."""


class StrangeEntry(NamedTuple):
    """Something in an archive's folder that is no file and that nobody opens."""

    path: str
    what: str
    """E.g. ``a pipe``."""


Strange = list[StrangeEntry]


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
    limits: Limits = DEFAULT_LIMITS
    """What a reader takes of one file."""

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

    def write_new(
        self, temporary: str, chunks: Iterable[bytes], path: str, *, durable: bool = True
    ) -> None:
        """Write an unfinished file that is to become ``path``, whole.

        Raises:
            WriteFailed: it could not be written; nothing is left.
        """
        del path
        self.put_chunks(temporary, chunks, durable=durable)

    def move(
        self, temporary: str, path: str, *, durable: bool = True, discard: bool = True
    ) -> None:
        """Put an unfinished file in place, over an older one if there is one.

        Args:
            discard: delete it where that cannot be done.

        Raises:
            WriteFailed: it could not be done.
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

    def read(self, path: str, *, most: int | None = None, follow: bool = False) -> bytes:
        """All bytes of a file.

        Args:
            most: bytes it may have; the limit for a file by default.
            follow: also through a link, for a caller who compares what it reads with a digest.

        Raises:
            OSError: it is missing (then `FileNotFoundError`), no plain file, too large (then
                ``EFBIG``), or unreadable.
        """
        limit = self.limits.file_bytes if most is None else most
        with self.open(path, follow=follow) as file:
            size = file.seek(0, os.SEEK_END)
            if size > limit:
                problem = f"it has {size:,} bytes; at most {limit:,} are read"
                raise OSError(errno.EFBIG, problem, path)
            file.seek(0)
            return file.read(size)

    def open(self, path: str, *, follow: bool = False) -> BinaryIO:
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

    def list(self, folder: str, strange: list[StrangeEntry] | None = None) -> Iterator[StoredFile]:
        """The files below a folder, sorted by path; unfinished ones are left out.

        Args:
            strange: takes what is there and is no file: links that lead to none, pipes, devices.
        """
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
    has_inventory = True
    """Whether it lists what it must hold; a spool does not."""

    def __init__(self, root: str) -> None:
        self.root = self.identity = os.path.abspath(root)

    @property
    def uri(self) -> str:
        """The archive as a URI."""
        return path_to_uri(self.root)

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
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | _NO_FOLLOW | _NO_WAIT
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
        temporary = temporary_path(path)
        self.write_new(temporary, chunks, path, durable=durable)
        self.move(temporary, path, durable=durable)

    def write_new(
        self, temporary: str, chunks: Iterable[bytes], path: str, *, durable: bool = True
    ) -> None:
        """Write an unfinished file that is to become ``path``, whole.

        Raises:
            WriteFailed: the disk refused; nothing is left.
        """
        try:
            self.make_folder(temporary.rpartition("/")[0])
            descriptor = self.create(temporary)
            try:
                for chunk in chunks:
                    write_all(self, descriptor, chunk)
                if durable:
                    self.sync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise self._refused(temporary, path, error) from error

    def move(
        self, temporary: str, path: str, *, durable: bool = True, discard: bool = True
    ) -> None:
        """Put an unfinished file in place, over an older one if there is one."""
        try:
            self.rename(temporary, path)
            if durable:
                self.sync_folder(path.rpartition("/")[0])
        except OSError as error:
            raise self._refused(temporary if discard else None, path, error) from error

    def _refused(self, temporary: str | None, path: str, error: OSError) -> WriteFailed:
        if temporary is not None:
            with contextlib.suppress(OSError):
                self.delete(temporary)
        return WriteFailed(
            f"Could not write {self.locate(path)}: {error.strerror or error}. "
            "Free some space or make the folder writable, then try again."
        )

    # -- reading -----------------------------------------------------------------------------

    def open(self, path: str, *, follow: bool = False) -> BinaryIO:
        """A file to read from, at any place."""
        place = self.locate(path)
        # Asked before it is opened: to open a device may be to use it.
        _refuse_strange((os.stat if follow else os.lstat)(place), path)
        flags = os.O_RDONLY | _NO_WAIT | getattr(os, "O_CLOEXEC", 0)
        if not follow:
            flags |= _NO_FOLLOW
        return open(os.open(place, flags), "rb", buffering=0)

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

    def list(self, folder: str, strange: list[StrangeEntry] | None = None) -> Iterator[StoredFile]:
        """The files below a folder, sorted by path; unfinished ones are left out."""
        return self._walk(folder, strange, unfinished=False)

    def list_unfinished(self, folder: str) -> Iterator[StoredFile]:
        """What writers that died half-way left below a folder."""
        return self._walk(folder, None, unfinished=True)

    def _walk(
        self, folder: str, strange: Strange | None, *, unfinished: bool
    ) -> Iterator[StoredFile]:
        try:
            entries = sorted(os.scandir(self.locate(folder)), key=lambda entry: entry.name)
        except (FileNotFoundError, NotADirectoryError):
            return
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_dir(follow_symlinks=False):
                yield from self._walk(path, strange, unfinished=unfinished)
            elif entry.name.startswith(TEMPORARY_PREFIX) == unfinished:
                found = _as_listed(entry, path)
                if isinstance(found, StoredFile):
                    yield found
                elif found is not None and strange is not None:
                    strange.append(found)

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
            descriptor = os.open(self.locate(path), os.O_RDONLY | _NO_FOLLOW | _NO_WAIT)
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


def temporary_path(path: str) -> str:
    """A name beside ``path`` for the file until it is whole; it tells what it is to become."""
    folder, slash, name = path.rpartition("/")
    if len(path) > _LONG_PATH:
        return f"{folder}{slash}{TEMPORARY_PREFIX}{os.urandom(3).hex()}-"
    told = name if name.isascii() and len(name) <= _NAME_SHOWN else ""
    return f"{folder}{slash}{TEMPORARY_PREFIX}{os.urandom(6).hex()}-{told}"


def meant_path(temporary: str) -> str:
    """What an unfinished file was to become; its folder alone where its name does not tell."""
    folder, slash, name = temporary.rpartition("/")
    return f"{folder}{slash}{name.removeprefix(TEMPORARY_PREFIX).partition('-')[2]}"


def _as_listed(entry: os.DirEntry[str], path: str) -> StoredFile | StrangeEntry | None:
    """An entry of a folder that is no folder; None where it is gone already."""
    try:
        facts = entry.stat(follow_symlinks=False)
        is_link = stat.S_ISLNK(facts.st_mode)
        if is_link:
            facts = entry.stat(follow_symlinks=True)
    except FileNotFoundError:
        return StrangeEntry(path, "a link that leads nowhere") if entry.is_symlink() else None
    except OSError as error:
        return StrangeEntry(path, f"a link that leads nowhere ({error.strerror})")
    if not stat.S_ISREG(facts.st_mode):
        kind = _kind_of(facts.st_mode)
        return StrangeEntry(path, f"a link to {kind}" if is_link else kind)
    modified_ms = facts.st_mtime_ns // 1_000_000
    return StoredFile(path, facts.st_size, modified_ms, is_link, facts.st_ctime_ns)


def _kind_of(mode: int) -> str:
    kinds = (
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISLNK, "a link"),
        (stat.S_ISFIFO, "a pipe"),
        (stat.S_ISSOCK, "a socket"),
    )
    return next((word for is_kind, word in kinds if is_kind(mode)), "a device")


def _refuse_strange(facts: os.stat_result, path: str) -> None:
    if not stat.S_ISREG(facts.st_mode):
        code = errno.ELOOP if stat.S_ISLNK(facts.st_mode) else errno.EINVAL
        raise OSError(code, f"it is {_kind_of(facts.st_mode)}, not a file", path)
