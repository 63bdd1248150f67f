"""A table for a paper: what runs reached, by rows and columns, the best of each column marked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from runreport.analysis.comparing import LEVEL, corrected_able, cost_of, differs
from runreport.query.pivoting import Entry, Key, Pivot
from runreport.report.formatting import plural
from runreport.report.papers.amounts import Aggregate, Scale, amount_texts, fitting_scale
from runreport.report.urls import experiment_folder, run_url

_MOST_LINKED = 30
"""Runs that an address may name one by one."""
_DEAREST = 200_000
"""Divisions of values that the comparisons of one column may look at."""
MISSING = "–"


@dataclass(frozen=True, slots=True)
class PaperCell:
    """What some runs reached."""

    value: str
    """As it is printed; a dash where there is none."""
    spread: str
    """Empty where there is none."""
    is_best: bool
    note: str
    """What is to be known of it; empty where nothing is."""
    runs: tuple[str, ...]
    """Ids."""
    url: str
    """Where its runs are, from the root of the site."""
    amount: tuple[float, float | None] | None = None
    """Every digit of value and spread; None where there is none."""
    count: int = 0
    """Runs that these are of."""
    power: int = 0
    """Of ten, which value and spread are times."""

    @property
    def text(self) -> str:
        """Value and spread."""
        text = f"{self.value} ± {self.spread}" if self.spread else self.value
        if not self.power:
            return text
        return f"({text})e{self.power}" if self.spread else f"{text}e{self.power}"


@dataclass(frozen=True, slots=True)
class PaperTable:
    """A table."""

    heads: tuple[str, ...]
    """Of the columns that name rows."""
    columns: tuple[str, ...]
    """Of those with values."""
    rows: tuple[tuple[tuple[str, ...], tuple[PaperCell, ...]], ...]
    """What a row is of, and its cells."""
    notes: tuple[str, ...]
    """What a reader should know."""


def make_paper_table(
    found: Pivot,
    heads: Sequence[str],
    aggregate: Aggregate,
    directions: Mapping[str, str],
    *,
    places: int | None = None,
    is_marked: bool = True,
    names: Mapping[str, str] | None = None,
) -> PaperTable:
    """Runs as a table.

    Args:
        heads: what the rows are by, in words.
        directions: by metric, max or min; nothing is marked of those that are not in it.
        places: decimals; None lets each column's spread decide.
        names: of metrics, as they are shown.
        is_marked: the best of each column is marked, and what is not clearly worse.
    """
    columns = [(column, metric) for column in found.columns for metric in found.metrics]
    columns = [own for own in columns if any((row, *own) in found.cells for row in found.rows)]
    made = [
        _column(
            found, column, metric, aggregate, places, directions.get(metric) if is_marked else None
        )
        for column, metric in columns
    ]
    told = {cell.note for cells in made for cell in cells if cell.note}
    rows = tuple(
        (tuple(map(_label, row)), tuple(cells[place] for cells in made))
        for place, row in enumerate(found.rows)
    )
    return PaperTable(
        tuple(heads),
        tuple(
            _head(column, (names or {}).get(metric, metric), found) for column, metric in columns
        ),
        rows,
        tuple(sorted(told)),
    )


def _label(text: str | None) -> str:
    """What runs agree in, as it is printed: an empty text is another thing than none."""
    return MISSING if text is None else text or '""'


def _head(column: Key, metric: str, found: Pivot) -> str:
    key = ", ".join(map(_label, column))
    if len(found.metrics) == 1 and key:
        return key
    return f"{key} {metric}".strip()


def _column(
    found: Pivot,
    column: Key,
    metric: str,
    aggregate: Aggregate,
    places: int | None,
    direction: str | None,
) -> list[PaperCell]:
    entries = [found.cells.get((row, column, metric), ()) for row in found.rows]
    values = [[own.value for own in cell if math.isfinite(own.value)] for cell in entries]
    amounts = [aggregate.of(own) if own else None for own in values]
    scale = fitting_scale([amount for amount in amounts if amount is not None])
    if aggregate.value == "n":
        scale, direction = Scale(0), None
    elif places is not None:
        scale = replace(scale, decimals=places)
    reached = [None if amount is None else amount[0] for amount in amounts]
    best = best_of(values, direction, reached, is_tested=aggregate.value == "mean")
    return [
        _cell(cell, own, amount, scale, place in best, is_count=aggregate.value == "n")
        for place, (cell, own, amount) in enumerate(zip(entries, values, amounts, strict=True))
    ]


def _cell(
    entries: Sequence[Entry],
    values: Sequence[float],
    amount: tuple[float, float | None] | None,
    scale: Scale,
    is_best: bool,
    *,
    is_count: bool,
) -> PaperCell:
    lost = len(entries) - len(values)
    note = f"{plural(lost, 'run')} of {len(entries)} NaN or infinite, left out" if lost else ""
    if is_count and entries and amount is None:
        amount = (0.0, None)
    if amount is None:
        value, spread = ("NaN", "") if entries else (MISSING, "")
    else:
        value, spread = amount_texts(*amount, scale)
    ids = tuple(own.run_id for own in entries)
    power = scale.power if amount is not None and math.isfinite(amount[0]) else 0
    return PaperCell(value, spread, is_best, note, ids, _url(entries), amount, len(values), power)


def best_of(
    values: Sequence[Sequence[float]],
    direction: str | None,
    reached: Sequence[float | None],
    *,
    is_tested: bool = True,
) -> set[int]:
    """Which of several samples are best: the one that reached the best, those that reached the
    same, and those of which a test that could have shown it does not show that their mean is worse
    (all tests together, Holm).

    Args:
        values: finite; empty ones are none.
        direction: max or min; None: none is best.
        reached: what each comes to; None of an empty one.
        is_tested: it is a mean, so that tests tell of it.
    """
    known = {place: own for place, own in enumerate(reached) if own is not None}
    if direction is None or len(known) < 2:
        return set()
    first = (max if direction == "max" else min)(known, key=known.__getitem__)
    tied = {
        place for place, own in known.items() if math.isclose(own, known[first], rel_tol=1e-12)
    }
    if not is_tested:
        return tied
    others, left = {}, _DEAREST
    for place in known.keys() - tied:
        cost = 2 * cost_of(len(values[first]), len(values[place]))
        if cost <= left:
            left -= cost
            others[place] = differs(values[first], values[place])
    chances = corrected_able(others)
    alike = (
        place
        for place, p in chances.items()
        if p > LEVEL and others[place].least_p * len(chances) <= LEVEL
    )
    return {*tied, *alike}


def _url(entries: Sequence[Entry]) -> str:
    """The page of a run; of several the page that stands them side by side, or their
    experiment's."""
    if not entries:
        return ""
    if len(entries) == 1:
        return run_url(entries[0].run_id)
    if len(entries) <= _MOST_LINKED:
        chosen = (
            f"{experiment_folder(own.experiment).removeprefix('e/')}:{own.run_id}"
            for own in entries
        )
        return f"compare/index.html#v=1&sel={','.join(map(quote, chosen))}"
    if len({own.experiment for own in entries}) == 1:
        return f"{experiment_folder(entries[0].experiment)}/index.html"
    return "activity/index.html"
