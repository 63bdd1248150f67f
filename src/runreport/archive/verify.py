"""Verify: read every byte of an archive and compare it with what was recorded of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from runreport.archive.agreement import disagreeing_segments
from runreport.archive.artifact_records import latest_artifacts
from runreport.archive.artifacts import check_recorded
from runreport.archive.compaction import disagreement_notices
from runreport.archive.inventory import Entry, missing, missing_notices, read_inventory
from runreport.archive.layout import (
    ARCHIVE_FILE,
    ARCHIVE_TEXT,
    ARTIFACTS,
    ATTRIBUTES_FILE,
    ATTRIBUTES_TEXT,
    CLAIMS,
    EXPERIMENTS,
    SEGMENTS,
)
from runreport.archive.notices import Notice
from runreport.archive.purged import is_purged
from runreport.archive.reading import MISSING, Snapshot, read_archive, strange_notice
from runreport.archive.segment import Segment, read_all_points
from runreport.archive.storage import Storage, StoredFile, StrangeEntry
from runreport.errors import Damaged


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
    counting = {segment.path for segment in snapshot.segments}
    for segment in snapshot.files:
        if segment.metrics_path not in named:
            problems += _check_metrics(storage, segment, counts=segment.path in counting)
    if any(problem.problem == MISSING for problem in problems):  # or were they just compacted?
        there = {segment.metrics_path for segment in read_archive(storage).segments}
        problems = [p for p in problems if p.problem != MISSING or p.path in there]
    problems += hidden_problems(snapshot)
    problems += _stray_artifacts(snapshot)
    odd: list[StrangeEntry] = []
    files = list(storage.list("", odd))
    problems += [strange_notice(entry) for entry in odd]
    problems += [_link_notice(file) for file in files if file.is_link and not _may_be_link(file)]
    size = sum(file.size_bytes for file in files)
    return Verification(len(files), size, tuple(sorted(set(problems))))


def hidden_problems(snapshot: Snapshot) -> list[Notice]:
    """What is wrong with an archive and does not show while its events are read: artifacts that
    are not what was logged, files that are gone, and files that contradict one another."""
    points_of = partial(read_all_points, snapshot.storage)
    apart = disagreeing_segments(snapshot.files, points_of)
    return [
        *damaged_artifacts(snapshot),
        *missing_files(snapshot),
        *disagreement_notices(apart),
    ]


def missing_files(snapshot: Snapshot) -> list[Notice]:
    """A notice for each journal and fact that the archive lists and has not, and for each list
    that cannot be read."""
    entries, notices = read_inventory(snapshot.storage)
    return [*notices, *missing_notices(missing_entries(snapshot, entries))]


def missing_entries(snapshot: Snapshot, entries: Iterable[Entry]) -> list[Entry]:
    """What of an inventory is not in the archive, and was not erased on purpose."""
    present = {f"{part.name.writer_id}-{part.name.number}" for part in snapshot.journals}
    for segment in snapshot.files:
        own = segment.footer
        if own.compacted is None:
            present.add(f"{own.writer_id}-{own.number}")
        else:
            columns = (own.compacted.column(name).to_pylist() for name in ("writer_id", "number"))
            present.update(f"{writer}-{number}" for writer, number in zip(*columns, strict=True))
    facts = {file.path for file in snapshot.storage.list(EXPERIMENTS)}
    damaged = {
        name.rpartition("-")[0]
        for notice in snapshot.notices
        if (name := notice.path.rpartition("/")[2]).endswith(".events.parquet")
    }
    return missing(entries, present | facts | damaged, snapshot.purged)


def _check_description(storage: Storage) -> list[Notice]:
    notices = []
    try:
        if storage.read(ARCHIVE_FILE, follow=True) != ARCHIVE_TEXT:
            problem = f"it does not hold {ARCHIVE_TEXT.decode().strip()} and a line feed"
            notices.append(Notice(ARCHIVE_FILE, problem, "readers may refuse the archive"))
    except OSError as error:
        problem = f"it cannot be read: {error.strerror or error}"
        notices.append(Notice(ARCHIVE_FILE, problem, "readers may refuse the archive"))
    if storage.exists(ATTRIBUTES_FILE):
        try:
            lines = storage.read(ATTRIBUTES_FILE, follow=True).splitlines(keepends=True)
        except OSError:
            lines = []
        if ATTRIBUTES_TEXT not in lines:
            problem = f"it has no line {ATTRIBUTES_TEXT.decode().strip()!r}"
            notices.append(
                Notice(ATTRIBUTES_FILE, problem, "git may change line ends in the archive")
            )
    return notices


def _may_be_link(file: StoredFile) -> bool:
    """Whether the archive has a digest of what the link leads to, so that it is read."""
    folder = file.path.partition("/")[0]
    return folder in (SEGMENTS, EXPERIMENTS, ARTIFACTS, ARCHIVE_FILE, ATTRIBUTES_FILE, CLAIMS)


def _link_notice(file: StoredFile) -> Notice:
    problem = "it is a link, and the archive has no digest of what it leads to"
    return Notice(file.path, problem, "it is not opened")


def _check_metrics(storage: Storage, segment: Segment, *, counts: bool) -> list[Notice]:
    """What is wrong with a segment's metrics file.

    Args:
        counts: whether anything of the segment counts, or all of it stands elsewhere.
    """
    path = segment.metrics_path
    if path is None:
        return []
    try:
        read_all_points(storage, segment)
    except Damaged as error:
        cost = "its curves are left out" if counts else "what it held stands elsewhere"
        return [Notice(path, str(error), cost)]
    except FileNotFoundError:
        return [Notice(path, MISSING, "its curves are left out")] if counts else []
    return []


def damaged_artifacts(snapshot: Snapshot) -> list[Notice]:
    """A notice for each artifact that is missing or is not what was logged."""
    problems = []
    for (run_id, path), recorded in sorted(latest_artifacts([snapshot.events]).items()):
        try:
            check_recorded(snapshot.storage, run_id, path, recorded.digest, recorded.data)
        except Damaged as error:
            place = f"{ARTIFACTS}/{run_id}/{path}"
            problems.append(Notice(place, str(error), "the artifact is left out"))
    return problems


def _stray_artifacts(snapshot: Snapshot) -> list[Notice]:
    latest = latest_artifacts([snapshot.events])
    known = {f"{ARTIFACTS}/{run_id}/{path}" for run_id, path in latest}
    notices = []
    for file in snapshot.storage.list(ARTIFACTS):
        run_id = file.path.split("/")[1]
        if is_purged(run_id, snapshot.purged):
            problem, cure = "it belongs to a run that was purged", "runreport archive purge"
            notices.append(Notice(file.path, problem, f"erase what is left: {cure}"))
        elif file.path not in known and run_id not in snapshot.alive_runs:
            problem = "no event records this file"
            notices.append(Notice(file.path, problem, "the report does not show it"))
    return notices
