"""The columns that a config asks for: by bare names, and statistics of metrics."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import pyarrow as pa

from runreport.query.index import RunIndex
from runreport.query.names import TABLES, split_statistic
from runreport.query.predicate import run_column
from runreport.query.syntax import Field
from runreport.report.tables.columns import OF_METRICS, Column, make_column


def meanings(name: str, known: Collection[str]) -> list[str]:
    """The columns that a name may stand for: itself, or what alone has a key of this name.

    Args:
        known: the columns there are; statistics of their metrics are known with them.
    """
    if name in known:
        return [name]
    if (of := _metric_of(name, known)) is not None:
        return [of.name if of.name not in known else name]  # ticks only where they say more
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
    parts = split_statistic(key) if group == "metrics" else None
    if parts is None or f"metrics.{parts[0]}" not in known:
        return None
    metric, statistic, is_ticked = parts
    return Field("metric", metric, statistic, is_bare=not is_ticked)


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
