"""Images and sound of several steps: what was logged under one key is one series."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from runreport.report.runs.files import OutputFile
from runreport.report.runs.steps import kind_of

_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Step:
    """A file of a series."""

    step: int
    url: str
    """From the run's page."""


@dataclass(frozen=True, slots=True)
class MediaSeries:
    """What was logged under one key, step by step."""

    key: str
    kind: str
    """image or audio."""
    steps: tuple[Step, ...]

    @property
    def shown(self) -> tuple[Step, ...]:
        """The first, the last, and some between, for pages without script."""
        last = len(self.steps) - 1
        places = {round(last * place / (_SHOWN - 1)) for place in range(_SHOWN)}
        return tuple(self.steps[place] for place in sorted(places))


def media_series(files: Sequence[OutputFile]) -> tuple[MediaSeries, ...]:
    """The series of a run's files, by key; of two files of one step the later counts."""
    by_key: dict[tuple[str, str], dict[int, Step]] = defaultdict(dict)
    for file in files:
        if file.series is not None:
            key, step = file.series
            by_key[key, kind_of(file.media_type)][step] = Step(step, file.url)
    return tuple(
        MediaSeries(key, kind, tuple(own for _, own in sorted(found.items())))
        for (key, kind), found in sorted(by_key.items())
        if len(found) > 1
    )
