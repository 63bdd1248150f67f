"""Writes the model registry of one archive: names, versions, aliases, tags, descriptions.

A version's number is claimed by making a file that must not exist yet, so that processes never get
the same one; where that is not possible, on an object store, the fold settles it.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from runreport.archive.artifacts import digest_artifact, list_run_artifacts
from runreport.archive.layout import CLAIMS
from runreport.archive.storage import LocalStorage
from runreport.archive.writer import Writer
from runreport.errors import AlreadyExists, Damaged, InvalidValue, NotFound, WriteFailed
from runreport.events import data_object
from runreport.models.names import (
    check_alias,
    check_model_name,
    check_version,
    parse_model_uri,
    split_run_uri,
)
from runreport.registered import ModelVersion, RegisteredModel
from runreport.tracking import validation

if TYPE_CHECKING:
    from runreport.query.registry import Registry
    from runreport.tracking.store import Store

Tags = Mapping[str, Any]
_registering = threading.Lock()


class Registrar:
    """Reads and writes the registered models of one archive."""

    def __init__(self, store: Store) -> None:
        self.store = store

    # -- finding -----------------------------------------------------------------------------

    def model(self, name: str) -> RegisteredModel:
        """A registered model.

        Raises:
            NotFound: there is none of this name.
        """
        return _model(self.store.registry(), name)

    def version(self, name: str, version: object) -> ModelVersion:
        """A version of a registered model.

        Raises:
            NotFound: there is no such model or version.
            InvalidValue: the version is no number.
        """
        return _version(self.store.registry(), name, version)

    def by_alias(self, name: str, alias: str) -> ModelVersion:
        """The version that an alias names.

        Raises:
            NotFound: there is no such model or alias.
        """
        return _by_alias(self.store.registry(), name, alias)

    def latest(self, name: str) -> ModelVersion:
        """The version with the greatest number.

        Raises:
            NotFound: there is no such model, or it has no version.
        """
        latest = self.model(name).latest_versions
        if not latest:
            raise NotFound(f"Model {name!r} has no version yet; register_model adds one.")
        return latest[-1]

    def resolve(self, uri: str) -> ModelVersion:
        """The version that a ``models:/`` URI names.

        Raises:
            NotFound, InvalidValue: there is none, or it is no such URI.
        """
        named = parse_model_uri(uri)
        if named.alias is not None:
            return self.by_alias(named.name, named.alias)
        if named.version is not None:
            return self.version(named.name, named.version)
        return self.latest(named.name)

    def files_digest(self, source: str) -> str | None:
        """What tells the files of a logged model from all others; None for those elsewhere."""
        named = split_run_uri(source)
        if named is None:
            return None
        run_id, path = named
        storage = self.store.storage
        names = sorted(name for name, _, _ in list_run_artifacts(storage, run_id))
        return _digest_of(
            (name.removeprefix(f"{path}/"), digest_artifact(storage, run_id, name))
            for name in names
            if name.startswith(f"{path}/")
        )

    def check_files(self, version: ModelVersion, folder: str | None = None) -> None:
        """Whether a version's files are still those that were registered.

        Args:
            folder: a copy of them on this machine, to be looked at instead.

        Raises:
            Damaged: they are not.
        """
        claim = self.store.registry().claim_of(version.name, version.version)
        known = data_object(claim.data).get("files") if claim is not None else None
        if known is None:
            return
        own = self.files_digest(version.source) if folder is None else digest_folder(folder)
        if known != own:
            raise Damaged(
                f"The files of {version.name}/{version.version} ({version.source}) are not those "
                "that were registered: they were changed, or logged over. "
                "`runreport archive verify` names what is damaged; register what is there now as "
                "a new version if it is meant."
            )

    # -- changing ----------------------------------------------------------------------------

    def create_model(
        self, name: str, tags: Tags | None = None, description: str | None = None
    ) -> RegisteredModel:
        """Register a name without a version.

        Raises:
            AlreadyExists: it is registered.
            InvalidValue: the name or a tag is not allowed.
        """
        check_model_name(name)
        data = _changes(tags, description)
        registry = self.store.registry()
        if any(model.name == name for model in registry.models):
            raise AlreadyExists(f"Model {name!r} is registered already; choose another name.")
        with self._writer(registry.counter) as writer:
            writer.log_event("registered_model", name, "active", data)
        return self.model(name)

    def change_model(
        self, name: str, tags: Tags | None = None, data: Mapping[str, Any] | None = None
    ) -> RegisteredModel:
        """Change a model's tags (None removes one) or, in ``data``, its description."""
        registry = self.store.registry()
        _model(registry, name)
        _changes(None, (data or {}).get("description"))
        with self._writer(registry.counter) as writer:
            changes = {**_changes(tags, None), **(data or {})}
            writer.log_event("registered_model", name, None, changes)
        return self.model(name)

    def delete_model(self, name: str) -> None:
        """Hide a model and its versions; the numbers stay taken."""
        registry = self.store.registry()
        _model(registry, name)
        with self._writer(registry.counter) as writer:
            writer.log_event("registered_model", name, "deleted")

    def restore(self, name: str, version: object = None) -> None:
        """Show a deleted model again with what it had, or one deleted version of a model.

        Raises:
            NotFound: nothing of the name was deleted.
        """
        registry = self.store.registry()
        if version is None:
            if not any(claim.name == name for claim in registry.claims):
                raise NotFound(f"There was no model {name!r} with versions to restore.")
            with self._writer(registry.counter) as writer:
                writer.log_event("registered_model", name, "restored")
            return
        claim = registry.claim_of(name, check_version(version))
        if claim is None:
            raise NotFound(f"Model {name!r} never had a version {version}.")
        _model(registry, name)
        with self._writer(registry.counter) as writer:
            changes = {"version": claim.key, "deleted": False}
            writer.log_event("model_version", name, None, changes)

    def create_version(
        self,
        name: str,
        source: str,
        run_id: str | None = None,
        tags: Tags | None = None,
        description: str | None = None,
    ) -> ModelVersion:
        """Add a version to a model, which is registered if it is not.

        Args:
            source: where its files are, ``runs:/<run id>/<path>``.

        Raises:
            InvalidValue: the name or a tag is not allowed.
            NotFound, InvalidState: no such run, or it takes no more facts.
        """
        check_model_name(name)
        if not isinstance(source, str) or not source:
            raise InvalidValue(f"source is {source!r}; it must say where the model's files are.")
        changes = _changes(tags, description)
        with _registering:  # on an object store nothing else keeps threads from one number
            return self._create_version(name, source, run_id, changes)

    def _create_version(
        self, name: str, source: str, run_id: str | None, changes: Mapping[str, Any]
    ) -> ModelVersion:
        experiment_id, counter = "", 0
        if run_id is not None:
            run, counter = self.store.writable_run(run_id)
            experiment_id = run.info.experiment_id
        registry = self.store.registry()
        data: dict[str, Any] = {"source": source, **changes}
        files = self.files_digest(source)
        if files is not None:
            data["files"] = files
        is_new = all(model.name != name for model in registry.models)
        number = self._claim(name, registry)
        with self._writer(max(counter, registry.counter), experiment_id, run_id) as writer:
            event: tuple[str, Any] = ("model_version", (name, str(number), data, None))
            first: tuple[str, Any] = ("registered_model", (name, "active", {}, None))
            writer.log_lines((first, event) if is_new else (event,))
            key = f"{writer.writer_id}-{int(is_new)}"
        after = self.store.registry()  # which says what number it has, where there are no claims
        settled = next(claim for claim in after.claims if claim.key == key).version
        return _version(after, name, settled)

    def keep_numbers(self, run_ids: Iterable[str]) -> None:
        """Before runs are purged: keep which numbers their versions had, so that none is given
        again."""
        gone = {*run_ids}
        registry = self.store.registry()
        for name in sorted({claim.name for claim in registry.claims if claim.run_id in gone}):
            with self._writer(registry.counter) as writer:
                kept = {"last_version": registry.last_numbers[name]}
                writer.log_event("registered_model", name, None, kept)

    def change_version(self, name: str, version: object, data: Mapping[str, Any]) -> ModelVersion:
        """Change what is known of a version: ``tags``, ``description``, ``deleted``."""
        registry = self.store.registry()
        found = _version(registry, name, version)
        _changes(None, data.get("description"))
        with self._about(registry, found) as (writer, key):
            writer.log_event("model_version", name, None, {"version": key, **data})
        return found if data.get("deleted") else self.version(name, version)

    def set_alias(self, name: str, alias: str, version: object) -> None:
        """Let an alias name a version, and no other any more."""
        check_alias(alias)
        registry = self.store.registry()
        found = _version(registry, name, version)
        with self._about(registry, found) as (writer, key):
            data = {"alias": alias, "version": key}
            writer.log_event("model_alias", name, str(found.version), data)

    def delete_alias(self, name: str, alias: str) -> None:
        """Take an alias away; `NotFound` where there is none."""
        registry = self.store.registry()
        with self._about(registry, _by_alias(registry, name, alias)) as (writer, _):
            writer.log_event("model_alias", name, None, {"alias": alias})

    # -- how ---------------------------------------------------------------------------------

    def _claim(self, name: str, registry: Registry) -> int:
        """A number that no other process gets; the next one above all that were ever given."""
        number = registry.last_numbers.get(name, 0) + 1
        storage = self.store.storage
        if not isinstance(storage, LocalStorage):
            return number
        folder = f"{CLAIMS}/{hashlib.sha256(name.encode()).hexdigest()[:32]}"
        try:
            storage.make_folder(folder)
            while not storage.claim(f"{folder}/{number}"):
                number += 1
        except OSError as error:
            raise WriteFailed(
                f"Could not claim version {number} of {name!r} in {storage.root}: "
                f"{error.strerror or error}."
            ) from error
        return number

    @contextmanager
    def _writer(
        self, counter: int, experiment_id: str = "", run_id: str | None = None
    ) -> Iterator[Writer]:
        writer = self.store.new_writer(experiment_id, run_id, counter=counter)
        try:
            yield writer
        finally:
            self.store.seal(writer, is_final=False)

    @contextmanager
    def _about(self, registry: Registry, version: ModelVersion) -> Iterator[tuple[Writer, str]]:
        """A writer, and what its events name the version by."""
        claim = registry.claim_of(version.name, version.version)
        assert claim is not None
        with self._writer(registry.counter) as writer:
            yield writer, claim.key


def _model(registry: Registry, name: str) -> RegisteredModel:
    found = next((model for model in registry.models if model.name == name), None)
    if found is None:
        names = ", ".join(model.name for model in registry.models) or "none"
        raise NotFound(f"There is no registered model {name!r}. Registered: {names}.")
    return found


def _version(registry: Registry, name: str, version: object) -> ModelVersion:
    number = check_version(version)
    _model(registry, name)
    versions = [one for one in registry.versions if one.name == name]
    found = next((one for one in versions if one.version == number), None)
    if found is None:
        has = ", ".join(str(one.version) for one in versions) or "none"
        raise NotFound(f"Model {name!r} has no version {number}. It has: {has}.")
    return found


def _by_alias(registry: Registry, name: str, alias: str) -> ModelVersion:
    model = _model(registry, name)
    if alias not in model.aliases:
        has = ", ".join(model.aliases) or "none"
        raise NotFound(f"Model {name!r} has no alias {alias!r}. It has: {has}.")
    return _version(registry, name, model.aliases[alias])


def digest_folder(folder: str) -> str:
    """What `Registrar.files_digest` says of the same files in a folder of this machine."""
    found = []
    for parent, _, names in os.walk(folder):
        for name in names:
            place = os.path.join(parent, name)
            with open(place, "rb") as file:
                own = hashlib.file_digest(file, "sha256").hexdigest()
            found.append((os.path.relpath(place, folder).replace(os.sep, "/"), own))
    return _digest_of(sorted(found))


def _digest_of(files: Iterable[tuple[str, str]]) -> str:
    digest = hashlib.sha256()
    for name, own in files:
        digest.update(f"{name}\0{own}\n".encode())
    return digest.hexdigest()


def _changes(tags: Tags | None, description: str | None) -> dict[str, Any]:
    """What an event says of tags and description.

    Raises:
        InvalidValue: a tag is not allowed.
    """
    if description is not None and not isinstance(description, str):
        raise InvalidValue(f"The description is {description!r}; it must be text.")
    data: dict[str, Any] = {}
    if description is not None:
        data["description"] = validation.encodable("The description", description)
    if tags:
        data["tags"] = {
            validation.check_key("Tag", key): (
                None if value is None else validation.tag_text(key, value)
            )
            for key, value in tags.items()
        }
    return data


def tag_changes(tags: Tags) -> dict[str, Any]:
    """What an event says that changes tags; None removes one."""
    return _changes(tags, None)
