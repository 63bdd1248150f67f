"""A notebook as a page shows it: its cells, and what they printed and drew; nothing of it runs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from markupsafe import escape

from runreport.report.notes import render_note

MAX_CELLS = 100
MAX_OUTPUT = 5_000
"""Characters of what a cell printed."""
MAX_IMAGE = 1_000_000
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def notebook_html(text: str) -> tuple[str, int]:
    """A notebook as safe HTML, and how many cells it has.

    Raises:
        ValueError, RecursionError: it is no notebook.
    """
    content = json.loads(text)
    cells = content.get("cells") if isinstance(content, dict) else None
    if not isinstance(cells, list):
        raise ValueError("it has no cells")
    shown = [one for one in cells if isinstance(one, dict)]
    return "".join(part for cell in shown[:MAX_CELLS] for part in _cell(cell)), len(shown)


def _cell(cell: dict[str, Any]) -> Iterator[str]:
    source = _joined(cell.get("source"))
    if cell.get("cell_type") == "markdown":
        yield render_note(source)
        return
    if source.strip():
        yield _block(source)
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else ():
        if isinstance(output, dict):
            yield from _output(output)


def _output(output: dict[str, Any]) -> Iterator[str]:
    data = output.get("data")
    data = data if isinstance(data, dict) else {}
    for kind in ("image/png", "image/jpeg"):
        encoded = _joined(data.get(kind))
        if encoded and len(encoded) <= MAX_IMAGE and _BASE64.fullmatch(encoded):
            plain = "".join(encoded.split())
            yield f'<p><img src="data:{kind};base64,{plain}" alt="Output" loading="lazy"></p>'
            return
    traceback = output.get("traceback")
    lines = traceback if isinstance(traceback, list) else []
    text = _joined(output.get("text")) or _joined(data.get("text/plain"))
    text = text or "\n".join(str(line) for line in lines)
    if text.strip():
        yield _block(text)


def _block(text: str) -> str:
    plain = _COLOUR.sub("", text)
    cut = plain if len(plain) <= MAX_OUTPUT else f"{plain[:MAX_OUTPUT]}…"
    return f"<pre>{escape(cut)}</pre>"


def _joined(value: object) -> str:
    """A text that a notebook keeps as one or as a list of lines."""
    if isinstance(value, list):
        return "".join(str(line) for line in value)
    return value if isinstance(value, str) else ""
