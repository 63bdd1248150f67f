"""Whether a site is as its archive and config would make it, decided without reading either whole.

Needs the standard library only, so that a build with nothing to do is over before the libraries of
one that has would be loaded.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

from runreport import __version__
from runreport.archive.directory import open_archive
from runreport.archive.layout import ARTIFACTS
from runreport.archive.state import archive_state
from runreport.archive.storage import Storage
from runreport.build.state import recall_summary
from runreport.errors import BuildError
from runreport.report.config import Config
from runreport.report.findings import Finding
from runreport.report.note_files import note_files, note_pictures
from runreport.site.digests import digest_of
from runreport.site.places import place_of
from runreport.site.publish import MARKER_TEXT
from runreport.site.published import Published
from runreport.site.theme import Theme, load_theme

MARKER_BYTES = len(MARKER_TEXT)
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_LIBRARIES = (
    "google-re2",
    "jinja2",
    "latex2mathml",
    "markdown-it-py",
    "mdit-py-plugins",
    "orjson",
    "pyarrow",
    "pygments",
    "vl-convert-python",
)
"""What they make of the same input may change with their version."""


@dataclass(frozen=True, slots=True)
class Build:
    """What a build made, and what it had to say about it."""

    published: Published
    runs: int
    charts: int
    notices: tuple[str, ...]
    """What of the archive was left out."""
    findings: tuple[Finding, ...]
    """What was redacted."""
    advice: tuple[str, ...]
    """What of the config names nothing in the archive."""
    seconds: float
    is_update: bool = False
    """Whether an earlier build's site was changed in place."""


def unchanged(archive: str | None, output: str, config: Config) -> Build | None:
    """What the last build said, if another one would make the same; None if it might not.

    Raises:
        NotFound, ArchiveError: there is no archive, or a newer runreport wrote it.
        ConfigError: the theme is wrong.
    """
    place = place_of(output)
    if not place.has_site():
        return None
    earlier = recall_summary(place)
    if earlier is None or earlier.summary.get("is_reviewed"):
        return None  # whether its base is the same nobody knows
    storage = open_archive(archive)
    theme = load_theme(config.theme, config.folder, config.options)
    if earlier.inputs != inputs_digest(config, theme) or earlier.archive != listing_digest(
        storage
    ):
        return None
    found = recalled(earlier.summary)
    if found is None:
        return None
    # Files that somebody removed or emptied are made again.
    files, size = place.totals()
    is_whole = (files, size) == (found.published.files, found.published.size_bytes + MARKER_BYTES)
    return found if is_whole else None


def summary_of(build: Build) -> dict[str, object]:
    """A build as its state holds it."""
    published = build.published
    return {
        "published": {
            "folder": published.folder,
            "files": published.files,
            "pages": published.pages,
            "size_bytes": published.size_bytes,
            "largest": published.largest,
            "largest_bytes": published.largest_bytes,
        },
        "runs": build.runs,
        "charts": build.charts,
        "notices": build.notices,
        "findings": [(one.kind, one.place, one.count) for one in build.findings],
        "advice": build.advice,
    }


def recalled(summary: object) -> Build | None:
    """A build from its state; None where that is none of ours."""
    try:
        assert isinstance(summary, dict)
        sizes = ("files", "pages", "size_bytes", "largest_bytes")
        assert all(isinstance(summary["published"][name], int) for name in sizes)
        return Build(
            Published(**summary["published"], written=0),
            summary["runs"],
            summary["charts"],
            tuple(summary["notices"]),
            tuple(Finding(*finding) for finding in summary["findings"]),
            tuple(summary["advice"]),
            0.0,
            is_update=True,
        )
    except (AssertionError, AttributeError, KeyError, TypeError):
        return None


def inputs_digest(config: Config, theme: Theme) -> str:
    """A digest of all that a site is made of beside its archive."""
    contents = hashlib.sha256()
    for path in _inputs(config, theme):
        try:
            with open(path, "rb") as opened:
                content = opened.read()
        except OSError:  # whoever uses it says what is wrong with it
            content = b""
        contents.update(f"{path}\0{len(content)}\0".encode(errors="replace") + content)
    libraries = [version(name) for name in _LIBRARIES]
    return digest_of(__version__, libraries, config, now_text(), contents.hexdigest())


def _inputs(config: Config, theme: Theme) -> Iterator[str]:
    """The files of theme and notes, and of this package, which a checkout changes unnoticed."""
    for folder in (*theme.folders, _PACKAGE):
        yield from _files(folder)
    if config.notes is not None:
        place = os.path.join(config.folder, config.notes)
        if os.path.isdir(place):
            names = (*note_files(place), *note_pictures(place))
            yield from (os.path.join(place, name) for name in names)


def now_text() -> str:
    """The "now" that the environment sets, in seconds; empty lets the newest event decide.

    Raises:
        BuildError: it is no number.
    """
    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    if text and not text.isdecimal():
        raise BuildError(f"SOURCE_DATE_EPOCH is {text!r}; it must be whole seconds since 1970.")
    return text


def listing_digest(storage: Storage) -> str:
    """A digest of the archive's listing: names, sizes and times of files, and who writes; and of
    how much of it is read.

    Artifacts are looked at by the times of their folders and files, so that a file that was
    damaged in place is found by the next build that reads it.
    """
    return digest_of(
        storage.identity, storage.limits, archive_state(storage), *storage.list(ARTIFACTS)
    )


def _files(folder: str) -> Iterator[str]:
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if not os.path.isdir(path):
            yield path
        elif name != "__pycache__":
            yield from _files(path)
