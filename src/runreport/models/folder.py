"""The model folder: an ``MLmodel`` file that says how to load what lies beside it.

The format is MLflow's, so that either tool loads what the other wrote. MLmodel files are read as
data; nothing in a folder is run before somebody loads the model.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from runreport.errors import InvalidValue, NotFound
from runreport.models.signature import ModelSignature
from runreport.models.yaml_text import read_yaml

FILE_NAME = "MLmodel"
PYFUNC = "python_function"
_KNOWN = (
    "artifact_path", "run_id", "model_uuid", "utc_time_created", "flavors", "signature",
    "saved_input_example_info", "metadata", "model_size_bytes",
)  # fmt: skip


@dataclass
class Model:
    """What an MLmodel file says."""

    artifact_path: str | None = None
    """Where the folder is among the artifacts of its run."""
    run_id: str | None = None
    flavors: dict[str, dict[str, Any]] = field(default_factory=dict)
    """How each library that can load it does so, by flavour."""
    signature: ModelSignature | None = None
    saved_input_example_info: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None
    """The caller's own notes."""
    model_size_bytes: int | None = None
    model_uuid: str = field(default_factory=lambda: uuid4().hex)
    utc_time_created: str = field(
        default_factory=lambda: datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    )
    others: dict[str, Any] = field(default_factory=dict)
    """Keys of a file that another tool wrote, kept as they are."""

    def add_flavor(self, name: str, **settings: Any) -> Model:
        """Say how one more library loads it."""
        self.flavors[name] = settings
        return self

    def flavor(self, name: str, place: str = "the model") -> dict[str, Any]:
        """The settings of one flavour.

        Raises:
            NotFound: the model has not got it.
        """
        if name not in self.flavors:
            raise NotFound(
                f"{place} has no flavor {name!r}; it was saved as {', '.join(self.flavors)}. "
                "pyfunc.load_model loads a model of any flavor."
            )
        return self.flavors[name]

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values, keys sorted."""
        content = {
            **self.others,
            **{name: getattr(self, name) for name in _KNOWN if name != "signature"},
        }
        if self.signature is not None:
            content["signature"] = self.signature.to_dict()
        if self.metadata is None:
            content.pop("metadata")
        return dict(sorted(content.items()))

    @staticmethod
    def from_dict(content: Mapping[str, Any]) -> Model:
        """What a parsed MLmodel file says.

        Raises:
            InvalidValue: a signature in it is none.
        """
        known = {name: content[name] for name in _KNOWN if content.get(name) is not None}
        signature = known.get("signature")
        if signature is not None:
            known["signature"] = ModelSignature.from_dict(signature)
        others = {name: value for name, value in content.items() if name not in _KNOWN}
        return Model(**known, others=others)

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write the MLmodel file of a folder."""
        import yaml

        with open(os.path.join(folder, FILE_NAME), "w", encoding="utf-8") as file:
            yaml.dump(self.to_dict(), file, Dumper=_dumper(), sort_keys=True, allow_unicode=True)

    @staticmethod
    def load(folder: str | os.PathLike[str]) -> Model:
        """Read the MLmodel file of a folder, or the file itself.

        Raises:
            NotFound: there is none.
            InvalidValue: it cannot be understood.
        """
        place = os.fspath(folder)
        if os.path.isdir(place):
            place = os.path.join(place, FILE_NAME)
        if not os.path.isfile(place):
            raise NotFound(f"There is no model at {folder}: it has no file {FILE_NAME}.")
        try:
            with open(place, encoding="utf-8") as file:
                text = file.read()
        except UnicodeDecodeError as error:
            raise InvalidValue(f"{place} is no MLmodel file: {error}") from error
        return parse_model(text, place)

    def info(self, model_uri: str, version: int | None = None) -> ModelInfo:
        """What `log_model` tells of a logged model."""
        return ModelInfo(
            artifact_path=self.artifact_path,
            flavors=self.flavors,
            model_uri=model_uri,
            model_uuid=self.model_uuid,
            run_id=self.run_id,
            saved_input_example_info=self.saved_input_example_info,
            signature=self.signature,
            utc_time_created=self.utc_time_created,
            metadata=self.metadata,
            registered_model_version=version,
        )


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A logged model."""

    artifact_path: str | None
    flavors: dict[str, dict[str, Any]]
    model_uri: str
    """``runs:/<run id>/<path>``, what `load_model` takes."""
    model_uuid: str
    run_id: str | None
    saved_input_example_info: dict[str, Any] | None
    signature: ModelSignature | None
    utc_time_created: str
    metadata: dict[str, Any] | None
    registered_model_version: int | None
    """The number it got, if it was registered."""

    @property
    def name(self) -> str | None:
        """MLflow 3's word for the artifact path."""
        return self.artifact_path


def parse_model(text: str, place: str) -> Model:
    """What the text of an MLmodel file says.

    Raises:
        InvalidValue: it cannot be understood.
    """
    try:
        content = read_yaml(text)
        if not isinstance(content, dict) or not isinstance(content.get("flavors"), dict):
            raise InvalidValue("it names no flavors")
        for name, settings in content["flavors"].items():
            if not isinstance(settings, dict):
                raise InvalidValue(f"flavor {name!r} has no settings")
        return Model.from_dict(content)
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidValue(f"{place} is no MLmodel file: {error}") from error


def _dumper() -> Any:
    """libyaml's writer where PyYAML has it: ten times as fast."""
    import yaml

    return getattr(yaml, "CSafeDumper", yaml.SafeDumper)
