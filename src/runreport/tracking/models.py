"""The fluent calls about registered models: registering and searching them, as MLflow does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from runreport.archive.artifacts import list_run_artifacts
from runreport.errors import InvalidValue, NotFound
from runreport.models.folder import FILE_NAME
from runreport.registered import ModelVersion, RegisteredModel
from runreport.tracking import active, paging


def register_model(
    model_uri: str,
    name: str,
    await_registration_for: int | None = None,
    *,
    tags: Mapping[str, Any] | None = None,
    env_pack: object = None,
) -> ModelVersion:
    """Make a logged model the next version of a registered one, which is made if there is none.

    Args:
        model_uri: ``runs:/<run id>/<path>``, or ``models:/…`` for a version of another model.
        await_registration_for: of MLflow; the version is there when the call returns.
        tags: of the version.

    Raises:
        NotFound: no such run, or it logged no model there.
        InvalidValue: the URI, the name or a tag is not allowed.
    """
    del await_registration_for, env_pack
    store = active.store()
    registrar = store.registrar()
    source = str(model_uri)
    if source.startswith("models:/"):
        source = registrar.resolve(source).source
    run_id, _, path = source.removeprefix("runs:/").strip("/").partition("/")
    if not source.startswith("runs:/") or not run_id:
        raise InvalidValue(
            f"Model URI {model_uri!r} cannot be registered; log the model to a run and give "
            "runs:/<run id>/<path>."
        )
    logged = model_paths(run_id)
    if path.strip("/") not in logged:
        store.get_run(run_id)
        has = f"Its models: {', '.join(logged)}." if logged else "It logged no model."
        raise NotFound(f"Run {run_id} has no model {path!r}. {has}")
    return registrar.create_version(name, f"runs:/{run_id}/{path.strip('/')}", run_id, tags)


def model_paths(run_id: str) -> list[str]:
    """The paths of the models among a run's artifacts."""
    files = list_run_artifacts(active.store().storage, run_id)
    ending = f"/{FILE_NAME}"
    return [path.removesuffix(ending) for path, _, _ in files if path.endswith(ending)]


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
