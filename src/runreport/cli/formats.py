"""A table of results on a terminal: aligned, CSV, Markdown or LaTeX."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click

from runreport.cli.printing import print_json, print_table
from runreport.report.written import latex_table, markdown_table

FORMATS = ("table", "json", "csv", "md", "latex")


def print_as(
    form: str, headers: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]
) -> None:
    """Print a table.

    Args:
        form: table, md or latex.
        numeric: which columns stand to the right.
    """
    if form == "table":
        print_table(headers, rows, numeric)
    else:
        written = markdown_table if form == "md" else latex_table
        click.echo(written(headers, rows, numeric), nl=False)


def print_values(columns: dict[str, list[Any]], form: str) -> None:
    """Print columns, every digit of them, as CSV or JSON."""
    rows = [
        [_plain(name, value) for name, value in zip(columns, row, strict=True)]
        for row in zip(*columns.values(), strict=True)
    ]
    if form == "csv":
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
        click.echo(text.getvalue(), nl=False)
    else:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])


def _plain(name: str, value: object) -> object:
    if name in ("start_time", "end_time") and value is not None:
        moment = value if isinstance(value, datetime) else _moment(value)
        return moment if isinstance(moment, str) else moment.isoformat(timespec="milliseconds")
    return value


def _moment(value: object) -> datetime | str:
    try:
        return datetime.fromtimestamp(int(str(value)) / 1000, UTC)
    except (ValueError, OverflowError, OSError):  # a clock no calendar reaches
        return str(value)
