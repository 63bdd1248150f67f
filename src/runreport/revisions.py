"""An archive as it was in a revision of a git repository."""

from __future__ import annotations

import io
import os
import posixpath
import re
import subprocess
from collections.abc import Sequence

from runreport.archive.layout import ARCHIVE_FILE, ARTIFACTS
from runreport.errors import NotFound, RunreportError
from runreport.nearest import did_you_mean
from runreport.report.evaluations.page import TABLE_FILE
from runreport.report.formatting import safe

_LONGEST_S = 600
_LINK, _MODULE = "120000", "160000"
"""Modes of what is no file."""
_AT_ONCE = 500
_OF_HOOKS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
"""What a hook of one repository sets is not meant for another."""


class GitFailed(RunreportError):
    """What git refused, in its own words."""


def repository_of(folder: str) -> str | None:
    """The top folder of the repository that a folder lies in; None where it lies in none.

    Raises:
        RunreportError: git cannot say, e.g. since it does not trust the folder's owner.
    """
    folder = os.path.realpath(folder)
    while not os.path.isdir(folder):  # an archive that is on another branch only
        folder = os.path.dirname(folder)
    try:
        return os.path.realpath(_git(folder, "rev-parse", "--show-toplevel").decode().strip())
    except FileNotFoundError:  # git is not installed
        return None
    except GitFailed as error:
        if re.search("not a git repository|must be run in a work tree", str(error)):
            return None
        raise


def find_revision(repository: str, text: str) -> str | None:
    """The commit that somebody named; None where there is no such thing."""
    named = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{text}^{{commit}}")
    try:
        return _git(repository, *named).decode().strip()
    except GitFailed:
        return None


def revision_hint(repository: str, text: str) -> str:
    """Which branch or tag was probably meant; empty where none is near."""
    listed = _git(repository, "for-each-ref", "--format=%(refname:short)").decode()
    return did_you_mean(text, listed.split())


def is_before(repository: str, commit: str) -> bool:
    """Whether what is checked out follows a commit."""
    try:
        _git(repository, "merge-base", "--is-ancestor", commit, "HEAD")
    except GitFailed:
        return False
    return True


def commit_ranks(repository: str, commits: Sequence[str]) -> dict[str, int]:
    """The places of commits in their branches, ancestors first; of those that the repository
    has."""
    asked = [own for own in commits if re.fullmatch("[0-9a-f]{40,64}", own)]
    if not asked:
        return {}
    given = "".join(f"{own}\n" for own in asked).encode()
    answers = _git(repository, "cat-file", "--batch-check", given=given).decode().splitlines()
    known = [answer.split()[0] for answer in answers if " commit " in answer]
    if not known:
        return {}
    listed = _git(repository, "rev-list", "--topo-order", "--reverse", *known, "--").decode()
    places = {commit: place for place, commit in enumerate(listed.split())}
    return {own: places[own] for own in known}


def extract(repository: str, commit: str, path: str, into: str) -> str:
    """Write an archive, or what another tool left, as it was in a commit.

    Of an archive's artifacts only the tables of evaluations are written; links are not.

    Args:
        path: of a file or folder, from the top of the repository, POSIX; ``.`` is all of it.
        into: an empty folder.

    Returns:
        Where it is.

    Raises:
        NotFound: the commit has no such file or folder.
    """
    own = posixpath.normpath(path.strip("/") or ".")
    entries = [] if own.startswith("..") else _entries(repository, commit, own)
    if [(name, kind) for kind, _, name in entries] == [(own, _LINK)]:  # to where the archive is
        target = _contents(repository, [entries[0][1]])[0].decode(errors="replace")
        own = posixpath.normpath(posixpath.join(posixpath.dirname(own), target))
        entries = [] if own.startswith(("..", "/")) else _entries(repository, commit, own)
    files = [(name, oid) for kind, oid, name in entries if kind not in (_LINK, _MODULE)]
    if not files:
        raise NotFound(
            f"The revision {commit[:12]} has no folder {path!r}; name one: REVISION:PATH."
        )
    root = "" if own == "." else f"{own}/"
    if f"{root}{ARCHIVE_FILE}" in dict(files):
        files = [(name, oid) for name, oid in files if _is_read(name.removeprefix(root))]
    for place in range(0, len(files), _AT_ONCE):
        part = files[place : place + _AT_ONCE]
        contents = _contents(repository, [oid for _, oid in part])
        for (name, _), content in zip(part, contents, strict=True):
            target = os.path.join(into, *name.split("/"))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "xb") as file:
                file.write(content)
    return os.path.join(into, *([] if own == "." else own.split("/")))


def _is_read(name: str) -> bool:
    """Whether a review reads a file of an archive."""
    return not name.startswith(f"{ARTIFACTS}/") or name.endswith(f"/{TABLE_FILE}")


def _entries(repository: str, commit: str, path: str) -> list[tuple[str, str, str]]:
    """Mode, object and name of all files of a commit below a path."""
    within = () if path == "." else ("--", path)
    listed = _git(repository, "--literal-pathspecs", "ls-tree", "-r", "-z", commit, *within)
    entries = []
    for line in listed.decode(errors="surrogateescape").split("\0"):
        head, tab, name = line.partition("\t")
        if tab and not _is_plain(name):  # no git writes such a tree
            raise RunreportError(
                f"The commit {commit[:12]} holds the path {name!r}; it is not read."
            )
        if tab:
            mode, _, oid = head.split(" ")
            entries.append((mode, oid, name))
    return entries


def _is_plain(name: str) -> bool:
    """Whether a path of a tree stays below the folder it is written to."""
    parts = name.split("/")
    return not any(part in ("", ".", "..") or "\\" in part or ":" in part for part in parts)


def _contents(repository: str, oids: Sequence[str]) -> list[bytes]:
    """The contents of objects."""
    asked = "".join(f"{oid}\n" for oid in oids).encode()
    answer = io.BytesIO(_git(repository, "cat-file", "--batch", given=asked))
    contents = []
    for _ in oids:
        head = answer.readline().split()
        if len(head) != 3:
            raise RunreportError(
                f"{repository} lacks an object of this revision; git fsck tells more."
            )
        size = int(head[2])
        contents.append(answer.read(size))
        answer.read(1)
    return contents


def _git(folder: str, *arguments: str, given: bytes = b"") -> bytes:
    """What git prints.

    Raises:
        GitFailed: it refuses, or takes too long.
    """
    try:
        return subprocess.run(
            ["git", "-C", folder, *arguments],
            check=True,
            capture_output=True,
            timeout=_LONGEST_S,
            input=given,
            env={key: value for key, value in os.environ.items() if key not in _OF_HOOKS},
        ).stdout
    except subprocess.CalledProcessError as error:
        told = safe(error.stderr.decode(errors="replace").strip())
        raise GitFailed(f"git cannot read the repository of {folder}: {told}") from error
    except subprocess.TimeoutExpired as error:
        raise GitFailed(f"git took over {_LONGEST_S} s for {folder}.") from error
