"""What a config says of experiments, models and metrics that the archive does not have."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from runreport.query.arrow import as_array
from runreport.query.fields import nearest
from runreport.query.index import RunIndex
from runreport.query.names import TABLES
from runreport.report.asked_columns import charted_names, meanings
from runreport.report.config import PROPERTIES, Config


def config_advice(config: Config, index: RunIndex, shown: pa.Array) -> tuple[str, ...]:
    """A sentence for each name of the config that means nothing here.

    Args:
        shown: the runs that the site shows; without any there is nothing to compare with.
    """
    if not len(shown):
        return ()
    experiments = [state.name for state in index.experiments.values() if not state.is_deleted]
    models = [model.name for model in index.registry.models]
    metrics = pc.unique(index.metrics.column("key")).to_pylist()
    found = [
        *_unknown("experiments", config.experiments, experiments, "experiment"),
        *_unknown("models", config.models, models, "registered model"),
    ]
    for group, tables in (("experiments", config.experiments), ("models", config.models)):
        for name, table in tables.items():
            key = f"{group}.{name}.primary_metric"
            found += _unknown(key, filter(None, [table.primary_metric]), metrics, "metric")
            if group == "models" and table.primary_metric and not table.direction:
                found.append(
                    f"{group}.{name} has a primary_metric and no direction, so no version is "
                    "called best; add direction = 'max' or 'min'."
                )
    found += _columns(config, index, shown)
    found += _unknown(
        "primary_metric", filter(None, [config.default.primary_metric]), metrics, "metric"
    )
    return tuple(found)


def _columns(config: Config, index: RunIndex, shown: pa.Array) -> list[str]:
    """What is wrong with the columns that tables and charts ask for."""
    every = _column_names(index, shown)
    asked = [("columns", config.default.columns, every)]
    owners = as_array(index.runs.column("experiment_id")).take(shown)
    for state in index.experiments.values():
        own = config.experiments.get(state.name)
        if own is not None and own.columns and not state.is_deleted:
            numbers = shown.filter(pc.equal(owners, state.experiment_id))
            theirs = _column_names(index, numbers)
            asked.append((f"experiments.{state.name}.columns", own.columns, theirs))
    asked.append(("views: charts", charted_names(config), every))
    found: list[str] = []
    for key, names, known in asked:
        for name in names:
            meant = meanings(name, known)
            if len(meant) > 1:
                found.append(f"{key} names {name!r}; write {' or '.join(map(repr, meant))}.")
            elif not meant:
                found += _unknown(key, [name], known, "column")
    return found


def _column_names(index: RunIndex, numbers: pa.Array) -> list[str]:
    """The columns that a table of some runs can have."""
    return [
        *PROPERTIES,
        *(
            f"{table}.{key}"
            for table in TABLES
            for key in pc.unique(index.rows_of(table, numbers, ("key",)).column("key")).to_pylist()
        ),
    ]


def _unknown(key: str, names: Iterable[str], known: Iterable[str], what: str) -> list[str]:
    known = list(known)
    found = []
    for name in names:
        if name not in known:
            close = nearest(name, known)
            if close is None:  # the name alone may be nearer than with what it belongs to
                keys = {one.partition(".")[2]: one for one in reversed(known) if "." in one}
                close = keys.get(nearest(name, keys) or "")
            hint = f" Did you mean {close!r}?" if close else ""
            found.append(f"{key} names {name!r}, but there is no {what} of this name.{hint}")
    return found
