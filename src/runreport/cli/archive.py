"""``runreport archive``: info, seal, verify."""

from __future__ import annotations

import sys

import click
import pyarrow.compute as pc

from runreport.archive.clock import wall_ms
from runreport.archive.directory import open_archive
from runreport.archive.journal import list_journals
from runreport.archive.layout import ARTIFACTS, EXPERIMENTS, FORMAT, SEGMENTS
from runreport.archive.reading import read_archive
from runreport.archive.recovery import seal_dead_journals
from runreport.archive.verify import verify_archive
from runreport.cli.printing import (
    archive_option,
    chosen,
    end_with,
    json_option,
    limit_option,
    print_json,
    progress_bar,
    say,
)
from runreport.query.fold import fold_snapshot
from runreport.query.summaries import with_stats
from runreport.report.formatting import format_size, plural, safe

source_argument = click.argument("source", metavar="[ARCHIVE]", required=False)


@click.group()
def archive() -> None:
    """Look after the archive itself."""


@archive.command()
@source_argument
@archive_option
@json_option
@limit_option
def info(source: str | None, archive: str | None, as_json: bool) -> None:
    """Say what an archive holds."""
    storage = open_archive(chosen(source, archive))
    snapshot = read_archive(storage)
    index = fold_snapshot(snapshot)
    sizes = {
        folder: sum(file.size_bytes for file in storage.list(folder))
        for folder in (SEGMENTS, ARTIFACTS, EXPERIMENTS, "live")
    }
    facts = {
        "archive": storage.root,
        "format": FORMAT,
        "experiments": len(index.experiments),
        "runs": index.runs.num_rows,
        "running": len(snapshot.alive_runs),
        "segments": len(snapshot.segments),
        "compacted": sum(1 for segment in snapshot.segments if segment.name.is_compacted),
        "purged": len(snapshot.purged),
        "journals": len(list_journals(storage)),
        "events": snapshot.events.num_rows,
        "metric_points": pc.sum(with_stats(index.metrics).column("count")).as_py() or 0,
        "size_bytes": sizes,
        "problems": [str(notice) for notice in snapshot.notices],
    }
    if as_json:
        print_json(facts)
        return
    for key, value in facts.items():
        if key == "problems":
            for problem in snapshot.notices:
                click.echo(f"problem: {safe(problem)}")
        elif key == "size_bytes":
            for folder, size in sizes.items():
                click.echo(f"size of {folder}: {format_size(size)}")
        else:
            shown = f"{value:,}" if isinstance(value, int) else value
            click.echo(f"{key.replace('_', ' ')}: {safe(shown)}")


@archive.command()
@source_argument
@archive_option
@json_option
@limit_option
def seal(source: str | None, archive: str | None, as_json: bool) -> None:
    """Turn the journals of writers that are gone into segments."""
    storage = open_archive(chosen(source, archive))
    if not storage.is_local:
        from runreport.archive.spool import Spool

        Spool(storage).recover()  # what runs of this machine could not upload
    seals, failures = seal_dead_journals(storage, now_ms=wall_ms())
    if as_json:
        print_json(
            {
                "sealed": [
                    {
                        "journal": one.journal,
                        "segment": one.segment,
                        "facts": one.facts,
                        "torn_bytes": one.torn_bytes,
                        "damaged_lines": list(one.damaged_lines),
                    }
                    for one in seals
                ],
                "failed": [str(failure) for failure in failures],
            }
        )
    else:
        for one in seals:
            if one.torn_bytes:
                say(f"{one.journal}: dropped an unfinished last line of {one.torn_bytes:,} bytes")
            for line in one.damaged_lines:
                say(f"{one.journal}: line {line} is damaged; the journal is kept as it is")
        click.echo(f"Sealed {plural(len(seals), 'journal')}.")
    end_with(failures)


@archive.command()
@source_argument
@archive_option
@json_option
@limit_option
def verify(source: str | None, archive: str | None, as_json: bool) -> None:
    """Read every byte and compare it with what was recorded; exit 1 if anything is wrong."""
    storage = open_archive(chosen(source, archive))
    bar = progress_bar()
    found = verify_archive(
        storage, progress=None if bar is None else lambda done, total: bar("Reading", done, total)
    )
    if as_json:
        print_json(
            {
                "files": found.files,
                "bytes_read": found.bytes_read,
                "problems": [
                    {"path": p.path, "problem": p.problem, "consequence": p.consequence}
                    for p in found.problems
                ],
            }
        )
    else:
        for problem in found.problems:
            click.echo(safe(problem))
        verdict = plural(len(found.problems), "problem") if found.problems else "all sound"
        click.echo(f"{plural(found.files, 'file')}, {format_size(found.bytes_read)}: {verdict}.")
    if found.problems:
        sys.exit(1)
