"""What a filter may ask of what: the entities, their attributes and the operators each takes.

Names, aliases and the operators in the first column of each table are MLflow's; the rest are
extensions, which ``mlflow_strict`` refuses (``docs/filters.md`` lists both).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runreport.query.syntax import Field

ENTITIES: Mapping[str, str] = {
    **dict.fromkeys(("metric", "metrics"), "metric"),
    **dict.fromkeys(("param", "params", "parameter", "parameters"), "param"),
    **dict.fromkeys(("tag", "tags"), "tag"),
    **dict.fromkeys(("attribute", "attributes", "attr", "run"), "attribute"),
    **dict.fromkeys(("dataset", "datasets"), "dataset"),
}
STATISTICS = ("min", "max", "mean")
"""What may follow a metric's key to ask for more than its last value."""

NUMBER_OPERATORS = ("=", "!=", ">", ">=", "<", "<=")
TEXT_OPERATORS = ("=", "!=", "LIKE", "ILIKE")
NULL_OPERATORS = ("IS NULL", "IS NOT NULL")
SET_OPERATORS = ("IN", "NOT IN")
RANGE_OPERATORS = ("BETWEEN", "NOT BETWEEN")
PATTERN_OPERATORS = ("LIKE", "ILIKE", "NOT LIKE", "NOT ILIKE")
OPERATORS = (
    *NUMBER_OPERATORS, *PATTERN_OPERATORS, *SET_OPERATORS, *RANGE_OPERATORS, *NULL_OPERATORS,
)  # fmt: skip
MLFLOW_OPERATORS = (*NUMBER_OPERATORS, "LIKE", "ILIKE", *SET_OPERATORS, *NULL_OPERATORS)


@dataclass(frozen=True, slots=True)
class Realm:
    """The kind of things a filter chooses from."""

    noun: str
    attributes: Mapping[str, str]
    """The names allowed, aliases among them, with what they stand for."""
    times: tuple[str, ...]
    """Attributes in milliseconds since 1970."""
    spans: tuple[str, ...] = ()
    """Attributes in milliseconds, compared with seconds or a span such as ``5m``."""
    numbers: tuple[str, ...] = ()
    """Other attributes that are numbers."""
    members: tuple[str, ...] = ()
    """Attributes that MLflow lets IN and NOT IN ask of."""
    entities: tuple[str, ...] = ("attribute", "tag")
    null_entities: tuple[str, ...] = ()
    """What MLflow lets IS NULL ask of."""
    extra_attributes: tuple[str, ...] = ()
    """Those that MLflow does not have."""

    def kind_of(self, field: Field) -> str:
        """number, time, span, text, or either (text that may be a number)."""
        if field.entity == "metric":
            return "number"
        if field.entity in ("param", "tag"):
            return "either"
        if field.entity == "attribute":
            for kind, names in (
                ("time", self.times), ("span", self.spans), ("number", self.numbers),
            ):  # fmt: skip
                if field.key in names:
                    return kind
        return "text"

    def operators(self, field: Field) -> tuple[str, ...]:
        """What may be asked of a field."""
        kind = self.kind_of(field)
        if kind == "text":
            return ("=", "!=", *PATTERN_OPERATORS, *SET_OPERATORS, *NULL_OPERATORS)
        if kind == "either":
            return OPERATORS
        return (*NUMBER_OPERATORS, *SET_OPERATORS, *RANGE_OPERATORS, *NULL_OPERATORS)

    def strict_operators(self, field: Field) -> tuple[str, ...]:
        """What MLflow lets one ask of a field."""
        if self.kind_of(field) in ("number", "time", "span"):
            return NUMBER_OPERATORS
        null = NULL_OPERATORS if field.entity in self.null_entities else ()
        if field.entity == "dataset" or (
            field.entity == "attribute" and field.key in self.members
        ):
            return (*TEXT_OPERATORS, *SET_OPERATORS)
        return (*TEXT_OPERATORS, *null)


def _own(*names: str) -> dict[str, str]:
    return {name: name for name in names}


DATASET_ATTRIBUTES: Mapping[str, str] = _own("name", "digest", "context")

RUNS = Realm(
    "run",
    {
        **dict.fromkeys(("run_name", "run name", "Run name", "Run Name"), "run_name"),
        **_own("run_id", "status"),
        **dict.fromkeys(("start_time", "created", "Created"), "start_time"),
        **_own("end_time", "duration", "user_id", "artifact_uri", "experiment_name"),
    },
    times=("start_time", "end_time"),
    spans=("duration",),
    members=("run_id",),
    entities=("metric", "param", "tag", "attribute", "dataset"),
    null_entities=("param", "tag"),
    extra_attributes=("duration", "experiment_name"),
)
EXPERIMENTS = Realm(
    "experiment",
    _own("name", "experiment_id", "creation_time", "last_update_time"),
    times=("creation_time", "last_update_time"),
    members=("experiment_id",),
    null_entities=("tag",),
)
MODELS = Realm(
    "registered model",
    {
        **_own("name", "creation_timestamp", "last_updated_timestamp"),
        "timestamp": "last_updated_timestamp",
    },
    times=("creation_timestamp", "last_updated_timestamp"),
    members=("name",),
)
MODEL_VERSIONS = Realm(
    "model version",
    _own(
        "name",
        "version_number",
        "run_id",
        "source_path",
        "creation_timestamp",
        "last_updated_timestamp",
    ),
    times=("creation_timestamp", "last_updated_timestamp"),
    numbers=("version_number",),
    members=("name", "run_id"),
)
