"""The fluent calls about registered models: searching them, as MLflow does."""

from __future__ import annotations

from runreport.entities import ModelVersion, RegisteredModel
from runreport.tracking import active


def search_registered_models(
    max_results: int | None = None,
    filter_string: str | None = None,
    order_by: list[str] | None = None,
    *,
    mlflow_strict: bool = False,
) -> list[RegisteredModel]:
    """Registered models by name, e.g. ``name LIKE 'churn%' and tags.team = 'risk'``.

    Raises:
        InvalidFilter: the filter or an ordering cannot be understood.
    """
    from runreport.query.listing import find_models

    models = active.store().registry().models
    return find_models(
        models, filter_string=filter_string, order_by=order_by, strict=mlflow_strict
    )[:max_results]


def search_model_versions(
    max_results: int | None = None,
    filter_string: str | None = None,
    order_by: list[str] | None = None,
    *,
    mlflow_strict: bool = False,
) -> list[ModelVersion]:
    """Versions of registered models, last updated first, e.g. ``name = 'churn'``.

    Raises:
        InvalidFilter: the filter or an ordering cannot be understood.
    """
    from runreport.query.listing import find_model_versions

    versions = active.store().registry().versions
    return find_model_versions(
        versions, filter_string=filter_string, order_by=order_by, strict=mlflow_strict
    )[:max_results]
