"""Infer a schema from data: data frames, series, arrays, lists and dictionaries.

The rules are those of MLflow's ``infer_signature``: arrays become tensors whose first length is
free, everything else becomes columns. Nothing is imported for it: what is not loaded cannot be
what was passed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from runreport.errors import InvalidValue
from runreport.models.schema import (
    SCALARS,
    ColSpec,
    ColumnType,
    ParamSchema,
    ParamSpec,
    Schema,
    TensorSpec,
    type_json,
)

_BY_DTYPE = {
    "bool": "boolean",
    "int8": "integer", "int16": "integer", "int32": "integer",
    "uint8": "integer", "uint16": "integer", "uint32": "long", "int64": "long",
    "float32": "float", "float64": "double",
}  # fmt: skip
_BY_TYPE = {
    "bool": "boolean", "bool_": "boolean", "int": "long", "int64": "long", "int32": "integer",
    "float": "double", "float64": "double", "float32": "float", "str": "string",
    "str_": "string", "bytes": "binary", "bytes_": "binary", "bytearray": "binary",
    "datetime64": "datetime",
}  # fmt: skip
_ANY = {"type": "any"}


def infer_schema(data: Any) -> Schema:  # noqa: PLR0911 - one return a kind of data
    """The schema of some data.

    Args:
        data: a DataFrame, a Series, an array or sparse matrix of any shape, a dictionary of arrays
            (named tensors) or of values and lists (columns), a list of dictionaries (rows), a list
            of values, or one value.

    Raises:
        InvalidValue: it is nothing of this, or holds values of several types in one column.
    """
    if is_a(data, "pandas", "DataFrame"):
        if not data.columns.is_unique:
            twice = list(data.columns[data.columns.duplicated()])
            raise InvalidValue(
                f"The data has several columns named {twice[0]!r}; give each its own."
            )
        return Schema([_series_column(data[name], name) for name in data.columns])
    if is_a(data, "pandas", "Series"):
        return Schema([_series_column(data, data.name)])
    if is_array(data):
        return Schema([_tensor(data)])
    if hasattr(data, "detach") and hasattr(data, "numpy"):  # a PyTorch tensor
        return Schema([_tensor(data.detach().cpu().numpy())])
    if isinstance(data, list):
        return _of_list(data)
    if isinstance(data, Mapping):
        if data and all(is_array(values) for values in data.values()):
            return Schema([_tensor(values, str(name)) for name, values in data.items()])
        return Schema(
            [
                ColSpec(_unwrapped(infer_type(value)), _name(name), not _is_missing(value))
                for name, value in data.items()
            ]
        )
    if hasattr(data, "numpy") and hasattr(data, "dtype"):  # a TensorFlow tensor
        return Schema([_tensor(data.numpy())])
    return Schema([ColSpec(_unwrapped(infer_type(data)))])


def infer_params(params: Mapping[str, Any]) -> ParamSchema:
    """The schema of params of ``predict``, with the values given as defaults.

    Raises:
        InvalidValue: a value has a type no param can have.
    """
    specs = []
    for name, value in params.items():
        if isinstance(value, list | tuple):
            kinds = {infer_type(entry)["type"] for entry in value}
            if len(kinds) != 1 or not kinds <= {*SCALARS}:
                raise InvalidValue(f"Param {name!r} is {value!r}; a list holds one type of value.")
            specs.append(ParamSpec(name, kinds.pop(), list(value), (-1,)))
        else:
            plain = value.item() if hasattr(value, "item") else value
            specs.append(ParamSpec(name, _unwrapped(infer_type(value)), plain))
    return ParamSchema(specs)


def infer_type(value: Any) -> dict[str, Any]:
    """The type of one value as its JSON; ``any`` for what holds nothing.

    Raises:
        InvalidValue: it is of no known type, or a list mixes types.
    """
    if _is_missing(value) or (isinstance(value, list | Mapping) and not value):
        return dict(_ANY)
    if isinstance(value, Mapping):
        properties = {}
        for name in sorted(value):
            kind = infer_type(value[name])
            properties[str(name)] = {**kind, "required": kind != _ANY}
        return {"type": "object", "properties": properties}
    if isinstance(value, list | tuple) or is_array(value):
        return {"type": "array", "items": _merged(value)}
    name = _BY_TYPE.get(type(value).__name__)
    if name is None and isinstance(value, datetime | date):
        name = "datetime"
    if name is None:
        raise InvalidValue(
            f"A value {value!r} of type {type(value).__name__} has no place in a signature; use "
            "numbers, text, bytes, dates, lists and dictionaries of them, arrays or data frames."
        )
    return {"type": name}


def _of_list(data: Sequence[Any]) -> Schema:
    if data and all(isinstance(row, Mapping) for row in data):
        names = dict.fromkeys(name for row in data for name in row)
        return Schema(
            [
                ColSpec(
                    _unwrapped(_merged([row[name] for row in data if name in row])),
                    _name(name),
                    all(row.get(name) is not None for row in data),
                )
                for name in names
            ]
        )
    if not data:
        return Schema([ColSpec("string")])
    return Schema([ColSpec(_unwrapped(_merged(data)), None, not any(map(_is_missing, data)))])


def _merged(values: Iterable[Any]) -> dict[str, Any]:
    """The one type that all of some values have."""
    merged: dict[str, Any] = dict(_ANY)
    for value in values:
        merged = _merge(merged, infer_type(value))
    return merged


def _merge(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    if other in (one, _ANY):
        return one
    if one == _ANY:
        return other
    kind = one["type"]
    if kind == other["type"] == "array":
        return {"type": "array", "items": _merge(one["items"], other["items"])}
    if kind == other["type"] == "object":
        parts = [one["properties"], other["properties"]]
        properties = {}
        for name in sorted({*parts[0], *parts[1]}):
            found = [dict(part[name]) for part in parts if name in part]
            required = len(found) == 2 and all(part.pop("required") for part in found)
            types = [{k: v for k, v in part.items() if k != "required"} for part in found]
            merged = _merge(types[0], types[-1])
            properties[name] = {**merged, "required": required}
        return {"type": "object", "properties": properties}
    raise InvalidValue(
        f"A list holds both {type_json(one)['type']} and {type_json(other)['type']}; one column "
        "has one type. Give the signature by hand, with ColSpec and Schema."
    )


def _series_column(series: Any, name: Any) -> ColSpec:
    """A column of a DataFrame: by its dtype, by its values where that says nothing."""
    required = not bool(series.isnull().any())
    dtype = str(series.dtype)
    if dtype.startswith("datetime64"):
        return ColSpec("datetime", _name(name), required)
    kind: ColumnType | None = _BY_DTYPE.get(dtype)
    if kind is None and dtype == "category":
        own = _series_column(series.cat.categories.to_series(), name)
        return ColSpec(own.type, own.name, required)
    if kind is None and dtype.lower() in _BY_DTYPE:  # pandas' own types that may miss values
        kind = _BY_DTYPE[dtype.lower()]
    if kind is None and dtype.startswith("str"):
        kind = "string"
    if kind is None:
        kind = _unwrapped(_merged(value for value in series if not _is_missing(value)))
    return ColSpec(kind, _name(name), required)


def _tensor(array: Any, name: str | None = None) -> TensorSpec:
    dtype = array.dtype
    text = {"U": "str", "S": "bytes"}.get(getattr(dtype, "char", ""), str(dtype))
    shape = tuple(array.shape)
    return TensorSpec(text, (-1, *shape[1:]) if shape else (), name)


def _name(name: Any) -> str | int | None:
    """A column's name; a frame made of an array has numbers."""
    return name if name is None or type(name) is int else str(name)


def _unwrapped(kind: dict[str, Any]) -> ColumnType:
    return str(kind["type"]) if len(kind) == 1 else kind


def _is_missing(value: Any) -> bool:
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and value != value


def is_array(value: Any) -> bool:
    return is_a(value, "numpy", "ndarray") or (
        "scipy.sparse" in sys.modules and bool(sys.modules["scipy.sparse"].issparse(value))
    )


def is_a(value: Any, module: str, name: str) -> bool:
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(value, getattr(loaded, name, ()))
