"""What all commands share in how they print: tables, JSON, progress, errors, safe text."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

import click

from runreport.archive.limits import VARIABLE as LIMITS
from runreport.archive.limits import Limits, parse_limits
from runreport.errors import RunreportError
from runreport.events import json_ready
from runreport.report.formatting import safe
from runreport.report.written import text_table


def _set_limits(ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]) -> None:
    """Let limits hold for whatever archive the command opens."""
    del ctx, param
    if texts:
        parse_limits(texts)  # a wrong one is told at once
        os.environ[LIMITS] = " ".join((os.environ.get(LIMITS, ""), *texts))


limit_option = click.option(
    "--limit",
    metavar="NAME=NUMBER",
    multiple=True,
    expose_value=False,
    callback=_set_limits,
    help="Read larger files of an archive you trust: "
    f"{', '.join(Limits._fields)} (such as rows=50e6).",
)

archive_option = click.option(
    "-a", "--archive", metavar="PATH", help="The archive (default: RUNREPORT_ARCHIVE or ./runs)."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def chosen(source: str | None, archive: str | None) -> str | None:
    """The archive that argument and option name.

    Raises:
        UsageError: they name different ones.
    """
    if source is not None and archive is not None and source != archive:
        raise click.UsageError(f"The argument names {source!r} and --archive {archive!r}.")
    return source or archive


def print_json(value: Any) -> None:
    """JSON on stdout."""
    click.echo(json_text(value))


def json_text(value: Any) -> str:
    """JSON; NaN and infinities as text, since it has no number for them."""
    return json.dumps(json_ready(value), indent=2, ensure_ascii=False, allow_nan=False)


def print_table(
    headers: Sequence[str],
    rows: Sequence[Sequence[object]],
    numeric: Sequence[bool] | None = None,
) -> None:
    """Columns lined up, numbers to the right.

    Args:
        numeric: which columns are numbers; by default those that hold nothing else.
    """
    numeric = numeric or [
        bool(rows) and all(isinstance(row[place], int | float) for row in rows)
        for place in range(len(headers))
    ]
    click.echo(text_table(headers, rows, numeric), nl=False)


def write_file(path: str, content: str | bytes) -> None:
    """A result as a file.

    Raises:
        RunreportError: it cannot be written.
    """
    data = content.encode(errors="replace") if isinstance(content, str) else content
    try:
        with click.open_file(path, "wb") as file:
            file.write(data)
    except OSError as error:
        raise RunreportError(f"Could not write {path}: {error.strerror or error}.") from error


def say(text: str) -> None:
    """A line for the person, on stderr."""
    click.echo(text, err=True)


def warn(problems: Iterable[object]) -> None:
    """A warning for each problem, on stderr."""
    for problem in problems:
        say(f"Warning: {safe(problem)}")


def end_with(problems: Sequence[object]) -> None:
    """Name what a command could not do, and exit with 1 if there is any."""
    warn(problems)
    if problems:
        sys.exit(1)


def fail(message: str) -> NoReturn:
    """Say what went wrong and exit with 1."""
    click.echo(f"Error: {message}", err=True)
    sys.exit(1)


def progress_bar() -> Callable[[str, int, int], None] | None:
    """A progress bar on a terminal's stderr; None where there is none."""
    if not sys.stderr.isatty():
        return None
    last = [""]

    def show(what: str, done: int, total: int) -> None:
        share = done / total if total else 1.0
        filled = round(share * 30)
        line = f"\r{what:8} [{'#' * filled}{'.' * (30 - filled)}] {done:,}/{total:,}"
        line = line.ljust(len(last[0].rstrip()))
        if done == total:
            line = "\r" + " " * (len(last[0]) + 1) + "\r"
        if line != last[0]:
            click.echo(line, err=True, nl=False)
            last[0] = line

    return show
