"""Models: their folders, signatures and environments, as data; nothing here runs a model."""

from __future__ import annotations

from typing import Any

from runreport.models.folder import Model, ModelInfo
from runreport.models.schema import ColSpec, ParamSchema, ParamSpec, Schema, TensorSpec
from runreport.models.signature import ModelSignature, infer_signature
from runreport.models.validation import validate_schema

__all__ = [
    "ColSpec",
    "Model",
    "ModelInfo",
    "ModelSignature",
    "ParamSchema",
    "ParamSpec",
    "Schema",
    "TensorSpec",
    "infer_signature",
    "validate_schema",
]


def __getattr__(name: str) -> Any:
    if name in ("get_model_info", "set_signature"):  # of MLflow's place; they use an archive
        from importlib import import_module

        return import_module("runreport.integrations.locating").__dict__[name]
    raise AttributeError(f"module 'runreport.models' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, "get_model_info", "set_signature"})
