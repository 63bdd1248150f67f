"""What may be logged: names and values, checked at the call, with MLflow's limits."""

from __future__ import annotations

import operator
import re
import warnings
from collections.abc import Mapping
from typing import Literal

from runreport.entities import RunStatus
from runreport.errors import InvalidValue
from runreport.events import whole_text

TagPolicy = Literal["mlflow", "fabric"]

MAX_KEY = 250
MAX_PARAM_VALUE = 6000
MAX_TAG_VALUE = 8000
MAX_EXPERIMENT_TAG_VALUE = 20_000
MAX_EXPERIMENT_NAME = 500
MAX_FABRIC_TAG_VALUE = 5000
FABRIC_RESERVED = ("synapseml", "mlflow", "trident")

_FORBIDDEN = re.compile(r"[^\w\-./: ]")
_ALLOWED_TEXT = "letters, digits, '_', '-', '.', '/', ':' and spaces"


def check_key(what: str, key: object) -> str:
    """A param, metric or tag name.

    Raises:
        InvalidValue: it is empty, too long, or holds a character or path MLflow refuses.
    """
    if not isinstance(key, str) or not key:
        raise InvalidValue(f"{what} name {key!r} is not allowed; it must be non-empty text.")
    if len(key) > MAX_KEY:
        raise InvalidValue(
            f"{what} name {key[:40]!r}… has {len(key)} characters; at most {MAX_KEY} are allowed."
        )
    bad = _FORBIDDEN.search(key)
    if bad is not None:
        kind = "a control character" if ord(bad[0]) < 32 else repr(bad[0])
        raise InvalidValue(
            f"{what} name {key!r} holds {kind} at position {bad.start()}. "
            f"Names may use {_ALLOWED_TEXT}."
        )
    parts = key.split("/")
    if key.startswith("/") or ".." in parts or "." in parts or "" in parts:
        raise InvalidValue(
            f"{what} name {key!r} is not allowed: as a path it must be plain, "
            "without '..', '.', a leading '/' or '//'."
        )
    return key


def check_status(status: str) -> str:
    """A run's status.

    Raises:
        InvalidValue: there is no such.
    """
    if status not in RunStatus.ALL:
        raise InvalidValue(
            f"Run status {status!r} is not allowed; use one of {', '.join(RunStatus.ALL)}."
        )
    return status


def check_metric_value(key: str, value: object) -> float:
    """A metric value as a float; text such as "0.5", True and arrays and tensors of one number are
    numbers too, as in MLflow.

    Raises:
        InvalidValue: it is not a number.
    """
    try:
        item = getattr(value, "item", None)
        return float(item() if callable(item) else value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, RuntimeError) as error:
        raise InvalidValue(
            f"Metric {key!r} has the value {value!r} of type {type(value).__name__}; "
            "a number is needed. Text belongs into log_param or set_tag."
        ) from error


def check_step(step: object) -> int:
    """A step as a 64-bit integer; negative ones are allowed.

    Raises:
        InvalidValue: it is not a whole number of 64 bits.
    """
    number = _whole(step)
    if number is None:
        raise InvalidValue(f"Step {step!r} is not a whole number.")
    if not -(2**63) <= number < 2**63:
        raise InvalidValue(f"Step {step!r} does not fit into 64 bits.")
    return number


def _whole(value: object) -> int | None:
    """A whole number of any type, NumPy's and 3.0 included; None if it is none."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        return None


def check_time(time_ms: object) -> int:
    """A time in milliseconds since the epoch.

    Raises:
        InvalidValue: it is negative or not a whole number.
    """
    is_finite = isinstance(time_ms, float) and 0 < time_ms < 2**63
    number = int(time_ms) if is_finite else _whole(time_ms)  # type: ignore[call-overload]
    if number is None or isinstance(time_ms, bool):
        raise InvalidValue(f"Timestamp {time_ms!r} is not a number of milliseconds.")
    if not 0 <= number < 2**63:
        raise InvalidValue(
            f"Timestamp {time_ms!r} is not allowed; it counts milliseconds since 1970, from 0 on."
        )
    return number


def param_text(key: str, value: object) -> str:
    """A param's value as the text that is kept, truncated with a warning."""
    return _text(f"Param {key!r}", value, MAX_PARAM_VALUE)


def tag_text(key: str, value: object, policy: TagPolicy = "mlflow") -> str:
    """A tag's value as the text that is kept.

    Raises:
        InvalidValue: the ``fabric`` policy refuses it.
    """
    if policy == "fabric":
        check_fabric_tag(key, str(value))
    return _text(f"Tag {key!r}", value, MAX_TAG_VALUE)


def tag_texts(tags: Mapping[str, object], policy: TagPolicy = "mlflow") -> dict[str, str]:
    """Tags as they are stored, all or none of them.

    Raises:
        InvalidValue: a name, or under the policy a value, is not allowed.
    """
    return {check_key("Tag", key): tag_text(key, value, policy) for key, value in tags.items()}


def check_fabric_tag(key: str, value: str) -> None:
    """Microsoft Fabric's limits on tags.

    Raises:
        InvalidValue: empty, over 5,000 characters, or a reserved prefix.
    """
    if not value:
        raise InvalidValue(f"Tag {key!r} is empty; the tag policy 'fabric' needs a value.")
    if len(value) > MAX_FABRIC_TAG_VALUE:
        raise InvalidValue(
            f"Tag {key!r} has {len(value):,} characters; the tag policy 'fabric' allows "
            f"{MAX_FABRIC_TAG_VALUE:,}."
        )
    for prefix in FABRIC_RESERVED:
        if key.startswith(prefix):
            raise InvalidValue(
                f"Tag {key!r} starts with {prefix!r}, which the tag policy 'fabric' reserves."
            )


def check_experiment_name(name: object) -> str:
    """An experiment name.

    Raises:
        InvalidValue: empty, not text, or over 500 characters.
    """
    if not isinstance(name, str) or not name.strip():
        raise InvalidValue(f"Experiment name {name!r} is not allowed; it must be non-empty text.")
    if len(name) > MAX_EXPERIMENT_NAME:
        raise InvalidValue(
            f"Experiment name {name[:40]!r}… has {len(name)} characters; "
            f"at most {MAX_EXPERIMENT_NAME} are allowed."
        )
    return encodable("Experiment name", name)


def experiment_tag_text(key: str, value: object) -> str:
    """An experiment tag's value as the text that is kept."""
    return _text(f"Experiment tag {key!r}", value, MAX_EXPERIMENT_TAG_VALUE)


def _text(what: str, value: object, limit: int) -> str:
    text = encodable(what, str(value))
    if len(text) > limit:
        warnings.warn(
            f"{what} has {len(text):,} characters; only the first {limit:,} are kept. "
            "Log longer text with log_text.",
            stacklevel=4,
        )
        return text[:limit]
    return text


def encodable(what: str, text: str) -> str:
    """A text without half Unicode characters, which no file can hold."""
    whole = whole_text(text)
    if whole != text:
        warnings.warn(f"{what} holds half a Unicode character; it is kept as '?'.", stacklevel=5)
    return whole
