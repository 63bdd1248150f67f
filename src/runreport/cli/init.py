"""``runreport init``: the files that a project begins with."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

import click

from runreport.archive.directory import is_foreign, locate_archive, open_archive
from runreport.archive.layout import ARCHIVE_FILE
from runreport.cli.printing import fail, limit_option, say
from runreport.errors import NotFound, RunreportError
from runreport.report.config import FILE_NAME
from runreport.report.formatting import safe

if TYPE_CHECKING:
    from runreport.report.assemble import Report


@click.command()
@click.argument("source", metavar="[SOURCE]", required=False)
@click.option(
    "--github", is_flag=True, help="Also write a workflow: Pages, pull requests, the gate."
)
@click.option(
    "--gitlab", is_flag=True, help="Also write a .gitlab-ci.yml: Pages, merge requests, the gate."
)
@click.option("--force", is_flag=True, help="Write over files that are there.")
@limit_option
def init(source: str | None, github: bool, gitlab: bool, force: bool) -> None:
    """Write a runreport.toml with what is found, in an archive or in this folder.

    Primary metrics and directions are guessed from names, and said to be guesses.
    """
    from runreport.starting import RECIPES, starting_config, starting_job

    systems = [name for name, is_asked in (("github", github), ("gitlab", gitlab)) if is_asked]
    wanted = [FILE_NAME, *(RECIPES[system] for system in systems)]
    there = [] if force else [path for path in wanted if os.path.exists(path)]
    if len(there) == len(wanted):
        verb, them = ("exists", "it") if len(there) == 1 else ("exist", "them")
        fail(f"{' and '.join(there)} {verb} already. Write over {them} with --force.")
    default = locate_archive(None)
    has_archive = os.path.isfile(os.path.join(default, ARCHIVE_FILE))
    place = source or (os.path.relpath(default) if has_archive else ".")
    if os.path.isabs(place) and not os.path.relpath(place).startswith(".."):
        place = os.path.relpath(place)  # a workflow runs in another folder
    title = os.path.basename(os.getcwd()).replace("-", " ").replace("_", " ").strip()
    report = _report_of(place, must_exist=source is not None)
    texts = [starting_config(title or "Run report", report)]
    texts += (starting_job(system, place) for system in systems)
    for path in wanted:  # before anything is written
        _refuse_blocked(path)
    for path, text in zip(wanted, texts, strict=True):
        if path in there:
            click.echo(f"Kept {path} as it is")
            continue
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with click.open_file(path, "w", encoding="utf-8") as file:
            file.write(text)
        click.echo(f"Wrote {path}")
    say(f"Next: runreport build {place}")
    if systems:
        pages = " under Settings, Pages, choose GitHub Actions as the source." if github else ""
        say(
            f"Then commit {' and '.join(wanted)} with the runs;{pages} Pages may be public. Until "
            "runreport-static is on PyPI, set RUNREPORT in it to git+ and a repository."
        )


def _refuse_blocked(path: str) -> None:
    """Refuse a file whose place is taken by a folder, or its folder's by a file.

    Raises:
        RunreportError: it is so.
    """
    if os.path.isdir(path):
        raise RunreportError(f"{path} is a folder; a file of this name is to be written.")
    folder = os.path.dirname(path)
    while folder:
        if os.path.lexists(folder) and not os.path.isdir(folder):
            raise RunreportError(f"{folder} is a file; {path} is to be written below it.")
        folder = os.path.dirname(folder)


def _report_of(place: str, *, must_exist: bool) -> Report | None:
    """The report of what is there, artifacts aside; None where there is nothing yet."""
    from runreport import __version__
    from runreport.archive.reading import read_archive
    from runreport.importers.formats import FORMATS
    from runreport.importers.importing import import_runs, search
    from runreport.importers.summary import nothing_found, recognised
    from runreport.report.assemble import assemble_report
    from runreport.report.config import Config

    def report(archive: str) -> Report:
        snapshot = read_archive(open_archive(archive))
        return assemble_report(snapshot, Config(), now_ms=None, version=__version__)

    if not is_foreign(place):
        return report(place)
    found = search(place, FORMATS)
    if not found.claims:
        if must_exist:
            raise NotFound(nothing_found(found, FORMATS))
        return None
    with tempfile.TemporaryDirectory(prefix="runreport-") as folder:
        archive = os.path.join(folder, "archive")
        done = import_runs(found, open_archive(archive, create=True), with_files=False)
        say(f"Recognised {safe(recognised(done))}")
        return report(archive)
