"""What somebody wrote, with what its blocks ask for in their places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runreport.report.charts.chart import Chart
from runreport.report.notes import Heading, read_note
from runreport.report.pages.note_blocks import KINDS, NoteGround, NotePart, make_part


@dataclass(frozen=True, slots=True)
class NoteBody:
    """A text in parts."""

    parts: tuple[NotePart, ...]
    headings: tuple[Heading, ...] = ()
    problems: tuple[str, ...] = ()
    """What it names that is not there."""

    @property
    def html(self) -> str:
        """Its text without what blocks show."""
        return "".join(part.html for part in self.parts)

    @property
    def charts(self) -> tuple[Chart, ...]:
        """The charts of its blocks."""
        return tuple(part.chart for part in self.parts if part.chart is not None)


def make_body(
    text: str,
    where: str,
    ground: NoteGround,
    files: Mapping[str, str] | None = None,
    *,
    before: int = 0,
    top: int = 2,
) -> NoteBody:
    """A Markdown text.

    Args:
        where: it stands, for messages.
        files: see `render_note`.
        before: lines of its file that come before it.
        top: the level of its largest heading on the page.
    """
    read = read_note(text, KINDS, files or {}, ground.find, top=top)
    parts = tuple(
        NotePart(html=part)
        if isinstance(part, str)
        else make_part(part, f"{where}:{part.line + before}", f"block-{number}", ground)
        for number, part in enumerate(read.parts)
    )
    problems = [part.problem for part in parts if part.problem]
    problems += [f"{where}: {read.problem}"] if read.problem else []
    problems += [f"{where}: the link {name!r} leads to nothing here." for name in read.missed]
    return NoteBody(parts, read.headings, tuple(problems))
