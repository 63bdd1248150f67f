"""Merging: one archive takes in the facts of others. The sources stay as they are.

Segments and facts are immutable, so merging is copying what is missing. It is idempotent, and in
whatever order archives are merged, the answers are the same. Nothing damaged is copied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import pyarrow as pa

from runreport.archive.agreement import disagreeing, disagreeing_segments
from runreport.archive.artifact_records import Recorded, latest_artifacts
from runreport.archive.artifacts import (
    artifact_path,
    check_recorded,
    clean_path,
    open_recorded,
)
from runreport.archive.compaction import holds_purged, rewrite
from runreport.archive.coverage import Coverage, resolve
from runreport.archive.facts import decode_fact, read_fact
from runreport.archive.intake import reunite
from runreport.archive.intervals import Range, covers
from runreport.archive.inventory import unite_inventories
from runreport.archive.journal import JournalName, list_journals
from runreport.archive.journal_reading import (
    JournalContent,
    missed_lines,
    read_journal,
    united,
)
from runreport.archive.layout import ARTIFACTS, EXPERIMENTS, IMPORTED_PREFIX
from runreport.archive.maintenance import exclusive
from runreport.archive.notices import Notice
from runreport.archive.purged import is_purged, mark_purged_hash, read_purged, without_purged
from runreport.archive.purging import erase_purged
from runreport.archive.reading import MAX_LISTINGS, SegmentFiles, read_archive, read_segments
from runreport.archive.schema import event_table, metric_table
from runreport.archive.segment import Segment, declared_ranges, read_all_points, read_metrics_file
from runreport.archive.storage import Storage
from runreport.errors import Damaged, InvalidValue, WriteFailed

Progress = Callable[[str, int, int], None]
"""Called with what is copied, how much of it is done, and how much there is."""

_CHUNK_BYTES = 1 << 20


@dataclass(slots=True)
class Merge:
    """What merging one source did."""

    source: str
    files: int = 0
    size_bytes: int = 0
    present: int = 0
    """Files that the target had already, or something newer in their place."""
    purged: int = 0
    """Files left out because what they hold was purged."""
    erased: int = 0
    """Files of the target that were erased because the source had purged what they hold."""
    notices: list[Notice] = field(default_factory=list)
    """What could not be copied."""


def merge_archive(source: Storage, target: Storage, *, progress: Progress | None = None) -> Merge:
    """Take in what another archive holds.

    A crash at any moment leaves both archives sound; merging again goes on where it ended.

    Raises:
        InvalidValue: source and target are one archive.
        WriteFailed: the target's disk refused.
    """
    if source.identity == target.identity:
        raise InvalidValue(f"{source.root} cannot be merged with itself.")
    if source.contains(target.root) or target.contains(source.root):
        raise InvalidValue(
            f"Of {source.root} and {target.root} one lies in the other; choose a target outside."
        )
    with exclusive(target):
        for _ in range(MAX_LISTINGS):
            try:
                return _Merging(source, target, progress).run()
            except FileNotFoundError:  # the source was compacted meanwhile: list it again
                continue
        return _Merging(source, target, progress).run()


def _holds_imported(segment: Segment) -> bool:
    writers = declared_ranges(segment).column("writer_id").to_pylist()
    return any(writer.startswith(IMPORTED_PREFIX) for writer in writers)


class _File(NamedTuple):
    """An artifact of the source."""

    run_id: str
    path: str
    recorded: Recorded | None


class _Merging:
    def __init__(self, source: Storage, target: Storage, progress: Progress | None) -> None:
        self.source, self.target, self.progress = source, target, progress
        self.done = Merge(source.root)
        self.purged = read_purged(source) | read_purged(target)

    def run(self) -> Merge:
        """Copy in an order that never leaves a fact without what it needs."""
        known = read_purged(self.target)
        for digest in sorted(self.purged - known):
            mark_purged_hash(self.target, digest)
        # Journals before segments, as for any reader: one sealed meanwhile is then not missed.
        journals = [(n, d, read_journal(d, n)) for n, d in self._read_journals()]
        segments = read_segments(self.source)
        own = read_segments(self.target)
        added, replaced = self._compare_artifacts()
        self._copy_artifacts(added)
        held = {name: content.ranges for name, _, content in journals}
        coverage = self._copy_segments(segments, own, held)
        self._copy_artifacts(replaced)  # not before the facts that say so are there
        self._copy_facts()
        self._copy_journals(journals, coverage)
        unite_inventories(self.source, self.target)
        self.done.notices += segments.notices
        self.done.notices += segments.metrics_missing(coverage.segments)
        if any(map(_holds_imported, (*segments.sound, *own.sound))):
            reunite(self.target)
        if self.purged - known:  # what the target still held of it goes with the mark
            self.done.erased = erase_purged(self.target).deleted_files
        return self.done

    def _note(self, path: str, problem: str) -> None:
        self.done.notices.append(Notice(path, problem, "it was not merged"))

    def _put(self, path: str, data: bytes) -> None:
        self.target.put(path, data)
        self.done.files += 1
        self.done.size_bytes += len(data)

    def _step(self, what: str, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(what, done, total)

    # -- segments ----------------------------------------------------------------------------

    def _copy_segments(
        self,
        segments: SegmentFiles,
        own: SegmentFiles,
        journals: Mapping[JournalName, list[Range]],
    ) -> Coverage:
        """Copy what has a fact that the target has not; returns what is covered afterwards.

        A segment that tells a fact of the target's differently is not copied.

        Args:
            journals: the facts of the source's.
        """
        ours = {segment.path: segment for segment in own.sound}

        def points_of(segment: Segment) -> pa.Table:
            is_ours = ours.get(segment.path) is segment
            return read_all_points(self.target if is_ours else self.source, segment)

        # Of a pair that both have the target's counts, unless it has lost its points.
        sound = {path: s for path, s in ours.items() if self._has_points(s)}
        theirs = [s for s in segments.sound if s.path not in sound]
        together = [*sound.values(), *theirs]
        apart = disagreeing_segments(together, points_of)
        for segment in theirs:
            if segment.path in apart:
                self._note(segment.path, "it tells a fact differently than another file does")
        agreed = [s for s in together if s.path in sound or s.path not in apart]
        coverage = resolve(agreed, points_of, journals, preferred=sound.keys())
        counting = {segment.path for segment in coverage.segments}
        for count, segment in enumerate(segments.sound, start=1):
            self._step("Segments", count, len(segments.sound))
            if segment.path in sound:
                self.done.present += 1
            elif segment.path in apart:
                continue  # named above
            elif segment.path not in counting:
                self.done.present += 1
            elif without_purged(segment.events, self.purged).num_rows == 0:
                self.done.purged += 1
            elif holds_purged(segment, self.purged):
                if rewrite(self.source, [segment], self.purged, target=self.target) is None:
                    self._note(segment.path, "its metrics file is damaged")
                else:
                    self.done.files += 1
            else:
                self._copy_segment(segment)
        return coverage

    def _has_points(self, own: Segment) -> bool:
        """Whether a segment of the target that the source may have, too, has its points."""
        if not self.source.exists(own.path):
            return True
        try:
            return read_all_points(self.target, own) is not None
        except (Damaged, FileNotFoundError):
            return False

    def _copy_segment(self, segment: Segment) -> None:
        """Copy a pair; of one that has lost its points the events, which are as sound as before.

        The target may still have the points, or get them from another copy.
        """
        path = segment.metrics_path
        if path is not None:
            try:
                self._put(path, read_metrics_file(self.source, segment))
            except (Damaged, FileNotFoundError) as error:
                if not self.source.exists(segment.path):
                    raise FileNotFoundError(segment.path) from error
                if not self._has_metrics(segment):
                    problem = "its metrics file is damaged"
                    self.done.notices.append(
                        Notice(segment.path, problem, "it was merged without its curves")
                    )
        self._put(segment.path, self.source.read(segment.path, follow=True))

    def _has_metrics(self, segment: Segment) -> bool:
        try:
            return read_metrics_file(self.target, segment) is not None
        except (Damaged, FileNotFoundError):
            return False

    # -- experiments -------------------------------------------------------------------------

    def _copy_facts(self) -> None:
        files = list(self.source.list(EXPERIMENTS))
        for count, file in enumerate(files, start=1):
            self._step("Facts", count, len(files))
            if not file.path.endswith(".json"):
                continue
            try:
                data = self.source.read(file.path, most=self.source.limits.fact_bytes, follow=True)
                fact = decode_fact(data)
            except (Damaged, OSError) as error:
                self._note(file.path, str(error).rstrip("."))
                continue
            if is_purged(fact.writer_id, self.purged):
                self.done.purged += 1
            elif self._has_fact(file.path):
                self.done.present += 1
            else:
                self._put(file.path, data)

    def _has_fact(self, path: str) -> bool:
        try:
            return read_fact(self.target, path) is not None
        except (Damaged, OSError):
            return False

    # -- journals ----------------------------------------------------------------------------

    def _read_journals(self) -> Iterator[tuple[JournalName, bytes]]:
        for name, _ in list_journals(self.source):
            try:
                yield name, self.source.read(name.path)
            except FileNotFoundError:
                continue  # sealed since it was listed
            except OSError as error:
                self._note(name.path, f"it cannot be read: {error.strerror}")

    def _copy_journals(
        self,
        journals: list[tuple[JournalName, bytes, JournalContent]],
        coverage: Coverage,
    ) -> None:
        for name, data, content in journals:
            if any(is_purged(run_id, self.purged) for run_id in content.run_ids):
                self.done.purged += 1
            elif covers(coverage.ranges_of(name), content.ranges) and not missed_lines(
                content, coverage.ranges_of(name)
            ):
                self.done.present += 1
            elif not self.target.exists(name.path):
                self._put(name.path, data)
            else:
                self._unite(name, data, content)

    def _unite(self, name: JournalName, data: bytes, content: JournalContent) -> None:
        """Keep what either of two copies of one journal has."""
        own_data = self.target.read(name.path)
        own = read_journal(own_data, name)
        adds_nothing = covers(own.ranges, content.ranges) and not _heals(content, own)
        if adds_nothing:
            self.done.present += 1
        elif self.target.is_locked(name.lock_path):
            self._note(name.path, "the target's own copy is being written")
        elif _disagree(own, content):
            self._note(name.path, "it tells a fact differently than the target's copy does")
        else:
            self._put(name.path, united(own_data, data, name))

    # -- artifacts ---------------------------------------------------------------------------

    def _compare_artifacts(self) -> tuple[list[_File], list[_File]]:
        """The files that the target lacks, and those that take the place of its own."""
        added: list[_File] = []
        replaced: list[_File] = []
        files = list(self.source.list(ARTIFACTS))
        if not files:
            return added, replaced
        theirs = latest_artifacts([read_archive(self.source).events])
        ours = latest_artifacts([read_archive(self.target).events])
        present = {file.path: file.size_bytes for file in self.target.list(ARTIFACTS)}
        for file in files:
            _, run_id, path = (*file.path.split("/", 2), "")[:3]
            if not _is_clean(path):
                self._note(file.path, "it is no artifact of a run")
                continue
            their, our = theirs.get((run_id, path)), ours.get((run_id, path))
            if is_purged(run_id, self.purged):
                self.done.purged += 1
            elif file.path not in present:
                added.append(_File(run_id, path, their))
            elif _keeps_own(their, our, present[file.path]) and self._is_intact(file.path, our):
                self.done.present += 1
            else:
                replaced.append(_File(run_id, path, their))
        return added, replaced

    def _is_intact(self, place: str, recorded: Recorded | None) -> bool:
        """Whether the target's artifact is the one recorded; on a store only its size is asked."""
        if recorded is None or not self.target.is_local:
            return True
        _, run_id, path = place.split("/", 2)
        try:
            check_recorded(self.target, run_id, path, recorded.digest, recorded.data)
        except Damaged:
            return False
        return True

    def _copy_artifacts(self, files: list[_File]) -> None:
        for count, file in enumerate(files, start=1):
            self._step("Artifacts", count, len(files))
            self._copy_artifact(file)

    def _copy_artifact(self, file: _File) -> None:
        place = artifact_path(file.run_id, file.path)
        try:
            if file.recorded is not None:
                digest, data = file.recorded.digest, file.recorded.data
                check_recorded(self.source, file.run_id, file.path, digest, data)
                stream = open_recorded(self.source, file.run_id, file.path, data)
            else:
                stream = self.source.open(place)
            with stream:
                self.target.put_chunks(place, iter(lambda: stream.read(_CHUNK_BYTES), b""))
                self.done.size_bytes += stream.tell()
        except WriteFailed:
            raise
        except Damaged as error:
            self._note(place, str(error))
            return
        except (OSError, InvalidValue) as error:
            self._note(place, f"it cannot be read: {error}")
            return
        self.done.files += 1


def _heals(content: JournalContent, own: JournalContent) -> bool:
    """Whether a copy of a journal has what a damaged line of another held."""
    if own.header is None and content.header is not None:
        return True
    return len(missed_lines(own, content.ranges)) < len(missed_lines(own, []))


def _disagree(one: JournalContent, other: JournalContent) -> bool:
    contents = {"one": one, "other": other}
    tables = {
        name: [event_table(content.events), metric_table(content.points)]
        for name, content in contents.items()
    }
    return bool(disagreeing(tables))


def _is_clean(path: str) -> bool:
    try:
        return clean_path(path) == path
    except InvalidValue:
        return False


def _keeps_own(their: Recorded | None, our: Recorded | None, size_bytes: int) -> bool:
    """Whether the target's file stays: it is the one logged last, and has its size."""
    if their is None:
        return True
    if our is None or our.order < their.order:
        return our is not None and our.digest == their.digest and our.size_bytes == size_bytes
    return our.digest != their.digest or our.size_bytes == size_bytes
