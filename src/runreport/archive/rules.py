"""What a fact must look like to be believed, whoever wrote it: one schema for all readers.

A journal's line, an experiment's fact and a row of a segment are checked here where they are
decoded, so that what comes after may rely on it. `archive.table_rules` asks the same of whole
tables. Standard library only, as the writer asks it too: what it accepts, a reader reads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from runreport.archive.clock import LOGICAL_BITS, greatest_counter
from runreport.archive.limits import DEFAULT_LIMITS
from runreport.errors import InvalidValue
from runreport.events import MAX_DEPTH, Event, json_depth

KEYED = frozenset(
    ("param", "tag", "metric_summary", "artifact", "dataset", "registered_model",
     "model_version", "model_alias")
)  # fmt: skip
"""Kinds that say nothing without a key."""
NUMBERED = ("model_version", "model_alias")
OF_RUNS = frozenset(("run", "status", "param", "metric_summary", "artifact", "dataset"))
"""Kinds that say nothing without a run."""
MEMBERS: Mapping[str, Mapping[str, type]] = {
    # What is known of the JSON objects that events of a kind have as their data; other members
    # may be there, and each of these may be missing or null. What a run recorded of its
    # environment is not here: whoever shows a part of it looks whether it is there.
    "status": {"error": str, "message": str, "traceback": str},
    "param": {"overrides": str},
    "artifact": {"size_bytes": int, "media_type": str, "staged": str},
    "dataset": {"context": str, "source_type": str, "source": str, "tags": dict},
    "registered_model": {"description": str, "tags": dict, "last_version": int},
    "model_version": {
        "source": str, "files": str, "description": str, "user_id": str, "tags": dict,
        "version": str, "deleted": bool,
    },
    "model_alias": {"alias": str, "version": str},
    "metric_summary": {
        "count": int, "min": float, "max": float, "sum": float, "first_step": int,
        "last_step": int, "last_time": int,
    },
}  # fmt: skip
NUMBER_TEXT = r"-?[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?|NaN|-?Infinity"
"""A float as `events.float_text` writes it."""
_NUMBER_TEXTS = ("NaN", "Infinity", "-Infinity")
_MAX_VERSION_DIGITS = 15


def problem_of(event: Event, greatest: int | None = None) -> str | None:
    """Why an event cannot be believed; None where it can.

    Args:
        greatest: reading of the clock that is believed, where many events are asked about.
    """
    return next(_problems(event, greatest_counter() if greatest is None else greatest), None)


def _problems(event: Event, greatest: int) -> Iterator[str]:
    """What is wrong, the types first: each may rely on those before it."""
    for name in ("seq", "counter", "time"):
        if not _is_a(getattr(event, name), int):
            yield f"its {name} is {_shown(getattr(event, name))}, not a number of 64 bits"
    for name in ("writer_id", "kind", "experiment_id"):
        if not isinstance(getattr(event, name), str):
            yield f"its {name} is {_shown(getattr(event, name))}, not text"
    for name in ("writer_id", "kind", "experiment_id", "run_id", "key", "value", "data"):
        text = getattr(event, name)
        if text is not None and not _is_text(text):
            yield f"its {name} is {_shown(text)}, not text"
    if event.seq < 0 or event.counter < 0:
        yield "its seq or counter is negative"
    if event.counter > greatest:
        yield f"its clock reads {event.counter >> LOGICAL_BITS:,} ms, a hundred years from now"
    yield from _problems_of_kind(event)
    problem = problem_of_data(event.kind, event.data)
    if problem is not None:
        yield problem


def _problems_of_kind(event: Event) -> Iterator[str]:
    if event.kind in KEYED and event.key is None:
        yield f"it is a {event.kind} without a name"
    if event.kind in OF_RUNS and event.run_id is None:
        yield f"it is a {event.kind} of no run"
    if event.kind == "metric_summary" and not _is_number_text(event.value):
        yield f"its last value is {_shown(event.value)}, not a number"
    if event.kind in NUMBERED and event.value is not None and not _is_version(event.value):
        yield f"its version is {_shown(event.value)}, not a number"
    if event.kind == "artifact" and event.value is None:
        yield "it is an artifact without a digest"


def problem_of_data(kind: str, data: str | None) -> str | None:
    """Why the data of an event cannot be believed; None where it can."""
    if kind not in MEMBERS:
        return None
    if data is None:
        return "it lacks its data" if kind == "metric_summary" else None
    try:
        members = json.loads(check_data(data))
    except (ValueError, RecursionError) as error:
        return f"its data is no JSON that a reader takes: {str(error)[:80]}"
    if not isinstance(members, dict):
        return f"its data is {_shown(members)}, not an object"
    for name, kind_of in MEMBERS[kind].items():
        value = members.get(name)
        is_missing = value is None and kind != "metric_summary"
        if not is_missing and not _is_a(value, kind_of):
            return f"{name} of its data is {_shown(value)}, not {_WORDS[kind_of]}"
    return None


_WORDS = {
    str: "text", int: "a whole number", float: "a number", bool: "true or false",
    dict: "an object of texts",
}  # fmt: skip


def _is_a(value: object, kind: type) -> bool:
    if kind is float:
        is_float = isinstance(value, int | float) and not isinstance(value, bool)
        return value in _NUMBER_TEXTS if isinstance(value, str) else is_float
    if kind is int:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        return is_whole and -(2**63) <= value < 2**63  # type: ignore[operator]
    if kind is dict:
        return isinstance(value, dict) and all(
            text is None or isinstance(text, str) for text in value.values()
        )
    return isinstance(value, kind)


def _is_text(value: object) -> bool:
    """Whether a value is text that a file can hold."""
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_version(text: str) -> bool:
    return text.isdecimal() and len(text) <= _MAX_VERSION_DIGITS


def _is_number_text(text: str | None) -> bool:
    return text is not None and re.fullmatch(NUMBER_TEXT, text) is not None


def _shown(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


def check_data(text: str) -> str:
    """JSON text as an event may hold it.

    Raises:
        InvalidValue: it is larger or deeper than a reader takes.
    """
    if len(text) > DEFAULT_LIMITS.fact_bytes // 4:  # a character takes up to four bytes
        raise InvalidValue(
            f"What describes this takes {len(text):,} characters; at most "
            f"{DEFAULT_LIMITS.fact_bytes // 4:,} are kept. Log it as an artifact instead."
        )
    if json_depth(text) > MAX_DEPTH:
        raise InvalidValue(
            f"What describes this is nested {json_depth(text):,} deep; at most {MAX_DEPTH} levels "
            "are kept. Log it as an artifact instead."
        )
    return text
