"""The client's calls about registered models, their versions, tags and aliases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from runreport.entities import PagedList
from runreport.errors import InvalidValue, NotFound
from runreport.models.names import split_run_uri
from runreport.registered import ModelVersion, RegisteredModel
from runreport.tracking import models, registrar
from runreport.tracking.catalog_client import CatalogClient, page_of
from runreport.tracking.registrar import Registrar

STAGES = ("None", "Staging", "Production", "Archived")


class ModelClient(CatalogClient):
    """Finds and changes the registered models of one archive."""

    @property
    def _registrar(self) -> Registrar:
        return self.store.registrar()

    def create_registered_model(
        self,
        name: str,
        tags: Mapping[str, Any] | None = None,
        description: str | None = None,
        deployment_job_id: str | None = None,
    ) -> RegisteredModel:
        """Register a name without a version; `AlreadyExists` if it is registered."""
        del deployment_job_id
        return self._registrar.create_model(name, tags, description)

    def get_registered_model(self, name: str) -> RegisteredModel:
        """A registered model; `NotFound` if there is none."""
        return self._registrar.model(name)

    def update_registered_model(
        self, name: str, description: str | None = None, deployment_job_id: str | None = None
    ) -> RegisteredModel:
        """Give a registered model another description; None removes it."""
        del deployment_job_id
        return self._registrar.change_model(name, data={"description": description})

    def delete_registered_model(self, name: str) -> None:
        """Hide a registered model and its versions; nothing is erased, numbers stay taken."""
        self._registrar.delete_model(name)

    def set_registered_model_tag(self, name: str, key: str, value: Any) -> None:
        """Set a tag of a registered model."""
        self._registrar.change_model(name, {key: value})

    def delete_registered_model_tag(self, name: str, key: str) -> None:
        """Remove a tag of a registered model; `NotFound` where it has none."""
        if key not in self._registrar.model(name).tags:
            raise NotFound(f"Model {name!r} has no tag {key!r}.")
        self._registrar.change_model(name, {key: None})

    def set_registered_model_alias(self, name: str, alias: str, version: int | str) -> None:
        """Let an alias name a version, and no other any more."""
        self._registrar.set_alias(name, alias, version)

    def delete_registered_model_alias(self, name: str, alias: str) -> None:
        """Take an alias away; `NotFound` where there is none."""
        self._registrar.delete_alias(name, alias)

    def create_model_version(
        self,
        name: str,
        source: str,
        run_id: str | None = None,
        tags: Mapping[str, Any] | None = None,
        run_link: str | None = None,
        description: str | None = None,
        **_: Any,
    ) -> ModelVersion:
        """Add a version to a registered model; see `runreport.register_model`.

        Args:
            source: where its files are: ``runs:/<run id>/<path>``, or a URI elsewhere.

        Raises:
            NotFound: there is no such model or run.
            InvalidValue: a name or tag is not allowed.
        """
        del run_link
        self._registrar.model(name)
        if run_id is None and (named := split_run_uri(str(source))):
            run_id = named[0]
        return self._registrar.create_version(name, source, run_id, tags, description)

    def get_model_version(self, name: str, version: int | str) -> ModelVersion:
        """A version; `NotFound` if there is none."""
        return self._registrar.version(name, version)

    def get_model_version_by_alias(self, name: str, alias: str) -> ModelVersion:
        """The version that an alias names; `NotFound` if there is none."""
        return self._registrar.by_alias(name, alias)

    def find_model_version(self, model_uri: str) -> ModelVersion:
        """The version that a ``models:/`` URI names.

        Raises:
            NotFound, InvalidValue: there is none, or it is no such URI.
        """
        return self._registrar.resolve(model_uri)

    def check_model_version(
        self, name: str, version: int | str, folder: str | None = None
    ) -> None:
        """Whether a version's files are still those that were registered; `Damaged` if not.

        Args:
            folder: a copy of them on this machine, to be looked at instead.
        """
        self._registrar.check_files(self._registrar.version(name, version), folder)

    def get_model_version_download_uri(self, name: str, version: int | str) -> str:
        """Where a version's files are."""
        return self._registrar.version(name, version).source

    def get_latest_versions(
        self, name: str, stages: Sequence[str] | None = None
    ) -> list[ModelVersion]:
        """The latest version, in a list; stages, which MLflow gave up, are not kept."""
        del stages
        return self._registrar.model(name).latest_versions

    def update_model_version(
        self, name: str, version: int | str, description: str | None = None
    ) -> ModelVersion:
        """Give a version another description; None removes it."""
        return self._registrar.change_version(name, version, {"description": description})

    def delete_model_version(self, name: str, version: int | str) -> None:
        """Hide a version; nothing is erased, and its number stays taken."""
        self._registrar.change_version(name, version, {"deleted": True})

    def restore_registered_model(self, name: str) -> None:
        """Show a deleted model again, with its versions."""
        self._registrar.restore(name)

    def restore_model_version(self, name: str, version: int | str) -> None:
        """Show a deleted version again."""
        self._registrar.restore(name, version)

    def set_model_version_tag(self, name: str, version: int | str, key: str, value: Any) -> None:
        """Set a tag of a version."""
        changes = registrar.tag_changes({key: value})
        self._registrar.change_version(name, version, changes)

    def delete_model_version_tag(self, name: str, version: int | str, key: str) -> None:
        """Remove a tag of a version; `NotFound` where it has none."""
        if key not in self._registrar.version(name, version).tags:
            raise NotFound(f"Version {version} of model {name!r} has no tag {key!r}.")
        changes = registrar.tag_changes({key: None})
        self._registrar.change_version(name, version, changes)

    def transition_model_version_stage(
        self, name: str, version: int | str, stage: str, archive_existing_versions: bool = False
    ) -> ModelVersion:
        """Refused with the alias to set instead: MLflow gave stages up, and so they are not kept.

        Raises:
            InvalidValue: always.
        """
        del archive_existing_versions
        alias = stage.lower() if stage in STAGES[1:3] else "production"
        raise InvalidValue(
            f"Stage {stage!r} is not kept; MLflow replaced stages by aliases. Set one: "
            f"set_registered_model_alias({name!r}, {alias!r}, {version!r})."
        )

    def search_registered_models(
        self,
        filter_string: str | None = None,
        max_results: int = 100,
        order_by: Sequence[str] | None = None,
        page_token: str | None = None,
        *,
        mlflow_strict: bool = False,
    ) -> PagedList[RegisteredModel]:
        """A page of the registered models that match, by name."""
        with self.at():
            found = models.search_registered_models(
                None, filter_string, order_by, mlflow_strict=mlflow_strict
            )
        question = ("models", filter_string or "", order_by or [])
        return page_of(found, max_results, page_token, question)

    def search_model_versions(
        self,
        filter_string: str | None = None,
        max_results: int = 10_000,
        order_by: Sequence[str] | None = None,
        page_token: str | None = None,
        *,
        mlflow_strict: bool = False,
    ) -> PagedList[ModelVersion]:
        """A page of the model versions that match, last updated first."""
        with self.at():
            found = models.search_model_versions(
                None, filter_string, order_by, mlflow_strict=mlflow_strict
            )
        question = ("versions", filter_string or "", order_by or [])
        return page_of(found, max_results, page_token, question)
