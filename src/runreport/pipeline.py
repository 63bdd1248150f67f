"""The whole way from an archive to a published site, in one function."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from runreport import __version__
from runreport.archive.directory import open_archive
from runreport.archive.reading import read_archive
from runreport.errors import BuildError
from runreport.report.assemble import Report, assemble_report
from runreport.report.config import Config
from runreport.report.redaction import Finding
from runreport.site.publish import Published, check_target, publish_site
from runreport.site.render import SiteFile, render_site
from runreport.site.theme import load_theme

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


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


def build_site(
    archive: str | None,
    output: str,
    config: Config,
    *,
    strict: bool = False,
    progress: Progress | None = None,
) -> Build:
    """Build the site of an archive; the same archive and config give the same bytes.

    Args:
        strict: fail, leaving an earlier site as it is, when anything had to be left out.

    Raises:
        BuildError: the output folder may not be replaced, or ``strict`` and something is damaged.
        NotFound, ArchiveError: there is no archive, or a newer runreport wrote it.
        ConfigError: the theme is wrong.
    """
    began = time.monotonic()
    check_target(os.path.abspath(output))
    storage = open_archive(archive)
    if storage.contains(output):
        raise BuildError(
            f"{output} lies in the archive {storage.root}. A site is no part of the archive; "
            "choose a folder outside it with -o."
        )
    theme = load_theme(config.theme, config.folder)

    def reading(done: int, total: int) -> None:
        if progress is not None:
            progress("Reading", done, total)

    snapshot = read_archive(storage, progress=reading)
    report = assemble_report(
        snapshot, config, now_ms=_now(), version=__version__, all_rows=not theme.has_scripts
    )
    if strict and report.site.notices:
        listed = "\n  ".join(report.site.notices)
        raise BuildError(
            f"Aborted in strict mode: {len(report.site.notices)} of the archive's files cannot "
            f"be shown as they are.\n  {listed}"
        )
    files = _counted(render_site(report, theme), report, progress)
    published = publish_site(files, output)
    return Build(
        published,
        report.runs,
        sum(len(page.charts) for page in report.experiments),
        report.site.notices,
        report.findings,
        report.advice,
        time.monotonic() - began,
    )


def _now() -> int | None:
    """The "now" of a reproducible build, in ms; None lets the newest event decide."""
    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not text:
        return None
    if not text.isdecimal():
        raise BuildError(f"SOURCE_DATE_EPOCH is {text!r}; it must be whole seconds since 1970.")
    return int(text) * 1000


def _counted(
    files: Iterator[SiteFile], report: Report, progress: Progress | None
) -> Iterator[SiteFile]:
    total = report.runs + len(report.experiments) + 1
    done = 0
    for file in files:
        if progress is not None and file.path.endswith("/index.html"):
            done += 1
            progress("Writing", min(done, total), total)
        yield file
