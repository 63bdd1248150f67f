"""Places where a site is published: a folder of this machine, or one on an object store.

A place keeps a site and, beside it, the state of its builds. What a build makes is staged near it;
the site changes when the last file is there.
"""

from __future__ import annotations

import contextlib
import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from runreport.archive.directory import is_remote, locate_archive
from runreport.site.publish import Stage, check_target, staged, told_as_unwritable
from runreport.site.state_folder import MARKER, mark, read_note, state_folder, write_note


class Place(ABC):
    """Where a site lies, or will."""

    root: str
    """As a person would name it: a path of this machine, or a URI without credentials and
    options."""

    @abstractmethod
    def check(self) -> None:
        """Refuse to replace what no build has made.

        Raises:
            BuildError: other people's files lie there.
        """

    @abstractmethod
    def has_site(self) -> bool:
        """Whether a build has made what lies there."""

    @abstractmethod
    def has_files(self, sizes: Mapping[str, int]) -> bool:
        """Whether the site has these files, of these sizes."""

    @abstractmethod
    def totals(self) -> tuple[int, int]:
        """How many files the site has, and how many bytes in all."""

    @abstractmethod
    def note(self, name: str) -> Any:
        """What a file of the state says; None where nothing can be read."""

    @abstractmethod
    def keep(self, name: str, content: Mapping[str, Any]) -> None:
        """Write a file of the state."""

    @abstractmethod
    def forget(self, *names: str) -> None:
        """Remove files of the state."""

    @abstractmethod
    def staged(self, *, is_shared: bool = False) -> contextlib.AbstractContextManager[Stage]:
        """A stage for the site; what was not put in place goes at the end.

        Args:
            is_shared: processes of other machines will write to it.

        Raises:
            BuildError: the place may not be replaced, or cannot be written.
        """


class FolderPlace(Place):
    """A folder of this machine, or one that machines share."""

    def __init__(self, path: str) -> None:
        self.root = os.path.abspath(path)

    def check(self) -> None:
        """See `Place`."""
        check_target(self.root)

    def has_site(self) -> bool:
        """See `Place`."""
        return os.path.isfile(os.path.join(self.root, MARKER))

    def has_files(self, sizes: Mapping[str, int]) -> bool:
        """See `Place`."""
        try:
            for path, size in sizes.items():  # tens of thousands are asked for, one by one
                if os.stat(f"{self.root}/{path}").st_size != size:
                    return False
        except OSError:
            return False
        return True

    def totals(self) -> tuple[int, int]:
        """See `Place`."""
        files = size = 0
        waiting = [self.root]
        while waiting:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        files += 1
                        size += entry.stat(follow_symlinks=False).st_size
        return files, size

    def note(self, name: str) -> Any:
        """See `Place`."""
        return read_note(os.path.join(state_folder(self.root), name))

    def keep(self, name: str, content: Mapping[str, Any]) -> None:
        """See `Place`."""
        with told_as_unwritable(state_folder(self.root)):
            write_note(os.path.join(mark(self.root), name), content)

    def forget(self, *names: str) -> None:
        """See `Place`."""
        for name in names:
            state = state_folder(self.root)
            with told_as_unwritable(state), contextlib.suppress(FileNotFoundError):
                os.remove(os.path.join(state_folder(self.root), name))

    def staged(self, *, is_shared: bool = False) -> contextlib.AbstractContextManager[Stage]:
        """See `Place`."""
        del is_shared  # it lies beside the site
        return staged(self.root)


def place_of(output: str) -> Place:
    """The place that somebody names.

    Raises:
        BuildError: no installed library knows the store, or it names no bucket.
    """
    if is_remote(output):
        from runreport.site.store import StorePlace

        return StorePlace(output)
    return FolderPlace(locate_archive(output) if output.startswith("file:") else output)


def bare_uri(location: str) -> str:
    """A path, or a URI without what nobody else should read: credentials and options."""
    scheme, mark, rest = location.partition("://")
    if not mark:
        return location
    place = rest.partition("?")[0].rstrip("/")
    host, slash, path = place.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
