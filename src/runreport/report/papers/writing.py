"""A table for a paper as LaTeX, Markdown, HTML, CSV or text."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable
from html import escape

from runreport.report.papers.table import PaperCell, PaperTable
from runreport.report.written import (
    latex_begin,
    latex_number,
    latex_text,
    markdown_text,
    text_table,
)

FORMS = ("text", "latex", "md", "csv", "html")
ENDINGS = {".tex": "latex", ".md": "md", ".csv": "csv", ".html": "html", ".txt": "text"}
_MOST_IDS = 8
"""Runs of a cell that a comment names."""


def written(table: PaperTable, form: str, *, site: str = "", siunitx: bool = False) -> str:
    r"""A table in one of `FORMS`.

    Args:
        site: where the report lies, with a slash at its end; empty: numbers are no links.
        siunitx: LaTeX sets numbers by ``\num``.
    """
    if form == "latex":
        return _latex(table, site, siunitx=siunitx)
    if form == "csv":
        return _csv(table)
    if form == "html":
        return _html(table, site)
    if form == "md":
        return _markdown(table, site)
    rows = [[*labels, *map(_marked, cells)] for labels, cells in table.rows]
    heads = [*(head.upper() for head in table.heads), *table.columns]
    told = "".join(f"{note}\n" for note in _notes(table))
    return text_table(heads, rows, [False] * len(table.heads) + [True] * len(table.columns)) + told


def _notes(table: PaperTable) -> list[str]:
    marks = ["* best, and what is not clearly worse"] if _has_best(table) else []
    return [*marks, *(f"† {note}" for note in table.notes)]


def _has_best(table: PaperTable) -> bool:
    return any(cell.is_best for _, cells in table.rows for cell in cells)


def _marked(cell: PaperCell) -> str:
    return f"{cell.text}{' †' if cell.note else ''}{' *' if cell.is_best else ''}"


def _latex(table: PaperTable, site: str, *, siunitx: bool) -> str:
    packages = ["booktabs", *(["siunitx"] if siunitx else []), *(["hyperref"] if site else [])]
    lines = [f"% \\usepackage{{{','.join(packages)}}}"]
    lines += (f"% {line}" for line in _sources(table))
    lines.append(f"\\begin{{tabular}}{{{'l' * len(table.heads)}{'r' * len(table.columns)}}}")
    lines += ("\\toprule", _row(map(latex_text, (*table.heads, *table.columns))), "\\midrule")
    for labels, cells in table.rows:
        lines.append(
            _row([*map(latex_text, labels), *(_latex_cell(c, site, siunitx) for c in cells)])
        )
    lines += ("\\bottomrule", "\\end{tabular}")
    return "".join(f"{line}\n" for line in lines)


def _row(cells: Iterable[str]) -> str:
    return f"{latex_begin(' & '.join(cells))} \\\\"


def _latex_cell(cell: PaperCell, site: str, siunitx: bool) -> str:
    if not cell.runs:
        return latex_number(cell.value)
    set_ = _set(cell, siunitx)
    if cell.note:
        set_ += "$^\\dagger$"
    if not (site and cell.url):
        return set_
    return f"\\href{{{_latex_url(site + cell.url)}}}{{{set_}}}"


def _set(cell: PaperCell, siunitx: bool) -> str:
    """A number as LaTeX sets it."""
    if cell.amount is None or not all(map(math.isfinite, filter(None, cell.amount))):
        return latex_number(cell.text)
    power = f"e{cell.power}" if cell.power else ""
    if siunitx:
        value, spread = (text.replace(",", "") for text in (cell.value, cell.spread))
        options = ["separate-uncertainty", *(["reset-math-version=false"] if cell.is_best else [])]
        number = f"{value}{f' +- {spread}' if spread else ''}{power}"
        number = f"\\num[{','.join(options)}]{{{number}}}"
        return f"{{\\boldmath{number}}}" if cell.is_best else number
    value, spread = (text.replace(",", "{,}") for text in (cell.value, cell.spread))
    number = f"{value} \\pm {spread}" if spread else value
    if cell.power:
        number = f"({number})" if spread else number
        number += f" \\times 10^{{{cell.power}}}"
    return f"$\\mathbf{{{number}}}$" if cell.is_best else f"${number}$"


def _latex_url(url: str) -> str:
    for sign, code in (("\\", "%5C"), ("{", "%7B"), ("}", "%7D"), (" ", "%20")):
        url = url.replace(sign, code)
    return url.replace("%", "\\%").replace("#", "\\#").replace("&", "\\&")


def _sources(table: PaperTable) -> list[str]:
    """What every number is made of, a line a cell, and what is to be known of some."""
    lines = []
    for labels, cells in table.rows:
        for head, cell in zip(table.columns, cells, strict=True):
            if cell.runs:
                more = len(cell.runs) - _MOST_IDS
                ids = " ".join(cell.runs[:_MOST_IDS]) + (f" and {more} more" if more > 0 else "")
                name = " ".join((*labels, head))
                lost = len(cell.runs) - cell.count
                count = f"n {cell.count}{f', {lost} left out' if lost else ''}"
                lines.append(f"{_one_line(name)} ({count}): {ids}")
    return [*lines, *(f"† {_one_line(note)}" for note in table.notes)]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _markdown(table: PaperTable, site: str) -> str:
    def shown(cell: PaperCell) -> str:
        text = f"{markdown_text(cell.text)}{' †' if cell.note else ''}"
        text = f"**{text}**" if cell.is_best else text
        return f"[{text}]({site}{cell.url})" if site and cell.url else text

    rights = [False] * len(table.heads) + [True] * len(table.columns)
    lines = [
        [*map(markdown_text, table.heads), *map(markdown_text, table.columns)],
        ["---:" if right else "---" for right in rights],
    ]
    lines += [[*map(markdown_text, labels), *map(shown, cells)] for labels, cells in table.rows]
    told = "".join(f"\n† {markdown_text(note)}\n" for note in table.notes)
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines) + told


def _html(table: PaperTable, site: str) -> str:
    def shown(cell: PaperCell) -> str:
        text = f"{escape(cell.text)}{' †' if cell.note else ''}"
        text = f"<strong>{text}</strong>" if cell.is_best else text
        if site and cell.url:
            text = f'<a href="{escape(site + cell.url)}">{text}</a>'
        return f"<td>{text}</td>"

    def row(cells: Iterable[str], tag: str, scope: str) -> str:
        return "".join(f'<{tag} scope="{scope}">{escape(own)}</{tag}>' for own in cells)

    lines = [
        "<table>",
        f"<thead><tr>{row((*table.heads, *table.columns), 'th', 'col')}</tr></thead>",
    ]
    lines.append("<tbody>")
    lines += (
        f"<tr>{row(labels, 'th', 'row')}{''.join(map(shown, cells))}</tr>"
        for labels, cells in table.rows
    )
    lines += ("</tbody>", "</table>")
    lines += (f"<p>† {escape(note)}</p>" for note in table.notes)
    return "".join(f"{line}\n" for line in lines)


def _csv(table: PaperTable) -> str:
    """Every digit: value, spread, how many runs they are of, and how many were left out."""
    places = range(len(table.columns))
    has_spread = [any(cells[place].spread for _, cells in table.rows) for place in places]
    has_lost = [any(cells[place].note for _, cells in table.rows) for place in places]
    heads: list[str] = []
    for head, spread, lost in zip(table.columns, has_spread, has_lost, strict=True):
        heads += (head, *([f"{head} ±"] if spread else []), f"{head} n")
        heads += [f"{head} left out"] if lost else []
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*table.heads, *heads])
    for labels, cells in table.rows:
        row: list[object] = [*labels]
        for cell, spread, lost in zip(cells, has_spread, has_lost, strict=True):
            value, own = cell.amount or (None, None)
            row += (value, *([own] if spread else []), cell.count)
            row += [len(cell.runs) - cell.count] if lost else []
        writer.writerow(row)
    return text.getvalue()
