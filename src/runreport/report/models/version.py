"""The page of one version of a registered model."""

from __future__ import annotations

from dataclasses import dataclass

from runreport.models.names import version_uri
from runreport.models.schema import ColSpec, ParamSpec, TensorSpec, type_text
from runreport.numbers import MISSING
from runreport.report.config import ExperimentConfig
from runreport.report.formatting import format_size
from runreport.report.links import Field, Moment, RunLink, VersionLink, moment
from runreport.report.models.comparison import Comparison, compare_versions
from runreport.report.models.page import UNNAMED, Version, _tags, run_link_of
from runreport.report.shown import show_number, show_text
from runreport.report.urls import model_folder, version_folder


@dataclass(frozen=True, slots=True)
class SignaturePart:
    """The inputs, outputs or params of a signature."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class VersionPage:
    """One version: where it comes from, what it takes and gives, what it needs."""

    link: VersionLink
    folder: str
    model_url: str
    description: str
    """Markdown."""
    tags: tuple[Field, ...]
    registered: Moment
    run: RunLink | None
    source: str
    flavors: str
    size: str
    problem: str
    """Why its files cannot be shown; empty where they can."""
    metrics: tuple[Field, ...]
    params: tuple[Field, ...]
    signature: tuple[SignaturePart, ...]
    requirements: tuple[str, ...]
    files: tuple[Field, ...]
    """Path, and size with the start of the digest."""
    uri: str
    """What `load_model` takes."""
    before: Comparison | None
    """What differs from the version before it."""


def make_version_page(
    version: Version, before: Version | None, config: ExperimentConfig
) -> VersionPage:
    """The page of one version.

    Args:
        before: the version registered before it.
    """
    entity, said = version.entity, version.files.model
    signature = said.signature if said is not None else None
    size = sum(file.size_bytes for file in version.files.files)
    pairs = [(v.link, v.metrics, v.params, v.files) for v in (version, before) if v is not None]
    return VersionPage(
        link=version.link,
        folder=version_folder(entity.name, entity.version),
        model_url=f"{model_folder(entity.name)}/index.html",
        description=entity.description or "",
        tags=_tags(entity.tags),
        registered=moment(entity.creation_timestamp),
        run=run_link_of(version.run),
        source=entity.source,
        flavors=", ".join(sorted(said.flavors)) if said is not None else MISSING,
        size=format_size(size) if version.files.files else MISSING,
        problem=version.files.problem,
        metrics=tuple(
            Field(name, show_number(value), is_number=True)
            for name, value in sorted(version.metrics.items())
        ),
        params=tuple(
            Field(name, show_text(value)) for name, value in sorted(version.params.items())
        ),
        signature=()
        if signature is None
        else tuple(
            SignaturePart(title, tuple(map(_spec_field, schema)))
            for title, schema in (
                ("Inputs", signature.inputs),
                ("Outputs", signature.outputs),
                ("Params", signature.params),
            )
            if schema is not None
        ),
        requirements=version.files.requirements,
        files=tuple(
            Field(file.path, format_size(file.size_bytes), file.sha256[:12])
            for file in version.files.files
        ),
        uri=version_uri(entity.name, entity.version),
        before=compare_versions(pairs, config, only_different=True)
        if before is not None
        else None,
    )


def _spec_field(spec: ColSpec | TensorSpec | ParamSpec) -> Field:
    if isinstance(spec, TensorSpec):
        name, _, kind = str(spec).rpartition(": ")
        return Field(name or UNNAMED, kind)
    if isinstance(spec, ParamSpec):
        return Field(spec.name, str(spec).partition(": ")[2])
    name = UNNAMED if spec.name is None else str(spec.name)
    return Field(name, type_text(spec.type), "" if spec.required else "optional")
