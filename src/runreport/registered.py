"""What callers get back of the model registry: registered models and their versions.

They say what was found and cannot be changed, so that many may hold the same one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runreport.entities import Entity


class _Frozen(Entity):
    """An entity that may be handed to many: what it holds is changed through a client only."""

    __slots__: tuple[str, ...] = ()
    _tags: dict[str, str]

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(
            f"{type(self).__name__}.{name} says what was found and cannot be set; change it with "
            "a RunreportClient."
        )

    def __delattr__(self, name: str) -> None:
        self.__setattr__(name, None)

    def _hold(self, **values: object) -> None:
        for key, value in values.items():
            object.__setattr__(self, key, value)

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        keys = [key.removeprefix("_") for key in self.__slots__]
        return ((key, getattr(self, key)) for key in keys)

    @property
    def tags(self) -> dict[str, str]:
        """Its tags; a copy."""
        return dict(self._tags)

    def __reduce__(self) -> tuple[Any, ...]:
        return _held, (type(self), {key: getattr(self, key) for key in self.__slots__})


def _held(kind: type[_Frozen], values: dict[str, object]) -> _Frozen:
    made = kind.__new__(kind)
    made._hold(**values)
    return made


class RegisteredModel(_Frozen):
    """A named series of model versions."""

    __slots__ = (
        "_aliases",
        "_latest_versions",
        "_tags",
        "creation_timestamp",
        "description",
        "last_updated_timestamp",
        "name",
    )
    name: str
    creation_timestamp: int
    last_updated_timestamp: int
    description: str | None
    _latest_versions: tuple[ModelVersion, ...]
    _aliases: dict[str, str]

    def __init__(
        self,
        name: str,
        creation_timestamp: int = 0,
        last_updated_timestamp: int = 0,
        description: str | None = None,
        latest_versions: list[ModelVersion] | None = None,
        tags: dict[str, str] | None = None,
        aliases: dict[str, str] | None = None,
    ) -> None:
        self._hold(
            name=name,
            creation_timestamp=creation_timestamp,
            last_updated_timestamp=last_updated_timestamp,
            description=description,
            _latest_versions=tuple(latest_versions or ()),
            _tags=dict(tags or {}),
            _aliases=dict(aliases or {}),
        )

    @property
    def latest_versions(self) -> list[ModelVersion]:
        """The version with the greatest number, if there is any."""
        return list(self._latest_versions)

    @property
    def aliases(self) -> dict[str, str]:
        """Version numbers, as text, by alias; a copy."""
        return dict(self._aliases)


class ModelVersion(_Frozen):
    """One version of a registered model."""

    __slots__ = (
        "_aliases",
        "_tags",
        "creation_timestamp",
        "current_stage",
        "description",
        "last_updated_timestamp",
        "name",
        "run_id",
        "source",
        "status",
        "user_id",
        "version",
    )
    name: str
    version: int
    creation_timestamp: int
    last_updated_timestamp: int
    description: str | None
    user_id: str | None
    source: str
    run_id: str | None
    current_stage: str
    status: str
    _aliases: tuple[str, ...]

    def __init__(
        self,
        name: str,
        version: int,
        creation_timestamp: int = 0,
        last_updated_timestamp: int = 0,
        description: str | None = None,
        user_id: str | None = None,
        source: str = "",
        run_id: str | None = None,
        tags: dict[str, str] | None = None,
        aliases: list[str] | None = None,
    ) -> None:
        self._hold(
            name=name,
            version=version,
            creation_timestamp=creation_timestamp,
            last_updated_timestamp=last_updated_timestamp,
            description=description,
            user_id=user_id,
            source=source,
            run_id=run_id,
            _tags=dict(tags or {}),
            _aliases=tuple(aliases or ()),
            current_stage="None",
            status="READY",
        )

    @property
    def aliases(self) -> list[str]:
        """The aliases that name it; a copy."""
        return list(self._aliases)
