"""Export: an archive as plain tables, or one run as a zip, for tools that know nothing of it."""

from __future__ import annotations

import contextlib
import json
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from runreport.archive.artifacts import read_recorded
from runreport.archive.reading import Snapshot
from runreport.archive.schema import metric_table, sort_points
from runreport.errors import Damaged, WriteFailed
from runreport.events import data_object, json_ready
from runreport.query.fold import fold_snapshot
from runreport.query.frames import key_columns
from runreport.query.index import RunIndex
from runreport.query.search import get_run
from runreport.query.summaries import with_stats

Form = Literal["parquet", "csv", "jsonl"]
FORMS: tuple[Form, ...] = ("parquet", "csv", "jsonl")

POINTS = pa.schema(
    [
        ("run_id", pa.string()),
        ("key", pa.string()),
        ("step", pa.int64()),
        ("time", pa.timestamp("ms", "UTC")),
        ("value", pa.float64()),
    ]
)
_FORMULA = r"^[=+@\t\r-]"
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say


def export_tables(snapshot: Snapshot, folder: str, form: Form) -> tuple[list[str], list[str]]:
    """Write ``runs`` (wide, a row a run) and ``metrics`` (long, a row a point).

    Deleted runs are among them, with ``lifecycle_stage``. Parquet and JSON lines are exact; a CSV
    puts ``'`` before text that a spreadsheet would take for a formula.

    Returns:
        The paths written, and what had to be left out.

    Raises:
        WriteFailed: the folder cannot be written; no table is left half-written.
    """
    index = fold_snapshot(snapshot)
    runs = wide_runs(index)
    written: list[str] = []
    problems: list[str] = []
    for name, schema, tables in (
        ("runs", runs.schema, iter([runs])),
        ("metrics", POINTS, _all_points(snapshot, _undated(index), problems)),
    ):
        path = os.path.join(folder, f"{name}.{form}")
        with _replacing(path) as temporary:
            _WRITERS[form](temporary, schema, tables)
        written.append(path)
    return written, problems


def wide_runs(index: RunIndex) -> pa.Table:
    """Every run as a row: what it is, then a column for each metric, param and tag."""
    runs = index.runs
    names = {state.experiment_id: state.name for state in index.experiments.values()}
    experiments = runs.column("experiment_id").to_pylist()
    columns: dict[str, Any] = {
        "run_id": runs.column("run_id"),
        "run_name": runs.column("run_name"),
        "experiment_id": runs.column("experiment_id"),
        "experiment_name": pa.array([names.get(one) for one in experiments], pa.string()),
        "status": runs.column("status"),
        "lifecycle_stage": pc.if_else(runs.column("is_deleted"), "deleted", "active"),
        "start_time": runs.column("start_time").cast(pa.timestamp("ms", "UTC")),
        "end_time": runs.column("end_time").cast(pa.timestamp("ms", "UTC")),
        "user_id": runs.column("user_id"),
    }
    columns.update(key_columns(index, pa.array(range(runs.num_rows), pa.int32())))
    return pa.table(columns)


def export_run(snapshot: Snapshot, run_id: str, path: str) -> list[str]:
    """Write one run as a zip: ``run.json``, ``metrics.csv`` and its files below ``artifacts/``.

    Returns:
        What could not be put into it, and why.

    Raises:
        NotFound: there is no such run.
        WriteFailed: the zip cannot be written; none is left.
    """
    index = fold_snapshot(snapshot)
    run = get_run(index, run_id, f"{snapshot.storage.uri}/artifacts")
    number = index.number_of(run_id)
    assert number is not None
    problems: list[str] = []
    with _replacing(path) as temporary, zipfile.ZipFile(temporary, "w") as file:

        def add(name: str, data: bytes) -> None:
            entry = zipfile.ZipInfo(name, _EPOCH)
            file.writestr(entry, data, zipfile.ZIP_DEFLATED)

        experiment = index.experiments[run.info.experiment_id]
        own = pa.array([number], pa.int32())
        described = {
            **{name: getattr(run.info, name) for name in _INFO},
            "experiment_name": experiment.name,
            "params": run.data.params,
            "metrics": {
                row["key"]: _stats(row, is_dated=run.info.start_time is not None)
                for row in with_stats(index.rows_of("metrics", own)).to_pylist()
            },
            "tags": run.data.tags,
            "datasets": index.rows_of("datasets", own).to_pylist(),
            "environment": [
                data_object(str(row["data"])) for row in index.rows_of("records", own).to_pylist()
            ],
        }
        add("run.json", json.dumps(json_ready(described), indent=2, ensure_ascii=False).encode())
        points = pa.concat_tables(
            table.filter(pc.equal(table.column("run_id"), run_id))
            for table in _all_points(snapshot, _undated(index), problems, run_id)
        )
        sink = pa.BufferOutputStream()
        _write_csv(sink, POINTS, iter([points]))
        add("metrics.csv", sink.getvalue().to_pybytes())
        for row in index.rows_of("artifacts", own).to_pylist():
            place = str(row["path"])
            described = data_object(row["data"])
            try:
                content = read_recorded(snapshot.storage, run_id, place, row["sha256"], described)
            except Damaged as error:
                problems.append(f"{place}: {error}")
                continue
            add(f"artifacts/{place}", content)
    return problems


_INFO = (
    "run_id", "run_name", "experiment_id", "status", "start_time", "end_time", "lifecycle_stage",
    "user_id",
)  # fmt: skip


def _stats(row: Mapping[str, Any], *, is_dated: bool) -> dict[str, Any]:
    """What a metric comes to; a time that nobody recorded is none."""
    time = row["last_time"] if is_dated else None
    own = {name: value for name, value in row.items() if name not in ("run", "key")}
    return {**own, "last_time": time or None}


def _undated(index: RunIndex) -> pa.Array:
    """The runs of which nobody knows when they began."""
    runs = index.runs
    undated = runs.filter(pc.is_null(runs.column("start_time"))).column("run_id")
    return undated.combine_chunks().cast(pa.string())


def _all_points(
    snapshot: Snapshot, undated: pa.Array, problems: list[str], run_id: str | None = None
) -> Iterator[pa.Table]:
    """The points of all runs, or at least of one, a table a segment; what cannot be read is added
    to the problems."""
    yield _plain(metric_table(()), undated)
    for segment in snapshot.segments:
        is_own = pc.equal(segment.events.column("run_id"), run_id or "")
        if run_id is None or pc.any(is_own).as_py():
            try:
                yield _plain(snapshot.points(segment), undated)
            except (Damaged, FileNotFoundError) as error:
                reason = "it is missing" if isinstance(error, OSError) else str(error)
                problems.append(f"{segment.metrics_path}: {reason}; its points are left out")
    for part in snapshot.journals:
        yield _plain(metric_table(sort_points(part.content.points)), undated)


def _plain(points: pa.Table, undated: pa.Array) -> pa.Table:
    """Points as they are exported: a time that nobody recorded is none, and a run without a
    beginning has none."""
    times = points.column("time")
    is_known = pc.invert(pc.is_in(points.column("run_id"), value_set=undated))
    is_known = pc.and_(is_known, pc.not_equal(times, pa.scalar(0, times.type)))
    dated = pc.if_else(is_known, times, pa.scalar(None, times.type))
    at = points.schema.get_field_index("time")
    return points.set_column(at, "time", dated).select(POINTS.names).cast(POINTS)


def _write_parquet(path: str, schema: pa.Schema, tables: Iterator[pa.Table]) -> None:
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for table in tables:
            writer.write_table(table)


def _write_csv(target: str | IO[bytes], schema: pa.Schema, tables: Iterator[pa.Table]) -> None:
    columns = [
        field.with_type(pa.string()) if pa.types.is_timestamp(field.type) else field
        for field in schema
    ]
    with pyarrow.csv.CSVWriter(target, pa.schema(columns)) as writer:
        for table in tables:
            writer.write_table(pa.table([_safe(c) for c in table.columns], names=schema.names))


def _safe(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as a CSV has it: times in ISO 8601, no text that a spreadsheet would run."""
    if pa.types.is_timestamp(column.type):
        return pc.strftime(column, "%Y-%m-%dT%H:%M:%SZ")
    if not pa.types.is_string(column.type):
        return column
    is_formula = pc.and_(
        pc.match_substring_regex(column, _FORMULA),
        pc.invert(pc.match_substring_regex(column, _NUMBER)),
    )
    return pc.if_else(is_formula, pc.binary_join_element_wise("'", column, ""), column)


def _write_jsonl(path: str, _: pa.Schema, tables: Iterator[pa.Table]) -> None:
    with open(path, "w", encoding="utf-8") as file:
        for table in tables:
            for row in table.to_pylist():
                known = {key: value for key, value in row.items() if value is not None}
                file.write(json.dumps(json_ready(known), ensure_ascii=False) + "\n")


_WRITERS: dict[Form, Callable[[str, pa.Schema, Iterator[pa.Table]], None]] = {
    "parquet": _write_parquet,
    "csv": _write_csv,
    "jsonl": _write_jsonl,
}


@contextlib.contextmanager
def _replacing(path: str) -> Iterator[str]:
    """A temporary path that takes the place of ``path`` when all went well.

    Raises:
        WriteFailed: the disk refused; ``path`` is as it was.
    """
    temporary = f"{path}.{os.getpid()}.part"
    try:
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        if isinstance(error, WriteFailed):
            raise
        raise WriteFailed(f"Could not write {path}: {error.strerror or error}.") from error
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
