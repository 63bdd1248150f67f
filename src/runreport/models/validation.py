"""Hold data against a signature before a model sees it: columns, types, shapes, params."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from runreport.errors import InvalidValue
from runreport.models.inference import infer_schema, infer_type, is_a, is_array
from runreport.models.schema import (
    ColSpec,
    ColumnType,
    ParamSchema,
    ParamSpec,
    Schema,
    TensorSpec,
    type_of,
    type_text,
)
from runreport.nearest import nearest

_WIDER = {
    "integer": ("long", "float", "double"),
    "long": ("double",),
    "float": ("double",),
    "boolean": (),
}
"""Which types hold every value of a type, or as MLflow has it nearly so: a long as a double."""
_NAMED = 12
_DTYPES = {
    "boolean": "bool", "integer": "int32", "long": "int64", "float": "float32",
    "double": "float64",
}  # fmt: skip


def validate_schema(data: Any, expected_schema: Schema | None) -> None:
    """Check data against a schema.

    Raises:
        InvalidValue: there is no schema, a column is missing, or a type or shape differs.
    """
    if expected_schema is None:
        raise InvalidValue(
            "The model has no signature, so data cannot be held against it. Log it with one: "
            "log_model(..., signature=infer_signature(X, model.predict(X))), or add it with "
            "models.set_signature(model_uri, signature)."
        )
    enforce_schema(data, expected_schema)


def enforce_schema(data: Any, schema: Schema) -> Any:
    """Data as a schema has it: columns in its order, numbers in its types where none is lost.

    Raises:
        InvalidValue: a column is missing, or a type or shape differs.
    """
    if schema.is_tensor_spec:
        return _enforce_tensors(data, schema)
    return _enforce_columns(data, schema) if schema.has_names else data


def enforce_params(params: Mapping[str, Any] | None, schema: ParamSchema | None) -> dict[str, Any]:
    """Params of ``predict`` with the defaults for those not given.

    Raises:
        InvalidValue: one has another type than the signature says.
    """
    if schema is None:
        if params:
            warnings.warn(
                f"The model's signature has no params; {', '.join(params)} are not passed on.",
                stacklevel=3,
            )
        return {}
    given = dict(params or {})
    values = {}
    for spec in schema:
        value = given.pop(spec.name, spec.default)
        if value is not None and not _is_param(value, spec):
            raise InvalidValue(
                f"Param {spec.name!r} is {value!r}; the model's signature has {spec}."
            )
        values[spec.name] = value
    if given:
        names = ", ".join(spec.name for spec in schema)
        warnings.warn(
            f"The model takes no param {', '.join(given)}; its signature has {names}.",
            stacklevel=3,
        )
    return values


def _is_param(value: Any, spec: ParamSpec) -> bool:
    """Whether a value is what a signature says of a param."""
    if spec.shape is not None:
        entries = value.tolist() if is_array(value) else value
        return isinstance(entries, list | tuple) and all(
            _is_param(entry, replace(spec, shape=None)) for entry in entries
        )
    if not isinstance(spec.dtype, str):
        return isinstance(value, Mapping)
    try:
        kind = type_of(infer_type(value))
    except InvalidValue:
        return False
    is_whole = kind in ("long", "integer") and spec.dtype in ("double", "float", "integer", "long")
    is_real = kind in ("double", "float") and spec.dtype in ("double", "float")
    return kind == spec.dtype or is_whole or is_real


def _enforce_columns(data: Any, schema: Schema) -> Any:
    names = schema.input_names()
    if is_array(data):
        if len(data.shape) == 2 and data.shape[1] == len(names):
            return data
        raise InvalidValue(
            f"The data has the shape {tuple(data.shape)}; the model takes {len(names)} columns: "
            f"{', '.join(names)}."
        )
    frame = _frame(data, schema)
    if frame is None:
        return data
    columns = {str(name): name for name in frame.columns}
    missing = [
        str(spec.name)
        for spec in schema
        if isinstance(spec, ColSpec) and spec.required and str(spec.name) not in columns
    ]
    if missing:
        close = nearest(missing[0], (name for name in columns if name not in names), 0.7)
        hint = f" Is {close!r} meant for {missing[0]!r}?" if close else ""
        raise InvalidValue(
            f"The data lacks the column{'s' * (len(missing) > 1)} {_listed(map(repr, missing))}."
            f"{hint} The model takes {_listed(names)}; the data has {_listed(columns) or 'none'}."
        )
    kept = frame[[columns[name] for name in names if name in columns]]
    changed = {}
    for spec in schema:
        if isinstance(spec, ColSpec) and str(spec.name) in columns:
            name = columns[str(spec.name)]
            found = _enforce_column(kept[name], spec)
            if found is not kept[name]:
                changed[name] = found
    if not changed:
        return kept
    kept = kept.copy()
    for name, column in changed.items():
        kept[name] = column
    return kept


def _listed(names: Iterable[str]) -> str:
    """Names in a message, the first of many."""
    found = list(names)
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return ", ".join(found[:_NAMED]) + more


def _enforce_column(series: Any, spec: ColSpec) -> Any:
    """A column in the type of the signature.

    Raises:
        InvalidValue: it cannot be without a loss.
    """
    own = infer_schema(series).inputs[0]
    assert isinstance(own, ColSpec)
    wanted, kind = spec.type, own.type
    if kind == wanted or "any" in (kind, wanted):
        return series
    if not isinstance(wanted, str) and _fits(kind, wanted):
        return series
    if isinstance(kind, str) and isinstance(wanted, str):
        if wanted in _WIDER.get(kind, ()):
            return series.astype(_DTYPES[wanted])
        # pandas makes int64 and float64 of every number it reads, so the values decide.
        is_narrower = wanted in ("integer", "float") and kind in ("long", "double")
        if is_narrower and (series == series.astype(_DTYPES[wanted])).all():
            return series.astype(_DTYPES[wanted])
        if wanted in ("integer", "long") and kind == "double" and bool(series.isnull().any()):
            raise InvalidValue(
                f"Column {spec.name!r} has missing values, which {wanted} cannot hold. Fill them, "
                "or log the model with a signature inferred from float data."
            )
    raise InvalidValue(
        f"Column {spec.name!r} holds {type_text(kind)}; the model takes {type_text(wanted)}."
    )


def _fits(  # noqa: PLR0911 - one return a kind of type
    kind: ColumnType, wanted: ColumnType
) -> bool:
    """Whether values of one nested type are values of another; numbers may be wider."""
    if isinstance(kind, str) or isinstance(wanted, str):
        if not (isinstance(kind, str) and isinstance(wanted, str)):
            return "any" in (kind, wanted)
        return kind == wanted or "any" in (kind, wanted) or wanted in _WIDER.get(kind, ())
    name = wanted.get("type")
    if name == "map" and kind.get("type") == "object":
        inner = type_of(wanted["values"])
        return all(_fits(type_of(part), inner) for part in kind["properties"].values())
    if kind.get("type") != name:
        return False
    if name == "array":
        return _fits(type_of(kind["items"]), type_of(wanted["items"]))
    if name != "object":
        return kind == wanted
    has, needs = kind["properties"], wanted["properties"]
    return all(
        _fits(type_of(has[key]), type_of(part)) if key in has else not part.get("required", True)
        for key, part in needs.items()
    )


def _frame(data: Any, schema: Schema) -> Any:
    """Data as a DataFrame, where pandas is loaded or the data needs columns."""
    if is_a(data, "pandas", "DataFrame"):
        return data
    is_rows = isinstance(data, list) and bool(data) and isinstance(data[0], Mapping)
    if not is_rows and not isinstance(data, Mapping):
        return data.to_frame() if is_a(data, "pandas", "Series") else None
    try:
        import pandas
    except ImportError:
        return None
    if not isinstance(data, Mapping):
        return pandas.DataFrame(data)
    if any(map(is_array, data.values())):
        return None
    lists = {
        spec.name
        for spec in schema
        if isinstance(spec, ColSpec) and not isinstance(spec.type, str)
    }
    # A column of lists is given as one row; a list for a column of values is that column.
    is_row = any(
        key in lists or not isinstance(value, list | tuple) for key, value in data.items()
    )
    return pandas.DataFrame([data] if is_row else data)


def _enforce_tensors(data: Any, schema: Schema) -> Any:
    specs = [spec for spec in schema if isinstance(spec, TensorSpec)]
    if len(specs) == 1 and specs[0].name is None:
        return _enforce_tensor(data, specs[0])
    found = data if isinstance(data, Mapping) or is_a(data, "pandas", "DataFrame") else None
    missing = [spec.name for spec in specs if found is None or spec.name not in found]
    if found is None or missing:
        raise InvalidValue(
            f"The model takes a dictionary of the tensors {', '.join(schema.input_names())}; "
            + ("the data is " + type(data).__name__ if found is None else f"{missing} are missing")
            + "."
        )
    return {str(spec.name): _enforce_tensor(found[spec.name], spec) for spec in specs}


def _enforce_tensor(data: Any, spec: TensorSpec) -> Any:
    if is_a(data, "scipy.sparse", "spmatrix") or hasattr(data, "toarray"):
        return data
    import numpy

    is_typed = is_array(data) or hasattr(data, "to_numpy")
    array = data.to_numpy() if hasattr(data, "to_numpy") else numpy.asarray(data)
    wanted = numpy.dtype(spec.type)
    if array.dtype != wanted and wanted.kind not in "US":
        if is_typed and not numpy.can_cast(array.dtype, wanted, "safe"):
            raise InvalidValue(
                f"The data is of type {array.dtype}; the model takes {spec}. Convert it: "
                f"data.astype({spec.type!r})."
            )
        try:
            array = array.astype(wanted)
        except (TypeError, ValueError) as error:
            raise InvalidValue(f"The data is no {spec}: {error}") from error
    is_like = len(array.shape) == len(spec.shape) and all(
        length in (-1, own) for length, own in zip(spec.shape, array.shape, strict=True)
    )
    if not is_like:
        raise InvalidValue(
            f"The data has the shape {tuple(array.shape)}; the model takes {tuple(spec.shape)}, "
            "where -1 is any length."
        )
    return data if is_a(data, "pandas", "DataFrame") else array
