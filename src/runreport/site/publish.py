"""Publish: stage a site beside its place, check it, then swap it in. Never half a site.

A folder is only replaced if it is empty or carries the marker of an earlier build.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterable
from itertools import chain

from runreport.errors import BuildError
from runreport.site.files import SiteFile
from runreport.site.memory import MARKER
from runreport.site.published import Published

MARKER_TEXT = b"This folder is made by `runreport build`, which replaces all of it.\n"


def check_target(folder: str) -> None:
    """Refuse a folder that a build may not replace.

    Raises:
        BuildError: it holds other people's files, or is no folder.
    """
    if not os.path.lexists(folder):
        return
    if os.path.islink(folder) or not os.path.isdir(folder):
        raise BuildError(f"{folder} is not a folder; choose another with -o.")
    entries = os.listdir(folder)
    if entries and MARKER not in entries:
        raise BuildError(
            f"{folder} holds files that no build of runreport made ({sorted(entries)[0]!r} for "
            "one), so it is not replaced. Choose another folder with -o, or empty this one."
        )


def publish_site(
    files: Iterable[SiteFile], folder: str, check: Callable[[], None] | None = None
) -> Published:
    """Write all files to a folder beside the target, then put it in the target's place.

    Args:
        check: called when all is written; what it raises leaves the target as it is.

    Raises:
        BuildError: the target may not be replaced, or two files want one path.
    """
    target = os.path.abspath(folder)
    check_target(target)
    recover(target)
    stage = f"{target}.building-{os.getpid()}"
    try:
        published = _write_all(chain([SiteFile(MARKER, MARKER_TEXT)], files), stage, target)
        if check is not None:
            check()
        _swap(stage, target)
    except OSError as error:
        raise BuildError(
            f"Could not write the site to {target}: {error.strerror or error}."
        ) from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return published


def _write_all(files: Iterable[SiteFile], stage: str, target: str) -> Published:
    written: dict[str, str] = {}
    made: set[str] = set()
    pages = size = 0
    for file in files:
        folded = file.path.casefold()
        if folded in written:
            if file.is_shared and written[folded] == file.path:
                continue
            raise BuildError(
                f"Two files want the path {file.path!r} of the site "
                f"(the other is {written[folded]!r})."
            )
        written[folded] = file.path
        place = place_in(stage, file.path)
        parent = os.path.dirname(place)
        if parent not in made:
            os.makedirs(parent, exist_ok=True)
            made.add(parent)
        with open(place, "wb") as opened:
            opened.write(file.content)
        pages += file.path.endswith(".html")
        size += len(file.content)
    return Published(target, len(written), pages, size, len(written))


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
    except OSError:
        return False
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
