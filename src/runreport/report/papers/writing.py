"""A table for a paper as LaTeX, Markdown, HTML, CSV or text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from html import escape

from runreport.report.papers.table import PaperCell, PaperTable
from runreport.report.written import latex_number, latex_text, markdown_text, text_table

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
    return f"{' & '.join(cells)} \\\\"


def _latex_cell(cell: PaperCell, site: str, siunitx: bool) -> str:
    if cell.amount is None:
        return latex_number(cell.value)
    if siunitx:
        value, spread = (text.replace(",", "") for text in (cell.value, cell.spread))
        options = ["separate-uncertainty", *(["reset-math-version=false"] if cell.is_best else [])]
        number = f"\\num[{','.join(options)}]{{{value}{f' +- {spread}' if spread else ''}}}"
        set_ = f"{{\\boldmath{number}}}" if cell.is_best else number
    else:
        number = _in_math(cell.value) + (f" \\pm {_in_math(cell.spread)}" if cell.spread else "")
        set_ = f"$\\mathbf{{{number}}}$" if cell.is_best else f"${number}$"
    if cell.note:
        set_ += "$^\\dagger$"
    if not (site and cell.url):
        return set_
    return f"\\href{{{_latex_url(site + cell.url)}}}{{{set_}}}"


def _in_math(text: str) -> str:
    mantissa, power, exponent = text.replace(",", "{,}").partition("e")
    return f"{mantissa} \\times 10^{{{exponent}}}" if power else mantissa


def _latex_url(url: str) -> str:
    return url.replace("\\", "%5C").replace("%", "\\%").replace("#", "\\#").replace("&", "\\&")


def _sources(table: PaperTable) -> list[str]:
    """What every number is made of, a line a cell, and what is to be known of some."""
    lines = []
    for labels, cells in table.rows:
        for head, cell in zip(table.columns, cells, strict=True):
            if cell.runs:
                more = len(cell.runs) - _MOST_IDS
                ids = " ".join(cell.runs[:_MOST_IDS]) + (f" and {more} more" if more > 0 else "")
                name = " ".join((*labels, head))
                lines.append(f"{_one_line(name)} (n {len(cell.runs)}): {ids}")
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
    """Every digit, value and spread in columns of their own."""
    has_spread = [
        any(cells[place].spread for _, cells in table.rows) for place in range(len(table.columns))
    ]
    heads: list[str] = []
    for head, has in zip(table.columns, has_spread, strict=True):
        heads += (head, *([f"{head} ±"] if has else []), f"{head} n")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*table.heads, *heads])
    for labels, cells in table.rows:
        row: list[object] = [*labels]
        for cell, has in zip(cells, has_spread, strict=True):
            value, spread = cell.amount or (None, None)
            row += (value, *([spread] if has else []), len(cell.runs))
        writer.writerow(row)
    return text.getvalue()
