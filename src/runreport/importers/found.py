"""What an importer finds: runs, experiments and registered models, as their source tells them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from runreport.archive.content import Curve
from runreport.entities import RunStatus


class FoundFile(NamedTuple):
    """A file of a run."""

    path: str
    """Among the run's artifacts."""
    place: str
    """Where it lies on this machine, or the file that it is a part of; empty for one that was
    made of what a file says."""
    data: bytes = b""
    """The bytes of such a file."""
    span: tuple[int, int] | None = None
    """Of a part of a file, where it begins and ends."""


class FoundDataset(NamedTuple):
    """A data set that a run used."""

    name: str
    digest: str
    data: Mapping[str, object]
    """What its event holds, the context first."""


@dataclass(frozen=True, slots=True)
class FoundExperiment:
    """A group of runs, with what is told of it beside them."""

    name: str
    tags: Mapping[str, str] = field(default_factory=dict)
    created_ms: int | None = None
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class FoundRun:
    """A run; what nobody recorded is None, or a status that says so."""

    run_id: str
    experiment: str
    source: str
    """Where it was found, below the folder that was searched."""
    name: str | None = None
    status: str = RunStatus.UNKNOWN
    begun_ms: int | None = None
    ended_ms: int | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    curves: Mapping[str, Curve] = field(default_factory=dict)
    files: tuple[FoundFile, ...] = ()
    datasets: tuple[FoundDataset, ...] = ()
    is_deleted: bool = False


class FoundVersion(NamedTuple):
    """A version of a registered model."""

    number: int
    run_id: str | None
    source: str
    created_ms: int
    description: str | None
    tags: Mapping[str, str]
    user: str | None = None


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A registered model."""

    name: str
    created_ms: int
    description: str | None
    tags: Mapping[str, str]
    versions: tuple[FoundVersion, ...]
    aliases: Mapping[str, int]


Found = FoundRun | FoundExperiment | FoundModel
