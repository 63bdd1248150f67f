"""The model registry: registered models, their versions, tags and aliases, folded from events.

A version's number may be claimed twice, on two machines whose archives are merged later. Claims
are looked at from the earliest to the latest, by (counter, writer_id, seq), and one whose number
is held already gets the next above all that are held. So a number never changes with what is
registered later, only when a merge brings an earlier claim. There are few such events: this is
plain Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from runreport.events import data_object
from runreport.registered import ModelVersion, RegisteredModel

KINDS = ("registered_model", "model_version", "model_alias")
_FIRST = (-1, "", -1)
"""Before every event."""
_COLUMNS = ("key", "value", "run_id", "time", "data", "counter", "writer_id", "seq")


class Claim(NamedTuple):
    """One version of a registered model, as it was registered and as it is numbered."""

    name: str
    version: int
    claimed: int
    """The number it was registered as; another one after a conflict."""
    run_id: str | None
    time: int
    data: str | None
    """JSON text of what was recorded of it."""
    identity: tuple[int, str, int]
    """(counter, writer_id, seq) of its event."""

    @property
    def key(self) -> str:
        """What other events name it by: ``<writer_id>-<seq>``, which no merge changes."""
        return f"{self.identity[1]}-{self.identity[2]}"


class Registry(NamedTuple):
    """The models of an archive."""

    models: tuple[RegisteredModel, ...]
    """By name; deleted ones are left out."""
    versions: tuple[ModelVersion, ...]
    """By name and number."""
    claims: tuple[Claim, ...] = ()
    """All that were ever registered, deleted ones too: their numbers stay taken."""
    counter: int = 0
    """The greatest of its events; the next must be later."""
    last_numbers: Mapping[str, int] = {}
    """The greatest number that each model has ever given, of purged versions, too."""

    def claim_of(self, name: str, version: int) -> Claim | None:
        """What was registered under a number; None if nothing was."""
        return next((c for c in self.claims if (c.name, c.version) == (name, version)), None)


def registry_events(events: pa.Table) -> pa.Table:
    """Those of some events that are about models, with their text as such."""
    rows = events.filter(pc.is_in(events.column("kind"), value_set=pa.array(KINDS)))
    texts = ("kind", "key", "value", "run_id", "data", "writer_id")
    columns = {name: rows.column(name).cast(pa.string()) for name in texts}
    columns.update({name: rows.column(name) for name in ("time", "counter", "seq")})
    return pa.table(columns)


def fold_registry(events: pa.Table) -> Registry:
    """The models that events in any order come to; a later fact goes before an earlier one."""
    claims = fold_versions(events)
    rows = {kind: _rows(events, kind) for kind in KINDS}
    ends: dict[str, tuple[int, str, int]] = {}
    for row in rows["registered_model"]:
        if row.value == "deleted":
            ends[row.key] = row.identity
        elif row.value == "restored":
            ends.pop(row.key, None)
    found: dict[str, _Model] = {}
    last: dict[str, int] = {}

    def model_of(name: str, identity: tuple[int, str, int]) -> _Model | None:
        """The model that a fact is about; None where it was deleted later."""
        return found.setdefault(name, _Model()) if identity > ends.get(name, _FIRST) else None

    for claim in claims:
        last[claim.name] = max(last.get(claim.name, 0), claim.version)
        model = model_of(claim.name, claim.identity)
        if model is not None:
            model.claim(claim)
    for row in rows["registered_model"]:
        kept = data_object(row.data).get("last_version")
        if isinstance(kept, int):
            last[row.key] = max(last.get(row.key, 0), kept)
        model = model_of(row.key, row.identity)
        if model is not None:
            model.change(row)
    for row in rows["model_version"]:
        model = model_of(row.key, row.identity) if row.value is None else None
        if model is not None:
            model.change_version(row)
    for row in rows["model_alias"]:
        model = model_of(row.key, row.identity)
        if model is not None:
            model.point(row)
    shown = sorted(found.items())
    versions = [version for _, model in shown for version in model.versions()]
    models = [model.registered(name) for name, model in shown]
    counter = pc.max(events.column("counter")).as_py() or 0
    return Registry(tuple(models), tuple(versions), tuple(claims), counter, last)


def fold_versions(events: pa.Table) -> list[Claim]:
    """The versions of all models, sorted by name and number; the events in any order."""
    held: dict[str, set[int]] = {}
    versions = []
    for row in _rows(events, "model_version"):
        if row.value is None:
            continue
        claimed = _number(row.value)
        own = held.setdefault(row.key, set())
        number = max(own) + 1 if claimed in own else claimed
        own.add(number)
        versions.append(
            Claim(row.key, number, claimed, row.run_id, row.time, row.data, row.identity)
        )
    return sorted(versions)


class _Row(NamedTuple):
    """An event about a model."""

    key: str
    value: str | None
    run_id: str | None
    time: int
    data: str | None
    counter: int
    writer_id: str
    seq: int

    @property
    def identity(self) -> tuple[int, str, int]:
        return self.counter, self.writer_id, self.seq


class _Version:
    """What the facts about one version have come to until now."""

    def __init__(self, claim: Claim) -> None:
        data = data_object(claim.data)
        self.claim = claim
        self.updated = claim.time
        self.is_deleted = False
        self.description = _text(data.get("description"))
        self.source = _text(data.get("source")) or ""
        self.user_id = _text(data.get("user_id"))
        self.tags: dict[str, str] = {}
        _merge_tags(self.tags, data)

    def change(self, data: dict[str, Any], time: int) -> None:
        self.updated = max(self.updated, time)
        self.is_deleted = bool(data.get("deleted", self.is_deleted))
        if "description" in data:
            self.description = _text(data["description"])
        _merge_tags(self.tags, data)

    def entity(self, aliases: Iterable[str]) -> ModelVersion:
        return ModelVersion(
            self.claim.name,
            self.claim.version,
            creation_timestamp=self.claim.time,
            last_updated_timestamp=self.updated,
            description=self.description,
            user_id=self.user_id,
            source=self.source,
            run_id=self.claim.run_id,
            tags=self.tags,
            aliases=sorted(aliases),
        )


class _Model:
    """What the facts about one model have come to until now."""

    def __init__(self) -> None:
        self.held: dict[str, _Version] = {}
        """Versions by the keys of their claims, in the order of their numbers."""
        self.description: str | None = None
        self.tags: dict[str, str] = {}
        self.aliases: dict[str, str] = {}
        """Keys of claims, by alias; the number as text where another tool named no claim."""
        self.created: int | None = None
        self.updated = 0

    def saw(self, time: int) -> None:
        self.created = time if self.created is None else min(self.created, time)
        self.updated = max(self.updated, time)

    def claim(self, claim: Claim) -> None:
        self.saw(claim.time)
        self.held[claim.key] = _Version(claim)

    def change(self, row: _Row) -> None:
        self.saw(row.time)
        data = data_object(row.data)
        if "description" in data:
            self.description = _text(data["description"])
        _merge_tags(self.tags, data)

    def change_version(self, row: _Row) -> None:
        self.saw(row.time)
        data = data_object(row.data)
        version = self.held.get(str(data.get("version")))
        if version is not None:
            version.change(data, row.time)

    def point(self, row: _Row) -> None:
        """Set or remove an alias; the version is named by its event, which no merge renumbers."""
        self.saw(row.time)
        data = data_object(row.data)
        alias = str(data.get("alias", ""))
        self.aliases.pop(alias, None)
        if row.value is not None and alias:
            self.aliases[alias] = str(data.get("version") or row.value)

    def shown(self) -> list[_Version]:
        return [version for version in self.held.values() if not version.is_deleted]

    def numbers(self) -> dict[str, int]:
        """Versions by alias; an alias of a deleted version is gone with it."""
        shown = {key: one.claim.version for key, one in self.held.items() if not one.is_deleted}
        named = {a: shown.get(t, _number(t)) for a, t in sorted(self.aliases.items())}
        return {alias: number for alias, number in named.items() if number in shown.values()}

    def versions(self) -> Iterable[ModelVersion]:
        numbers = self.numbers().items()
        for one in self.shown():
            yield one.entity(alias for alias, number in numbers if number == one.claim.version)

    def registered(self, name: str) -> RegisteredModel:
        versions = list(self.versions())
        return RegisteredModel(
            name,
            creation_timestamp=self.created or 0,
            last_updated_timestamp=self.updated,
            description=self.description,
            latest_versions=versions[-1:],
            tags=self.tags,
            aliases={alias: str(number) for alias, number in self.numbers().items()},
        )


def _rows(events: pa.Table, kind: str) -> list[_Row]:
    """The facts of one kind, each once, from the earliest to the latest."""
    rows = events.filter(pc.equal(events.column("kind"), kind))
    facts = set(zip(*(rows.column(name).to_pylist() for name in _COLUMNS), strict=True))
    return sorted((_Row(*f) for f in facts if f[0] is not None), key=lambda row: row.identity)


def _merge_tags(tags: dict[str, str], data: dict[str, Any]) -> None:
    """Take over what an event says of tags; null removes one."""
    for key, value in _pairs(data.get("tags")):
        if value is None:
            tags.pop(key, None)
        else:
            tags[key] = str(value)


def _pairs(tags: object) -> list[tuple[str, object]]:
    return list(tags.items()) if isinstance(tags, dict) else []


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() else 0
