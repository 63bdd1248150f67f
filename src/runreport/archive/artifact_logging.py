"""Logging artifacts: a whole file, then its event, and never a moment without one of both.

A file that is logged again under its path waits beside the earlier one until its event stands, and
a reader who finds it waiting takes it from there. So whenever the process dies or the disk is
full, the file that the latest event tells of is there whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from runreport.archive.artifacts import (
    Artifact,
    artifact_path,
    clean_path,
    digest_artifact,
    list_run_artifacts,
    media_type,
    staged_place,
)
from runreport.archive.clock import wall_ms
from runreport.archive.storage import LEFTOVER_MS, Storage, temporary_path
from runreport.errors import InvalidValue, NotFound, WriteFailed
from runreport.events import Event

if TYPE_CHECKING:
    from runreport.archive.artifact_records import Recorded
    from runreport.archive.writer import Writer

_CHUNK_BYTES = 1 << 20


def log_bytes(storage: Storage, writer: Writer, run_id: str, path: str, data: bytes) -> Artifact:
    """Log bytes as an artifact; one that has this path already is replaced.

    Raises:
        InvalidValue: the path is not allowed.
        WriteFailed: an earlier file of this path is as it was.
    """
    return _log(storage, writer, run_id, clean_path(path), (data,))


def log_file(storage: Storage, writer: Writer, run_id: str, source: str, path: str) -> Artifact:
    """Copy a file as an artifact; what is recorded is the digest of the bytes copied.

    Raises:
        NotFound: there is no such file.
        InvalidValue: the path is not allowed.
        WriteFailed: an earlier file of this path is as it was.
    """
    clean = clean_path(path)
    if not os.path.isfile(source):
        raise NotFound(f"There is no file {source!r} to log as artifact {clean!r}.")
    return _log(storage, writer, run_id, clean, _chunks_of(source))


def _chunks_of(source: str) -> Iterator[bytes]:
    with open(source, "rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _log(
    storage: Storage, writer: Writer, run_id: str, path: str, chunks: Iterable[bytes]
) -> Artifact:
    stored = _store(storage, run_id, path, chunks)
    waiting = staged_place(run_id, path, stored.data())
    place = artifact_path(run_id, path)
    try:
        writer.log_event("artifact", path, stored.sha256, stored.data())
    except WriteFailed as error:
        if not error.is_written:  # else the event stands, and the file must stay for it
            with contextlib.suppress(OSError):
                storage.delete(waiting or place)
        raise
    if waiting is not None:
        with contextlib.suppress(WriteFailed):  # then it is read where it waits
            storage.move(waiting, place, discard=False)
    return stored


def _store(storage: Storage, run_id: str, path: str, chunks: Iterable[bytes]) -> Artifact:
    """Write a file, beside an earlier one of its path if there is one."""
    place = artifact_path(run_id, path)
    digest = hashlib.sha256()
    size = 0

    def counted() -> Iterator[bytes]:
        nonlocal size
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            yield chunk

    staged = ""
    if storage.exists(place):
        waiting = temporary_path(f"{place.rpartition('/')[0]}/")
        staged = waiting.rpartition("/")[2]
        storage.write_new(waiting, counted(), place)
    else:
        storage.put_chunks(place, counted())
    return Artifact(path, size, digest.hexdigest(), media_type(path), staged)


def settle_artifacts(
    storage: Storage, latest: Mapping[tuple[str, str], Recorded], runs: Collection[str]
) -> None:
    """Put in place what processes that died have left waiting, and clear up after them.

    Args:
        latest: what is recorded of all artifacts, by run and path.
        runs: those that nobody writes to any more.

    Raises:
        WriteFailed: the disk refused.
    """
    for (run_id, path), recorded in latest.items():
        place = staged_place(run_id, path, recorded.data) if run_id in runs else None
        if place is not None and storage.exists(place):
            storage.move(place, artifact_path(run_id, path), discard=False)
    for run_id in runs:
        for file in list(storage.list_unfinished(artifact_path(run_id, ""))):
            if file.modified_ms < wall_ms() - LEFTOVER_MS:
                storage.delete(file.path)


def unrecorded_artifacts(
    storage: Storage,
    run_id: str,
    recorded: Collection[str],
    *,
    journal: str,
    since_ms: int,
    counter: int,
    time_ms: int,
    experiment_id: str,
) -> list[Event]:
    """Events for files that another tool put into a run's folder while the run was logged.

    The journal does not hold these facts, so their writer ids are made of its name and of what
    they say: a journal that is sealed twice leaves them once.

    Args:
        journal: name of the run's journal that is being sealed.
        recorded: paths that have an event in this journal.
        since_ms: files older than this were there before; their events are elsewhere.
    """
    events: list[Event] = []
    # File systems keep times more coarsely than the clock runs, hence the second of slack.
    for path, size, modified_ms in list_run_artifacts(storage, run_id):
        if path in recorded or modified_ms < since_ms - 1000:
            continue
        try:
            digest = digest_artifact(storage, run_id, path)
        except (OSError, InvalidValue):
            continue  # it went away meanwhile, or has a name no event may have
        found = Artifact(path, size, digest, media_type(path))
        events.append(
            Event(
                hashlib.sha256(f"{journal}\0{path}\0{digest}".encode()).hexdigest()[:32],
                0,
                counter,
                time_ms,
                "artifact",
                experiment_id,
                run_id,
                path,
                digest,
                json.dumps(found.data(), separators=(",", ":")),
            )
        )
    return events
