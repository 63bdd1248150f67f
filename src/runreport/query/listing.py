"""Experiments, registered models and model versions: the same language over short lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import pyarrow as pa

from runreport.archive.clock import wall_ms
from runreport.entities import Experiment, ViewType
from runreport.errors import InvalidValue
from runreport.query.fields import EXPERIMENTS, MODEL_VERSIONS, MODELS, Realm
from runreport.query.filters import parse_filter, parse_orders
from runreport.query.predicate import compare, evaluate
from runreport.query.syntax import Comparison, Field, Ordering
from runreport.registered import ModelVersion, RegisteredModel

_Entity = TypeVar("_Entity", Experiment, RegisteredModel, ModelVersion)
_Value = str | int | None


def find_experiments(
    experiments: Iterable[Experiment],
    *,
    view_type: int = ViewType.ACTIVE_ONLY,
    filter_string: str | None = None,
    order_by: Sequence[str] | None = None,
    strict: bool = False,
) -> list[Experiment]:
    """Those of some experiments that are asked for; last updated first by default.

    Raises:
        InvalidFilter: the filter or an ordering is not allowed.
    """
    if view_type not in (ViewType.ACTIVE_ONLY, ViewType.DELETED_ONLY, ViewType.ALL):
        raise InvalidValue(f"view_type is {view_type!r}; use ViewType.ACTIVE_ONLY and so on.")
    shown = list(experiments)
    if view_type != ViewType.ALL:
        stage = "active" if view_type == ViewType.ACTIVE_ONLY else "deleted"
        shown = [experiment for experiment in shown if experiment.lifecycle_stage == stage]
    shown.sort(key=lambda e: e.experiment_id)
    shown.sort(key=lambda e: e.last_update_time or 0, reverse=True)
    return _find(shown, EXPERIMENTS, getattr, filter_string, order_by, strict)


def find_models(
    models: Iterable[RegisteredModel],
    *,
    filter_string: str | None = None,
    order_by: Sequence[str] | None = None,
    strict: bool = False,
) -> list[RegisteredModel]:
    """Those of some registered models that are asked for; by name by default.

    Raises:
        InvalidFilter: the filter or an ordering is not allowed.
    """
    shown = sorted(models, key=lambda model: model.name)
    return _find(shown, MODELS, getattr, filter_string, order_by, strict)


def find_model_versions(
    versions: Iterable[ModelVersion],
    *,
    filter_string: str | None = None,
    order_by: Sequence[str] | None = None,
    strict: bool = False,
) -> list[ModelVersion]:
    """Those of some model versions that are asked for; last updated first by default.

    Raises:
        InvalidFilter: the filter or an ordering is not allowed.
    """
    shown = sorted(versions, key=lambda v: (-v.last_updated_timestamp, v.name, -v.version))

    def value_of(version: ModelVersion, key: str) -> _Value:
        renamed = {"version_number": "version", "source_path": "source"}
        value: _Value = getattr(version, renamed.get(key, key))
        return value

    return _find(shown, MODEL_VERSIONS, value_of, filter_string, order_by, strict)


def _find(
    shown: list[_Entity],
    realm: Realm,
    value_of: Callable[[_Entity, str], _Value],
    filter_string: str | None,
    order_by: Sequence[str] | None,
    strict: bool,
) -> list[_Entity]:
    text = "" if filter_string is None else filter_string
    node = parse_filter(text, realm, strict=strict)
    orderings = parse_orders(order_by, realm, strict=strict)
    now = wall_ms()

    def value(entity: _Entity, field: Field) -> _Value:
        if field.entity == "tag":
            return entity.tags.get(field.key)
        return value_of(entity, field.key)

    def test(comparison: Comparison) -> pa.Array:
        field = comparison.field
        is_text = realm.kind_of(field) in ("text", "either")
        kind = pa.string() if is_text else pa.int64()
        values = pa.array([value(entity, field) for entity in shown], kind)
        return compare(values, comparison, now)

    holds = evaluate(node, test, len(shown)).to_pylist()
    found = [entity for entity, keep in zip(shown, holds, strict=True) if keep]
    for ordering in reversed(orderings):
        found = _sorted(found, value, ordering)
    return found


def _sorted(
    entities: list[_Entity], value: Callable[[_Entity, Field], _Value], ordering: Ordering
) -> list[_Entity]:
    """Stable; those without the value last in both directions."""
    keyed = [(value(entity, ordering.field), entity) for entity in entities]
    present = [pair for pair in keyed if pair[0] is not None]
    present.sort(key=lambda pair: pair[0], reverse=ordering.is_descending)  # type: ignore[arg-type,return-value]
    return [entity for _, entity in present] + [e for v, e in keyed if v is None]
