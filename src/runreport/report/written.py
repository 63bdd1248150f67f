"""Tables as text, Markdown and LaTeX.

``static/js/table/writing.js`` exports the same; `tests/cli/written_tables.json` holds both to it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from runreport.report.formatting import safe

_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "–": "--", "±": r"$\pm$", "∞": r"$\infty$", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", "`": r"\textasciigrave{}",
}  # fmt: skip
_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>|#&~$]")
_POWER = re.compile(r"(?<![\w.])(-?)([0-9][0-9,.]*)(?:e(-?[0-9]+))?(?![\w])")
"""Numbers that text mode would set wrongly: with a minus, or with an exponent."""


def _as_power(match: re.Match[str]) -> str:
    sign, digits, power = match.groups()
    if not sign and power is None:
        return match[0]
    times = "" if power is None else rf" \times 10^{{{power}}}"
    return f"${sign}{digits.replace(',', '{,}')}{times}$"


def markdown_text(text: str) -> str:
    """A text as a cell of a Markdown table shows it."""
    return _MARKDOWN.sub(r"\\\g<0>", safe(text))


def latex_text(text: str) -> str:
    """A text as LaTeX sets it."""
    return "".join(_LATEX.get(letter, letter) for letter in safe(text))


def latex_begin(row: str) -> str:
    """A row after the end of another, which would take a bracket or star for its own."""
    return f"{{}}{row}" if row.startswith(("[", "*")) else row


def latex_number(text: str) -> str:
    """A number, or numbers with words, as LaTeX sets them."""
    return _POWER.sub(_as_power, latex_text(text))


def text_table(
    headers: Sequence[str], rows: Sequence[Sequence[object]], numeric: Sequence[bool]
) -> str:
    """A table of aligned columns.

    Args:
        numeric: which columns stand to the right.
    """
    texts = [[safe("" if cell is None else cell) for cell in row] for row in rows]
    lines = [[safe(header) for header in headers], *texts]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "".join(
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        + "\n"
        for line in lines
    )


def markdown_table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]
) -> str:
    """A table.

    Args:
        numeric: which columns stand to the right.
    """
    lines = [map(markdown_text, headers), ("---:" if right else "---" for right in numeric)]
    lines += (map(markdown_text, row) for row in rows)
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def latex_table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]
) -> str:
    """A table for booktabs.

    Args:
        numeric: which columns stand to the right.
    """

    def line(cells: Sequence[str]) -> str:
        texts = (
            latex_number(cell) if right else latex_text(cell)
            for cell, right in zip(cells, numeric, strict=True)
        )
        return f"{latex_begin(' & '.join(texts))} \\\\\n"

    columns = "".join("r" if right else "l" for right in numeric)
    return (
        f"% \\usepackage{{booktabs}}\n\\begin{{tabular}}{{{columns}}}\n\\toprule\n"
        f"{line(headers)}\\midrule\n{''.join(map(line, rows))}\\bottomrule\n\\end{{tabular}}\n"
    )
