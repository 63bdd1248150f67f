"""What MLflow's two stores have in common: statuses, names, URIs, data sets."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from runreport.entities import RunStatus
from runreport.importers.found import FoundDataset, FoundRun
from runreport.importers.reading import derived_id, whole_number
from runreport.tags import NAME_TAG

_STATUSES = (
    RunStatus.RUNNING,
    RunStatus.SCHEDULED,
    RunStatus.FINISHED,
    RunStatus.FAILED,
    RunStatus.KILLED,
)
"""By the numbers 1 to 5 of the file store."""
_RUN_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")
_IN_RUN = re.compile(r"([0-9a-f]{32})/artifacts/?(.*)$")


def status_of(value: Any) -> str:
    """A run's status; one that says it runs may have ended without a word since."""
    if isinstance(value, int) and 1 <= value <= len(_STATUSES):
        found = _STATUSES[value - 1]
    else:
        text = str(value)
        if text.isdigit():
            return status_of(int(text))
        found = text if text in _STATUSES else RunStatus.UNKNOWN
    return RunStatus.UNKNOWN if found == RunStatus.RUNNING else found


def safe_run_id(run_id: str) -> str:
    """A run's id, if it can name a folder; else one derived from it."""
    return run_id if _RUN_ID.fullmatch(run_id) else derived_id("mlflow", run_id)


def run_of(*, meta: Mapping[str, Any], tags: Mapping[str, str], **values: Any) -> FoundRun:
    """A run, from what both stores call alike.

    Args:
        meta: ``name``, ``user_id``, ``start_time`` and ``end_time``.
        tags: as they were logged.
        values: all else.
    """
    user = str(meta.get("user_id") or "")
    more = {"mlflow.user": user} if user not in ("", "unknown") else {}
    return FoundRun(
        name=str(meta.get("name") or "") or tags.get(NAME_TAG) or None,
        begun_ms=whole_number(meta.get("start_time")),
        ended_ms=whole_number(meta.get("end_time")),
        tags={**more, **tags},
        **values,
    )


def far_away(uri: str, root: str) -> str:
    """Where a URI points that is not below the folder that is imported; empty where it is."""
    if f"{uri.removeprefix('file://')}/".startswith(f"{root}/"):
        return ""
    if re.match(r"(file:/*)?[A-Za-z]:[\\/]", uri):
        return "a Windows machine"
    if uri.startswith(("file:///", "/")):
        return "another machine"
    scheme, colon, _ = uri.partition(":/")
    return f"{scheme}:" if colon and scheme not in ("file", "runs", "models", "") else ""


def place_in_run(uri: str) -> tuple[str, str] | None:
    """Run id and path of a URI that ends in ``<run id>/artifacts/<path>``; None for others."""
    match = _IN_RUN.search(uri.replace("\\", "/"))
    return None if match is None else (match[1], match[2])


def model_source(source: str, run_id: str | None, models: Mapping[str, str]) -> str:
    """The source of a model version, as this archive calls it.

    Args:
        source: as it was registered: a path or URI of the machine that did.
        models: ``runs:/…`` of logged models, by their ids.
    """
    if source.startswith("models:/"):
        return models.get(source.removeprefix("models:/"), source)
    place = place_in_run(source)
    if place is not None:
        return f"runs:/{place[0]}/{place[1]}"
    logged = re.search(r"/models/(m-[0-9a-f]{32})/artifacts/?$", source.replace("\\", "/"))
    if logged is not None:
        return models.get(logged[1], source)
    if run_id and "/" not in source and source:
        return f"runs:/{run_id}/{source}"
    return source


def model_folder(name: Any, model_id: str, taken: Collection[str]) -> str:
    """The folder of a logged model among its run's files: its name, else its id."""
    text = str(name or "")
    is_fit = re.fullmatch(r"[\w .-]{1,100}", text) and text.strip(". ")
    if not is_fit or any(path.startswith(f"{text}/") for path in taken):
        return f"models/{model_id}"
    return text


def dataset_of(meta: Mapping[str, Any]) -> FoundDataset:
    """A data set by what is recorded of it; its context is that of its use."""
    data: dict[str, object] = {"context": ""}
    for name in ("source_type", "source", "schema", "profile"):
        value = meta.get(name, meta.get(f"dataset_{name}"))
        if value is not None:
            data[name] = value if isinstance(value, str) else json.dumps(value, default=str)
    return FoundDataset(str(meta.get("name") or "data"), str(meta.get("digest") or ""), data)
