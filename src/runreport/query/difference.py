"""What two runs differ in: params, metrics, tags, environment and uncommitted code."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from runreport.entities import Run
from runreport.events import data_object
from runreport.query.index import RunIndex
from runreport.query.search import get_run

SECTIONS = ("params", "metrics", "tags", "environment")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that two runs have, each its own or the same."""

    key: str
    left: object
    """None where the run has none."""
    right: object

    @property
    def is_same(self) -> bool:
        """Whether both have the same; NaN is the same as NaN."""
        pair = (self.left, self.right)
        if all(isinstance(value, float) and math.isnan(value) for value in pair):
            return True
        return bool(self.left == self.right)

    @property
    def change(self) -> float | None:
        """Right less left, of two numbers."""
        if isinstance(self.left, int | float) and isinstance(self.right, int | float):
            return self.right - self.left
        return None


@dataclass(frozen=True, slots=True)
class Difference:
    """Two runs side by side."""

    left: Run
    right: Run
    sections: dict[str, tuple[Entry, ...]]
    """By the names of `SECTIONS`; what is the same is among them."""
    code: tuple[str, ...]
    """Lines of a unified diff between the uncommitted changes of both."""

    def differing(self, section: str) -> tuple[Entry, ...]:
        """The entries of a section in which the runs differ."""
        return tuple(entry for entry in self.sections[section] if not entry.is_same)


def compare_runs(index: RunIndex, left_id: str, right_id: str) -> Difference:
    """Two runs side by side.

    Raises:
        NotFound: the archive has no such run.
    """
    left, right = get_run(index, left_id, ""), get_run(index, right_id, "")
    records = [_record(index, run) for run in (left, right)]
    own, other = (_code_of(record).splitlines() for record in records)
    code = difflib.unified_diff(
        own,
        other,
        fromfile=f"{left.info.run_name} (uncommitted)",
        tofile=f"{right.info.run_name} (uncommitted)",
        lineterm="",
    )
    environments = [flat_members(_without_code(record)) for record in records]
    return Difference(
        left,
        right,
        {
            "params": _entries(left.data.params, right.data.params),
            "metrics": _entries(left.data.metrics, right.data.metrics),
            "tags": _entries(left.data.tags, right.data.tags),
            "environment": _entries(*environments),
        },
        tuple(code),
    )


def _entries(left: Mapping[str, object], right: Mapping[str, object]) -> tuple[Entry, ...]:
    return tuple(Entry(key, left.get(key), right.get(key)) for key in sorted({*left, *right}))


def _record(index: RunIndex, run: Run) -> dict[str, Any]:
    number = index.number_of(run.info.run_id)
    rows = index.rows_of("records", pa.array([number], pa.int32())).to_pylist()
    return data_object(rows[0]["data"]) if rows else {}


def _code_of(record: dict[str, Any]) -> str:
    git = record.get("git")
    return str(git.get("diff") or "") if isinstance(git, dict) else ""


def _without_code(record: dict[str, Any]) -> dict[str, Any]:
    git = record.get("git")
    if not isinstance(git, dict):
        return record
    return {**record, "git": {key: value for key, value in git.items() if key != "diff"}}


def flat_members(value: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    """Members of members under names with dots; lists as one text."""
    flat: dict[str, object] = {}
    for key, entry in value.items():
        if isinstance(entry, dict):
            flat.update(flat_members(entry, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = (
                " ".join(map(str, entry)) if isinstance(entry, list) else entry
            )
    return flat
