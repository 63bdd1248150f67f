"""An archive as it was in a revision of a git repository."""

from __future__ import annotations

import io
import os
import re
import subprocess
import tarfile
from collections.abc import Sequence

from runreport.archive.layout import ARCHIVE_FILE, ARTIFACTS
from runreport.errors import NotFound
from runreport.nearest import did_you_mean
from runreport.report.evaluations.page import TABLE_FILE

_LONGEST_S = 600


def repository_of(folder: str) -> str | None:
    """The top folder of the repository that a folder lies in; None where it lies in none."""
    while not os.path.isdir(folder):  # an archive that is on another branch only
        folder = os.path.dirname(folder)
    try:
        return _git(folder, "rev-parse", "--show-toplevel").decode().strip() or None
    except (subprocess.SubprocessError, OSError):
        return None


def find_revision(repository: str, text: str) -> str | None:
    """The commit that somebody named; None where there is no such thing."""
    named = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{text}^{{commit}}")
    try:
        return _git(repository, *named).decode().strip()
    except subprocess.CalledProcessError:
        return None


def revision_hint(repository: str, text: str) -> str:
    """Which branch or tag was probably meant; empty where none is near."""
    listed = _git(repository, "for-each-ref", "--format=%(refname:short)").decode()
    return did_you_mean(text, listed.split())


def commit_ranks(repository: str, commits: Sequence[str]) -> dict[str, int]:
    """The places of commits in their branches, ancestors first; of those that the repository
    has."""
    known = [own for own in commits if re.fullmatch("[0-9a-f]{7,64}", own)]
    known = [own for own in known if find_revision(repository, own) is not None]
    if not known:
        return {}
    listed = _git(repository, "rev-list", "--topo-order", "--reverse", *known, "--").decode()
    places = {commit: place for place, commit in enumerate(listed.split())}
    return {own: places[own] for own in known if own in places}


def extract(repository: str, commit: str, path: str, into: str) -> str:
    """Write an archive, or a folder of another tool, as it was in a commit.

    Of an archive's artifacts only the tables of evaluations are written.

    Args:
        path: from the top of the repository, POSIX; ``.`` is all of it.
        into: an empty folder.

    Returns:
        Where it is.

    Raises:
        NotFound: the commit has no such folder.
    """
    within = ("--", path) if path not in ("", ".") else ()
    listed = _git(repository, "ls-tree", "-r", "--name-only", "-z", commit, *within)
    names = [name for name in listed.decode(errors="surrogateescape").split("\0") if name]
    root = "" if path in ("", ".") else f"{path}/"
    if not names:
        raise NotFound(
            f"The revision {commit[:12]} has no folder {path!r}; name one: REVISION:PATH."
        )
    if f"{root}{ARCHIVE_FILE}" in names:
        names = _of_archive(names, root)
    for place in range(0, len(names), 500):  # a command line has its limits
        part = names[place : place + 500]
        packed = _git(repository, "--literal-pathspecs", "archive", commit, "--", *part)
        with tarfile.open(fileobj=io.BytesIO(packed)) as opened:
            opened.extractall(into, filter="data")
    return os.path.join(into, *root.split("/"))


def _of_archive(names: Sequence[str], root: str) -> list[str]:
    """What a review reads of an archive: whole folders, and of its artifacts some."""
    inside = [name.removeprefix(root) for name in names]
    tops = {name.partition("/")[0] for name in inside} - {ARTIFACTS}
    tables = [name for name in inside if name.startswith(f"{ARTIFACTS}/")]
    tables = [name for name in tables if name.endswith(f"/{TABLE_FILE}")]
    return [f"{root}{name}" for name in (*sorted(tops), *tables)]


def _git(folder: str, *arguments: str) -> bytes:
    return subprocess.run(
        ["git", "-C", folder, *arguments],
        check=True,
        capture_output=True,
        timeout=_LONGEST_S,
        stdin=subprocess.DEVNULL,
    ).stdout
