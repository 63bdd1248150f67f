"""A review as tables, the most important first; Markdown, text and HTML write these."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from runreport.numbers import ROUGH, format_number, told_apart
from runreport.report.formatting import plural
from runreport.report.reviews.facts import in_words
from runreport.report.reviews.review import (
    BETTER,
    CHANGED,
    CLEAR,
    DIVERGED,
    SAME,
    STATES,
    UNCLEAR,
    UNDECIDED,
    UNTESTED,
    WORSE,
    FactRow,
    MetricRow,
    Review,
    RunRow,
    ScoreRow,
)
from runreport.report.reviews.wording import cut

MARKS = {DIVERGED: "✗", WORSE: "✗", BETTER: "✓", CHANGED: "≠", UNDECIDED: "?"}
"""Those of other states are nothing."""
_SENSES = {DIVERGED: "worse", WORSE: "worse", BETTER: "better"}
_HALF = 7
"""Places of a drawn difference on each side of nothing."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table."""

    text: str
    url: str = ""
    """From the root of the site."""
    sense: str = ""
    """``better`` or ``worse``; the text says it, too."""
    spread: tuple[float, float, float] | None = None
    """A difference between the ends of its interval, −1 to 1; the text draws it with letters."""


@dataclass(frozen=True, slots=True)
class Section:
    """A table of a review."""

    title: str
    heads: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[Cell, ...], ...]
    """The most important first."""
    noun: str
    """What a row is, for those that are left out."""
    is_folded: bool = False
    """Whether it is for those who ask."""
    note: str = ""
    total: int = 0
    """With those that are not among the rows; 0: there are none."""

    @property
    def count(self) -> int:
        """Of how many things it tells."""
        return max(self.total, len(self.rows))


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """A review as a page."""

    title: str
    base: str
    head: str
    verdict: str
    sections: tuple[Section, ...]
    legend: str
    notices: tuple[str, ...]
    site: str
    """Where the whole report lies; empty: nobody said."""
    folder: str = "compare/_base"
    """Of its page in a site."""


def review_page(
    review: Review, title: str = "", pages: Mapping[str, str] | None = None
) -> ReviewPage:
    """A review as a page.

    Args:
        title: empty: what is compared.
        pages: of the site, where each run is shown, by id: not every run has a page of its own.
    """
    if pages is not None:
        review = _placed(review, pages)
    return ReviewPage(
        cut(title) or f"Compared with {review.base}",
        review.base,
        review.head,
        verdict(review),
        tuple(sections(review)),
        legend(review),
        review.notices,
        review.site,
    )


def _placed(review: Review, pages: Mapping[str, str]) -> Review:
    """A review whose runs lead to where a site shows them."""

    def placed(rows: tuple[RunRow, ...]) -> tuple[RunRow, ...]:
        return tuple(replace(row, url=row.url and pages.get(row.run_id, "")) for row in rows)

    metrics = (
        replace(row, url=pages.get(row.head.runs[-1], "") if row.head.runs else "")
        for row in review.metrics
    )
    return replace(
        review, new=placed(review.new), went_on=placed(review.went_on), metrics=tuple(metrics)
    )


def verdict(review: Review) -> str:
    """What a review comes to, in one sentence."""
    if not review.new_total and not review.went_on:
        return "No run is new."
    told = [
        f"{review.count(*states)} {words}"
        for states, words in (
            ((DIVERGED, WORSE), "worse"),
            ((BETTER,), "better"),
            ((CHANGED,), "different"),
            ((UNCLEAR, SAME), "without a clear difference"),
            ((UNDECIDED,), "with too few values to tell"),
            ((UNTESTED,), "not tested"),
        )
        if review.count(*states)
    ]
    metrics = f"{plural(len(review.metrics), 'metric')} compared: {', '.join(told)}"
    runs = plural(review.new_total, "new run")
    failed = f", {review.failed:,} of them failed" if review.failed else ""
    went_on = f", {plural(review.went_on_total, 'run')} went on" if review.went_on else ""
    return f"{runs}{failed}{went_on}. {metrics if told else 'No metric could be compared'}."


def sections(review: Review) -> list[Section]:
    """All that a review says, in the order of importance; what is empty is left out."""
    clear = [row for row in review.metrics if row.state in CLEAR or row.is_primary]
    rest = [row for row in review.metrics if row.state not in CLEAR and not row.is_primary]
    failed = [run for run in review.new if run.is_failed]
    ended = [run for run in review.new if not run.is_failed]
    found = [
        _metrics("Metrics", clear),
        _runs("New runs that failed", failed, review.failed),
        _facts("Metrics of one side only", "Metric", review.lacking, "metric"),
        _scores(review.scores),
        _facts("Models", "What", review.models, "change", experiment="Model"),
        _facts("Settings that differ", "Param", review.settings, "param"),
        _facts("Code", "What", review.code, "difference"),
        _facts("Environment", "What", review.environment, "difference"),
        _runs("Runs that went on", review.went_on, review.went_on_total),
        _runs("Runs that are gone", review.gone, review.gone_total),
        _metrics("Metrics without a clear difference", rest, is_folded=True),
        _alone(review.alone),
        _runs("New runs", ended, review.new_total - review.failed, is_folded=True),
    ]
    return [section for section in found if section.rows]


def _several(rows: Sequence[MetricRow | FactRow | RunRow | ScoreRow]) -> bool:
    return len({row.experiment for row in rows}) > 1


def _named(
    rows: Sequence[MetricRow | FactRow | RunRow | ScoreRow], head: str = "Experiment"
) -> tuple[tuple[str, ...], Callable[[str], tuple[Cell, ...]]]:
    """A column for the experiment, where there are several."""
    if _several(rows):
        return (head,), lambda name: (Cell(name),)
    return (), lambda _: ()


def _metrics(title: str, rows: Sequence[MetricRow], *, is_folded: bool = False) -> Section:
    heads, named = _named(rows)
    told = ("Settings",) if any(row.group for row in rows) else ()
    heads = ("", "Metric", *heads, *told, "Difference", "", "95 %", "Base", "Head", "p")
    return Section(
        title,
        heads,
        tuple(head in ("Difference", "Base", "Head", "p") for head in heads),
        tuple(
            (
                Cell(MARKS.get(row.state, ""), sense=_SENSES.get(row.state, "")),
                Cell(row.metric, row.url),
                *named(row.experiment),
                *(Cell(cut(in_words(row.group))) for _ in told),
                _difference(row),
                _drawn(row),
                Cell(_interval(row)),
                *_amounts(row),
                Cell(_chance(row)),
            )
            for row in rows
        ),
        "metric",
        is_folded,
    )


def _amounts(row: MetricRow) -> Iterator[Cell]:
    texts = told_apart([row.base.mean, row.head.mean])
    for text, own in zip(texts, (row.base, row.head), strict=True):
        lost = f", {own.lost} NaN or infinite" if own.lost else ""
        yield Cell(f"{text if own.count else '–'} (n {own.count}{lost})")


def _difference(row: MetricRow) -> Cell:
    if math.isnan(row.difference):
        return Cell("–")
    sign = "+" if row.difference > 0 else ""
    share = ""
    if row.base.mean and abs(row.difference / row.base.mean) < 10:
        percent = format_number(100 * row.difference / abs(row.base.mean), 2)
        share = f" ({sign}{percent} %)"
    text = f"{sign}{format_number(row.difference, ROUGH)}{share if row.difference else ''}"
    return Cell(text.replace("-", "−"), sense=_SENSES.get(row.state, ""))


def _interval(row: MetricRow) -> str:
    if not math.isfinite(row.low) or not math.isfinite(row.high):
        return ""
    ends = (format_number(end, ROUGH).replace("-", "−") for end in (row.low, row.high))
    return " to ".join(ends)


def _chance(row: MetricRow) -> str:
    if row.p is None:
        return ""
    return "< 0.001" if row.p < 0.001 else f"{row.p:.2g}"


def _drawn(row: MetricRow) -> Cell:
    """The difference and its interval; an empty cell where that is unknown.

    Nothing stands in the middle, the further end of the interval at a border.
    """
    ends = (row.low, row.difference, row.high)
    reach = max(map(abs, ends))
    if not math.isfinite(reach) or not reach:
        return Cell("")
    low, middle, high = (end / reach for end in ends)
    return Cell(
        _letters(low, middle, high), sense=_SENSES.get(row.state, ""), spread=(low, middle, high)
    )


def _letters(low: float, middle: float, high: float) -> str:
    """``···│·━●━···``"""
    first, at, last = (_HALF + round(end * _HALF) for end in (low, middle, high))
    letters = ["·"] * (2 * _HALF + 1)
    letters[first : last + 1] = ["━"] * (last + 1 - first)
    letters[_HALF] = "┿" if letters[_HALF] == "━" else "│"
    letters[at] = "●"
    return "".join(letters)


def _runs(title: str, rows: Sequence[RunRow], total: int, *, is_folded: bool = False) -> Section:
    heads, named = _named(rows)
    has_reasons, has_values = (any(getattr(r, name) for r in rows) for name in ("why", "value"))
    return Section(
        title,
        (
            "Run",
            *heads,
            "Status",
            *(("Why",) if has_reasons else ()),
            *(("Reached",) if has_values else ()),
        ),
        (False,) * (2 + len(heads) + has_reasons + has_values),
        tuple(
            (
                Cell(row.name, row.url),
                *named(row.experiment),
                Cell(row.status),
                *((Cell(row.why),) if has_reasons else ()),
                *((Cell(row.value),) if has_values else ()),
            )
            for row in rows
        ),
        "run",
        is_folded,
        total=total,
    )


def _facts(
    title: str, what: str, rows: Sequence[FactRow], noun: str, *, experiment: str = ""
) -> Section:
    heads, named = _named(rows)
    if experiment:
        heads, named = (experiment,), lambda name: (Cell(name),)
    return Section(
        title,
        (*heads, what, "Base", "Head"),
        (False,) * (len(heads) + 3),
        tuple(
            (*named(row.experiment), Cell(row.what), Cell(row.base or "–"), Cell(row.head or "–"))
            for row in rows
        ),
        noun,
    )


def _alone(rows: Sequence[FactRow]) -> Section:
    heads, named = _named(rows)
    return Section(
        "New settings, with nothing to compare with",
        (*heads, "Settings", "Runs"),
        (*(False for _ in heads), False, True),
        tuple((*named(row.experiment), Cell(row.what), Cell(row.head)) for row in rows),
        "setting",
        is_folded=True,
    )


def _scores(rows: Sequence[ScoreRow]) -> Section:
    heads, named = _named(rows)
    told = {(row.experiment, row.base_run, row.head_run) for row in rows}
    return Section(
        "Evaluations, row by row",
        (*heads, "Score", "Base", "Head", "Difference", "Won", "Lost", "Same"),
        (*(False for _ in heads), False, *(True,) * 6),
        tuple(
            (
                *named(row.experiment),
                Cell(row.score, row.url),
                Cell(row.base),
                Cell(row.head),
                Cell(row.difference, sense=row.sense),
                *(Cell(str(count)) for count in (row.wins, row.losses, row.same)),
            )
            for row in rows
        ),
        "score",
        note="; ".join(f"{head} against {base}" for _, base, head in sorted(told)),
    )


def legend(review: Review) -> str:
    """What the marks of metrics mean, as far as there are any."""
    told = [
        f"{mark} {STATES[state]}"
        for state, mark in MARKS.items()
        if state != DIVERGED and review.count(state)
    ]
    tests = sorted({row.test for row in review.metrics if row.p is not None})
    if tests:
        told.append(
            f"p over all primary metrics together, and over all others ({', '.join(tests)})"
        )
    return "; ".join(told)
