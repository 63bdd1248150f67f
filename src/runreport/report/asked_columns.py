"""The columns that a config asks for: by bare names, and statistics of metrics."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import pyarrow as pa

from runreport.errors import ConfigError
from runreport.query.fields import STATISTICS
from runreport.query.index import RunIndex
from runreport.query.names import TABLES
from runreport.query.predicate import run_column
from runreport.query.syntax import Field
from runreport.report.chart_texts import AXES, COLUMNS, SEVERAL, read_chart
from runreport.report.columns import OF_METRICS, Column, make_column
from runreport.report.config import Config


def charted_names(config: Config) -> tuple[str, ...]:
    """The columns that the charts of all views name."""
    found = []
    for view in config.views:
        for text in view.charts:
            try:
                chart = read_chart(text, view.name)
            except ConfigError:  # it is told where the view is made
                continue
            for field in COLUMNS:
                is_list = (chart.type, field) == SEVERAL
                found += chart[field].split(",") if is_list else [chart[field]]
    return tuple(name for name in dict.fromkeys(found) if name and name not in AXES)


def meanings(name: str, known: Collection[str]) -> list[str]:
    """The columns that a name may stand for: itself, or what alone has a key of this name.

    Args:
        known: the columns there are; statistics of their metrics are known with them.
    """
    if name in known or _metric_of(name, known):
        return [name]
    found = [full for table in TABLES if (full := f"{table}.{name}") in known]
    own = f"metrics.{name}"
    return found or ([own] if _metric_of(own, known) else [])


def full_name(name: str, known: Collection[str]) -> str:
    """A column's name in full: ``loss`` is ``metrics.loss`` where nothing else is called so.

    Unknown and ambiguous names stay as they are; `config_advice` tells of them.
    """
    found = meanings(name, known)
    return found[0] if len(found) == 1 else name


def _metric_of(name: str, known: Collection[str]) -> Field | None:
    """The statistic that a name asks for: ``metrics.loss.min`` or ``metrics.`loss`.min``."""
    group, _, key = name.partition(".")
    base, _, statistic = key.rpartition(".")
    if group != "metrics" or statistic not in STATISTICS:
        return None
    is_ticked = len(base) > 2 and base[0] == base[-1] == "`"
    metric = base[1:-1] if is_ticked else base
    is_known = f"metrics.{metric}" in known
    return Field("metric", metric, statistic, is_bare=not is_ticked) if is_known else None


def statistic_columns(
    index: RunIndex, numbers: pa.Array, names: Iterable[str], columns: Mapping[str, Column]
) -> tuple[Column, ...]:
    """The least, greatest or mean value of metrics, for those of some names that ask for one.

    Args:
        numbers: int32[n], the runs in table order.
        columns: what there is already; a metric may itself be called ``loss.min``.
    """
    found = []
    for name in dict.fromkeys(full_name(name, columns) for name in names):
        field = None if name in columns else _metric_of(name, columns)
        if field is not None:
            values = run_column(index, field, "").take(numbers).to_pylist()
            label = f"{field.key}.{field.statistic}"
            found.append(make_column(name, label, OF_METRICS, "number", values))
    return tuple(found)
