"""Versions of a model side by side: metrics, params, signature, requirements, files."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from runreport.models.schema import ParamSchema, Schema, TensorSpec, type_text
from runreport.report.config import ExperimentConfig
from runreport.report.deltas import Delta, delta
from runreport.report.formatting import format_size
from runreport.report.links import VersionLink
from runreport.report.meaning import direction_of
from runreport.report.models.files import ModelFiles
from runreport.report.shown import EMPTY, Shown, show_number, show_text

Compared = tuple[VersionLink, Mapping[str, float], Mapping[str, str], ModelFiles]
"""A version: its link, the metrics and params of its run, and its files."""
_DIGEST_SHOWN = 7


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One thing about all compared versions."""

    name: str
    values: tuple[Shown, ...]
    """One a version; empty where it has none."""
    numbers: tuple[float | None, ...] = ()
    """Of a metric."""
    direction: str | None = None
    """Which of them are better."""

    @property
    def is_number(self) -> bool:
        """Whether it is a metric."""
        return bool(self.numbers)

    @property
    def deltas(self) -> tuple[Delta, ...]:
        """Of each number to that of the next version, which is the one before it."""
        return tuple(
            delta(value, before, self.direction)
            for value, before in itertools.pairwise((*self.numbers, None))
        )


@dataclass(frozen=True, slots=True)
class ComparedGroup:
    """Metrics, hyperparameters, signature, requirements or files of all compared versions."""

    title: str
    rows: tuple[ComparedRow, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Versions side by side."""

    versions: tuple[VersionLink, ...]
    """The columns, newest first."""
    groups: tuple[ComparedGroup, ...]
    left_out: int = 0
    """Older versions that have no column."""


def compare_versions(
    versions: Sequence[Compared],
    config: ExperimentConfig,
    *,
    left_out: int = 0,
    only_different: bool = False,
) -> Comparison:
    """Some versions side by side.

    Args:
        versions: the columns, newest first.
        config: says which values of the primary metric are better.
        left_out: older ones that get no column.
        only_different: leave out what all have in common.
    """
    groups: tuple[ComparedGroup, ...] = (
        ComparedGroup("Metrics", _metrics([metrics for _, metrics, _, _ in versions], config)),
        ComparedGroup("Hyperparameters", _rows([params for _, _, params, _ in versions])),
        ComparedGroup("Signature", _rows([_signature(files) for *_, files in versions])),
        ComparedGroup("Requirements", _rows([files.packages for *_, files in versions])),
        ComparedGroup("Files", _rows([_files(files) for *_, files in versions])),
    )
    if only_different:
        groups = tuple(
            ComparedGroup(group.title, tuple(r for r in group.rows if len({*r.values}) > 1))
            for group in groups
        )
    return Comparison(
        tuple(link for link, *_ in versions),
        tuple(group for group in groups if group.rows),
        left_out,
    )


def _metrics(
    each: Sequence[Mapping[str, float]], config: ExperimentConfig
) -> tuple[ComparedRow, ...]:
    """The primary one first."""
    first = config.primary_metric
    rows = []
    for name in sorted(
        {name for one in each for name in one}, key=lambda name: (name != first, name)
    ):
        values = tuple(one.get(name) for one in each)
        texts = tuple(EMPTY if value is None else show_number(value) for value in values)
        direction = direction_of(name, first, config.direction)
        rows.append(ComparedRow(name, texts, values, direction))
    return tuple(rows)


def _rows(each: Sequence[Mapping[str, str]]) -> tuple[ComparedRow, ...]:
    return tuple(
        ComparedRow(name, tuple(show_text(one.get(name, "")) for one in each))
        for name in sorted({name for one in each for name in one})
    )


def _signature(files: ModelFiles) -> dict[str, str]:
    """What a version takes and gives, a text each."""
    signature = None if files.model is None else files.model.signature
    if signature is None:
        return {}
    found = dict(_parts("input", signature.inputs))
    found.update(_parts("output", signature.outputs))
    found.update(_parts("param", signature.params))
    return found


def _parts(kind: str, schema: Schema | ParamSchema | None) -> Iterable[tuple[str, str]]:
    for place, spec in enumerate(schema or (), start=1):
        name = f"{kind} {place if spec.name is None else spec.name}"
        if isinstance(spec, TensorSpec):
            yield name, str(spec).rpartition(": ")[2]
        else:
            own = spec.type if hasattr(spec, "type") else spec.dtype
            default = getattr(spec, "default", None)
            yield name, type_text(own) + ("" if default is None else f", default {default!r}")


def _files(files: ModelFiles) -> dict[str, str]:
    return {
        file.path: f"{format_size(file.size_bytes)} {file.sha256[:_DIGEST_SHOWN]}"
        for file in files.files
    }
