"""Verify: read every byte of an archive and compare it with what was recorded of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from runreport.archive.artifact_records import latest_artifacts
from runreport.archive.artifacts import digest_artifact
from runreport.archive.layout import ARCHIVE_FILE, ARCHIVE_TEXT, ARTIFACTS
from runreport.archive.notices import Notice
from runreport.archive.reading import Snapshot, read_archive
from runreport.archive.segment import Segment, read_metrics_file
from runreport.archive.storage import Storage
from runreport.errors import Damaged, InvalidValue


@dataclass(frozen=True, slots=True)
class Verification:
    """What was read and what was wrong with it."""

    files: int
    bytes_read: int
    problems: tuple[Notice, ...]


def verify_archive(
    storage: Storage, *, progress: Callable[[int, int], None] | None = None
) -> Verification:
    """Read every file of the archive and check it against every digest there is.

    A journal's unfinished last line is named too, though it harms nothing.
    """
    snapshot = read_archive(storage, progress=progress)
    problems = [*snapshot.notices, *_check_description(storage)]
    named = {problem.path for problem in problems}
    for segment in snapshot.segments:
        if segment.metrics_path not in named:
            problems += _check_metrics(storage, segment)
    problems += damaged_artifacts(snapshot)
    problems += _stray_artifacts(snapshot)
    files = list(storage.list(""))
    size = sum(file.size_bytes for file in files)
    return Verification(len(files), size, tuple(sorted(set(problems))))


def _check_description(storage: Storage) -> list[Notice]:
    try:
        if storage.read(ARCHIVE_FILE) == ARCHIVE_TEXT:
            return []
        problem = f"it does not hold {ARCHIVE_TEXT.decode().strip()} and a line feed"
    except OSError as error:
        problem = f"it cannot be read: {error.strerror or error}"
    return [Notice(ARCHIVE_FILE, problem, "readers may refuse the archive")]


def _check_metrics(storage: Storage, segment: Segment) -> list[Notice]:
    path = segment.metrics_path
    if path is None:
        return []
    try:
        read_metrics_file(storage, segment)
    except Damaged as error:
        return [Notice(path, str(error), "its curves are left out")]
    except FileNotFoundError:
        return [Notice(path, "it is missing", "its curves are left out")]
    return []


def damaged_artifacts(snapshot: Snapshot) -> list[Notice]:
    """A notice for each artifact that is missing or is not what was logged."""
    problems = []
    for (run_id, path), recorded in sorted(latest_artifacts([snapshot.events]).items()):
        place = f"{ARTIFACTS}/{run_id}/{path}"
        try:
            found = digest_artifact(snapshot.storage, run_id, path)
        except (OSError, InvalidValue) as error:
            reason = error.strerror if isinstance(error, OSError) else None
            problem = f"it cannot be read: {reason or error}"
            problems.append(Notice(place, problem, "the artifact is left out"))
            continue
        if found != recorded.digest:
            problem = f"its bytes are not the {recorded.size_bytes:,} that were logged"
            problems.append(Notice(place, problem, "the artifact is left out"))
    return problems


def _stray_artifacts(snapshot: Snapshot) -> list[Notice]:
    latest = latest_artifacts([snapshot.events])
    known = {f"{ARTIFACTS}/{run_id}/{path}" for run_id, path in latest}
    problem = "no event records this file"
    return [
        Notice(file.path, problem, "the report does not show it")
        for file in snapshot.storage.list(ARTIFACTS)
        if file.path not in known and file.path.split("/")[1] not in snapshot.alive_runs
    ]
