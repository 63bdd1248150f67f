"""What charts are drawn of, and what goes into a spec: a form, plain rows, titles and looks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from runreport.report.charts.chart import Row
from runreport.report.charts.curves import Curve, CurveReader
from runreport.report.charts.forms import Form
from runreport.report.charts.limits import NO_LIMITS, Limits
from runreport.report.charts.looks import Coloured
from runreport.report.charts.texts import ChartText
from runreport.report.tables.columns import Column
from runreport.report.tables.table import Table

MOST_MARKS = 400
"""Runs of a built chart of points, bars or boxes; the live chart shows more."""
MOST_LINES = 18
ALL = 20_000
ALL_CURVES = 300
"""Runs of a chart of all of them; in the browser each curve is a file to load."""
MOST_BAND = 300
"""Runs of a mean."""
MOST_PARALLEL = 120


@dataclass(frozen=True, slots=True)
class Asked:
    """What charts of a page are drawn of."""

    table: Table
    numbers: Sequence[int]
    """Runs, in the order of drawing."""
    reader: CurveReader
    looks: dict[int, int] = field(default_factory=dict)
    """Of the runs that have one on this page; charts of curves give more."""
    most: int | None = None
    """Runs of a chart, where not as many as its type can show."""
    total: int | None = None
    """Runs that there are, where ``numbers`` are not all."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A form, and what goes into its spec."""

    form: Form
    rows: Sequence[Row]
    runs: Sequence[int]
    """That have the values and are drawn."""
    usable: int
    """That have the values."""
    titles: Mapping[str, str]
    colours: Coloured
    step: float | None = None
    """The width of a histogram's ranges; None leaves it to Vega."""
    ticks: Sequence[float] = ()
    """Where those of x are put."""
    least: float = 0.0
    """From where on a ``symlog`` axis is logarithmic."""
    is_time: bool = False
    """Whether x is milliseconds since the epoch."""
    curves: Sequence[Curve] = ()
    limits: Limits = NO_LIMITS
    is_log_x: bool = False
    """Whether the x of curves is logarithmic."""
    axes: Sequence[tuple[str, Column]] = ()
    """Of parallel coordinates, with what they are called."""


def most_of(text: ChartText, asked: Asked, most: int) -> int:
    """How many runs a chart shows."""
    if text["runs"] != "all":
        return asked.most or most
    return ALL_CURVES if text.type == "line" else ALL


def row_of(asked: Asked, number: int, colours: Coloured, **more: object) -> dict[str, object]:
    row: dict[str, object] = {
        "run": asked.table.labels[number], "href": asked.table.url_of(number), **more
    }  # fmt: skip
    if colours.kind != "none":
        row["color"] = colours.values[number]
    return row


def finite_runs(table: Table, name: str, numbers: Sequence[int], scale: str = "") -> list[int]:
    """The runs that have a number in a column that lies on its axis; a date is no amount."""
    column = table.columns.get(name)
    if column is None or column.kind == "time":
        return []
    values = column.values
    return [
        n
        for n in numbers
        if isinstance(v := values[n], int | float)
        and math.isfinite(v)
        and (v > 0 or scale != "log")
    ]


def is_placed(value: object) -> bool:
    """Whether a value lies on some axis."""
    return value is not None and not (isinstance(value, float) and not math.isfinite(value))
