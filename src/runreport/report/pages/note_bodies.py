"""What somebody wrote, with what its blocks ask for in their places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from runreport.report.charts.chart import Chart
from runreport.report.charts.pointed import linked_script
from runreport.report.notes import BLOCKS, Heading, read_note
from runreport.report.pages.note_blocks import NoteGround, NotePart, make_part
from runreport.report.tables.column_scripts import DataScript

MOST_BLOCKS = 50
"""Of one text, which whoever logs may write: each takes time to make."""


@dataclass(frozen=True, slots=True)
class NoteBody:
    """A text in parts."""

    parts: tuple[NotePart, ...]
    headings: tuple[Heading, ...] = ()
    problems: tuple[str, ...] = ()
    """What it names that is not there."""
    chart_script: DataScript | None = None
    """What a pointer finds in its charts."""

    @property
    def html(self) -> str:
        """Its text without what blocks show."""
        return "".join(part.html for part in self.parts)

    @property
    def charts(self) -> tuple[Chart, ...]:
        """The charts of its blocks."""
        return _charts_of(self.parts)


def make_body(
    text: str,
    where: str,
    ground: NoteGround,
    files: Mapping[str, str] | None = None,
    *,
    folder: str,
    before: int = 0,
    top: int = 2,
) -> NoteBody:
    """A Markdown text.

    Args:
        where: it stands, for messages.
        folder: of the page that shows it.
        files: see `render_note`.
        before: lines of its file that come before it.
        top: the level of its largest heading on the page.
    """
    up = "../" * (folder.count("/") + 1)

    def find(scheme: str, name: str) -> str | None:
        found = ground.find(scheme, name)
        return None if found is None else f"{up}{found}"

    read = read_note(text, BLOCKS, files or {}, find, top=top)
    blocks = 0
    parts = []
    for number, part in enumerate(read.parts):
        if isinstance(part, str):
            parts.append(NotePart(html=part))
            continue
        blocks += 1
        at = f"{where}:{part.line + before}"
        if blocks > MOST_BLOCKS:
            problem = f"{at}: this is block {blocks}; a text shows {MOST_BLOCKS}."
            parts.append(NotePart(problem=problem))
            break
        parts.append(make_part(part, at, f"block-{number}", ground))
    problems = [part.problem for part in parts if part.problem]
    problems += [f"{where}: {read.problem}"] if read.problem else []
    problems += [f"{where}: the link {name!r} leads to nothing here." for name in read.missed]
    script = linked_script(_charts_of(parts))
    return NoteBody(tuple(parts), read.headings, tuple(problems), script)


def _charts_of(parts: Iterable[NotePart]) -> tuple[Chart, ...]:
    return tuple(part.chart for part in parts if part.chart is not None)
