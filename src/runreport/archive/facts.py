"""Facts about experiments: small immutable JSON files that need only the standard library.

Creating, finding and refusing a taken or deleted name happens before any run is logged, when
pyarrow is not loaded yet. Each file is one event, ``experiments/<id>/<writer>-<seq>.json``, and
carries a digest of its own text. Ids are derived from names, so two machines that use one name
meet in one experiment.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import NamedTuple

from runreport.archive.clock import new_writer_id, next_counter, wall_ms
from runreport.archive.layout import EXPERIMENTS
from runreport.archive.storage import Storage
from runreport.errors import Damaged
from runreport.events import Event

DEFAULT_ID = "0"
DEFAULT_NAME = "Default"
_PREFIX = '{"digest":"'
_PREFIX_LENGTH = len(_PREFIX) + 16 + len('",')


class ExperimentState(NamedTuple):
    """What the facts about one experiment come to."""

    experiment_id: str
    name: str
    is_deleted: bool
    tags: dict[str, str]
    created_ms: int | None
    updated_ms: int | None
    counter: int
    """Greatest counter among its facts; the next fact must be later."""


def derive_id(name: str, taken: Iterable[str] = ()) -> str:
    """The id of a new experiment: 18 decimal digits made from its name.

    Args:
        taken: ids that other names hold; the id is then derived anew.
    """
    if name == DEFAULT_NAME and DEFAULT_ID not in taken:
        return DEFAULT_ID
    held = set(taken)
    for attempt in range(1000):
        salted = name if attempt == 0 else f"{name}\0{attempt}"
        digest = hashlib.sha256(salted.encode()).digest()
        candidate = str(10**17 + int.from_bytes(digest[:8], "big") % (9 * 10**17))
        if candidate not in held:
            return candidate
    raise AssertionError("1,000 of 9e17 ids taken")


def write_fact(
    storage: Storage,
    experiment_id: str,
    kind: str,
    key: str,
    value: str | None,
    *,
    after: int = 0,
    time_ms: int | None = None,
) -> Event:
    """Add one fact about an experiment.

    Args:
        after: greatest counter known for the experiment.

    Raises:
        WriteFailed: the archive cannot be written; nothing is left of it.
    """
    now = wall_ms()
    moment = now if time_ms is None else time_ms
    counter = next_counter(after, now)
    event = Event(new_writer_id(), 0, counter, moment, kind, experiment_id, None, key, value, None)
    storage.put(f"{EXPERIMENTS}/{experiment_id}/{event.writer_id}-0.json", encode_fact(event))
    return event


def encode_fact(event: Event) -> bytes:
    """A fact's file: one JSON object whose first member is the digest of the rest."""
    text = json.dumps(event._asdict(), separators=(",", ":"))[1:] + "\n"
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f'{_PREFIX}{digest}",{text}'.encode()


def decode_fact(data: bytes) -> Event:
    """The event in a fact's file.

    Raises:
        Damaged: the bytes are not what was written.
    """
    body = data[_PREFIX_LENGTH:]
    if data[:_PREFIX_LENGTH] != f'{_PREFIX}{hashlib.sha256(body).hexdigest()[:16]}",'.encode():
        raise Damaged("its digest does not match its text")
    try:
        fields = json.loads(data)
        return Event(**{name: fields.get(name) for name in Event._fields})
    except (ValueError, TypeError) as error:
        raise Damaged(f"it is not a fact: {error}") from error


def read_facts(storage: Storage) -> tuple[list[Event], list[tuple[str, str]]]:
    """All facts about experiments, and (path, problem) of each file that cannot be believed."""
    events, problems = [], []
    for file in storage.list(EXPERIMENTS):
        if not file.path.endswith(".json"):
            continue
        try:
            events.append(decode_fact(storage.read(file.path)))
        except (Damaged, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            problems.append((file.path, str(reason)))
    return events, problems


def fold_experiments(events: Iterable[Event]) -> dict[str, ExperimentState]:
    """The experiments these facts describe, by id; "Default" is always among them.

    Facts may come in any order and more than once.
    """
    states = {DEFAULT_ID: ExperimentState(DEFAULT_ID, DEFAULT_NAME, False, {}, None, None, 0)}
    for event in sorted(
        set(events), key=lambda event: (event.counter, event.writer_id, event.seq)
    ):
        identity = event.experiment_id
        state = states.get(identity) or ExperimentState(identity, "", False, {}, None, None, 0)
        if event.kind == "experiment" and event.key == "name" and event.value is not None:
            state = state._replace(name=event.value)
        elif event.kind == "lifecycle":
            state = state._replace(is_deleted=event.value == "deleted")
        elif event.kind == "tag" and event.key is not None:
            tags = {key: value for key, value in state.tags.items() if key != event.key}
            if event.value is not None:
                tags[event.key] = event.value
            state = state._replace(tags=tags)
        created = event.time if state.created_ms is None else min(state.created_ms, event.time)
        updated = max(event.time, state.updated_ms or event.time)
        states[identity] = state._replace(
            created_ms=created, updated_ms=updated, counter=max(state.counter, event.counter)
        )
    return states
