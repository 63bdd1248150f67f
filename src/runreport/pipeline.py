"""The whole way from an archive to a published site, in one function."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from functools import partial

from runreport import __version__
from runreport.archive.directory import open_archive
from runreport.archive.layout import ARTIFACTS
from runreport.archive.reading import Snapshot, read_archive
from runreport.archive.storage import Storage
from runreport.errors import BuildError
from runreport.report.assemble import Report, assemble_report
from runreport.report.config import Config
from runreport.report.formatting import plural
from runreport.report.reviews.review import Review
from runreport.report.runs.keys import run_keys
from runreport.site.making import Making, Progress
from runreport.site.memory import (
    MARKER,
    Memory,
    digest_of,
    forget,
    recall,
    remember,
)
from runreport.site.publish import check_target, publish_site, recover
from runreport.site.published import Published
from runreport.site.render import Pages
from runreport.site.theme import Theme, load_theme
from runreport.upkeep import Build, inputs_digest, listing_digest, now_text, summary_of


def build_site(
    archive: str | None,
    output: str,
    config: Config,
    *,
    strict: bool = False,
    clean: bool = False,
    progress: Progress | None = None,
    review: Review | None = None,
) -> Build:
    """Build the site of an archive; the same archive and config give the same bytes.

    Where an earlier build left a site and its memory, only what has changed is made; the site is
    the same as if it had all been made anew.

    Args:
        strict: fail, leaving an earlier site as it is, when anything had to be left out.
        clean: make everything anew.
        review: gets a page.

    Raises:
        BuildError: the output folder may not be replaced, or ``strict`` and something is damaged.
        NotFound, ArchiveError: there is no archive, or a newer runreport wrote it.
        ConfigError: the theme is wrong, or the config names a view or notes that cannot be made.
    """
    began = time.monotonic()
    target = os.path.abspath(output)
    storage = _opened(archive, output)
    theme = load_theme(config.theme, config.folder, config.options)
    inputs = inputs_digest(config, theme)
    listing = listing_digest(storage)  # before reading: what changes meanwhile is read again

    def reading(done: int, total: int) -> None:
        if progress is not None:
            progress("Reading", done, total)

    snapshot = read_archive(storage, progress=reading)
    report = _assembled(snapshot, config, theme, review)
    keys = run_keys(snapshot, report.run_pages, report.notices, report.note_ground.now_ms)
    making = Making(report, Pages(report, theme), keys, progress)
    recover(target)
    common = _common(report)
    # In strict mode all is tried first, beside an earlier site that stays if it comes to nothing.
    earlier = None if clean or strict else _earlier(target, inputs, common)
    if earlier is not None:
        published = making.update(target, earlier)
    else:
        forget(target)
        check = partial(_refuse_problems, report) if strict else None
        published = publish_site(making.all_files(), output, check)
    build = _described(report, published, time.monotonic() - began, is_update=earlier is not None)
    told = {**summary_of(build), "is_reviewed": review is not None}
    parts, digests, drawn = making.parts, making.digests, making.pages.drawn
    remember(target, Memory(inputs, listing, told, common, parts, digests, drawn))
    return build


def _opened(archive: str | None, output: str) -> Storage:
    """The archive, if the site may be written where it is to be.

    Raises:
        BuildError: the site would replace what is no site, or lie in the archive.
    """
    check_target(os.path.abspath(output))
    storage = open_archive(archive)
    if storage.contains(output):
        raise BuildError(
            f"{output} lies in the archive {storage.root}. A site is no part of the archive; "
            "choose a folder outside it with -o."
        )
    return storage


def _assembled(snapshot: Snapshot, config: Config, theme: Theme, review: Review | None) -> Report:
    now = now_text()
    report = assemble_report(
        snapshot,
        config,
        now_ms=int(now) * 1000 if now else None,
        version=__version__,
        all_rows=not theme.has_scripts,
        review=review,
    )
    of_config = (f"runreport.toml: {advice}" for advice in report.advice)
    of_notes = (problem for body in report.bodies for problem in body.problems)
    return replace(report, advice=(*of_config, *of_notes, *theme.unused))


def _problems(report: Report) -> tuple[str, ...]:
    """What could not be shown although it was logged; complete once all pages were made."""
    failed = (one for one in report.findings if one.is_failure)
    return (*report.site.notices, *(f"{one.place}: {one.kind}" for one in failed))


def _refuse_problems(report: Report) -> None:
    problems = (*_problems(report), *report.advice)
    if problems:
        listed = "\n  ".join(problems)
        raise BuildError(
            f"Aborted in strict mode: {plural(len(problems), 'thing')} cannot be shown as logged "
            f"or configured.\n  {listed}"
        )


def _common(report: Report) -> str:
    """A digest of what the pages of all runs depend on: names to redact, and damaged segments."""
    names = report.run_pages.redactor.identity
    notices = [str(one) for one in report.notices if not one.path.startswith(f"{ARTIFACTS}/")]
    return digest_of(names, notices)


def _earlier(target: str, inputs: str, common: str) -> Memory | None:
    """What the last build left, if this one may go on from there."""
    if not os.path.isfile(os.path.join(target, MARKER)):
        return None
    found = recall(target)
    return None if found is None or (found.inputs, found.common) != (inputs, common) else found


def _described(report: Report, published: Published, seconds: float, *, is_update: bool) -> Build:
    return Build(
        published,
        report.runs,
        report.charts,
        _problems(report),
        tuple(one for one in report.findings if not one.is_failure),
        report.advice,
        seconds,
        is_update,
    )
