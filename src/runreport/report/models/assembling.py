"""Assemble the pages of registered models, and say which run became which version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.storage import Storage
from runreport.entities import Run
from runreport.models.names import split_run_uri
from runreport.query.index import RunIndex
from runreport.query.search import make_runs
from runreport.registered import ModelVersion
from runreport.report.config import Config
from runreport.report.links import VersionLink
from runreport.report.models.files import ModelFiles, read_model
from runreport.report.models.page import (
    ModelCard,
    ModelPage,
    Version,
    make_model_card,
    make_model_page,
)
from runreport.report.models.version import VersionPage, make_version_page
from runreport.report.redaction import Redactor


@dataclass(frozen=True, slots=True)
class ModelReport:
    """All that a site says of registered models."""

    cards: tuple[ModelCard, ...] = ()
    pages: tuple[tuple[ModelPage, tuple[VersionPage, ...]], ...] = ()
    """Each model with its versions, newest first."""
    by_run: Mapping[str, tuple[VersionLink, ...]] = field(default_factory=dict)
    """The versions that each run was registered as, by run id."""


def assemble_models(
    index: RunIndex, shown: pa.Array, storage: Storage, redactor: Redactor, config: Config
) -> ModelReport:
    """The pages of an archive's models.

    Args:
        index: as the site may show it.
        shown: the runs that have a page.
    """
    registry = index.registry
    wanted = pa.array(sorted({v.run_id for v in registry.versions if v.run_id}), pa.string())
    numbers = shown.filter(pc.is_in(index.attribute("run_id").take(shown), value_set=wanted))
    runs = {run.info.run_id: run for run in make_runs(index, numbers, "")}
    names = dict(zip(numbers.to_pylist(), runs, strict=True))
    artifacts: dict[str, list[dict[str, Any]]] = {run_id: [] for run_id in runs}
    for row in index.rows_of("artifacts", numbers).to_pylist():
        artifacts[names[row["run"]]].append(row)

    def version_of(entity: ModelVersion) -> Version:
        run = runs.get(entity.run_id or "")
        return Version(entity, run, _files(entity, run, artifacts, storage, redactor))

    cards, pages = [], []
    by_run: dict[str, list[VersionLink]] = {}
    for model in registry.models:
        entities = [v for v in registry.versions if v.name == model.name]
        versions = [version_of(one) for one in sorted(entities, key=lambda v: -v.version)]
        settings = config.for_model(model.name)
        cards.append(make_model_card(model, versions, settings))
        before = [*versions[1:], None]
        pages.append(
            (
                make_model_page(model, versions, settings),
                tuple(
                    make_version_page(*pair, settings)
                    for pair in zip(versions, before, strict=False)
                ),
            )
        )
        for version in versions:
            by_run.setdefault(version.entity.run_id or "", []).append(version.link)
    links = {run_id: tuple(found) for run_id, found in by_run.items()}
    return ModelReport(tuple(cards), tuple(pages), links)


def _files(
    entity: ModelVersion,
    run: Run | None,
    artifacts: Mapping[str, list[dict[str, Any]]],
    storage: Storage,
    redactor: Redactor,
) -> ModelFiles:
    run_id, path = split_run_uri(entity.source) or ("", "")
    if run is None or run_id != run.info.run_id:
        reason = "Its run is deleted or gone." if entity.run_id else "It came from no run."
        return ModelFiles(None, (), (), reason)
    return read_model(storage, run_id, path, artifacts[run_id], redactor)
