"""The logging API: what training code calls."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    if name in ("MlflowClient", "RunreportClient"):  # where MLflow code imports it from
        from runreport.tracking.client import RunreportClient

        return RunreportClient
    raise AttributeError(f"module 'runreport.tracking' has no attribute {name!r}")
