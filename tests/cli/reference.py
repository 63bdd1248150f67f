"""Write docs/commands.md from the commands' own help; a test compares the two.

python tests/cli/reference.py
"""

from __future__ import annotations

import os
from pathlib import Path

import click

from runreport.cli import root

DOCUMENT = Path(__file__).parents[2] / "docs" / "commands.md"
HEAD = """# Commands

Made from the commands' own help by `python tests/cli/reference.py`; do not edit by hand.

Every command takes the archive as `-a/--archive PATH`; `build`, `serve` and those under `archive`
take it as their argument too. Without either it is `RUNREPORT_ARCHIVE`, then
`MLFLOW_TRACKING_URI`, then `./runs`. Results go to standard output, all else to standard error.
Exit codes: 0 done, 1 something you can act on, 2 wrong usage, 3 a part of what was to be imported
could not be read.
"""


def every_command() -> list[tuple[list[str], click.Command]]:
    """(words, command) of every command that does something, in order."""
    found: list[tuple[list[str], click.Command]] = []

    def walk(group: click.Group, words: list[str]) -> None:
        context = click.Context(group)
        for name in group.list_commands(context):
            member = group.get_command(context, name)
            assert member is not None
            if isinstance(member, click.Group):
                walk(member, [*words, name])
            else:
                found.append(([*words, name], member))

    walk(root, [])
    return found


def reference() -> str:
    """The document as it should be."""
    os.environ["COLUMNS"] = "100"
    parts = [HEAD]
    for words, command in every_command():
        context = click.Context(
            command,
            info_name=" ".join(["runreport", *words]),
            terminal_width=96,
            help_option_names=root.context_settings["help_option_names"],
        )
        parts.append(
            f"\n## `runreport {' '.join(words)}`\n\n```\n{command.get_help(context)}\n```\n"
        )
    return "".join(parts)


if __name__ == "__main__":
    DOCUMENT.write_text(reference())
