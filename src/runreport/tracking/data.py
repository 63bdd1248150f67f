"""Data sets a run used: described by name, digest and source, never copied into the archive."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from runreport.entities import Dataset
from runreport.errors import InvalidValue
from runreport.tracking import validation
from runreport.tracking.runs import current_session

_MAX_TEXT = 500
_MAX_CONTEXT = 250


def from_pandas(df: Any, source: str = "", name: str | None = None, **_options: object) -> Dataset:
    """Describe a pandas DataFrame: its schema, its size and a digest of its values."""
    from pandas.util import hash_pandas_object

    rows = hash_pandas_object(df.head(10_000), index=False).values.tobytes()
    schema = {str(column): str(kind) for column, kind in df.dtypes.items()}
    return _describe(name, "pandas", source, rows, schema, len(df))


def from_numpy(
    features: Any, source: str = "", targets: Any = None, name: str | None = None
) -> Dataset:
    """Describe NumPy features and targets: shapes, types and a digest of the values."""
    arrays = (
        {"features": features} if targets is None else {"features": features, "targets": targets}
    )
    data = b"".join(array[:10_000].tobytes() for array in arrays.values())
    schema = {key: f"{array.dtype}{list(array.shape)}" for key, array in arrays.items()}
    return _describe(name, "numpy", source, data, schema, len(features))


def log_input(
    dataset: Any = None,
    context: str | None = None,
    tags: Mapping[str, str] | None = None,
    model: object = None,
) -> None:
    """Record that the active run used a data set.

    Args:
        dataset: what `from_pandas` or `from_numpy` returned, a DataFrame or array itself, or any
            object with MLflow's ``name`` and ``digest``.
        context: its role, e.g. ``training``.

    Raises:
        InvalidValue: it is no data set, or the context is not allowed.
    """
    del model
    if dataset is None:
        return
    described = _as_dataset(dataset)
    if context is not None and (not context or len(context) > _MAX_CONTEXT or '"' in context):
        raise InvalidValue(
            f"Data set context {context!r} is not allowed; it has 1 to {_MAX_CONTEXT} "
            "characters and no quotes."
        )
    data: dict[str, object] = {} if context is None else {"context": context}  # always first
    for key in ("source_type", "source", "schema", "profile"):
        if getattr(described, key):
            data[key] = getattr(described, key)
    if tags:
        data["tags"] = {
            validation.check_key("Data set tag", key): str(value) for key, value in tags.items()
        }
    session = current_session(None)
    name = validation.encodable("Data set name", str(described.name))
    digest = validation.encodable("Data set digest", str(described.digest))
    session.writer.log_event("dataset", name, digest, data)


def _as_dataset(dataset: Any) -> Dataset:
    if isinstance(dataset, Dataset):
        return dataset
    if hasattr(dataset, "name") and hasattr(dataset, "digest"):  # MLflow's own classes
        fields = dataset.to_dict() if hasattr(dataset, "to_dict") else {}
        return Dataset(
            str(dataset.name)[:_MAX_TEXT],
            str(dataset.digest)[:36],
            str(fields.get("source_type", "")),
            str(fields.get("source", "")),
            fields.get("schema"),
            fields.get("profile"),
        )
    if hasattr(dataset, "dtypes") and hasattr(dataset, "columns"):
        return from_pandas(dataset)
    if hasattr(dataset, "dtype") and hasattr(dataset, "tobytes"):
        return from_numpy(dataset)
    raise InvalidValue(
        f"log_input takes a data set, DataFrame or NumPy array, not {type(dataset).__name__}."
    )


def _describe(
    name: str | None, kind: str, source: str, data: bytes, schema: Mapping[str, str], rows: int
) -> Dataset:
    schema_text = json.dumps(schema)
    digest = hashlib.sha256(data + schema_text.encode() + str(rows).encode()).hexdigest()[:8]
    source_text = source if isinstance(source, str) else str(source)
    profile = json.dumps({"num_rows": rows})
    return Dataset(name or "dataset", digest, kind, source_text, schema_text, profile)
