"""The one value everything is made of: an event is one fact, a point is one metric value.

An event's identity is ``(writer_id, seq)``; for a metric summary, which has the ``seq`` of the
last point it sums up, kind and key belong to the identity too. Facts may be read twice (from a
journal and the segment sealed from it, from two merged copies) and count once.
Plain tuples, because the logging path may import only light parts of the standard library.
"""

from __future__ import annotations

import json
from itertools import accumulate
from typing import Any, NamedTuple

KINDS = (
    "experiment",
    "run",
    "status",
    "param",
    "tag",
    "metric_summary",
    "artifact",
    "dataset",
    "registered_model",
    "model_version",
    "model_alias",
    "lifecycle",
    "note",
    "replaced",
)
"""What format 1 knows. Readers keep kinds they do not know and ignore them."""

UNDATED = '{"undated":true'
"""Begins the data of a run's start of which nobody recorded when it was."""

KEYED_KINDS = frozenset(("param", "tag", "metric"))
"""Kinds whose journal line carries a map of keys to values, each a fact of its own."""


class Event(NamedTuple):
    """One fact."""

    writer_id: str
    """UUIDv7 in hex of the journal or experiment fact that holds it."""
    seq: int
    """Position among the facts of this writer, from 0."""
    counter: int
    """Hybrid logical clock: ``wall ms << 16`` or more; decides which of two facts is later."""
    time: int
    """Milliseconds since the epoch, UTC; what the fact says of itself, not used for ordering."""
    kind: str
    experiment_id: str
    run_id: str | None
    """None for facts about an experiment."""
    key: str | None
    value: str | None
    """Text; None removes what an earlier fact set."""
    data: str | None
    """JSON text of structured kinds."""


class Point(NamedTuple):
    """One metric value."""

    writer_id: str
    seq: int
    run_id: str
    key: str
    step: int
    """Any 64-bit integer, negative allowed."""
    time: int
    """Milliseconds since the epoch, UTC."""
    value: float
    """NaN and infinities are kept."""


class Summary(NamedTuple):
    """What one journal's points of one metric come to; the parts add up across journals."""

    count: int  # type: ignore[assignment] # hides tuple.count, which nobody needs here
    last: float
    """Value of the point that is greatest by (step, time, value), NaN greatest of all."""
    min: float
    """Smallest value that is not NaN; NaN when there is none."""
    max: float
    sum: float
    """NaN as soon as one value is."""
    first_step: int
    last_step: int
    last_time: int


def data_object(text: str | None) -> dict[str, Any]:
    """The JSON object in an event's ``data``; empty where it is none, whoever wrote it."""
    if text is None or json_depth(text) > MAX_DEPTH:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


MAX_DEPTH = 64
"""How deep lists and objects in JSON text may be nested: what walks through them is recursive."""
_BRACKETS = {"[": 1, "{": 1, "]": -1, "}": -1}


def json_depth(text: str) -> int:
    """How deep lists and objects of JSON text are nested in one another, without parsing it; a
    smaller number where they are too few to be nested deeper than `MAX_DEPTH`."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return 0
    outside = "".join(text.replace("\\\\", "").replace('\\"', "").split('"')[::2])
    return max(accumulate(_BRACKETS.get(sign, 0) for sign in outside), default=0)


def whole_text(text: str) -> str:
    """A text with ``?`` for each half of a Unicode character, which no file can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text


def float_text(value: float) -> str:
    """The shortest text that reads back as the same float; NaN, Infinity, -Infinity by name."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return repr(value)


def json_ready(value: Any) -> Any:
    """A value as JSON can say it: NaN and infinities by name, times in ISO 8601."""
    if isinstance(value, float):
        return value if value - value == 0 else float_text(value)
    if isinstance(value, dict):
        return {str(key): json_ready(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [json_ready(entry) for entry in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
