"""MLflow's model registry in files: ``models/<name>/{meta.yaml,tags,aliases,version-N}``."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from runreport.importers.found import FoundModel, FoundVersion
from runreport.importers.mlflow_names import model_source, safe_run_id
from runreport.importers.reading import Files, whole_number

STAGE_TAG = "mlflow.stage"
"""Keeps the stage of a version, which newer MLflow has no more."""


def read_registry(path: str, files: Files, models: Mapping[str, str]) -> Iterator[FoundModel]:
    """The registered models below a folder.

    Args:
        models: ``runs:/…`` of logged models, by their ids.
    """
    for name in folders_in(path):
        own = os.path.join(path, name)
        place = os.path.join(own, "meta.yaml")
        if not os.path.isfile(place):
            files.told.lose(files.name_of(own), "it has no meta.yaml, so it is no model")
            continue
        meta = files.yaml(place)
        if not isinstance(meta, dict):
            continue
        versions = [
            found
            for folder in folders_in(own)
            if (match := re.fullmatch(r"version-(\d{1,15})", folder))
            and (found := _version(os.path.join(own, folder), int(match[1]), files, models))
        ]
        aliases = files.texts(os.path.join(own, "aliases"))
        yield model_of(
            str(meta.get("name") or name),
            meta,
            files.texts(os.path.join(own, "tags")),
            versions,
            {alias: n for alias, text in aliases.items() if (n := whole_number(text)) is not None},
        )


def model_of(
    name: str,
    meta: Mapping[str, Any],
    tags: Mapping[str, str],
    versions: list[FoundVersion],
    aliases: Mapping[str, int],
) -> FoundModel:
    """A registered model, from what both stores call alike."""
    created = whole_number(meta.get("creation_timestamp", meta.get("creation_time"))) or 0
    description = str(meta["description"]) if meta.get("description") else None
    versions.sort(key=lambda version: version.number)
    return FoundModel(name, created, description, dict(tags), tuple(versions), dict(aliases))


def version_of(
    number: int, meta: Mapping[str, Any], tags: Mapping[str, str], models: Mapping[str, str]
) -> FoundVersion:
    """A version, from what both stores call alike."""
    run_id = safe_run_id(str(meta["run_id"])) if meta.get("run_id") else None
    stage = str(meta.get("current_stage") or "None")
    return FoundVersion(
        number,
        run_id,
        model_source(str(meta.get("source") or ""), run_id, models),
        whole_number(meta.get("creation_timestamp", meta.get("creation_time"))) or 0,
        str(meta["description"]) if meta.get("description") else None,
        {**({} if stage == "None" else {STAGE_TAG: stage}), **tags},
        str(meta["user_id"]) if meta.get("user_id") else None,
    )


def _version(
    path: str, number: int, files: Files, models: Mapping[str, str]
) -> FoundVersion | None:
    place = os.path.join(path, "meta.yaml")
    if not os.path.isfile(place):
        files.told.lose(files.name_of(path), "it has no meta.yaml, so it is no version")
        return None
    meta = files.yaml(place)
    if not isinstance(meta, dict) or meta.get("current_stage") == "Deleted_Internal":
        return None
    return version_of(number, meta, files.texts(os.path.join(path, "tags")), models)


def folders_in(path: str) -> list[str]:
    """The names of the folders in a folder of a store, links left out."""
    try:
        with os.scandir(path) as entries:
            return sorted(e.name for e in entries if e.is_dir(follow_symlinks=False))
    except OSError:
        return []
