"""Facts about experiments: small immutable JSON files that need only the standard library.

Creating, finding and refusing a taken or deleted name happens before any run is logged, when
pyarrow is not loaded yet. Each file is one event, ``experiments/<id>/<writer>-<seq>.json``, and
carries a digest of its own text. Ids are derived from names, so two machines that use one name
meet in one experiment.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable
from typing import NamedTuple

from runreport.archive.clock import LOGICAL_BITS, new_writer_id, next_counter, wall_ms
from runreport.archive.inventory import note_fact
from runreport.archive.layout import ATTRIBUTES_FILE, EXPERIMENTS
from runreport.archive.lfs import lfs_pointer
from runreport.archive.rules import problem_of
from runreport.archive.storage import Storage, StrangeEntry
from runreport.errors import Damaged
from runreport.events import Event, whole_text

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
    now = max(wall_ms(), after >> LOGICAL_BITS)
    moment = now if time_ms is None else time_ms
    counter = next_counter(after, now)
    text = None if value is None else whole_text(value)
    event = Event(
        new_writer_id(), 0, counter, moment, kind, experiment_id, None, whole_text(key), text, None
    )
    path = f"{EXPERIMENTS}/{experiment_id}/{event.writer_id}-0.json"
    storage.put(path, encode_fact(event))
    note_fact(storage, path, event.writer_id)
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
        raise Damaged(_why_not(data))
    try:
        fields = json.loads(data)
        event = Event(**{name: fields.get(name) for name in Event._fields})
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Damaged(f"it is not a fact: {str(error)[:80]}") from error
    problem = problem_of(event)
    if problem is not None:
        raise Damaged(f"it is not a fact: {problem}")
    return event


def _why_not(data: bytes) -> str:
    """What is wrong with bytes whose digest is not theirs."""
    pointer = lfs_pointer(data)
    if pointer is not None:
        return pointer
    if b"\r\n" in data:
        with contextlib.suppress(Damaged):
            decode_fact(data.replace(b"\r\n", b"\n"))
            return (
                "its line ends were changed, as git does with core.autocrlf; the archive's "
                f"{ATTRIBUTES_FILE} keeps it from that: commit it and check out again"
            )
    return "its digest does not match its text"


def read_fact(storage: Storage, path: str) -> Event:
    """The event in a fact's file, which carries its own digest: so also through a link.

    Raises:
        Damaged: the bytes are not what was written.
        OSError: it cannot be read.
    """
    return decode_fact(storage.read(path, most=storage.limits.fact_bytes, follow=True))


def read_facts(storage: Storage) -> tuple[list[Event], list[tuple[str, str]]]:
    """All facts about experiments, and (path, problem) of each file that cannot be believed."""
    events, problems = [], []
    odd: list[StrangeEntry] = []
    for file in storage.list(EXPERIMENTS, odd):
        if not file.path.endswith(".json"):
            continue
        try:
            events.append(read_fact(storage, file.path))
        except (Damaged, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            problems.append((file.path, str(reason)))
    problems += [(entry.path, f"it is {entry.what}, not a file") for entry in odd]
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
