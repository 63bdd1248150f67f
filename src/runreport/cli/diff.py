"""``runreport runs diff``: two runs side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runreport.archive.directory import open_archive
from runreport.cli.printing import archive_option, json_option, print_json, print_table
from runreport.cli.runs import find_run
from runreport.numbers import ROUGH, format_number, told_apart
from runreport.report.formatting import safe
from runreport.report.shown import apart, show_logged
from runreport.tracking.store import Store

if TYPE_CHECKING:
    from runreport.query.difference import Difference, Entry


@click.command()
@click.argument("left", metavar="RUN")
@click.argument("right", metavar="OTHER")
@archive_option
@click.option("--all", "show_all", is_flag=True, help="What is the same, too.")
@json_option
def diff(left: str, right: str, archive: str | None, show_all: bool, as_json: bool) -> None:
    """Show what two runs differ in: params, metrics, tags, environment, uncommitted code."""
    from runreport.query.difference import compare_runs

    store = Store(open_archive(archive))
    ids = [find_run(store, start).info.run_id for start in (left, right)]
    difference = compare_runs(store.load_index(), *ids)
    if as_json:
        print_json(_described(difference, show_all))
    else:
        _print(difference, show_all)


def _shown(difference: Difference, section: str, show_all: bool) -> tuple[Entry, ...]:
    return difference.sections[section] if show_all else difference.differing(section)


def _described(difference: Difference, show_all: bool) -> dict[str, Any]:
    described: dict[str, Any] = {
        "runs": [
            {"run_id": run.info.run_id, "run_name": run.info.run_name}
            for run in (difference.left, difference.right)
        ]
    }
    for section in difference.sections:
        entries = _shown(difference, section, show_all)
        described[section] = {entry.key: [entry.left, entry.right] for entry in entries}
    described["code"] = list(difference.code)
    return described


def _print(difference: Difference, show_all: bool) -> None:
    left, right = difference.left.info, difference.right.info
    for side, info in (("A", left), ("B", right)):
        click.echo(f"{side}  {info.run_id}  {safe(info.run_name)}  {info.status}")
    found = False
    for section in difference.sections:
        entries = _shown(difference, section, show_all)
        if entries:
            found = True
            click.echo()
            _print_section(section, entries)
    if difference.code:
        found = True
        click.echo("\nuncommitted code")
        for line in difference.code:
            click.echo(f"  {safe(line)}")
    if not found:
        click.echo("\nNo difference in params, metrics, tags, environment and uncommitted code.")


def _print_section(section: str, entries: tuple[Entry, ...]) -> None:
    headers = [section, "A", "B"]
    rows: list[list[str]] = [[entry.key, *_texts(entry.left, entry.right)] for entry in entries]
    if section == "metrics":
        headers.append("B − A")
        for row, entry in zip(rows, entries, strict=True):
            row.append("" if entry.change is None else _signed(entry.change))
    numeric = [False] + [section == "metrics"] * (len(headers) - 1)
    print_table(headers, rows, numeric)


def _texts(*values: object) -> list[str]:
    """Two values so that one sees what they differ in."""
    if all(value is None or isinstance(value, float) for value in values):
        return told_apart(values)  # type: ignore[arg-type]
    return apart([show_logged(value) for value in values])


def _signed(change: float) -> str:
    text = format_number(change, ROUGH)
    return f"+{text}" if change > 0 else text
