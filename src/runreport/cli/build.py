"""``runreport build``, and what it has in common with ``runreport serve``."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from runreport.archive.directory import (
    is_foreign,
    is_remote,
    locate_archive,
    naming_variable,
    open_archive,
)
from runreport.archive.layout import ARCHIVE_FILE
from runreport.build.lean import load_arrow
from runreport.build.upkeep import Build, unchanged
from runreport.cli.hints import hint_at_compaction
from runreport.cli.printing import (
    archive_option,
    chosen,
    json_option,
    limit_option,
    print_json,
    progress_bar,
    say,
)
from runreport.cli.site_report import report_rows, site_report, too_large
from runreport.errors import BuildError, NotFound
from runreport.report.config import FILE_NAME, Config, load_config
from runreport.report.findings import Finding
from runreport.report.formatting import format_size, plural, safe
from runreport.site.places import place_of
from runreport.site.state_folder import IMPORTED, mark, state_folder

if TYPE_CHECKING:
    from runreport.build.engine import Progress
    from runreport.build.executor import Executor

MAX_PLACES = 40
"""Places that are listed at the end of a build; ``--json`` has all."""

config_option = click.option(
    "--config",
    "config_path",
    metavar="FILE",
    help="runreport.toml to use (default: the one in this folder).",
)


@click.command()
@click.argument("source", metavar="[SOURCE]", required=False)
@archive_option
@click.option("-o", "--output", default="site", show_default=True, help="Folder of the site.")
@config_option
@click.option("--theme", help="default, plain, or the path of a theme folder.")
@click.option(
    "--strict",
    is_flag=True,
    help="Fail when anything could not be shown as it was logged or configured.",
)
@click.option("--clean", is_flag=True, help="Make everything anew, not only what has changed.")
@click.option(
    "--archive-to",
    metavar="PATH",
    help="Archive for the runs of other tools (default: beside the site).",
)
@click.option(
    "--base", metavar="BASE",
    help="Add a page of what these runs have that those of BASE have not: an archive, a filter or "
    "a git revision, as for runreport compare.",
)  # fmt: skip
@click.option(
    "--workers", type=click.IntRange(min=1), metavar="N",
    help="Processes that make pages and charts (default: one for each processor, where it pays).",
)  # fmt: skip
@click.option(
    "--executor", type=click.Choice(["local", "dask"]), default="local", show_default=True,
    help="Who makes them: processes of this machine, or the workers of a Dask cluster with which "
    "archive and site are shared.",
)  # fmt: skip
@click.option("--scheduler", metavar="ADDRESS", help="Of the Dask cluster, e.g. tcp://host:8786.")
@click.option(
    "--site-report", "has_report", is_flag=True, help="Print what takes the space of the site."
)
@click.option("-q", "--quiet", is_flag=True, help="Print only errors.")
@json_option
@limit_option
def build(
    source: str | None,
    archive: str | None,
    output: str,
    config_path: str | None,
    theme: str | None,
    strict: bool,
    clean: bool,
    archive_to: str | None,
    base: str | None,
    workers: int | None,
    executor: str,
    scheduler: str | None,
    has_report: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Build the static site of an archive, or of the runs that other tools left in a project."""
    _check_executor(executor, workers, scheduler)
    if not output.strip():
        raise click.UsageError("-o needs the name of a folder.")
    signal.signal(signal.SIGTERM, end_cleanly)  # what is staged goes, and the processes with it
    location = named = located(chosen(source, archive))
    bar = None if quiet or as_json else progress_bar()
    lost: Sequence[str] = ()
    if is_foreign(location):
        location, lost = taken_in(location, archive_to, output, bar, strict=strict, clean=clean)
    elif archive_to is not None:
        raise click.UsageError("--archive-to is for the runs of other tools; this is an archive.")
    config = config_of(location, config_path, theme)
    made = None if clean or strict or base else unchanged(location, output, config)
    was_read = made is None
    if made is None:
        load_arrow()
        from runreport.pipeline import build_site

        review = None
        if base:
            from runreport.cli.compare import reviewed

            review = reviewed(base, location or locate_archive(None), named, config)
        made = build_site(
            location,
            output,
            config,
            strict=strict,
            clean=clean,
            progress=bar,
            review=review,
            executor=_chosen_executor(workers, scheduler),
        )
    if as_json:
        report = {"site_report": report_rows(place_of(output))} if has_report else {}
        print_json({**_described(made), "lost": list(lost), **report})
    elif not quiet:
        warn_of_losses(lost)
        warn(made)
        if not is_remote(output):
            for warning in too_large(made.published):
                say(f"Warning: {warning}")
        if was_read:
            hint_at_compaction(open_archive(location))
        click.echo(_closing_line(made))
    if has_report and not as_json:
        click.echo(site_report(place_of(output)))


def end_cleanly(number: int, frame: object) -> None:
    """Leave by way of every clean-up, with the code that a shell gives for a signal."""
    del frame
    sys.exit(128 + number)


def _check_executor(executor: str, workers: int | None, scheduler: str | None) -> None:
    if executor == "dask" and scheduler is None:
        raise click.UsageError("--executor dask needs --scheduler, e.g. tcp://host:8786.")
    if executor == "dask" and workers is not None:
        raise click.UsageError("--workers is for --executor local; a cluster has its own workers.")
    if executor == "local" and scheduler is not None:
        raise click.UsageError("--scheduler is for --executor dask.")


def _chosen_executor(workers: int | None, scheduler: str | None) -> Executor:
    """Who makes pages and charts."""
    if scheduler is not None:
        from runreport.build.cluster import Cluster

        return Cluster(scheduler)
    return local_executor(workers)


def local_executor(workers: int | None = None) -> Executor:
    """Processes of this machine, as many as processors unless somebody says how many."""
    from runreport.build.executor import Pool, Serial, cores

    count = workers or cores()
    return Pool(count) if count > 1 else Serial()


def located(location: str | None) -> str | None:
    """What to build from: what was named, else the default archive, else what lies here.

    Raises:
        NotFound: what was named is not there.
    """
    if location and not is_remote(location) and ":" not in location:
        if not os.path.exists(locate_archive(location)):
            raise NotFound(f"There is no file or folder {location}.")
    elif location is None and not os.path.isfile(os.path.join(locate_archive(None), ARCHIVE_FILE)):
        from runreport.importers.formats import FORMATS
        from runreport.importers.importing import search

        if naming_variable() is None and search(".", FORMATS).claims:
            return "."
    return location


def taken_in(
    source: str | None,
    archive: str | None,
    site: str,
    bar: Progress | None,
    *,
    strict: bool = False,
    clean: bool = False,
    is_quiet: bool = False,
) -> tuple[str, Sequence[str]]:
    """The archive that another tool's runs are in now, and what of them is lost.

    Args:
        archive: where it is; None keeps it beside the site.

    Raises:
        NotFound: there are none.
        BuildError: ``strict``, and some of it is lost.
    """
    from runreport.importers.recognising import take_in

    assert source is not None
    place_of(site).check()
    if archive is None and is_remote(site):
        raise click.UsageError(
            f"A site on {site} has no folder beside it for the runs of other tools; name an "
            "archive for them with --archive-to."
        )
    beside = state_folder(os.path.abspath(site))
    kept = archive or os.path.join(beside, IMPORTED)
    away = (site, beside)
    found = take_in(source, kept, away, bar, is_own=archive is None, clean=clean)
    if archive is None:
        mark(os.path.abspath(site))
    if not is_quiet:
        say(f"Recognised {safe(found.told)}")
    if strict and found.lost:
        listed = "\n  ".join(found.lost)
        raise BuildError(f"Aborted in strict mode: what was logged is lost.\n  {listed}")
    return found.archive, found.lost


def warn_of_losses(lost: Sequence[str]) -> None:
    """Name what of a source could not be read."""
    for problem in lost[:MAX_PLACES]:
        say(f"Warning: {safe(problem)}: it is lost")
    if len(lost) > MAX_PLACES:
        say(f"Warning: … and {len(lost) - MAX_PLACES:,} more (runreport import --json lists all)")


def config_of(location: str | None, path: str | None, theme: str | None) -> Config:
    """The config of a build, after what was said of one that is not read."""
    beside = os.path.join(os.path.dirname(locate_archive(location)), FILE_NAME)
    if path is None and not os.path.isfile(FILE_NAME) and os.path.isfile(beside):
        say(f"Note: {safe(beside)} is not read, since it is not here. If it is yours: --config")
    return read_config(path, theme)


def read_config(path: str | None, theme: str | None) -> Config:
    """The config of a build."""
    from dataclasses import replace

    config = load_config(path)
    return config if theme is None else replace(config, theme=theme)


def warn(made: Build) -> None:
    for notice in made.notices:
        say(f"Warning: {safe(notice)}")
    for advice in made.advice:
        say(f"Warning: {safe(advice)}")
    _say_findings(made.findings)


def _say_findings(findings: Sequence[Finding]) -> None:
    """Print what is not published, and where it stands."""
    left_out = [one for one in findings if one.is_left_out]
    redacted = [one for one in findings if not one.is_left_out]
    if redacted:
        total = sum(finding.count for finding in redacted)
        say(f"Redacted {plural(total, 'value')} (what may stay: allow in [publish]):")
        _say_places(redacted)
    if left_out:
        say(f"Left out {plural(len(left_out), 'file')}:")
        _say_places(left_out)


def _say_places(findings: Sequence[Finding]) -> None:
    for one in findings[:MAX_PLACES]:
        count = f" ({one.count:,})" if one.count > 1 else ""
        say(f"  {safe(one.place)}: {one.kind}{count}")
    if len(findings) > MAX_PLACES:
        say(f"  … and {len(findings) - MAX_PLACES:,} more places (--json lists all)")


def _closing_line(made: Build) -> str:
    published = made.published
    size = format_size(published.size_bytes)
    place = f"{published.folder}/index.html"
    if not is_remote(published.folder):
        place = os.path.join(os.path.relpath(published.folder), "index.html")
    place = safe(place)
    if made.is_update and not published.written:
        return f"Nothing has changed since the last build → {place}"
    if made.is_update:
        return (
            f"Updated {plural(published.written, 'file')} of {published.files:,} from "
            f"{plural(made.runs, 'run')} in {made.seconds:.1f} s, {size} → {place}"
        )
    return (
        f"Built {plural(published.pages, 'page')}, {plural(made.charts, 'chart')} from "
        f"{plural(made.runs, 'run')} in {made.seconds:.1f} s, {size} → {place}"
    )


def _described(made: Build) -> dict[str, Any]:
    return {
        "folder": made.published.folder,
        "pages": made.published.pages,
        "files": made.published.files,
        "size_bytes": made.published.size_bytes,
        "written": made.published.written,
        "runs": made.runs,
        "charts": made.charts,
        "seconds": round(made.seconds, 3),
        "notices": list(made.notices),
        "advice": list(made.advice),
        "redacted": [
            {"kind": finding.kind, "place": finding.place, "count": finding.count}
            for finding in made.findings
        ],
    }
