"""Table columns of an experiment: which there are, and what each run has in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from runreport.query.arrow import align, arange, by_key
from runreport.query.index import RunIndex
from runreport.query.operands import NUMBER
from runreport.query.predicate import experiment_names
from runreport.query.summaries import has_curve
from runreport.report.tables.kinds import MOST_ORDERED, order_of
from runreport.report.urls import slug
from runreport.tags import SYSTEM_TAG, TRACEBACK_TAG

EXPERIMENT = "experiment_name"
PROPERTY_LABELS = {
    "run_name": "Run",
    "status": "Status",
    "start_time": "Started",
    "duration": "Duration",
    "source": "Source",
    "run_id": "Run ID",
    EXPERIMENT: "Experiment",
}
FOLDER = "_folder"
"""The column that tells scripts in which experiment's folder a run's data lies."""
VIEW = "_view"
"""The column that tells scripts which runs have no page of their own."""
CURVES = "_curves"
"""The column that tells scripts which runs have a file of curves."""
FOR_FILTERS = "filter"
"""The group of columns that no table shows and only the filter box asks for."""
OF_METRICS = "statistics"
"""The group of statistics of metrics; scripts make them of what `FOR_FILTERS` has."""
SLUG = "_slug"
"""The column that scripts need where run ids differ from their URLs."""
LONGEST_MS = 2**53
"""Beyond it a duration is made up, and fits no script's number."""
_NUMBER = re.compile(NUMBER)
_SOURCE = "mlflow.source.name"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a run table."""

    name: str
    """``status``, ``metrics.loss``, ``params.lr``, ``tags.team``: as in filters and config."""
    label: str
    group: str
    """properties, metrics, params or tags; hidden, `OF_METRICS` or `FOR_FILTERS`."""
    kind: str
    """number, text, time or duration."""
    values: tuple[object, ...]
    """One a run, in table order; None where a run has none."""
    distinct: int
    """Different values, missing ones not counted."""
    texts: tuple[object, ...] | None = None
    """Numbers as they were logged, e.g. ``3.10``; None where there is no other text."""
    has_curves: bool = False
    """Whether some run logged more than one point of this metric."""
    ordered: tuple[str, ...] = ()
    """Texts in the order that they name, e.g. small, base, large; empty where they name none."""
    slots: Mapping[str, int] = field(default_factory=dict)
    """Of each of few texts its place among all that the site has in such a column."""

    @property
    def is_numeric(self) -> bool:
        """Whether it is right-aligned and sorted as a number."""
        return self.kind != "text"

    @property
    def present(self) -> int:
        """How many runs have a value."""
        return len(self.values) - self.values.count(None)

    @property
    def is_compared(self) -> bool:
        """Whether its values have differences to those of a baseline."""
        return self.group in ("metrics", OF_METRICS)

    @property
    def varies(self) -> bool:
        """Whether runs differ in it."""
        return self.distinct > 1 or (self.distinct == 1 and None in self.values)


def experiment_columns(index: RunIndex, numbers: pa.Array) -> tuple[Column, ...]:
    """All columns that the runs of an experiment have, in the order the menu shows them.

    Args:
        numbers: int32[n], the runs in table order.
    """
    runs = index.runs.take(numbers)
    start, end = (runs.column(name).to_pylist() for name in ("start_time", "end_time"))
    durations = [
        None if a is None or b is None else min(max(0, b - a), LONGEST_MS)
        for a, b in zip(start, end, strict=True)
    ]
    properties = {
        "run_name": ("text", runs.column("run_name").to_pylist()),
        "status": ("text", runs.column("status").to_pylist()),
        "start_time": ("time", start),
        "duration": ("duration", durations),
        "source": ("text", index.long_column("tags", _SOURCE, "value").take(numbers).to_pylist()),
        "run_id": ("text", runs.column("run_id").to_pylist()),
        EXPERIMENT: ("text", experiment_names(index).take(numbers).to_pylist()),
    }
    metrics = own_rows(index, "metrics", numbers)
    long = metrics.filter(has_curve(metrics))
    curved = set(pc.unique(long.column("key")).to_pylist())
    columns = [
        make_column(name, PROPERTY_LABELS[name], "properties", kind, values)
        for name, (kind, values) in properties.items()
    ]
    for group, shown, value in (
        ("metrics", metrics, "last"),
        ("params", own_rows(index, "params", numbers), "value"),
        ("tags", own_rows(index, "tags", numbers), "value"),
    ):
        for key, own in by_key(shown).items():
            if group == "tags" and key.startswith((SYSTEM_TAG, TRACEBACK_TAG)):
                continue
            values = align(own, value, len(numbers)).to_pylist()
            name = f"{group}.{key}"
            if group == "params" and (parsed := _as_numbers(values)) is not None:
                columns.append(
                    make_column(name, key, group, "number", parsed, texts=tuple(values))
                )
                continue
            kind = "number" if group == "metrics" else "text"
            column = make_column(name, key, group, kind, values)
            if group == "metrics" and key in curved:
                column = replace(column, has_curves=True)
            columns.append(column)
    has_curves = pc.is_in(arange(len(numbers)), value_set=pc.unique(long.column("run")))
    marks = ["1" if has else None for has in has_curves.to_pylist()]
    columns.append(make_column(CURVES, CURVES, "hidden", "text", marks))
    ids = properties["run_id"][1]
    slugs = [slug(str(run_id)) for run_id in ids]
    if slugs != ids:  # run ids that another tool chose and that no URL can hold as they are
        columns.append(make_column(SLUG, SLUG, "hidden", "text", slugs))
    return tuple(columns)


def own_rows(index: RunIndex, table: str, numbers: pa.Array) -> pa.Table:
    """The rows that a long table has for some runs; ``run`` is their place among these."""
    rows = index.rows_of(table, numbers)
    places = pc.index_in(rows.column("run"), value_set=numbers)
    return rows.set_column(0, "run", places)


def _as_numbers(values: Iterable[object]) -> list[object] | None:
    """Param texts as numbers, if each is one; a column of digits then sorts as one expects."""
    numbers: list[object] = []
    for value in values:
        if value is None:
            numbers.append(None)
            continue
        if not _NUMBER.fullmatch(str(value)):
            return None
        numbers.append(float(str(value)))
    return numbers


def make_column(
    name: str,
    label: str,
    group: str,
    kind: str,
    values: Sequence[object],
    texts: tuple[object, ...] | None = None,
) -> Column:
    """A column, and how many of its values differ."""
    present = {value for value in texts or values if value is not None}
    is_told = kind == "text" and group in ("params", "tags") and len(present) <= MOST_ORDERED
    ordered = order_of(map(str, present)) if is_told else ()
    return Column(name, label, group, kind, tuple(values), len(present), texts, ordered=ordered)
