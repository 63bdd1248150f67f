"""What was purged, as readers obey it: an empty file ``purged/<sha256>`` for each erased thing.

A hash is that of a run id or, for an experiment's own facts, of their writer id. Nothing else of
what was erased is left, and an old copy of it that is merged back stays out of sight. The logging
path asks it about experiments, so that most of it needs the standard library only.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from runreport.archive.layout import PURGED
from runreport.archive.storage import Storage

if TYPE_CHECKING:
    import pyarrow as pa


def read_purged(storage: Storage) -> frozenset[str]:
    """The hashes of all that was purged."""
    return frozenset(file.path.rpartition("/")[2] for file in storage.list(PURGED))


def hash_of(identity: str) -> str:
    """The hash that stands for a run id or a writer id."""
    return hashlib.sha256(identity.encode()).hexdigest()


def mark_purged(storage: Storage, identity: str) -> None:
    """Hide a run, or a fact about an experiment, from every reader from now on.

    Raises:
        WriteFailed: nothing is hidden.
    """
    mark_purged_hash(storage, hash_of(identity))


def mark_purged_hash(storage: Storage, digest: str) -> None:
    """Hide what has this hash, as another archive does."""
    path = f"{PURGED}/{digest}"
    if not storage.exists(path):
        storage.put(path, b"")


def is_purged(identity: str | None, purged: frozenset[str]) -> bool:
    """Whether what has this id was purged."""
    return bool(purged) and identity is not None and hash_of(identity) in purged


def without_purged(table: pa.Table, purged: frozenset[str]) -> pa.Table:
    """The rows of events or points whose run was not purged; the table itself when all stay."""
    if not purged:
        return table
    import pyarrow as pa
    import pyarrow.compute as pc

    runs = pc.unique(table.column("run_id")).drop_null().to_pylist()
    gone = [run_id for run_id in runs if hash_of(run_id) in purged]
    if not gone:
        return table
    is_gone = pc.is_in(table.column("run_id"), value_set=pa.array(gone, pa.string()))
    return table.filter(pc.invert(is_gone))
