"""A table of results as text: aligned, CSV, Markdown or LaTeX.

``static/js/table/writing.js`` exports the same; `tests/cli/written_tables.json` holds both to it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click

from runreport.cli.printing import print_json, print_table, safe

FORMATS = ("table", "json", "csv", "md", "latex")

_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "–": "--", "±": r"$\pm$", "∞": r"$\infty$", "<": r"\textless{}", ">": r"\textgreater{}",
}  # fmt: skip
_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>|#]")
_POWER = re.compile(r"(?<![\w.])(-?)([0-9][0-9,.]*)(?:e(-?[0-9]+))?(?![\w])")
"""Numbers that text mode would set wrongly: with a minus, or with an exponent."""


def _as_power(match: re.Match[str]) -> str:
    sign, digits, power = match.groups()
    if not sign and power is None:
        return match[0]
    times = "" if power is None else rf" \times 10^{{{power}}}"
    return f"${sign}{digits.replace(',', '{,}')}{times}$"


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
    elif form == "md":
        _print_markdown(headers, rows, numeric)
    else:
        _print_latex(headers, rows, numeric)


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


def _print_markdown(
    headers: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]
) -> None:
    def line(cells: Sequence[str]) -> str:
        texts = (_MARKDOWN.sub(r"\\\g<0>", safe(cell)) for cell in cells)
        return f"| {' | '.join(texts)} |"

    click.echo(line(headers))
    click.echo(f"| {' | '.join('---:' if right else '---' for right in numeric)} |")
    for row in rows:
        click.echo(line(row))


def _print_latex(
    headers: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]
) -> None:
    def line(cells: Sequence[str]) -> str:
        texts = ("".join(_LATEX.get(letter, letter) for letter in safe(cell)) for cell in cells)
        set_ = (
            _POWER.sub(_as_power, text) if right else text
            for text, right in zip(texts, numeric, strict=True)
        )
        return f"{' & '.join(set_)} \\\\"

    click.echo("% \\usepackage{booktabs}")
    click.echo(f"\\begin{{tabular}}{{{''.join('r' if right else 'l' for right in numeric)}}}")
    click.echo("\\toprule")
    click.echo(line(headers))
    click.echo("\\midrule")
    for row in rows:
        click.echo(line(row))
    click.echo("\\bottomrule")
    click.echo("\\end{tabular}")
