"""Building straight from what another tool left: its runs come into an archive of their own first.

The archive is kept, and so is a digest of what was listed: as long as no file of the source has
changed, nothing is read again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from runreport import __version__
from runreport.archive.directory import open_archive
from runreport.archive.layout import ARCHIVE_FILE
from runreport.archive.merging import merge_archive
from runreport.errors import NotFound
from runreport.importers.formats import FORMATS
from runreport.importers.importing import Progress, import_runs, search
from runreport.importers.scanning import SKIPPED
from runreport.importers.summary import nothing_found, recognised
from runreport.site.state_folder import read_note, write_note

_NOTES = "source.json"


@dataclass(frozen=True, slots=True)
class Recognised:
    """A source that was no archive, and the archive that its runs are in now."""

    archive: str
    """Its path."""
    told: str
    """One line: what it was recognised as."""
    lost: tuple[str, ...]
    """What of it could not be read."""


def take_in(
    source: str,
    archive: str,
    skipped: Collection[str],
    progress: Progress | None = None,
    *,
    is_own: bool,
    clean: bool = False,
) -> Recognised:
    """Bring an archive up to date with a source.

    Args:
        archive: path of the archive, which is made where there is none.
        skipped: absolute paths of folders that are not searched, e.g. the site's.
        is_own: the archive is for this source alone: it is made anew when the source has changed,
            so that it holds what the source does and nothing else.
        clean: read the source even if nothing of it has changed.

    Raises:
        NotFound: there is nothing to import in the source.
        ArchiveError, WriteFailed: the archive cannot be made or written.
    """
    notes = f"{archive}.{_NOTES}"
    away = {os.path.abspath(archive), *map(os.path.abspath, skipped)}
    listing = _listing_digest(os.path.abspath(source), away)
    known = read_note(notes)
    is_there = os.path.isfile(os.path.join(archive, ARCHIVE_FILE))
    if is_there and not clean and isinstance(known, dict) and known.get("listing") == listing:
        return Recognised(archive, str(known.get("told")), tuple(known.get("lost", ())))
    found = search(source, FORMATS, away)
    if not found.claims and not found.archives:
        raise NotFound(nothing_found(found, FORMATS))
    place = f"{archive}.new" if is_own else archive
    if is_own:
        shutil.rmtree(place, ignore_errors=True)
    storage = open_archive(place, create=True)
    done = import_runs(found, storage, progress=progress)
    for own in done.archives:
        merge_archive(open_archive(own), storage)
    if is_own:
        shutil.rmtree(archive, ignore_errors=True)
        os.rename(place, archive)
    told = recognised(done)
    lost = tuple(map(str, done.told.lost))
    write_note(notes, {"listing": listing, "told": told, "lost": lost})
    return Recognised(archive, told, lost)


def _listing_digest(root: str, skipped: Collection[str]) -> str:
    """A digest of the names, sizes and times of all files that may be imported."""
    found = hashlib.sha256(f"{__version__}\0{root}\0".encode(errors="surrogateescape"))
    for path, size, modified in _listed(root, skipped):
        found.update(f"{path}\0{size}\0{modified}\0".encode(errors="surrogateescape"))
    return found.hexdigest()


def _listed(root: str, skipped: Collection[str]) -> Iterator[tuple[str, int, int]]:
    if os.path.isfile(root):
        facts = os.stat(root)
        yield root, facts.st_size, facts.st_mtime_ns
        return
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in SKIPPED and entry.path not in skipped:
                    waiting.append(entry.path)
            else:
                with contextlib.suppress(OSError):  # it went away
                    facts = entry.stat(follow_symlinks=False)
                    yield entry.path, facts.st_size, facts.st_mtime_ns
