"""The command line: one module per group; each parses, calls one function, prints.

A command's module is imported when the command is asked for: a build with nothing to do is over in
less time than all of them take to load.
"""

from __future__ import annotations

import importlib
import os
import sys

import click

from runreport import __version__
from runreport.build.lean import own_process
from runreport.cli.printing import fail
from runreport.errors import RunreportError

COMMANDS = {
    "archive": "archive_group",
    "build": "build",
    "check": "check",
    "compare": "compare",
    "experiments": "experiments",
    "figure": "figure",
    "history": "history",
    "import": "importing",
    "init": "init",
    "log": "logging",
    "models": "models",
    "run": "logging",
    "runs": "run_group",
    "serve": "serve",
    "table": "table",
    "ui": "serve",
}
"""The module of each command; a function of the command's name is in it."""
_ALIASES = {"import": "import_command", "ui": "serve"}


class _Commands(click.Group):
    """A group whose members are imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name; None where there is none."""
        del ctx
        if cmd_name not in COMMANDS:
            self.commands = dict.fromkeys(COMMANDS, self)  # click names the nearest of these
            return None
        module = importlib.import_module(f"runreport.cli.{COMMANDS[cmd_name]}")
        found: click.Command = getattr(module, _ALIASES.get(cmd_name, cmd_name))
        return found


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="The archive is --archive, else RUNREPORT_ARCHIVE, else ./runs.",
)
@click.version_option(__version__, prog_name="runreport")
def root() -> None:
    """Log runs into Parquet files you own and publish them as a site anyone can open."""


def run() -> None:
    """The command, in a process of its own."""
    own_process()
    main()


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
