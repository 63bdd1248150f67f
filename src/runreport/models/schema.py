"""Schemas of a model's inputs, outputs and params, in the JSON that MLmodel files hold.

The JSON forms and the names of the types are those of MLflow's model format.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runreport.errors import InvalidValue

SCALARS = (
    "boolean", "integer", "long", "float", "double", "string", "binary", "datetime",
)  # fmt: skip
"""Types of a column: ``integer`` and ``long`` have 32 and 64 bits, as ``float`` and ``double``."""
_DEEPEST = 20
_LONGEST = 1_000_000

ColumnType = str | Mapping[str, Any]
"""One of `SCALARS`, or a nested type as its JSON: ``{"type": "array", "items": …}``, ``{"type":
"object", "properties": …}`` or ``{"type": "map", "values": …}``; or ``any``."""


@dataclass(frozen=True, slots=True)
class ColSpec:
    """A column: its type, its name (None where the data has none), whether it must be there.

    Raises:
        InvalidValue: there is no such type.
    """

    type: ColumnType
    name: str | int | None = None
    required: bool = True

    def __post_init__(self) -> None:
        if not _is_type(self.type):
            raise InvalidValue(
                f"Column {self.name!r} has the type {self.type!r}; a column is one of "
                f"{', '.join(SCALARS)}, or a nested type such as "
                '{"type": "array", "items": {"type": "long"}}.'
            )

    def to_dict(self) -> dict[str, Any]:
        """Its JSON."""
        kind = type_json(self.type)
        name = {} if self.name is None else {"name": self.name}
        return {**kind, **name, "required": self.required}

    def __str__(self) -> str:
        optional = "" if self.required else " (optional)"
        return f"{'-' if self.name is None else self.name}: {type_text(self.type)}{optional}"


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """A tensor: NumPy's name of its type, and its shape, where -1 stands for any length."""

    type: str
    shape: tuple[int, ...]
    name: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "type", str(self.type))  # NumPy's dtype may be given
        object.__setattr__(self, "shape", tuple(self.shape))

    def to_dict(self) -> dict[str, Any]:
        """Its JSON."""
        name = {} if self.name is None else {"name": self.name}
        spec = {"dtype": self.type, "shape": list(self.shape)}
        return {**name, "type": "tensor", "tensor-spec": spec}

    def __str__(self) -> str:
        shape = " x ".join("any" if length == -1 else str(length) for length in self.shape)
        name = "" if self.name is None else f"{self.name}: "
        return f"{name}{self.type} tensor, {shape or 'one number'}"


@dataclass(frozen=True, slots=True)
class ParamSpec:
    """A param of ``predict``: its type, its default, and shape ``(-1,)`` where it is a list."""

    name: str
    dtype: ColumnType
    default: Any
    shape: tuple[int, ...] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Its JSON."""
        shape = None if self.shape is None else list(self.shape)
        own = {"name": self.name, "default": self.default, "shape": shape}
        return {**own, **type_json(self.dtype)}

    def __str__(self) -> str:
        listed = "" if self.shape is None else "list of "
        return f"{self.name}: {listed}{type_text(self.dtype)}, default {self.default!r}"


@dataclass(frozen=True, slots=True)
class Schema:
    """What a model takes or gives: columns, or tensors."""

    inputs: tuple[ColSpec | TensorSpec, ...]

    def __init__(self, inputs: Iterable[ColSpec | TensorSpec]) -> None:
        specs = tuple(inputs)
        if len({type(spec) for spec in specs}) > 1:
            raise InvalidValue("A schema holds columns (ColSpec) or tensors (TensorSpec).")
        object.__setattr__(self, "inputs", specs)

    def __iter__(self) -> Iterator[ColSpec | TensorSpec]:
        return iter(self.inputs)

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def is_tensor_spec(self) -> bool:
        """Whether it is about tensors."""
        return any(isinstance(spec, TensorSpec) for spec in self.inputs)

    @property
    def has_names(self) -> bool:
        """Whether its parts are found by name."""
        return bool(self.inputs) and all(spec.name is not None for spec in self.inputs)

    def input_names(self) -> list[str]:
        """The names of its parts; their places where they have none."""
        return [
            str(place if spec.name is None else spec.name)
            for place, spec in enumerate(self.inputs)
        ]

    def to_json(self) -> str:
        """As an MLmodel file holds it."""
        return json.dumps([spec.to_dict() for spec in self.inputs])

    @staticmethod
    def from_json(text: str) -> Schema:
        """A schema from an MLmodel file.

        Raises:
            InvalidValue: the text is none.
        """
        try:
            return Schema([_spec(entry) for entry in _list(text)])
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise InvalidValue(f"{text[:80]!r} is no schema of a model: {error}") from error

    def __str__(self) -> str:
        return "\n".join(map(str, self.inputs))


@dataclass(frozen=True, slots=True)
class ParamSchema:
    """The params that ``predict`` takes."""

    params: tuple[ParamSpec, ...]

    def __init__(self, params: Iterable[ParamSpec]) -> None:
        object.__setattr__(self, "params", tuple(params))

    def __iter__(self) -> Iterator[ParamSpec]:
        return iter(self.params)

    def to_json(self) -> str:
        """As an MLmodel file holds it."""
        return json.dumps([spec.to_dict() for spec in self.params], default=str)

    @staticmethod
    def from_json(text: str) -> ParamSchema:
        """A schema from an MLmodel file.

        Raises:
            InvalidValue: the text is none.
        """
        try:
            return ParamSchema([_param(entry) for entry in _list(text)])
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise InvalidValue(f"{text[:80]!r} is no schema of params: {error}") from error

    def __str__(self) -> str:
        return "\n".join(map(str, self.params))


def _is_type(kind: Any, depth: int = 0) -> bool:
    """Whether it is the name of a type, or a nested one all of whose parts are types."""
    name = kind if isinstance(kind, str) else kind.get("type") if isinstance(kind, Mapping) else ""
    if name in SCALARS or name == "any":
        return True
    if depth > _DEEPEST or not isinstance(kind, Mapping):
        return False
    if name == "object":
        parts = kind.get("properties")
        return isinstance(parts, Mapping) and all(_is_type(p, depth + 1) for p in parts.values())
    inner = {"array": "items", "map": "values"}.get(str(name))
    return inner is not None and _is_type(kind.get(inner), depth + 1)


def type_text(kind: ColumnType) -> str:
    """A type as a person reads it, e.g. ``list of long``."""
    if isinstance(kind, str):
        return kind
    name = str(kind.get("type"))
    if name == "array":
        return f"list of {type_text(type_of(kind['items']))}"
    if name == "map":
        return f"map of {type_text(type_of(kind['values']))}"
    if name == "object":
        parts = kind.get("properties", {}).items()
        return "{" + ", ".join(f"{key}: {type_text(type_of(part))}" for key, part in parts) + "}"
    return name


def type_json(kind: ColumnType) -> dict[str, Any]:
    """The JSON of a type by itself."""
    return {"type": kind} if isinstance(kind, str) else dict(kind)


def type_of(kind: Any) -> ColumnType:
    """A type out of its JSON: the name of a scalar, a nested one as it is."""
    is_scalar = isinstance(kind, Mapping) and kind.get("type") in (*SCALARS, "any")
    return str(kind["type"]) if is_scalar else kind


def _list(text: str) -> Sequence[Any]:
    if len(text) > _LONGEST:
        raise TypeError(f"it has {len(text):,} characters")
    try:
        entries = json.loads(text)
    except RecursionError as error:
        raise TypeError("it is nested too deeply") from error
    if not isinstance(entries, list):
        raise TypeError("it is no list")
    return entries


def _spec(entry: Mapping[str, Any]) -> ColSpec | TensorSpec:
    name = entry.get("name")
    if entry["type"] == "tensor":
        spec = entry["tensor-spec"]
        return TensorSpec(str(spec["dtype"]), tuple(int(n) for n in spec["shape"]), name)
    own = {key: value for key, value in entry.items() if key not in ("name", "required")}
    # Files of MLflow 1 and early 2 say "optional" where later ones say "required".
    required = entry.get("required", not own.pop("optional", False))
    return ColSpec(own["type"] if len(own) == 1 else own, name, bool(required))


def _param(entry: Mapping[str, Any]) -> ParamSpec:
    own = {
        key: value
        for key, value in entry.items()
        if key not in ("name", "default", "shape", "dtype")
    }
    kind = own.get("type", entry.get("dtype"))
    shape = entry.get("shape")
    dtype = own if isinstance(kind, str) and len(own) > 1 else str(kind)
    return ParamSpec(
        str(entry["name"]), dtype, entry.get("default"), None if shape is None else tuple(shape)
    )
