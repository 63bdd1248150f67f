"""The fluent calls about registered models: searching them, as MLflow does."""

from __future__ import annotations

from collections.abc import Sequence

from runreport.entities import ModelVersion, RegisteredModel
from runreport.tracking import active, paging


def search_registered_models(
    max_results: int | None = None,
    filter_string: str | None = None,
    order_by: Sequence[str] | None = None,
    *,
    mlflow_strict: bool = False,
) -> list[RegisteredModel]:
    """Registered models by name, e.g. ``name LIKE 'churn%' and tags.team = 'risk'``.

    Raises:
        InvalidFilter: the filter or an ordering cannot be understood.
        InvalidValue: the number of results is not allowed.
    """
    from runreport.query.listing import find_models

    found = find_models(
        active.store().registry().models,
        filter_string=filter_string,
        order_by=order_by,
        strict=mlflow_strict,
    )
    return paging.first_of(found, max_results)


def search_model_versions(
    max_results: int | None = None,
    filter_string: str | None = None,
    order_by: Sequence[str] | None = None,
    *,
    mlflow_strict: bool = False,
) -> list[ModelVersion]:
    """Versions of registered models, last updated first, e.g. ``name = 'churn'``.

    Raises:
        InvalidFilter: the filter or an ordering cannot be understood.
        InvalidValue: the number of results is not allowed.
    """
    from runreport.query.listing import find_model_versions

    found = find_model_versions(
        active.store().registry().versions,
        filter_string=filter_string,
        order_by=order_by,
        strict=mlflow_strict,
    )
    return paging.first_of(found, max_results)
