"""What tells runs and groups of a chart apart: which look each text has among those of its form.

A category has one look on every page of a site as far as no other of the chart has it already;
what has an order is spread over the steps of a ramp; a run has one look on a page.
``static/js/charts/looks.js`` and ``core/looks.js`` have the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from runreport.report.tables.columns import Column
from runreport.report.tables.kinds import sort_places, spread_of
from runreport.report.tables.table import Table, distinct_texts

LOOKS = 18
"""That a chart has for what has no order: six colours, each solid, dashed and dotted."""
STEPS = 9
"""That a chart has for what has an order."""


@dataclass(frozen=True, slots=True)
class Coloured:
    """The colours of a chart."""

    kind: str
    """As in `forms`: none, run, category, ordered, status, number, log, number-down, log-down."""
    values: Mapping[int, object]
    """By run: a text, or of amounts a number; a run without one is not drawn."""
    title: str = ""
    texts: tuple[str, ...] = ()
    """Those that are told apart, in the order of the legend."""
    looks: tuple[int, ...] = ()
    """Of each text; -1 for none of its own."""
    note: str = ""
    """Why there are no colours although some were asked for."""


def coloured(
    table: Table, name: str, numbers: Sequence[int], *, is_discrete: bool = False
) -> Coloured:
    """Runs coloured by a column.

    Args:
        is_discrete: groups of runs are drawn, which a ramp of amounts cannot colour.
    """
    column = table.columns.get(name)
    if column is None:
        return Coloured("none", dict.fromkeys(numbers))
    if name == "status":
        return Coloured(name, {n: column.values[n] for n in numbers}, column.label)
    present = {column.values[n] for n in numbers} - {None}
    if column.is_numeric and (column.group != "params" or len(present) > STEPS):
        if is_discrete:
            return _without(numbers, f"{column.label} is an amount, which colours no groups")
        return ramp(table, column, numbers)
    texts = distinct_texts(table, name, numbers)
    ordered = [*dict.fromkeys(texts[numbers[p]] for p in _sorted(column, numbers))]
    missing = {texts[n] for n in numbers if column.values[n] is None}
    told = [text for text in ordered if text not in missing]
    if len(told) <= STEPS and (column.is_numeric or column.ordered):
        looks, kind = spread_looks(len(told)), "ordered"
    elif len(told) <= LOOKS:
        slots = {texts[n]: column.slots.get(str(column.values[n]), LOOKS) for n in numbers}
        looks, kind = free_looks([slots[text] for text in told]), "category"
    else:
        told_count = f"{column.label} has {len(told):,} values, too many to colour"
        return _without(numbers, told_count)
    looks += [-1] * len(missing)
    return Coloured(kind, texts, column.label, (*told, *missing), tuple(looks))


def grouped(table: Table, name: str, numbers: Sequence[int]) -> Coloured:
    """Runs in groups by a column; of more groups than looks the last ones have none of their
    own."""
    found = coloured(table, name, numbers, is_discrete=True)
    if found.kind not in ("none", "status"):
        return found
    texts = distinct_texts(table, name, numbers)
    column = table.columns.get(name)
    order = range(len(numbers)) if column is None else _sorted(column, numbers)
    told = [*dict.fromkeys(texts[numbers[place]] for place in order)]
    looks = [look if look < LOOKS else -1 for look in range(len(told))]
    return Coloured("category", texts, table.label(name), tuple(told), tuple(looks), found.note)


def _sorted(column: Column, numbers: Sequence[int]) -> list[int]:
    return sort_places([column.values[n] for n in numbers], column.ordered)


def _without(numbers: Sequence[int], note: str) -> Coloured:
    return Coloured("none", dict.fromkeys(numbers), note=note)


def ramp(table: Table, column: Column, numbers: Sequence[int]) -> Coloured:
    """Runs coloured by an amount; of a metric of which less is better the other way round."""
    values = {
        n: v
        for n in numbers
        if isinstance(v := column.values[n], int | float) and math.isfinite(v)
    }
    kind = "log" if spread_of(values.values()).kind == "log" else "number"
    is_down = table.direction_of(column) == "min"
    return Coloured(f"{kind}-down" if is_down else kind, values, column.label)


def run_colours(table: Table, numbers: Sequence[int], looks: Mapping[int, int]) -> Coloured:
    """Each run in its own look.

    Args:
        looks: of the runs of a page that have one.
    """
    labels = tuple(table.labels[n] for n in numbers)
    own = tuple(looks.get(n, -1) for n in numbers)
    return Coloured("run", dict(zip(numbers, labels, strict=True)), "", labels, own)


def give_looks(looks: dict[int, int], runs: Iterable[int]) -> None:
    """Give runs that have none the first looks that no other run of the page has."""
    taken = {*looks.values()}
    free = (look for look in range(LOOKS) if look not in taken)
    for run, look in zip((run for run in runs if run not in looks), free, strict=False):
        looks[run] = look


def spread_looks(count: int) -> list[int]:
    """Steps of a ramp for texts in their order: the first and the last at its ends."""
    if count == 1:
        return [STEPS // 2]
    return [math.floor(n * (STEPS - 1) / (count - 1) + 0.5) for n in range(count)]


def free_looks(slots: Sequence[int]) -> list[int]:
    """Looks for texts, each its site's if no earlier one has it, else the next that is free."""
    looks = [0] * len(slots)
    taken: set[int] = set()
    for place in sorted(range(len(slots)), key=lambda place: (slots[place], place)):
        look = slots[place] % LOOKS
        while look in taken:
            look = (look + 1) % LOOKS
        taken.add(look)
        looks[place] = look
    return looks
