"""The model registry: registered models, their versions, tags and aliases, folded from events.

A version's number may be claimed twice, on two machines whose archives are merged later. The claim
that is lower by (counter, writer_id, seq) keeps it; the others get the next free numbers, in that
order. There are few such events, so this is plain Python.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from runreport.entities import ModelVersion, RegisteredModel
from runreport.events import data_object

KINDS = ("registered_model", "model_version", "model_alias")
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


class Registry(NamedTuple):
    """The models of an archive."""

    models: tuple[RegisteredModel, ...]
    """By name; deleted ones are left out."""
    versions: tuple[ModelVersion, ...]
    """By name and number."""


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
    found: dict[str, _Model] = {}
    for claim in claims:
        model = found.setdefault(claim.name, _Model())
        model.saw(claim.time)
        model.claims.append(claim)
    for name, value, _, time, data, *_ in _rows(events, "registered_model"):
        model = found.setdefault(name, _Model())
        model.saw(time)
        model.is_deleted = model.is_deleted if value is None else value == "deleted"
        model.change(data_object(data))
    for name, value, _, time, data, *_ in _rows(events, "model_alias"):
        model = found.setdefault(name, _Model())
        model.saw(time)
        model.point(data_object(data), value)
    shown = [(name, model) for name, model in sorted(found.items()) if not model.is_deleted]
    versions = [version for _, model in shown for version in model.versions()]
    models = [model.registered(name) for name, model in shown]
    return Registry(tuple(models), tuple(versions))


def fold_versions(events: pa.Table) -> list[Claim]:
    """The versions of all models, sorted by name and number; the events in any order."""
    claims = [
        (name, _number(value), run_id, time, data, (counter, writer_id, seq))
        for name, value, run_id, time, data, counter, writer_id, seq in _rows(
            events, "model_version"
        )
    ]
    taken = {(name, number) for name, number, *_ in claims}
    held: set[tuple[str, int]] = set()
    versions = []
    for name, claimed, run_id, time, data, identity in claims:
        number = claimed
        if (name, number) in held:
            number = max(other for model, other in taken if model == name) + 1
        held.add((name, number))
        taken.add((name, number))
        versions.append(Claim(name, number, claimed, run_id, time, data, identity))
    return sorted(versions)


class _Model:
    """What the facts about one model have come to until now."""

    def __init__(self) -> None:
        self.claims: list[Claim] = []
        self.is_deleted = False
        self.description: str | None = None
        self.tags: dict[str, str] = {}
        self.aliases: dict[str, int] = {}
        self.created: int | None = None
        self.updated = 0

    def saw(self, time: int) -> None:
        self.created = time if self.created is None else min(self.created, time)
        self.updated = max(self.updated, time)

    def change(self, data: dict[str, Any]) -> None:
        if "description" in data:
            self.description = _text(data["description"])
        for key, value in _pairs(data.get("tags")):
            if value is None:
                self.tags.pop(key, None)
            else:
                self.tags[key] = str(value)

    def point(self, data: dict[str, Any], value: str | None) -> None:
        """Set or remove an alias; the version is named by its event, which no merge renumbers."""
        alias = str(data.get("alias", ""))
        target = data.get("version")
        numbers = {f"{c.identity[1]}-{c.identity[2]}": c.version for c in self.claims}
        number = numbers.get(str(target), _number(value))
        self.aliases.pop(alias, None)
        if value is not None and alias:
            self.aliases[alias] = number

    def versions(self) -> Iterable[ModelVersion]:
        for claim in self.claims:
            data = data_object(claim.data)
            yield ModelVersion(
                claim.name,
                claim.version,
                creation_timestamp=claim.time,
                last_updated_timestamp=claim.time,
                description=_text(data.get("description")),
                user_id=_text(data.get("user_id")),
                source=_text(data.get("source")) or "",
                run_id=claim.run_id,
                tags={key: str(value) for key, value in _pairs(data.get("tags"))},
                aliases=sorted(a for a, number in self.aliases.items() if number == claim.version),
            )

    def registered(self, name: str) -> RegisteredModel:
        versions = list(self.versions())
        return RegisteredModel(
            name,
            creation_timestamp=self.created or 0,
            last_updated_timestamp=self.updated,
            description=self.description,
            latest_versions=versions[-1:],
            tags=self.tags,
            aliases={alias: str(number) for alias, number in sorted(self.aliases.items())},
        )


def _rows(events: pa.Table, kind: str) -> list[tuple[Any, ...]]:
    """The facts of one kind, each once, from the earliest to the latest."""
    rows = events.filter(pc.equal(events.column("kind"), kind))
    facts = set(zip(*(rows.column(name).to_pylist() for name in _COLUMNS), strict=True))
    named = (fact for fact in facts if fact[0] is not None)
    return sorted(named, key=lambda fact: fact[-3:])


def _pairs(tags: object) -> list[tuple[str, object]]:
    return list(tags.items()) if isinstance(tags, dict) else []


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() else 0
