"""Search: which runs a question in MLflow's words asks for, and these runs as entities."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.clock import wall_ms
from runreport.archive.segment_cache import RECENT
from runreport.archive.state import Kept
from runreport.archive.storage import Storage
from runreport.entities import (
    Dataset,
    DatasetInput,
    Run,
    RunData,
    RunInfo,
    RunInputs,
    RunStatus,
    ViewType,
)
from runreport.errors import InvalidValue, NotFound
from runreport.events import data_object
from runreport.nearest import nearest
from runreport.query.fields import STATISTICS
from runreport.query.filters import order_entries, parse_filter, parse_order
from runreport.query.fold import fold_archive
from runreport.query.frames import make_frame, make_table
from runreport.query.index import RunIndex
from runreport.query.names import read_named
from runreport.query.predicate import matching_runs, run_column, sort_runs
from runreport.query.syntax import EVERYTHING, Field, Node, Ordering, comparisons

if TYPE_CHECKING:
    import pandas as pd

_Parsed = TypeVar("_Parsed")
_INFO = (
    "run_id", "experiment_id", "run_name", "status", "start_time", "end_time", "user_id",
    "is_deleted",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Query:
    """A question about runs."""

    experiment_ids: tuple[str, ...] | None
    """None asks all experiments that the view type shows."""
    filter: Node = EVERYTHING
    view_type: int = ViewType.ACTIVE_ONLY
    max_results: int = 100_000
    order_by: tuple[Ordering, ...] = ()
    offset: int = 0
    """How many of the first are passed over."""
    now_ms: int = 0
    """What ``now`` stands for."""


def make_query(
    experiment_ids: Iterable[str] | None,
    filter_string: str | None = "",
    view_type: int = ViewType.ACTIVE_ONLY,
    max_results: int = 100_000,
    order_by: Sequence[str] | None = None,
    *,
    offset: int = 0,
    strict: bool = False,
    now_ms: int | None = None,
    index: Callable[[], RunIndex] | None = None,
) -> Query:
    """A question from MLflow's words for it.

    Args:
        strict: refuse what MLflow does not know.
        now_ms: what ``now`` stands for; the wall clock by default.
        index: the runs whose keys bare names are; without it, and where it is strict, a name says
            what it belongs to.

    Raises:
        InvalidFilter: the filter or an ordering is not allowed.
        InvalidValue: the number of results or the view type is not.
    """
    if not isinstance(max_results, int) or isinstance(max_results, bool) or max_results < 0:
        raise InvalidValue(f"max_results is {max_results!r}; it must be a whole number from 0 on.")
    if view_type not in (ViewType.ACTIVE_ONLY, ViewType.DELETED_ONLY, ViewType.ALL):
        raise InvalidValue(f"run_view_type is {view_type!r}; use ViewType.ACTIVE_ONLY and so on.")
    ids = None if experiment_ids is None else tuple(str(identity) for identity in experiment_ids)
    asked = Query(ids, EVERYTHING, view_type, max_results, (), offset)
    text = "" if filter_string is None else filter_string

    def read(text: str, parse: Callable[..., _Parsed]) -> _Parsed:
        own = partial(parse, strict=strict)
        if strict or index is None:
            return own(text)
        return read_named(text, own, index, lambda runs: in_view(runs, asked))

    return replace(
        asked,
        filter=read(text, parse_filter),
        order_by=tuple(read(entry, parse_order) for entry in order_entries(order_by)),
        now_ms=wall_ms() if now_ms is None else now_ms,
    )


def load_index(storage: Storage) -> RunIndex:
    """The run index of an archive as it is now; the last one is kept until the archive changes."""
    return _kept.get(storage, lambda: fold_archive(storage, RECENT))


_kept: Kept[RunIndex] = Kept()


def find_runs(index: RunIndex, query: Query, artifact_root: str) -> Found:
    """The runs that a query asks for, in its order."""
    keep = pc.and_(
        matching_runs(index, query.filter, artifact_root, query.now_ms), in_view(index, query)
    )
    numbers = pc.cast(pc.indices_nonzero(keep), pa.int32())
    limit = query.offset + query.max_results
    chosen = sort_runs(index, numbers, query.order_by, artifact_root, limit)[query.offset :]
    return Found(index, query, chosen, len(numbers), artifact_root)


def in_view(index: RunIndex, query: Query) -> pa.Array:
    """Which runs a query looks at, whatever its filter."""
    keep = pa.repeat(True, index.runs.num_rows)
    if query.view_type == ViewType.ACTIVE_ONLY:
        keep = pc.invert(index.is_deleted)
    elif query.view_type == ViewType.DELETED_ONLY:
        keep = index.is_deleted
    if query.experiment_ids is not None:
        wanted = pa.array(query.experiment_ids, pa.string())
        keep = pc.and_(keep, pc.is_in(index.attribute("experiment_id"), value_set=wanted))
    return keep


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a question about runs, to be had in several forms."""

    index: RunIndex
    query: Query
    numbers: pa.Array
    """int32[n], the runs in the order asked for."""
    total: int
    """How many runs match, shown or not."""
    artifact_root: str

    def in_view(self, index: RunIndex) -> pa.Array:
        """Which runs were asked about, whatever the filter keeps."""
        return in_view(index, self.query)

    def runs(self) -> list[Run]:
        """The runs as entities."""
        return make_runs(self.index, self.numbers, self.artifact_root)

    def table(self) -> pa.Table:
        """The runs as an Arrow table; see `frames.make_table`."""
        return make_table(self.index, self.numbers, self.artifact_root)

    def frame(self) -> pd.DataFrame:
        """The runs as MLflow's DataFrame; see `frames.make_frame`."""
        return make_frame(self.index, self.numbers, self.artifact_root)


def advice(found: Found, fields: Iterable[Field] = ()) -> list[str]:
    """What a question asks for in vain: keys that no run of its experiments has, with the nearest
    that one has, and statuses that there are not.

    Args:
        fields: further ones that are to be shown.
    """
    index, query = found.index, found.query
    asked = list(comparisons(query.filter))
    named = [comparison.field for comparison in asked]
    named += [ordering.field for ordering in query.order_by]
    own = in_view(index, query)
    hints = []
    for field in dict.fromkeys((*named, *fields)):
        if field.entity in _TABLES:
            values = run_column(index, field, found.artifact_root)
            if not len(values.filter(own).drop_null()):
                hints.append(_unknown(index, field))
    for comparison in asked:
        if comparison.field.key == "status" and comparison.operator in ("=", "!=", "IN", "NOT IN"):
            hints += [
                f"There is no status “{value}”; they are {', '.join(_STATUSES)}."
                for value in comparison.values
                if value not in _STATUSES
            ]
    return hints


_STATUSES = (*RunStatus.ALL, RunStatus.UNKNOWN)
_TABLES = {"metric": "metrics", "param": "params", "tag": "tags"}


def _unknown(index: RunIndex, field: Field) -> str:
    table = _TABLES[field.entity]
    known = index.keys_of(table)
    base, _, last = field.key.rpartition(".")
    if field.entity == "metric" and base in known:
        hint = f" {table}.{base} has .{', .'.join(STATISTICS)}, but no .{last}."
    else:
        close = nearest(field.key, known - {field.key})
        hint = f" Did you mean {table}.{close}?" if close and field.key not in known else ""
    return f"No run here has {field.name}.{hint}"


def get_run(index: RunIndex, run_id: str, root: str) -> Run:
    """One run.

    Raises:
        NotFound: the archive has no such run.
    """
    number = index.number_of(run_id)
    if number is None:
        raise NotFound(
            f"There is no run {run_id!r} in this archive. "
            "`runreport runs search` lists the runs with their ids."
        )
    return make_runs(index, pa.array([number], pa.int32()), root)[0]


def make_runs(index: RunIndex, numbers: pa.Array, root: str) -> list[Run]:
    """Runs as entities, in the order of their numbers."""
    params = _pairs(index, "params", numbers, "value")
    tags = _pairs(index, "tags", numbers, "value")
    metrics = _pairs(index, "metrics", numbers, "last")
    inputs: dict[int, list[DatasetInput]] = {}
    for row in index.rows_of("datasets", numbers).to_pylist():
        inputs.setdefault(row["run"], []).append(_dataset_input(row))
    columns = [index.attribute(name).take(numbers).to_pylist() for name in _INFO]
    stages = ["deleted" if gone else "active" for gone in columns.pop()]
    infos = [
        RunInfo(run_id, experiment_id, name, status, start, end, stage, f"{root}/{run_id}", user)
        for run_id, experiment_id, name, status, start, end, user, stage in zip(
            *columns, stages, strict=True
        )
    ]
    return [
        Run(
            info,
            RunData(metrics.get(number, {}), params.get(number, {}), tags.get(number, {})),
            RunInputs(tuple(inputs.get(number, ()))),
        )
        for number, info in zip(numbers.to_pylist(), infos, strict=True)
    ]


def _pairs(
    index: RunIndex, table: str, numbers: pa.Array, value: str
) -> dict[int, dict[str, Any]]:
    rows = index.rows_of(table, numbers, ("key", value))
    columns = (column.to_pylist() for column in rows.columns)
    pairs: dict[int, dict[str, Any]] = {}
    for number, key, found in zip(*columns, strict=True):
        pairs.setdefault(number, {})[key] = found
    return pairs


def _dataset_input(row: dict[str, Any]) -> DatasetInput:
    data = data_object(row["data"])
    dataset = Dataset(
        row["name"],
        row["digest"],
        str(data.get("source_type", "")),
        str(data.get("source", "")),
        data.get("schema"),
        data.get("profile"),
    )
    given = data.get("tags")
    tags = dict(given) if isinstance(given, dict) else {}
    if row["context"]:
        tags["mlflow.data.context"] = row["context"]
    return DatasetInput(dataset, tags)
