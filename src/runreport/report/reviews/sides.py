"""The two sides of a review: some runs of an archive each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from runreport.archive.reading import Snapshot
from runreport.errors import ConfigError, InvalidFilter
from runreport.query.samples import RunFact, Runs
from runreport.query.syntax import Field
from runreport.report.config import Config
from runreport.report.redaction import Redactor
from runreport.report.reviews.wording import Wording


@dataclass(frozen=True, slots=True)
class ReviewSide:
    """One side of a review."""

    label: str
    """As somebody named it."""
    snapshot: Snapshot
    runs: Runs
    redactor: Redactor
    filter: str = ""
    """Which runs of the archive it is; empty: all."""
    is_elsewhere: bool = False
    """Whether it is of a branch that went on: what the other has not need not be gone."""

    def chosen(self, fields: Sequence[Field], now_ms: int) -> dict[str, list[RunFact]]:
        """Its runs by experiment, each with the settings that it is compared by.

        Args:
            fields: which; none: all params but the seed.

        Raises:
            ConfigError, InvalidFilter: the filter names what there is not.
        """
        is_own = self.runs.matching(self.filter, now_ms)
        columns = [(field.name, self.runs.values(field)) for field in fields]

        def settled(run: RunFact) -> RunFact:
            told = ((name, values[run.number]) for name, values in columns)
            own = tuple((name, str(value)) for name, value in told if value is not None)
            return replace(run, settings=own) if fields else run

        return {
            name: [settled(run) for run in runs if is_own(run)]
            for name, runs in self.runs.by_experiment.items()
        }


def shared_fields(base: ReviewSide, head: ReviewSide, texts: Sequence[str]) -> list[Field]:
    """Fields by their names; a param that one side alone has is one, too.

    Raises:
        ConfigError, InvalidFilter: neither side has such a field.
    """
    fields = []
    for text in texts:
        try:
            field = head.runs.field(text)
            head.runs.refuse_unknown(field)
        except (ConfigError, InvalidFilter):
            field = base.runs.field(text)
            base.runs.refuse_unknown(field)
        fields.append(field)
    return fields


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides of a review, and what it is made with."""

    base: ReviewSide
    head: ReviewSide
    words: Wording
    config: Config

    @property
    def is_chosen(self) -> bool:
        """Whether somebody chose the runs; else of each setting those of the newest commit
        count."""
        return bool(self.base.filter or self.head.filter)
