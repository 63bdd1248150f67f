"""What somebody names to compare: an archive, other tools' runs, some runs, or a git revision."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace

from runreport.archive.directory import is_foreign, is_remote, locate_archive, open_archive
from runreport.archive.layout import ARCHIVE_FILE
from runreport.archive.reading import read_archive
from runreport.errors import NotFound
from runreport.importers.recognising import take_in
from runreport.query.fold import fold_snapshot
from runreport.query.samples import Runs
from runreport.report.config import Config
from runreport.report.redaction import make_redactor
from runreport.report.reviews.sides import ReviewSide
from runreport.revisions import extract, find_revision, is_before, repository_of, revision_hint

_FILTER = re.compile(r"[=<>!]|\s(?:like|ilike|in|is|between)\s", re.I)


@contextlib.contextmanager
def as_archive(location: str | None) -> Iterator[str]:
    """The place of an archive; what another tool left is one for as long as this lasts.

    Raises:
        NotFound: there is nothing to import.
    """
    place = locate_archive(location)
    if not is_foreign(place):
        yield place
        return
    with tempfile.TemporaryDirectory(prefix="runreport-") as folder:
        yield _taken_in(place, os.path.join(folder, "archive"))


@contextlib.contextmanager
def opened_sides(
    base: str, head: str | None, archive: str | None, config: Config
) -> Iterator[tuple[ReviewSide, ReviewSide]]:
    """Both sides of a review; what had to be written for them is gone afterwards.

    Args:
        base, head: the path or URI of an archive or of other tools' runs, a filter, or a git
            revision, also as REVISION:PATH; of the head None is the archive itself.
        archive: what filters and revisions are about.

    Raises:
        NotFound, ArchiveError: one of them is none of these.
    """
    opened: dict[str, ReviewSide] = {}
    sides: dict[str | None, ReviewSide] = {}

    def open_at(path: str, label: str) -> ReviewSide:
        if path not in opened:
            snapshot = read_archive(open_archive(path))
            index = fold_snapshot(snapshot)
            redactor = make_redactor(config, index, snapshot)
            opened[path] = ReviewSide(label, snapshot, Runs(index), redactor)
        return replace(opened[path], label=label)

    place = locate_archive(archive)
    with tempfile.TemporaryDirectory(prefix="runreport-") as folder, as_archive(archive) as own:

        def side(name: str, text: str | None) -> ReviewSide:
            if not text:
                return open_at(own, archive or os.path.relpath(place))
            if _is_place(text):
                there = locate_archive(text)
                if is_foreign(there):
                    there = _taken_in(there, os.path.join(folder, name))
                return open_at(there, text)
            found = _of_revision(text, place, os.path.join(folder, name))
            if found is not None:
                there, is_elsewhere = found
                return replace(open_at(there, text), is_elsewhere=is_elsewhere)
            if _FILTER.search(text):
                return replace(open_at(own, text), filter=text)
            raise NotFound(_nothing(text, place))

        for name, text in (("base", base), ("head", head)):
            if text not in sides:  # one name is one thing, opened once
                sides[text] = side(name, text)
        yield sides[base], sides[head]


def known_runs(base: str, archive: str | None, config: Config) -> frozenset[str]:
    """The ids of the runs that a base has.

    Args:
        base, archive: see `opened_sides`.

    Raises:
        NotFound, ArchiveError: it is none.
    """
    with opened_sides(base, base, archive, config) as (side, _):
        own = side.chosen((), 0)
    return frozenset(run.run_id for runs in own.values() for run in runs)


def _is_place(text: str) -> bool:
    return is_remote(text) or text.startswith(("runreport:", "file:")) or os.path.exists(text)


def _taken_in(source: str, beside: str) -> str:
    return take_in(source, beside, (), is_own=True).archive


def _of_revision(text: str, archive: str, into: str) -> tuple[str, bool] | None:
    """The archive of a git revision, written to a folder, and whether what is checked out does not
    follow that revision; None where there is no such revision.

    Raises:
        NotFound: the revision has no such archive.
    """
    repository = None if is_remote(archive) else repository_of(archive)
    if repository is None:
        return None
    revision, colon, path = (text, "", "") if text.startswith(":/") else text.partition(":")
    commit = find_revision(repository, revision)
    if commit is None:
        return None
    if not colon:
        path = os.path.relpath(os.path.realpath(archive), repository).replace(os.sep, "/")
    os.makedirs(into)
    found = extract(repository, commit, path, into)
    is_archive = os.path.isfile(os.path.join(found, ARCHIVE_FILE))
    place = found if is_archive else _taken_in(found, f"{into}-archive")
    return place, not is_before(repository, commit)


def _nothing(text: str, archive: str) -> str:
    """That a text names nothing, and what it may name."""
    repository = None if is_remote(archive) else repository_of(archive)
    where = f"of {repository}" if repository else "(the archive lies in no git repository)"
    hint = revision_hint(repository, text.partition(":")[0]) if repository else ""
    return (
        f"{text!r} is no file or folder, no filter, and no revision {where}.{hint} Name an "
        "archive, a filter such as \"params.model = 'LR'\", or a revision such as main:runs."
    )
