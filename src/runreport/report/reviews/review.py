"""What a review says: what the runs of a head have that those of a base have not."""

from __future__ import annotations

from dataclasses import dataclass

from runreport.query.samples import Settings

DIVERGED, WORSE, BETTER, CHANGED = "diverged", "worse", "better", "changed"
UNDECIDED, UNTESTED, UNCLEAR, SAME = "undecided", "untested", "unclear", "same"
STATES = {
    DIVERGED: "NaN or infinite",
    WORSE: "worse",
    BETTER: "better",
    CHANGED: "other, nobody said which is better",
    UNDECIDED: "too few values to tell",
    UNTESTED: "not tested",
    UNCLEAR: "no clear difference",
    SAME: "the same",
}
"""What may become of a metric, the most important first, in words."""
CLEAR = (DIVERGED, WORSE, BETTER, CHANGED)
FAILED = ("FAILED", "KILLED")
MOST_RUNS = 1000
"""Runs that a review names."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run that only one side has."""

    run_id: str
    name: str
    experiment: str
    status: str
    why: str
    """Why it failed; empty where it did not, or nobody recorded it."""
    value: str
    """Its primary metric with its value; empty where it has none."""
    url: str
    """Of its page, from the root of the head's site; empty of a run that only the base has."""

    @property
    def is_failed(self) -> bool:
        """Whether it did not come to its end."""
        return self.status in FAILED


@dataclass(frozen=True, slots=True)
class Amount:
    """What the runs of one side reached in a metric."""

    mean: float
    """Of the finite values; NaN where there is none."""
    count: int
    """How many these are."""
    lost: int
    """Runs whose value is NaN or infinite."""
    runs: tuple[str, ...]
    """Ids of all runs of the side, oldest first."""


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A metric of runs of the same settings on both sides."""

    experiment: str
    group: Settings
    """What these runs agree in, and others do not."""
    metric: str
    direction: str | None
    """max or min: which values are better; None where nobody knows."""
    is_primary: bool
    state: str
    """One of `STATES`."""
    base: Amount
    head: Amount
    difference: float
    """The head's mean less the base's; NaN where a side has no finite value."""
    low: float
    high: float
    """The ends of its interval, 95 %; infinite where that cannot be told."""
    p: float | None
    """Corrected over all metrics that could be clear; None where this one was not tested, or
    could not be."""
    test: str
    """Which test it was, in words."""
    url: str
    """Of the newest run of the head, likewise."""


@dataclass(frozen=True, slots=True)
class FactRow:
    """Something else that both sides have, each its own."""

    experiment: str
    what: str
    base: str
    """Empty where it has none."""
    head: str


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A score of the newest evaluations of both sides that were asked the same."""

    experiment: str
    score: str
    base: str
    head: str
    difference: str
    sense: str
    """``better`` or ``worse``; empty where nobody knows."""
    wins: int
    """Rows that are better, or higher where nobody knows which is better."""
    losses: int
    same: int
    base_run: str
    head_run: str
    """Names."""
    url: str
    """Of the head's results table, likewise."""


@dataclass(frozen=True, slots=True)
class Review:
    """What the runs of a head have that those of a base have not."""

    base: str
    head: str
    """As they were named."""
    known: frozenset[str]
    """Ids of the base's runs."""
    runs: tuple[int, int]
    """How many each side has."""
    new_total: int
    """How many runs only the head has."""
    failed: int
    """How many of them did not come to their end."""
    new: tuple[RunRow, ...]
    """Those that failed first, then the newest; `MOST_RUNS` at most."""
    gone_total: int
    gone: tuple[RunRow, ...]
    """Runs that only the base has; none where the two are no states of one archive."""
    went_on_total: int
    went_on: tuple[RunRow, ...]
    """Runs of both whose status, params or metrics are others in the head."""
    metrics: tuple[MetricRow, ...]
    """The most important first."""
    lacking: tuple[FactRow, ...]
    """Metrics that only one side has, where the settings are the same."""
    settings: tuple[FactRow, ...]
    """Params in which the compared runs differ."""
    alone: tuple[FactRow, ...]
    """Settings of new runs that nothing was found to compare with."""
    environment: tuple[FactRow, ...]
    """Python, platform, packages."""
    code: tuple[FactRow, ...]
    """Commits, branches, uncommitted changes."""
    models: tuple[FactRow, ...]
    """Versions and aliases of registered models; what has the name of the model."""
    scores: tuple[ScoreRow, ...]
    notices: tuple[str, ...]
    """What of the two could not be read."""
    site: str
    """Where the report of the head lies; empty: nobody said."""

    def count(self, *states: str) -> int:
        """How many metrics came to one of some states."""
        return sum(row.state in states for row in self.metrics)
