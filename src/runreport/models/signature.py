"""Signatures: what a model takes and gives, inferred from data or written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runreport.errors import InvalidValue
from runreport.models.inference import infer_params, infer_schema
from runreport.models.schema import ParamSchema, Schema


@dataclass(frozen=True, slots=True)
class ModelSignature:
    """Schemas of a model's inputs, outputs and params; None where it is not known."""

    inputs: Schema | None = None
    outputs: Schema | None = None
    params: ParamSchema | None = None

    def __post_init__(self) -> None:
        for name, kind in (("inputs", Schema), ("outputs", Schema), ("params", ParamSchema)):
            value = getattr(self, name)
            if value is not None and not isinstance(value, kind):
                raise InvalidValue(
                    f"{name} of a signature is {type(value).__name__}; it must be a "
                    f"{kind.__name__}. infer_signature makes one from data."
                )

    def to_dict(self) -> dict[str, str | None]:
        """As an MLmodel file holds it: JSON texts."""
        return {
            name: None if schema is None else schema.to_json()
            for name, schema in (
                ("inputs", self.inputs),
                ("outputs", self.outputs),
                ("params", self.params),
            )
        }

    @staticmethod
    def from_dict(content: Mapping[str, Any]) -> ModelSignature:
        """A signature from an MLmodel file.

        Raises:
            InvalidValue: a text of it is no schema.
        """
        inputs, outputs, params = (content.get(key) for key in ("inputs", "outputs", "params"))
        return ModelSignature(
            Schema.from_json(str(inputs)) if inputs else None,
            Schema.from_json(str(outputs)) if outputs else None,
            ParamSchema.from_json(str(params)) if params else None,
        )


def infer_signature(
    model_input: Any = None, model_output: Any = None, params: Mapping[str, Any] | None = None
) -> ModelSignature:
    """The signature of a model, from its input (a training set will do) and its output.

    Args:
        model_input: see `infer_schema`; None leaves it open.
        model_output: what the model gave for it.
        params: what ``predict`` takes beside the data, with defaults.

    Raises:
        InvalidValue: the data has no schema.
    """
    return ModelSignature(
        None if model_input is None else infer_schema(model_input),
        None if model_output is None else infer_schema(model_output),
        infer_params(params) if params else None,
    )
