"""Images, sound and texts of several steps: what was logged under one key is one series."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from runreport.report.runs.files import OutputFile
from runreport.report.runs.previews import Preview
from runreport.report.runs.steps import kind_of, spread
from runreport.report.tables.column_scripts import DataScript, hashed_name, script_json

_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Step:
    """A file of a series."""

    step: int
    url: str
    """From the run's page."""
    preview: Preview | None = None
    """Of a text; None where a page shows it as a link."""


@dataclass(frozen=True, slots=True)
class MediaSeries:
    """What was logged under one key, step by step."""

    key: str
    kind: str
    """image, audio or text."""
    steps: tuple[Step, ...]

    @property
    def shown(self) -> tuple[Step, ...]:
        """The first, the last, and some between, for pages without script."""
        kept = {*spread([own.step for own in self.steps], _SHOWN)}
        return tuple(own for own in self.steps if own.step in kept)

    def script(self, run_id: str) -> DataScript | None:
        """What the steps of a text say; None of other series, whose files a page loads."""
        if self.kind != "text":
            return None
        told = [[own.step, *_told(own.preview)] for own in self.steps if own.preview is not None]
        content = f"runreport.steps({script_json([run_id, self.key, told])[1:-1]});\n"
        return DataScript(hashed_name("steps", content), content)


def _told(preview: Preview) -> list[object]:
    """A text or a table, and what there is to say of it."""
    if preview.kind == "table":
        return [[preview.columns, preview.rows], preview.note]
    return [preview.text, preview.note]


def media_series(files: Iterable[OutputFile]) -> tuple[MediaSeries, ...]:
    """The series of a run's files, by key; of two files of one step the later counts."""
    by_key: dict[tuple[str, str], dict[int, Step]] = defaultdict(dict)
    for file in files:
        if file.series is not None:
            key, step = file.series
            found = Step(step, file.url, file.step_preview)
            by_key[key, kind_of(file.media_type)][step] = found
    return tuple(
        MediaSeries(key, kind, tuple(own for _, own in sorted(steps.items())))
        for (key, kind), steps in sorted(by_key.items())
        if len(steps) > 1
    )
