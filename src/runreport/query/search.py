"""Search: which runs or experiments an MLflow-style question asks for, as entities or tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.reading import read_archive
from runreport.archive.storage import Storage
from runreport.entities import (
    Dataset,
    DatasetInput,
    Experiment,
    Run,
    RunData,
    RunInfo,
    RunInputs,
    ViewType,
)
from runreport.errors import InvalidValue, NotFound
from runreport.events import data_object
from runreport.query.arrow import as_array
from runreport.query.filters import (
    EXPERIMENT_ATTRIBUTES,
    Clause,
    Ordering,
    parse_filter,
    parse_order,
)
from runreport.query.fold import fold_snapshot
from runreport.query.index import RunIndex
from runreport.query.predicate import compare, matching_runs, sort_runs


@dataclass(frozen=True, slots=True)
class Query:
    """A question about runs."""

    experiment_ids: tuple[str, ...] | None
    """None asks all experiments that the view type shows."""
    filter: tuple[Clause, ...] = ()
    view_type: int = ViewType.ACTIVE_ONLY
    max_results: int = 100_000
    order_by: tuple[Ordering, ...] = ()


def make_query(
    experiment_ids: Iterable[str] | None,
    filter_string: str | None = "",
    view_type: int = ViewType.ACTIVE_ONLY,
    max_results: int = 100_000,
    order_by: Sequence[str] | None = None,
) -> Query:
    """A question from MLflow's words for it.

    Raises:
        InvalidValue: the filter, an ordering or the number of results is not allowed.
    """
    if not isinstance(max_results, int) or isinstance(max_results, bool) or max_results < 0:
        raise InvalidValue(f"max_results is {max_results!r}; it must be a whole number from 0 on.")
    if view_type not in (ViewType.ACTIVE_ONLY, ViewType.DELETED_ONLY, ViewType.ALL):
        raise InvalidValue(f"run_view_type is {view_type!r}; use ViewType.ACTIVE_ONLY and so on.")
    if isinstance(order_by, str):
        order_by = [order_by]
    return Query(
        None if experiment_ids is None else tuple(str(identity) for identity in experiment_ids),
        parse_filter(filter_string or ""),
        view_type,
        max_results,
        tuple(parse_order(entry) for entry in order_by or ()),
    )


def load_index(storage: Storage) -> RunIndex:
    """The run index of an archive as it is now."""
    snapshot = read_archive(storage)
    return fold_snapshot(snapshot)


def find_runs(index: RunIndex, query: Query, artifact_root: str) -> pa.Array:
    """The numbers of the runs that a query asks for, in its order."""
    keep = matching_runs(index, query.filter, artifact_root)
    deleted = as_array(index.runs.column("is_deleted"))
    experiment = as_array(index.runs.column("experiment_id"))
    gone = [state.experiment_id for state in index.experiments.values() if state.is_deleted]
    deleted = pc.or_(deleted, pc.is_in(experiment, value_set=pa.array(gone, pa.string())))
    if query.view_type == ViewType.ACTIVE_ONLY:
        keep = pc.and_(keep, pc.invert(deleted))
    elif query.view_type == ViewType.DELETED_ONLY:
        keep = pc.and_(keep, deleted)
    if query.experiment_ids is not None:
        wanted = pa.array(query.experiment_ids, pa.string())
        keep = pc.and_(keep, pc.is_in(experiment, value_set=wanted))
    numbers = pa.array(range(index.runs.num_rows), pa.int32()).filter(keep)
    return sort_runs(index, numbers, query.order_by, artifact_root)[: query.max_results]


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
    params = _pairs(index.params, numbers, "value")
    tags = _pairs(index.tags, numbers, "value")
    metrics = _pairs(index.metrics, numbers, "last")
    datasets = index.datasets.filter(pc.is_in(index.datasets.column("run"), value_set=numbers))
    inputs: dict[int, list[DatasetInput]] = {}
    for row in datasets.to_pylist():
        inputs.setdefault(row["run"], []).append(_dataset_input(row))
    return [
        Run(
            RunInfo(
                run_id=row["run_id"],
                experiment_id=row["experiment_id"],
                run_name=row["run_name"],
                status=row["status"],
                start_time=row["start_time"],
                end_time=row["end_time"],
                lifecycle_stage="deleted" if row["is_deleted"] else "active",
                artifact_uri=f"{root}/{row['run_id']}",
                user_id=row["user_id"],
            ),
            RunData(metrics.get(number, {}), params.get(number, {}), tags.get(number, {})),
            RunInputs(tuple(inputs.get(number, ()))),
        )
        for number, row in zip(
            numbers.to_pylist(), index.runs.take(numbers).to_pylist(), strict=True
        )
    ]


def find_experiments(
    experiments: Iterable[Experiment],
    *,
    view_type: int = ViewType.ACTIVE_ONLY,
    max_results: int | None = None,
    filter_string: str | None = None,
    order_by: Sequence[str] | None = None,
) -> list[Experiment]:
    """Those of some experiments that MLflow's words ask for; last updated first by default.

    Raises:
        InvalidValue: the filter or an ordering is not allowed.
    """
    clauses = parse_filter(filter_string or "", EXPERIMENT_ATTRIBUTES)
    orderings = [parse_order(entry, EXPERIMENT_ATTRIBUTES) for entry in order_by or ()]
    shown = list(experiments)
    if view_type != ViewType.ALL:
        stage = "active" if view_type == ViewType.ACTIVE_ONLY else "deleted"
        shown = [experiment for experiment in shown if experiment.lifecycle_stage == stage]
    for clause in clauses:
        values = [_experiment_value(e, clause.field.entity, clause.field.key) for e in shown]
        kind = pa.int64() if clause.field.is_number else pa.string()
        holds = compare(pa.array(values, kind), clause).to_pylist()
        shown = [e for e, keep in zip(shown, holds, strict=True) if keep]
    shown.sort(key=lambda e: e.experiment_id)
    shown.sort(key=lambda e: e.last_update_time or 0, reverse=True)
    for ordering in reversed(orderings):
        entity, key = ordering.field.entity, ordering.field.key
        present = [e for e in shown if _experiment_value(e, entity, key) is not None]
        missing = [e for e in shown if _experiment_value(e, entity, key) is None]
        present.sort(
            key=lambda e: _experiment_value(e, entity, key),  # type: ignore[arg-type,return-value]
            reverse=ordering.is_descending,
        )
        shown = present + missing
    return shown[:max_results]


def _experiment_value(experiment: Experiment, entity: str, key: str) -> str | int | None:
    if entity == "tag":
        return experiment.tags.get(key)
    value = getattr(experiment, key)
    assert value is None or isinstance(value, str | int)
    return value


def _pairs(table: pa.Table, numbers: pa.Array, value: str) -> dict[int, dict[str, Any]]:
    rows = table.filter(pc.is_in(table.column("run"), value_set=numbers))
    columns = (rows.column(name).to_pylist() for name in ("run", "key", value))
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
