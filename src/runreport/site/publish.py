"""Publish: stage a site beside its place, then put it there. Never half a site.

A folder is only replaced if it is empty or carries the marker of an earlier build. Where only some
files have changed, these are brought one by one: data and pages before the indexes that lead to
them, deletions last, so that a reader meets no half page and no link without its target.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from threading import get_ident

from runreport.errors import BuildError
from runreport.site.files import SiteFile, is_shared
from runreport.site.state_folder import MARKER

MARKER_TEXT = b"This folder is made by `runreport build`, which replaces all of it.\n"


def check_target(folder: str) -> None:
    """Refuse a folder that a build may not replace.

    Raises:
        BuildError: it holds other people's files, or is no folder.
    """
    above = os.path.dirname(folder)
    while above != os.path.dirname(above):
        if os.path.isfile(os.path.join(above, MARKER)):
            raise BuildError(
                f"{folder} lies in {above}, all of which a build may replace. Choose another "
                "folder with -o."
            )
        above = os.path.dirname(above)
    if not os.path.lexists(folder):
        return
    if os.path.islink(folder) or not os.path.isdir(folder):
        what = "a link" if os.path.islink(folder) else "no folder"
        raise BuildError(f"{folder} is {what}; choose a folder with -o.")
    entries = os.listdir(folder)
    if entries and MARKER not in entries:
        raise not_ours(folder, min(entries))


def not_ours(place: str, example: str) -> BuildError:
    """What to say of a place that holds other people's files.

    Args:
        example: one of them.
    """
    return BuildError(
        f"{place} holds files that no build of runreport made ({example!r} for one), so it is not "
        "replaced. Choose another folder with -o, or empty this one."
    )


@dataclass(frozen=True, slots=True)
class Stage:
    """The files of a site, or those that have changed, beside its place until all are there."""

    target: str
    folder: str

    def put(self, file: SiteFile) -> None:
        """Add a file; other processes may add theirs meanwhile.

        Raises:
            BuildError: its path leads out of the site.
        """
        write_file(self.folder, file)

    def lacks(self, sizes: Mapping[str, int]) -> str:
        """The path of a file that should be staged and is not, or not whole; empty for none."""
        for path, size in sizes.items():
            try:
                if os.stat(place_in(self.folder, path)).st_size != size:
                    return path
            except OSError:
                return path
        return ""

    def replace(self) -> None:
        """Put what is staged in the place of the site, all at once."""
        with told_as_unwritable(self.target):
            _swap(self.folder, self.target)

    def bring(self, paths: Iterable[str], gone: Iterable[str]) -> None:
        """Put staged files in the place of the site's, one after the other.

        Args:
            gone: files that the site no longer has; folders that are empty then go, too.
        """
        with told_as_unwritable(self.target):
            for path in paths:
                place = place_in(self.target, path)
                os.makedirs(os.path.dirname(place), exist_ok=True)
                os.replace(place_in(self.folder, path), place)
            for path in gone:
                self._remove(path)

    def _remove(self, path: str) -> None:
        place = place_in(self.target, path)
        with contextlib.suppress(FileNotFoundError):
            os.remove(place)
        parent = os.path.dirname(place)
        while parent != self.target:
            try:
                os.rmdir(parent)
            except OSError:
                break
            parent = os.path.dirname(parent)


@contextlib.contextmanager
def staged(folder: str) -> Iterator[Stage]:
    """A stage for the site in a folder; what was not put in place goes at the end.

    Raises:
        BuildError: the target may not be replaced, or cannot be written.
    """
    target = os.path.abspath(folder)
    check_target(target)
    recover(target)
    stage = Stage(target, f"{target}.building-{os.getpid()}")
    try:
        stage.put(
            SiteFile(MARKER, MARKER_TEXT)
        )  # by which a later build knows it, and clears it up
        yield stage
    finally:
        shutil.rmtree(stage.folder, ignore_errors=True)


@contextlib.contextmanager
def told_as_unwritable(place: str) -> Iterator[None]:
    """What the disk refuses is one error that names the file.

    Raises:
        BuildError: it refused.
    """
    try:
        yield
    except OSError as error:
        site = place.partition(".building-")[0]
        file = error.filename2 or error.filename
        what = f" ({file})" if isinstance(file, str) and ".building-" not in file else ""
        raise BuildError(
            f"Could not write the site to {site}: {error.strerror or error}{what}."
        ) from error


def write_file(folder: str, file: SiteFile) -> None:
    """Write a file of a site to a stage: a folder, or the URI of one.

    Raises:
        BuildError: its path leads out of the site, or it cannot be written.
    """
    if "://" in folder:  # workers of other machines share no disk
        from runreport.site.store import put_staged

        return put_staged(folder, file)
    place, is_common = place_in(folder, file.path), is_shared(file.path)
    if is_common and os.path.exists(place):
        return
    # Two processes may make a shared file at once; nobody else knows the others yet.
    draft = f"{place}.{os.getpid()}-{get_ident()}" if is_common else place
    with told_as_unwritable(folder):
        try:
            _write(draft, file.content)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(place), exist_ok=True)
            _write(draft, file.content)
        if is_common:
            os.replace(draft, place)


def _write(place: str, content: bytes) -> None:
    with open(place, "wb", buffering=0) as opened:
        rest = memoryview(content)
        while rest:
            rest = rest[opened.write(rest) :]


def place_in(stage: str, path: str) -> str:
    """Where a site's file lies on disk.

    Raises:
        BuildError: the path leads out of the site.
    """
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts) or "\\" in path or "\0" in path:
        raise BuildError(f"The path {path!r} leads out of the site.")
    return os.path.join(stage, *parts)


def recover(target: str) -> None:
    """Clear up after a build that was killed: an old site it had set aside comes back or goes."""
    parent, name = os.path.split(target)
    for entry in sorted(os.listdir(parent)) if os.path.isdir(parent) else ():
        place = os.path.join(parent, entry)
        stem, _, process = entry.rpartition("-")
        is_rest = stem in (f"{name}.old", f"{name}.building") and process.isdecimal()
        if not is_rest or not os.path.isfile(os.path.join(place, MARKER)) or _runs(int(process)):
            continue
        if stem.endswith(".old") and not os.path.exists(target):
            os.rename(place, target)
        else:
            shutil.rmtree(place, ignore_errors=True)


def _runs(process: int) -> bool:
    """Whether another build is still at work."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        return True
    return True


def _swap(stage: str, target: str) -> None:
    old = f"{target}.old-{os.getpid()}"
    has_old = os.path.isdir(target)
    if has_old:
        os.rename(target, old)
    try:
        os.rename(stage, target)
    except OSError:
        if has_old:
            with contextlib.suppress(OSError):
                os.rename(old, target)
        raise
    if has_old:
        shutil.rmtree(old, ignore_errors=True)
