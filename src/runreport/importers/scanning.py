"""Finding what may be imported: walks a folder once and lets each format claim what it knows.

A folder that a format has claimed whole is not searched for others. What nobody committed on
purpose is skipped: version control, environments of Python and Node, caches; links to folders.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

from runreport.archive.layout import ARCHIVE_FILE, SEGMENTS
from runreport.importers.found import Found
from runreport.importers.reading import Files
from runreport.site.state_folder import MARKER

SKIPPED = frozenset((
    ".git", ".hg", ".svn", "node_modules", "site-packages", "__pycache__", ".tox", ".nox",
    ".mypy_cache", ".ruff_cache", ".pytest_cache", ".ipynb_checkpoints", ".dvc", ".idea",
    ".vscode", ".venv", "venv",
))  # fmt: skip
"""Names of folders that are not searched; nor is one that holds a ``pyvenv.cfg``."""


@dataclass(slots=True)
class Folder:
    """A folder as it is listed."""

    path: str
    files: list[str]
    folders: list[str]
    parents: tuple[str, ...]
    """The names of the folders on the way to it, its own last."""

    @property
    def name(self) -> str:
        """Its own name."""
        return self.parents[-1]

    def place(self, name: str) -> str:
        """Where a file or folder in it lies."""
        return os.path.join(self.path, name)


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that one format knows how to read."""

    place: str
    """A file, or a folder."""
    read: Callable[[], Iterator[Found]]
    is_whole: bool = False
    """Whether all that lies in the folder belongs to it."""


Claiming = Callable[[Folder, Files], Iterable[Claim]]


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of run folder."""

    name: str
    """As a person types it."""
    title: str
    """As a person reads it."""
    claim: Claiming
    looks_for: str
    """What it is known by."""


@dataclass(slots=True)
class Scan:
    """What walking a folder brought up."""

    claims: list[tuple[Format, Claim]] = field(default_factory=list)
    folders: int = 0
    archives: list[str] = field(default_factory=list)
    """Archives of our own."""


def scan(
    root: str, formats: Iterable[Format], files: Files, skipped: Collection[str] = ()
) -> Scan:
    """Walk a folder, or look at a file, and claim what is known.

    Args:
        skipped: absolute paths of folders that are not searched.
    """
    found = Scan()
    known = tuple(formats)
    if os.path.isfile(root):
        path, name = os.path.split(os.path.abspath(root))
        alone = Folder(path, [name], [], (os.path.basename(path),))
        found.claims = [(f, claim) for f in known for claim in f.claim(alone, files)]
        return found
    top = os.path.abspath(root)
    for folder in _folders(top, (os.path.basename(top),), files):
        if folder.path in skipped or MARKER in folder.files:
            folder.folders.clear()
            continue
        found.folders += 1
        if ARCHIVE_FILE in folder.files and SEGMENTS in folder.folders:
            found.archives.append(folder.path)
            folder.folders.clear()
            continue
        for one in known:
            claims = list(one.claim(folder, files))
            found.claims += [(one, claim) for claim in claims]
            if any(claim.is_whole for claim in claims):
                folder.folders.clear()
                break
    return found


def _folders(path: str, parents: tuple[str, ...], files: Files) -> Iterator[Folder]:
    """A folder and those below it; whoever gets one may strike out folders not to be entered."""
    waiting = [(path, parents)]
    while waiting:
        place, names = waiting.pop()
        folder = Folder(place, [], [], names)
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folder.folders.append(entry.name)
                    elif not entry.is_symlink() or os.path.isfile(entry.path):
                        folder.files.append(entry.name)
        except FileNotFoundError:
            continue
        except OSError as error:
            files.told.lose(files.name_of(place), f"it cannot be listed: {error.strerror}")
            continue
        if "pyvenv.cfg" in folder.files:
            continue
        folder.files.sort()
        folder.folders = sorted(name for name in folder.folders if name not in SKIPPED)
        yield folder
        waiting += [
            (os.path.join(place, name), (*names, name)) for name in reversed(folder.folders)
        ]
