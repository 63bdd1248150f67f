"""What a config says of experiments, models and metrics that the archive does not have."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from runreport.query.index import RunIndex
from runreport.report.config import Config


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
    found += _unknown(
        "primary_metric", filter(None, [config.default.primary_metric]), metrics, "metric"
    )
    return tuple(found)


def _unknown(key: str, names: Iterable[str], known: Iterable[str], what: str) -> list[str]:
    known = list(known)
    found = []
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            found.append(f"{key} names {name!r}, but there is no {what} of this name.{hint}")
    return found
