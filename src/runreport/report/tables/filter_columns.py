"""Columns that no table shows and the filter box may ask for: ends, data sets, system tags, and
the smallest, greatest and mean value of each metric with a curve."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.compute as pc

from runreport.query.arrow import align, by_key
from runreport.query.fields import DATASET_ATTRIBUTES, STATISTICS
from runreport.query.index import RunIndex
from runreport.query.summaries import float_texts, has_curve, mean_of, with_stats
from runreport.report.tables.columns import FOR_FILTERS, Column, make_column, own_rows
from runreport.tags import NAME_TAG, SYSTEM_TAG

_UNSEARCHED_TAGS = ("mlflow.source.name", "mlflow.note.content")
"""The first is a column under another name; notes may be long."""


def filter_columns(index: RunIndex, numbers: pa.Array) -> tuple[Column, ...]:
    """The hidden columns of some runs that have something in them.

    Args:
        numbers: int32[n], the runs in table order.

    Returns:
        ``end_time``, ``user_id``, ``tags.mlflow.KEY``, ``dataset.KEY`` (a JSON list, one entry a
        data set) and ``stats(metrics.KEY)`` (minimum, maximum and mean, separated by spaces).
    """
    columns = {
        "end_time": index.attribute("end_time").take(numbers).to_pylist(),
        **_users(index, numbers),
        **_system_tags(index, numbers),
        **_datasets(index, numbers),
        **_statistics(index, numbers),
    }
    return tuple(
        make_column(name, name, FOR_FILTERS, "time" if name == "end_time" else "text", values)
        for name, values in columns.items()
        if any(value is not None for value in values)
    )


def _users(index: RunIndex, numbers: pa.Array) -> dict[str, list[object]]:
    users = index.attribute("user_id").take(numbers).to_pylist()
    return {"user_id": users} if any(users) else {}  # they are left out, or there are none


def _system_tags(index: RunIndex, numbers: pa.Array) -> dict[str, list[object]]:
    keys = sorted(key for key in index.keys_of("tags") if key.startswith(SYSTEM_TAG))
    tags = {
        f"tags.{key}": index.long_column("tags", key, "value").take(numbers).to_pylist()
        for key in keys
        if key not in _UNSEARCHED_TAGS
    }
    if tags.get(f"tags.{NAME_TAG}") == index.attribute("run_name").take(numbers).to_pylist():
        del tags[f"tags.{NAME_TAG}"]  # else some run has no name of its own
    return tags


def _datasets(index: RunIndex, numbers: pa.Array) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for row in own_rows(index, "datasets", numbers).to_pylist():
        for key in DATASET_ATTRIBUTES:
            own = found.setdefault(f"dataset.{key}", [None] * len(numbers))
            entries = own[row["run"]]
            if entries is None:
                entries = own[row["run"]] = []
            assert isinstance(entries, list)
            entries.append(row[key])
    return {
        name: [None if entries is None else json.dumps(entries) for entries in own]
        for name, own in found.items()
    }


def _statistics(index: RunIndex, numbers: pa.Array) -> dict[str, list[object]]:
    rows = own_rows(index, "metrics", numbers)
    keys = pc.unique(rows.filter(has_curve(rows)).column("key"))
    stats = with_stats(rows.filter(pc.is_in(rows.column("key"), value_set=keys)))
    stats = stats.append_column("mean", mean_of(stats))
    texts = pc.binary_join_element_wise(*(float_texts(stats.column(n)) for n in STATISTICS), " ")
    rows = pa.table({name: stats.column(name) for name in ("run", "key")} | {"text": texts})
    return {
        f"stats(metrics.{key})": align(own, "text", len(numbers)).to_pylist()
        for key, own in by_key(rows).items()
    }
