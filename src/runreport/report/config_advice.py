"""What a config says of experiments, models and metrics that the archive does not have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from runreport.nearest import nearest
from runreport.query.arrow import as_array
from runreport.query.fields import STATISTICS
from runreport.query.index import RunIndex
from runreport.query.names import TABLES
from runreport.report.charts.texts import charted_names
from runreport.report.config import PROPERTIES, Config
from runreport.report.tables.asked_columns import meanings


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
    owners = as_array(index.runs.column("experiment_id")).take(shown)
    asked: list[tuple[str, Sequence[str], list[str]]] = []
    of_experiment: dict[str, list[str]] = {}
    for state in index.experiments.values():
        numbers = shown.filter(pc.equal(owners, state.experiment_id))
        if state.is_deleted or not len(numbers):
            continue
        own = config.experiments.get(state.name)
        theirs = of_experiment[state.name] = _column_names(index, numbers)
        if own is not None and own.columns:
            asked.append((f"experiments.{state.name}.columns", own.columns, theirs))
        else:  # what only other experiments have is skipped
            names = [one for one in config.default.columns if len(meanings(one, theirs)) > 1]
            asked.append(("columns", tuple(names), theirs))
    names = [name for name in config.default.columns if not meanings(name, every)]
    asked.append(("columns", tuple(names), every))
    for view in config.views:
        own_names = [one for name in view.experiments for one in of_experiment.get(name, ())]
        asked.append((f"views.{view.name}.charts", charted_names([view]), own_names or every))
    found: list[str] = []
    for key, wanted, known in asked:
        for name in wanted:
            meant = meanings(name, known)
            if len(meant) > 1:
                groups = (one.partition(".")[0].removesuffix("s") for one in meant)
                kinds = " and ".join(f"a {group}" for group in groups)
                written = " or ".join(map(repr, meant))
                found.append(f"{key} names {name!r}, which is {kinds}; write {written}.")
            elif not meant:
                found += _unknown(key, [name], known, "column")
    return list(dict.fromkeys(found))


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


def _nearest(name: str, known: list[str]) -> str | None:
    """The column or metric that was probably meant, statistics of metrics among them."""
    plain = name.partition(".")[2]
    if plain in known:  # a metric is named without what it belongs to
        return plain
    metrics = [one for one in known if one.startswith("metrics.")]
    every = [*known, *(f"{one}.{statistic}" for one in metrics for statistic in STATISTICS)]
    keys = {one.partition(".")[2]: one for one in reversed(every) if "." in one}
    return nearest(name, every) or keys.get(nearest(name, keys) or "")


def _unknown(key: str, names: Iterable[str], known: Iterable[str], what: str) -> list[str]:
    known = list(known)
    found = []
    for name in names:
        if name not in known:
            close = _nearest(name, known)
            hint = f" Did you mean {close!r}?" if close else ""
            found.append(f"{key} names {name!r}, but there is no {what} of this name.{hint}")
    return found
