"""What the files of a logged model say, read as data; no model is ever loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runreport.archive.artifacts import recorded_size
from runreport.archive.storage import Storage
from runreport.errors import Damaged, InvalidValue
from runreport.events import data_object
from runreport.models.environment import REQUIREMENTS, package_of
from runreport.models.folder import FILE_NAME, Model, parse_model
from runreport.report.redaction import STORED, Redactor
from runreport.report.redaction.stored import read_stored

MAX_BYTES = 1_000_000
_MAX_PROBLEM = 300
"""Longer files of this kind are not read."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file of a model's folder."""

    path: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The folder of one logged model."""

    model: Model | None
    """What its MLmodel file says; None where that cannot be shown."""
    requirements: tuple[str, ...]
    files: tuple[ModelFile, ...]
    problem: str = ""

    @property
    def packages(self) -> Mapping[str, str]:
        """What it requires of each distribution, by name."""
        named = {package_of(line) or line: line for line in self.requirements}
        return {name: _without_name(line, name) for name, line in named.items()}


def read_model(
    storage: Storage,
    run_id: str,
    path: str,
    artifacts: list[dict[str, Any]],
    redactor: Redactor,
) -> ModelFiles:
    """What a run's model says of itself.

    Args:
        path: its folder among the run's artifacts.
        artifacts: rows of the index about the run's files; only recorded bytes are believed.
    """
    own = {
        row[STORED].removeprefix(f"{path}/"): row
        for row in artifacts
        if row[STORED].startswith(f"{path}/")
    }
    files = tuple(
        ModelFile(redactor.path(name, "file names"), _size(row), str(row["sha256"]))
        for name, row in sorted(own.items())
    )
    text = _text(storage, run_id, own.get(FILE_NAME))
    if text is None:
        return ModelFiles(None, (), files, "Its MLmodel file is missing or not what was logged.")
    try:
        model = parse_model(redactor.text(text, "model files", has_versions=True), FILE_NAME)
    except InvalidValue as error:
        return ModelFiles(None, (), files, str(error)[:_MAX_PROBLEM])
    needs = _text(storage, run_id, own.get(REQUIREMENTS)) or ""
    lines = (
        line.strip()
        for line in redactor.text(needs, "model files", has_versions=True).splitlines()
    )
    return ModelFiles(model, tuple(line for line in lines if line and line[0] != "#"), files)


def _text(storage: Storage, run_id: str, row: dict[str, Any] | None) -> str | None:
    if row is None:
        return None
    try:
        return read_stored(storage, run_id, row, MAX_BYTES).decode()
    except (Damaged, UnicodeDecodeError):
        return None


def _size(row: dict[str, Any]) -> int:
    return recorded_size(data_object(row["data"]))


def _without_name(line: str, name: str) -> str:
    """``1.5.0`` of ``scikit-learn==1.5.0``; other forms as they are."""
    head, is_pinned, version = line.partition("==")
    return version.strip() if is_pinned and package_of(head) == name else line
