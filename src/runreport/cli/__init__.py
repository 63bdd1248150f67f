"""The command line: one module per group; each parses, calls one function, prints."""

from __future__ import annotations

import os
import sys

import click

from runreport import __version__
from runreport.cli import (
    archive,
    build,
    diff,
    experiments,
    logging,
    maintenance,
    models,
    runs,
    searching,
)
from runreport.cli.printing import fail
from runreport.errors import RunreportError


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="The archive is --archive, else RUNREPORT_ARCHIVE, else ./runs.",
)
@click.version_option(__version__, prog_name="runreport")
def root() -> None:
    """Log runs into Parquet files you own and publish them as a site anyone can open."""


root.add_command(build.build)
root.add_command(build.serve)
root.add_command(build.serve, name="ui")
root.add_command(experiments.experiments)
root.add_command(runs.runs)
root.add_command(models.models)
root.add_command(logging.log)
root.add_command(logging.run)
root.add_command(archive.archive)
runs.runs.add_command(searching.search)
runs.runs.add_command(diff.diff)
runs.runs.add_command(maintenance.purge)


def main() -> None:
    """Entry point: no stack trace for what a person can act on."""
    try:
        root(prog_name="runreport")
    except RunreportError as error:
        fail(str(error))
    except BrokenPipeError:
        # The reader (head, less) has what it wanted.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
