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
    if name == "set_signature":  # where MLflow code imports it from; it writes to an archive
        from importlib import import_module

        return import_module("runreport.integrations.locating").set_signature
    raise AttributeError(f"module 'runreport.models' has no attribute {name!r}")
