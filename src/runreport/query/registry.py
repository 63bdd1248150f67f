"""Model versions: which event holds which number of a model.

A number may be claimed twice, on two machines whose archives are merged later. The claim that is
lower by (counter, writer_id, seq) keeps it; the others get the next free numbers, in that order.
"""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc


class ModelVersion(NamedTuple):
    """One version of a registered model."""

    name: str
    version: int
    claimed: int
    """The number it was registered as; another one after a conflict."""
    run_id: str | None
    time: int
    data: str | None
    """JSON text of what was recorded of it."""
    identity: tuple[int, str, int]
    """(counter, writer_id, seq) of its event."""


def fold_versions(events: pa.Table) -> list[ModelVersion]:
    """The versions of all models, sorted by name and number; the events in any order."""
    rows = events.filter(pc.equal(events.column("kind"), "model_version"))
    columns = ("key", "value", "run_id", "time", "data", "counter", "writer_id", "seq")
    claims = {
        (name, _number(value), run_id, time, data, (counter, writer_id, seq))
        for name, value, run_id, time, data, counter, writer_id, seq in zip(
            *(rows.column(column).to_pylist() for column in columns), strict=True
        )
        if name is not None
    }
    taken = {(name, number) for name, number, *_ in claims}
    held: set[tuple[str, int]] = set()
    versions = []
    for name, claimed, run_id, time, data, identity in sorted(claims, key=lambda c: c[-1]):
        number = claimed
        if (name, number) in held:
            number = max(other for model, other in taken if model == name) + 1
        held.add((name, number))
        taken.add((name, number))
        versions.append(ModelVersion(name, number, claimed, run_id, time, data, identity))
    return sorted(versions)


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() else 0
