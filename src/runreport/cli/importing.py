"""``runreport import``: runs that other tools left become runs of the archive."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

import click

from runreport.archive.directory import locate_archive, open_archive
from runreport.archive.layout import ARCHIVE_FILE
from runreport.cli.printing import (
    archive_option,
    chosen,
    fail,
    json_option,
    limit_option,
    print_json,
    progress_bar,
    say,
)
from runreport.importers.formats import FORMATS, NAMES, of_name
from runreport.importers.importing import Import, import_runs, search
from runreport.importers.summary import (
    ENTITIES,
    by_format,
    lines,
    nothing_found,
    ordered,
    outcomes_of,
    totals_of,
)
from runreport.importers.told import Loss
from runreport.nearest import did_you_mean
from runreport.report.formatting import safe

LOSSES = 3
"""Exit status where a part of a source could not be read."""
MAX_LISTED = 20


@click.command("import")
@click.argument("words", metavar="[FORMAT] SOURCE [ARCHIVE]", nargs=-1)
@archive_option
@click.option("--no-artifacts", is_flag=True, help="Leave the runs' files where they are.")
@click.option("-v", "--verbose", is_flag=True, help="Also name what looks like a format's only.")
@click.option("-q", "--quiet", is_flag=True, help="Print only what is lost.")
@json_option
@limit_option
def import_command(
    words: tuple[str, ...],
    archive: str | None,
    no_artifacts: bool,
    verbose: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Bring the runs of other tools into an archive: of a project, a run folder or one file.

    Without FORMAT all known ones are looked for. Importing again adds what is new. Exit status 3
    says that a part of the source could not be read.
    """
    wanted, source, target = _parsed(words)
    location = chosen(target, archive)
    _check(source, location)
    formats = FORMATS if wanted is None else of_name(wanted)
    found = search(source, formats)
    if not found.claims:
        if verbose:
            _list("Left alone", found.files.told.left_alone)
        _list("Lost", found.files.told.lost)
        fail(nothing_found(found, formats))
    storage = open_archive(location, create=True)
    done = import_runs(
        found,
        storage,
        with_files=not no_artifacts,
        progress=None if quiet or as_json else progress_bar(),
    )
    if as_json:
        print_json(described(done, storage.root))
    elif not quiet:
        for line in lines(done, storage.root):
            click.echo(safe(line))
    if verbose and not as_json:
        _list("Left alone", done.told.left_alone)
    if not as_json:
        _list("Lost", done.told.lost)
    if done.told.lost:
        sys.exit(LOSSES)


def _parsed(words: Sequence[str]) -> tuple[str | None, str, str | None]:
    """Format, source and archive."""
    rest = list(words)
    wanted = rest.pop(0) if len(rest) > 1 and rest[0] in NAMES else None
    if not rest or len(rest) > 2:
        known = ", ".join(NAMES)
        raise click.UsageError(
            f"Name what to import: [FORMAT] SOURCE [ARCHIVE]. Formats: {known}."
            if not rest or len(rest) > 3 or wanted is not None
            else f"There is no format {rest[0]!r}.{did_you_mean(rest[0], NAMES)} Formats: {known}."
            " The format comes first, then one source, then the archive."
        )
    return wanted, rest[0], rest[1] if len(rest) > 1 else None


def _check(source: str, location: str | None) -> None:
    """Refuse a source that is none, and source and archive mixed up."""
    if not os.path.exists(source):
        near = f" Formats: {', '.join(NAMES)}." if os.sep not in source else ""
        raise click.UsageError(f"There is no {source!r} to import from.{near}")
    if os.path.isfile(os.path.join(source, ARCHIVE_FILE)):
        raise click.UsageError(
            f"{source!r} is an archive already. Put it into another one: "
            f"runreport archive merge {source} ARCHIVE"
        )
    place = locate_archive(location)
    if os.path.abspath(source) == place:
        raise click.UsageError(
            f"{source!r} would be both source and archive. Name another folder for the archive: "
            f"runreport import {source} ARCHIVE"
        )


def described(done: Import, archive: str) -> dict[str, Any]:
    """What an import did, for programs."""
    told = done.told
    return {
        "archive": archive,
        "sources": [
            {
                "format": source.format,
                "title": source.title,
                "place": source.place,
                **_entities(source.counts),
                "outcome": dict(outcome),
            }
            for source, outcome in zip(done.sources, outcomes_of(done.sources), strict=True)
        ],
        "formats": [
            {
                "format": own.format,
                "title": own.title,
                **_entities(own.counts),
                "outcome": dict(own.outcome),
            }
            for own in by_format(done.sources)
        ],
        "runs": totals_of(done.sources),
        "remarks": list(told.remarks),
        "lacking": dict(ordered(told.lacking)),
        "left_out": dict(ordered(told.left_out)),
        "left_alone": [loss._asdict() for loss in told.left_alone],
        "lost": [loss._asdict() for loss in told.lost],
        "archives": list(done.archives),
    }


def _entities(counts: Counter[str]) -> dict[str, int]:
    return {f"{name}s": counts[f"{name}s"] for name in ENTITIES}


def _list(title: str, losses: Sequence[Loss]) -> None:
    if not losses:
        return
    say(f"{title} ({len(losses):,}):")
    for loss in losses[:MAX_LISTED]:
        say(f"  {safe(loss)}")
    if len(losses) > MAX_LISTED:
        say(f"  … and {len(losses) - MAX_LISTED:,} more (--json lists all)")
