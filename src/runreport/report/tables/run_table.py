"""The table of runs of a page: its rows, facets and the scripts that hold all of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from runreport.cards import STATUS_MARKS
from runreport.report.deltas import NONE, Delta, delta
from runreport.report.links import RunLink, moment
from runreport.report.shown import Shown, show_text
from runreport.report.tables.column_scripts import DataScript, data_scripts, facet_counts
from runreport.report.tables.columns import EXPERIMENT, FOLDER, OF_METRICS, Column
from runreport.report.tables.families import Member, family_order
from runreport.report.tables.table import Table, cell
from runreport.tags import is_set_tag

PAGE_SIZE = 50
MAX_PAGES = 20
MAX_FACET = 20
"""Values of a facet."""
MAX_FACETS = 8


@dataclass(frozen=True, slots=True)
class TableRow:
    """A run as a row of a server-rendered table."""

    number: int
    """Place in the whole table, from 0."""
    run_id: str
    name: str
    folder: str
    """Of the data of its experiment, from the site's root."""
    url: str
    status: str
    cells: tuple[Shown, ...]
    problem: str = ""
    """Why it failed, in a few words."""
    look: int | None = None
    """Its colour in the charts of the page; None where it has none."""
    deltas: tuple[Delta, ...] = ()
    """To the baseline, one a cell."""
    depth: int = 0
    """How many parents it stands below, of those in the table."""
    children: int = 0


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of one column, with how many runs have each."""

    name: str
    label: str
    values: tuple[tuple[Shown, int], ...]


@dataclass(frozen=True, slots=True)
class RunTable:
    """The run table of an experiment."""

    columns: tuple[Column, ...]
    """Those shown before the reader chooses."""
    rows: tuple[TableRow, ...]
    """The pre-rendered rows, all pages of them."""
    page_size: int
    runs: int
    folder: str
    """Of its page, from the site's root; its scripts lie in ``data/`` below."""
    all_columns: tuple[Column, ...]
    facets: tuple[Facet, ...]
    manifest: DataScript
    scripts: tuple[DataScript, ...]
    baseline: TableRow | None = None
    """The run that the others are compared with; it stands in sight above them, too."""


def run_table(
    table: Table,
    shown: tuple[Column, ...],
    folder: str,
    *,
    all_rows: bool,
    page_size: int | None = None,
    pages: int | None = None,
    looks: Mapping[int, int] | None = None,
    telling: Sequence[str] = (),
    baseline: str = "",
) -> RunTable:
    """A run table with its pre-rendered rows and the scripts that hold all of them.

    Args:
        shown: the columns before the reader chooses.
        folder: of its page, from the site's root.
        all_rows: pre-render every row.
        pages: how many pages of rows to pre-render otherwise.
        looks: of the runs that the page's charts draw in a colour of their own.
        telling: the params that go with the primary metric most, first.
        baseline: id of the run that the others are compared with; empty for none.
    """
    count = len(table.labels)
    page_size, pages = page_size or PAGE_SIZE, pages or MAX_PAGES
    most = count if all_rows else min(count, page_size * pages)
    base = table.place_of(baseline)
    make = partial(_row, table, shown, folder, looks or {}, base)
    members = family_order(table.run_ids, table.parents)[:most]
    rows = tuple(make(one, place) for place, one in enumerate(members))
    # Scripts make statistics of what they have for the filter box.
    columns = tuple(c for c in table.columns.values() if c.group != OF_METRICS)
    better = {c.name: way for c in columns if (way := table.direction_of(c)) is not None}
    manifest, scripts = data_scripts(
        columns,
        count,
        folder,
        primary=table.primary,
        direction=table.told_direction,
        telling=telling,
        better=better,
        base=baseline if base is not None else "",
    )
    return RunTable(
        shown,
        rows,
        page_size,
        count,
        folder,
        columns,
        _facets(columns),
        manifest,
        scripts,
        make(Member(base), base) if base is not None else None,
    )


def _row(
    table: Table,
    shown: Sequence[Column],
    folder: str,
    looks: Mapping[int, int],
    base: int | None,
    member: Member,
    place: int,
) -> TableRow:
    number = member.number
    own = table.values(FOLDER)[number] if FOLDER in table.columns else folder
    return TableRow(
        place,
        str(table.values("run_id")[number]),
        str(table.values("run_name")[number]),
        str(own),
        table.url_of(number),
        str(table.values("status")[number]),
        tuple(cell(column, number) for column in shown),
        table.problem_of(number),
        looks.get(number),
        () if base is None else tuple(_delta(table, column, number, base) for column in shown),
        member.depth,
        member.children,
    )


def _delta(table: Table, column: Column, number: int, base: int) -> Delta:
    if not column.is_compared or number == base:
        return NONE
    value, other = column.values[number], column.values[base]
    if not isinstance(value, int | float) or not isinstance(other, int | float):
        return NONE
    return delta(value, other, table.direction_of(column))


def _facets(columns: Sequence[Column]) -> tuple[Facet, ...]:
    return tuple(
        Facet(
            column.name,
            column.label,
            tuple((show_text(value), count) for value, count in facet_counts(column)),
        )
        for column in columns
        if column.name == "status" or (is_facet(column) and column.varies)
    )[:MAX_FACETS]


def run_link(table: Table, number: int, experiment: str = "") -> RunLink:
    """One run of the table, as other pages mention it."""
    started = table.values("start_time")[number]
    return RunLink(
        name=str(table.values("run_name")[number]),
        url=table.url_of(number),
        status=str(table.values("status")[number]),
        started=moment(started if isinstance(started, int) else None),
        experiment=experiment,
        metric=table.score_text(number),
        problem=table.problem_of(number),
    )


def status_counts(statuses: Sequence[object]) -> tuple[tuple[str, int], ...]:
    """(status, runs) of the statuses that occur."""
    counted = Counter(str(status) for status in statuses)
    return tuple((status, counted[status]) for status in STATUS_MARKS if counted[status])


def is_facet(column: Column) -> bool:
    """Whether runs are told apart by few values; what autologging recorded is of single runs."""
    is_tag = column.group == "tags" and is_set_tag(column.label)
    return (is_tag or column.name == EXPERIMENT) and 0 < column.distinct <= MAX_FACET
