"""The table calls: rows logged as a file that grows, and loaded from several runs at once."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from runreport.archive.artifacts import clean_path, read_artifact
from runreport.errors import InvalidValue, NotFound
from runreport.tracking import active
from runreport.tracking.active import Session
from runreport.tracking.files import log_bytes
from runreport.tracking.runs import current_session, search_runs

_LOGGED_TABLES = "mlflow.loggedArtifacts"


def log_table(
    data: Any, artifact_file: str, run_id: str | None = None, *, replace: bool = False
) -> None:
    """Log rows as a table file (``.json`` or ``.parquet``); rows are added to one that is there.

    Args:
        data: a dictionary of columns (a scalar is a column of one row) or a DataFrame.
        replace: put the rows in the place of those that are there.

    Raises:
        InvalidValue: the file's ending or the data is not allowed.
    """
    import pyarrow as pa

    path = clean_path(artifact_file)
    if not path.endswith((".json", ".parquet")):
        raise InvalidValue(f"Table file {artifact_file!r} must end in .json or .parquet.")
    if isinstance(data, Mapping):
        columns = {
            str(name): list(column) if isinstance(column, list | tuple) else [column]
            for name, column in data.items()
        }
    elif hasattr(data, "to_dict") and hasattr(data, "columns"):
        columns = {str(name): data[name].tolist() for name in data.columns}
    else:
        raise InvalidValue(
            f"log_table takes a dictionary or DataFrame, not {type(data).__name__}."
        )
    if len({len(column) for column in columns.values()}) > 1:
        sizes = {name: len(column) for name, column in columns.items()}
        raise InvalidValue(f"The columns of a table must be of one length, not {sizes}.")
    session = current_session(run_id)
    try:
        rows = pa.table(columns)
    except pa.ArrowException as error:
        raise InvalidValue(f"The data is no table: {error}") from error
    if not replace:
        rows = _with_earlier(session, path, rows)
    log_bytes(_encode_table(path, rows), path, run_id)
    if path not in session.tables:
        session.tables.append(path)
        listed = json.dumps([{"path": table, "type": "table"} for table in session.tables])
        session.writer.log_values("tag", {_LOGGED_TABLES: listed})


def _with_earlier(session: Session, path: str, rows: Any) -> Any:
    """The rows behind those that the run's table has."""
    import pyarrow as pa

    try:
        earlier = _decode_table(path, read_artifact(session.store.storage, session.run_id, path))
        return pa.concat_tables([earlier, rows], promote_options="permissive")
    except FileNotFoundError:
        return rows
    except pa.ArrowException as error:
        raise InvalidValue(
            f"The rows do not fit the table {path!r} that the run has: {error}"
        ) from error


def load_table(
    artifact_file: str,
    run_ids: Sequence[str] | None = None,
    extra_columns: Sequence[str] | None = None,
) -> Any:
    """Tables of several runs (default: all of the active experiment) as one DataFrame.

    Args:
        extra_columns: run attributes to add to each row, such as ``run_id``.

    Raises:
        NotFound: no run has the table.
    """
    import pandas as pd

    path = clean_path(artifact_file)
    storage = active.store().storage
    if run_ids is None:
        runs = search_runs(output_format="list")
    else:
        runs = [active.store().get_run(run_id) for run_id in run_ids]
    frames = []
    for run in runs:
        try:
            table = _decode_table(path, read_artifact(storage, run.info.run_id, path))
        except FileNotFoundError:
            continue
        frame = table.to_pandas()
        for column in extra_columns or ():
            known = {**run.data.tags, **run.data.params}
            frame[column] = getattr(run.info, column, known.get(column))
        frames.append(frame)
    if not frames:
        raise NotFound(f"None of the {len(runs)} runs has a table {artifact_file!r}.")
    return pd.concat(frames, ignore_index=True)


def _encode_table(path: str, table: Any) -> bytes:
    """A table as MLflow stores it: Parquet, or JSON with columns and rows apart."""
    if path.endswith(".parquet"):
        import pyarrow.parquet as pq

        buffer = io.BytesIO()
        pq.write_table(table, buffer)
        return buffer.getvalue()
    columns = [column.to_pylist() for column in table.columns]
    rows = [list(row) for row in zip(*columns, strict=True)]
    return json.dumps({"columns": table.column_names, "data": rows}, default=str).encode()


def _decode_table(path: str, data: bytes) -> Any:
    import pyarrow as pa

    if path.endswith(".parquet"):
        import pyarrow.parquet as pq

        return pq.read_table(pa.BufferReader(data))
    content = json.loads(data)
    columns = list(zip(*content["data"], strict=True)) or [()] * len(content["columns"])
    return pa.table(dict(zip(content["columns"], map(list, columns), strict=True)))
