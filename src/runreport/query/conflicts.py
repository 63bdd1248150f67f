"""Conflicts that only a merge can bring, and how they are resolved: shown, never silent."""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from runreport.events import data_object
from runreport.query.arrow import distinct
from runreport.query.registry import fold_versions


class ParamConflict(NamedTuple):
    """One param of one run with several values."""

    run_id: str
    key: str
    values: tuple[str, ...]
    """In the order they were logged; the last is the one that is shown."""

    def __str__(self) -> str:
        listed = ", ".join(repr(value) for value in self.values)
        return (
            f"run {self.run_id}: param {self.key!r} has the values {listed}; "
            f"{self.values[-1]!r}, logged last, is shown with a note"
        )


class VersionConflict(NamedTuple):
    """One number of a model that was registered twice."""

    name: str
    claimed: int
    version: int
    """The number it has now."""

    def __str__(self) -> str:
        return (
            f"model {self.name!r}: version {self.claimed} was registered twice; the earlier one "
            f"keeps the number, the other is version {self.version} now"
        )


def find_conflicts(events: pa.Table) -> list[ParamConflict | VersionConflict]:
    """All conflicts among some events, sorted."""
    return [*_param_conflicts(events), *_version_conflicts(events)]


def _param_conflicts(events: pa.Table) -> list[ParamConflict]:
    params = events.filter(pc.equal(events.column("kind"), "param"))
    params = params.filter(pc.is_valid(params.column("value")))
    texts = (
        "run_id",
        "key",
        "writer_id",
        "value",
        "data",
    )  # coded by a dictionary a segment until here
    params = pa.table(
        {name: params.column(name).cast(pa.string()) for name in texts}
        | {name: params.column(name) for name in ("counter", "seq")}
    )
    different = distinct(params, ("run_id", "key", "value"))
    groups = different.group_by(["run_id", "key"], use_threads=False)
    counts = groups.aggregate([("value", "count")])
    contested = counts.filter(pc.greater(counts.column("value_count"), 1))
    pairs = zip(*(contested.column(name).to_pylist() for name in ("run_id", "key")), strict=True)
    found = []
    for run_id, key in sorted(pairs):
        is_own = pc.and_(
            pc.equal(params.column("run_id"), run_id), pc.equal(params.column("key"), key)
        )
        rows = params.filter(is_own).select(["counter", "writer_id", "seq", "value", "data"])
        ordered = sorted(
            zip(*(column.to_pylist() for column in rows.columns), strict=True),
            key=lambda row: row[:3],
        )
        latest = {value: place for place, (*_, value, _) in enumerate(ordered)}
        latest.pop(data_object(ordered[-1][-1]).get("overrides"), None)
        if len(latest) < 2:  # set by hand over what autologging recorded
            continue
        found.append(ParamConflict(run_id, key, tuple(sorted(latest, key=latest.__getitem__))))
    return found


def _version_conflicts(events: pa.Table) -> list[VersionConflict]:
    return [
        VersionConflict(version.name, version.claimed, version.version)
        for version in fold_versions(events)
        if version.version != version.claimed
    ]
