"""runreport: log runs into Parquet files you own, publish them as a site anyone can open.

``import runreport as mlflow`` runs the tracking code people have. Importing this and logging a
run needs the standard library only; pyarrow arrives when a run is sealed or read back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runreport.entities import (
    Experiment,
    Metric,
    Param,
    Run,
    RunData,
    RunInfo,
    RunStatus,
    RunTag,
    ViewType,
)
from runreport.errors import MlflowException, RunreportError
from runreport.tracking.active import ActiveRun
from runreport.tracking.experiments import (
    create_experiment,
    delete_experiment,
    delete_experiment_tag,
    get_experiment,
    get_experiment_by_name,
    get_tracking_uri,
    is_tracking_uri_set,
    restore_experiment,
    search_experiments,
    set_experiment,
    set_experiment_tag,
    set_experiment_tags,
    set_tracking_uri,
)
from runreport.tracking.runs import (
    active_run,
    delete_run,
    end_run,
    get_parent_run,
    get_run,
    last_active_run,
    restore_run,
    search_runs,
    start_run,
)
from runreport.tracking.values import (
    delete_tag,
    flush_async_logging,
    log_metric,
    log_metrics,
    log_param,
    log_params,
    set_tag,
    set_tags,
)

if TYPE_CHECKING:
    from runreport import (
        evaluate,
        exceptions,
        huggingface,
        keras,
        lightning,
        metrics,
        models,
        onnx,
        pyfunc,
        pytorch,
        sklearn,
        tensorflow,
        transformers,
        xgboost,
    )
    from runreport.integrations.any_model import log_model
    from runreport.integrations.autolog import autolog
    from runreport.tracking import data
    from runreport.tracking import files as artifacts
    from runreport.tracking.client import MlflowClient, RunreportClient
    from runreport.tracking.data import log_input
    from runreport.tracking.files import (
        download_artifacts,
        get_artifact_uri,
        log_artifact,
        log_artifacts,
        log_dict,
        log_figure,
        log_image,
        log_text,
    )
    from runreport.tracking.models import (
        register_model,
        search_model_versions,
        search_registered_models,
    )
    from runreport.tracking.system_metrics import (
        disable_system_metrics_logging,
        enable_system_metrics_logging,
        set_system_metrics_node_id,
        set_system_metrics_samples_before_logging,
        set_system_metrics_sampling_interval,
    )
    from runreport.tracking.tables import load_table, log_table

__version__ = "0.1.0"

__all__ = [
    "ActiveRun",
    "Experiment",
    "Metric",
    "MlflowClient",
    "MlflowException",
    "Param",
    "Run",
    "RunData",
    "RunInfo",
    "RunStatus",
    "RunTag",
    "RunreportClient",
    "RunreportError",
    "ViewType",
    "active_run",
    "artifacts",
    "autolog",
    "create_experiment",
    "data",
    "delete_experiment",
    "delete_experiment_tag",
    "delete_run",
    "delete_tag",
    "disable_system_metrics_logging",
    "download_artifacts",
    "enable_system_metrics_logging",
    "end_run",
    "evaluate",
    "exceptions",
    "flush_async_logging",
    "get_artifact_uri",
    "get_experiment",
    "get_experiment_by_name",
    "get_parent_run",
    "get_run",
    "get_tracking_uri",
    "huggingface",
    "is_tracking_uri_set",
    "keras",
    "last_active_run",
    "lightning",
    "load_table",
    "log_artifact",
    "log_artifacts",
    "log_dict",
    "log_figure",
    "log_image",
    "log_input",
    "log_metric",
    "log_metrics",
    "log_model",
    "log_param",
    "log_params",
    "log_table",
    "log_text",
    "metrics",
    "models",
    "onnx",
    "pyfunc",
    "pytorch",
    "register_model",
    "restore_experiment",
    "restore_run",
    "search_experiments",
    "search_model_versions",
    "search_registered_models",
    "search_runs",
    "set_experiment",
    "set_experiment_tag",
    "set_experiment_tags",
    "set_system_metrics_node_id",
    "set_system_metrics_samples_before_logging",
    "set_system_metrics_sampling_interval",
    "set_tag",
    "set_tags",
    "set_tracking_uri",
    "sklearn",
    "start_run",
    "tensorflow",
    "transformers",
    "xgboost",
]

_LATER = {  # public names whose modules the first logged value does not need
    "MlflowClient": "runreport.tracking.client:MlflowClient",
    "RunreportClient": "runreport.tracking.client:RunreportClient",
    "exceptions": "runreport.exceptions",
    **{
        name: f"runreport.{name}"
        for name in (
            "evaluate",
            "huggingface",
            "keras",
            "lightning",
            "metrics",
            "models",
            "onnx",
            "pyfunc",
            "pytorch",
            "sklearn",
            "tensorflow",
            "transformers",
            "xgboost",
        )
    },
    "autolog": "runreport.integrations.autolog:autolog",
    "log_model": "runreport.integrations.any_model:log_model",
    "register_model": "runreport.tracking.models:register_model",
    "search_model_versions": "runreport.tracking.models:search_model_versions",
    "search_registered_models": "runreport.tracking.models:search_registered_models",
    "artifacts": "runreport.tracking.files",
    "data": "runreport.tracking.data",
    "load_table": "runreport.tracking.tables:load_table",
    "log_input": "runreport.tracking.data:log_input",
    "log_table": "runreport.tracking.tables:log_table",
    **{
        name: f"runreport.tracking.system_metrics:{name}"
        for name in (
            "disable_system_metrics_logging",
            "enable_system_metrics_logging",
            "set_system_metrics_node_id",
            "set_system_metrics_samples_before_logging",
            "set_system_metrics_sampling_interval",
        )
    },
    **{
        name: f"runreport.tracking.files:{name}"
        for name in (
            "download_artifacts",
            "get_artifact_uri",
            "log_artifact",
            "log_artifacts",
            "log_dict",
            "log_figure",
            "log_image",
            "log_text",
        )
    },
}


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext runreport``: show under each cell the runs it made."""
    from importlib import import_module

    import_module("runreport.integrations.notebook").load_ipython_extension(shell)


def unload_ipython_extension(shell: Any) -> None:
    """``%unload_ext runreport``."""
    from importlib import import_module

    import_module("runreport.integrations.notebook").unload_ipython_extension(shell)


def __getattr__(name: str) -> Any:
    place = _LATER.get(name)
    if place is None:
        raise AttributeError(f"module 'runreport' has no attribute {name!r}")
    from importlib import import_module

    module, _, attribute = place.partition(":")
    found = import_module(module)
    value = getattr(found, attribute) if attribute else found
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, "__version__", "load_ipython_extension", "unload_ipython_extension"})
