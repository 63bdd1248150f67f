"""What callers get back: experiments, runs and their parts, named as in MLflow.

Values only; nothing here reads or writes. Times are milliseconds since the epoch, UTC. Plain
classes, because importing `dataclasses` and generating ten of them takes a third of the time that
importing runreport may take (docs/performance.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Generic, TypeVar

from runreport.errors import InvalidValue


class ViewType:
    """Which lifecycle stages a search looks at."""

    ACTIVE_ONLY = 1
    DELETED_ONLY = 2
    ALL = 3
    _NAMES = ("active_only", "deleted_only", "all")

    @classmethod
    def from_string(cls, view_str: str) -> int:
        """The view of a name, e.g. ``active_only``.

        Raises:
            InvalidValue: there is none.
        """
        if view_str not in cls._NAMES:
            raise InvalidValue(f"View {view_str!r} is none; they are {', '.join(cls._NAMES)}.")
        return cls._NAMES.index(view_str) + 1

    @classmethod
    def to_string(cls, view_type: int) -> str:
        """The name of a view.

        Raises:
            InvalidValue: there is none of this number.
        """
        if view_type not in (cls.ACTIVE_ONLY, cls.DELETED_ONLY, cls.ALL):
            raise InvalidValue(f"View {view_type!r} is none; they are 1, 2 and 3.")
        return cls._NAMES[view_type - 1]


class RunStatus:
    """The statuses a run can have."""

    RUNNING = "RUNNING"
    SCHEDULED = "SCHEDULED"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    KILLED = "KILLED"
    ALL = (RUNNING, SCHEDULED, FINISHED, FAILED, KILLED)
    TERMINATED = (FINISHED, FAILED, KILLED)
    UNKNOWN = "UNKNOWN"
    """Of an imported run, where its source does not say how it ended; nobody can set it."""

    @staticmethod
    def from_string(status_str: str) -> str:
        """The status of a name, which is the name itself.

        Raises:
            InvalidValue: there is none.
        """
        if status_str not in RunStatus.ALL:
            raise InvalidValue(
                f"Status {status_str!r} is none; they are {', '.join(RunStatus.ALL)}."
            )
        return status_str

    to_string = from_string

    @staticmethod
    def all_status() -> list[str]:
        """Every status that a run may be given."""
        return list(RunStatus.ALL)

    @staticmethod
    def is_terminated(status: str) -> bool:
        """Whether a run of this status is over."""
        return status in RunStatus.TERMINATED


ENDED_WELL = (RunStatus.FINISHED, RunStatus.UNKNOWN)
"""How runs end whose last values are results: nobody recorded that they did not."""


class Entity:
    """Named values that are equal when all of them are."""

    __slots__: tuple[str, ...] = ()
    __hash__ = None  # type: ignore[assignment] # they hold dictionaries

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in self)
        return f"{type(self).__name__}({values})"

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Pairs of name and value, as MLflow's entities give them to ``dict``."""
        return ((name, getattr(self, name)) for name in self.__slots__)

    def to_dictionary(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {name: _plain(value) for name, value in self}


def _plain(value: Any) -> Any:
    if isinstance(value, Entity):
        return value.to_dictionary()
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return dict(value) if isinstance(value, dict) else value


class Experiment(Entity):
    """A named group of runs."""

    __slots__ = (
        "artifact_location",
        "creation_time",
        "experiment_id",
        "last_update_time",
        "lifecycle_stage",
        "name",
        "tags",
    )

    def __init__(
        self,
        experiment_id: str,
        name: str,
        artifact_location: str = "",
        lifecycle_stage: str = "active",
        tags: dict[str, str] | None = None,
        creation_time: int | None = None,
        last_update_time: int | None = None,
    ) -> None:
        self.experiment_id = experiment_id
        self.name = name
        self.artifact_location = artifact_location
        self.lifecycle_stage = lifecycle_stage
        self.tags = tags or {}
        self.creation_time = creation_time
        self.last_update_time = last_update_time


class Metric(Entity):
    """One value of one metric."""

    __slots__ = ("key", "step", "timestamp", "value")

    def __init__(self, key: str, value: float, timestamp: int, step: int) -> None:
        self.key = key
        self.value = value
        self.timestamp = timestamp
        self.step = step


class Param(Entity):
    """One param of a run, for `RunreportClient.log_batch`."""

    __slots__ = ("key", "value")

    def __init__(self, key: str, value: str) -> None:
        self.key = key
        self.value = value


class RunTag(Entity):
    """One tag of a run, for `RunreportClient.log_batch`."""

    __slots__ = ("key", "value")

    def __init__(self, key: str, value: str) -> None:
        self.key = key
        self.value = value


class RunInfo(Entity):
    """What every run has."""

    __slots__ = (
        "artifact_uri",
        "end_time",
        "experiment_id",
        "lifecycle_stage",
        "run_id",
        "run_name",
        "start_time",
        "status",
        "user_id",
    )

    def __init__(
        self,
        run_id: str,
        experiment_id: str,
        run_name: str,
        status: str = RunStatus.RUNNING,
        start_time: int | None = None,
        end_time: int | None = None,
        lifecycle_stage: str = "active",
        artifact_uri: str = "",
        user_id: str = "",
    ) -> None:
        self.run_id = run_id
        self.experiment_id = experiment_id
        self.run_name = run_name
        self.status = status
        self.start_time = start_time
        self.end_time = end_time
        self.lifecycle_stage = lifecycle_stage
        self.artifact_uri = artifact_uri
        self.user_id = user_id

    @property
    def run_uuid(self) -> str:
        """MLflow's older name for ``run_id``."""
        return self.run_id


class RunData(Entity):
    """What was logged to a run: last metric values, params, tags."""

    __slots__ = ("metrics", "params", "tags")

    def __init__(
        self,
        metrics: dict[str, float] | None = None,
        params: dict[str, str] | None = None,
        tags: dict[str, str] | None = None,
    ) -> None:
        self.metrics = metrics or {}
        self.params = params or {}
        self.tags = tags or {}


class Dataset(Entity):
    """A data set a run used."""

    __slots__ = ("digest", "name", "profile", "schema", "source", "source_type")

    def __init__(
        self,
        name: str,
        digest: str,
        source_type: str = "",
        source: str = "",
        schema: str | None = None,
        profile: str | None = None,
    ) -> None:
        self.name = name
        self.digest = digest
        self.source_type = source_type
        self.source = source
        self.schema = schema
        self.profile = profile


class DatasetInput(Entity):
    """A data set in the role it had for a run, such as ``training``."""

    __slots__ = ("dataset", "tags")

    def __init__(self, dataset: Dataset, tags: dict[str, str] | None = None) -> None:
        self.dataset = dataset
        self.tags = tags or {}


class RunInputs(Entity):
    """What a run read."""

    __slots__ = ("dataset_inputs",)

    def __init__(self, dataset_inputs: tuple[DatasetInput, ...] = ()) -> None:
        self.dataset_inputs = dataset_inputs


class Run(Entity):
    """One execution of model code, as the archive knew it when this was read."""

    __slots__ = ("data", "info", "inputs")

    def __init__(
        self, info: RunInfo, data: RunData | None = None, inputs: RunInputs | None = None
    ) -> None:
        self.info = info
        self.data = data or RunData()
        self.inputs = inputs or RunInputs()

    def _repr_html_(self) -> str:
        """As a notebook shows it."""
        from runreport.cards import run_html

        return run_html(self)


class RunList(list[Run]):
    """Runs that were found."""

    def _repr_html_(self) -> str:
        """As a notebook shows them."""
        from runreport.cards import runs_html

        return runs_html(self)


class FileInfo(Entity):
    """A file or folder among a run's artifacts."""

    __slots__ = ("file_size", "is_dir", "path")

    def __init__(self, path: str, is_dir: bool, file_size: int | None) -> None:
        self.path = path
        self.is_dir = is_dir
        self.file_size = file_size


_Item = TypeVar("_Item")


class PagedList(list[_Item], Generic[_Item]):
    """A page of a longer answer."""

    def __init__(self, items: Iterable[_Item], token: str | None) -> None:
        super().__init__(items)
        self.token = token
        """What to ask the next page with; None when this is the last."""

    def to_list(self) -> list[_Item]:
        """The page as a plain list."""
        return list(self)

    def _repr_html_(self) -> str | None:
        """As a notebook shows it, where it is a page of runs."""
        runs = [item for item in self if isinstance(item, Run)]
        return RunList(runs)._repr_html_() if runs and len(runs) == len(self) else None
