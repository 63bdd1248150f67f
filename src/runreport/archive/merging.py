"""Merging: one archive takes in the facts of others. The sources stay as they are.

Segments and facts are immutable, so merging is copying what is missing. It is idempotent, and in
whatever order archives are merged, the answers are the same. Nothing damaged is copied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from runreport.archive.artifact_records import Recorded, latest_artifacts
from runreport.archive.artifacts import artifact_path, clean_path, digest_artifact
from runreport.archive.compaction import holds_purged, rewrite
from runreport.archive.coverage import Coverage, resolve
from runreport.archive.facts import decode_fact
from runreport.archive.journal import JournalName, list_journals
from runreport.archive.journal_reading import JournalContent, read_journal
from runreport.archive.layout import ARTIFACTS, EXPERIMENTS
from runreport.archive.maintenance import exclusive
from runreport.archive.notices import Notice
from runreport.archive.purged import is_purged, mark_purged_hash, read_purged, without_purged
from runreport.archive.reading import MAX_LISTINGS, SegmentFiles, read_archive, read_segments
from runreport.archive.segment import Segment, read_metrics_file, read_points
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
        for digest in sorted(self.purged):
            mark_purged_hash(self.target, digest)
        # Journals before segments, as for any reader: one sealed meanwhile is then not missed.
        journals = list(self._read_journals())
        segments = read_segments(self.source)
        own = read_segments(self.target)
        added, replaced = self._compare_artifacts()
        self._copy_artifacts(added)
        self._copy_segments(segments, own)
        self._copy_artifacts(replaced)  # not before the facts that say so are there
        self._copy_facts()
        self._copy_journals(journals, resolve((*own.sound, *segments.sound)))
        self.done.notices += segments.notices
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

    def _copy_segments(self, segments: SegmentFiles, own: SegmentFiles) -> None:
        known = {segment.name.stem for segment in own.sound}
        known.update(name.stem for name in own.replaced)
        known.update(stem for segment in own.sound for stem in segment.footer.supersedes)
        digests = {
            digest
            for segment in own.sound
            if segment.footer.compacted is not None and segment.is_whole
            for digest in segment.footer.compacted.column("digest").to_pylist()
        }
        own_by_stem = {segment.name.stem: segment for segment in own.sound}
        for count, segment in enumerate(segments.sound, start=1):
            self._step("Segments", count, len(segments.sound))
            if segment.name.stem in known or segment.name.digest in digests:
                if self._is_sound(own_by_stem.get(segment.name.stem)):
                    self.done.present += 1
                else:
                    self._copy_segment(segment)
            elif without_purged(segment.events, self.purged).num_rows == 0:
                self.done.purged += 1
            elif holds_purged(segment, self.purged):
                if rewrite(self.source, [segment], self.purged, target=self.target) is None:
                    self._note(segment.path, "its metrics file is damaged")
                else:
                    self.done.files += 1
            else:
                self._copy_segment(segment)

    def _is_sound(self, own: Segment | None) -> bool:
        """Whether the target's copy has its points; one that counts elsewhere does."""
        try:
            return own is None or read_points(self.target, own) is not None
        except (Damaged, FileNotFoundError):
            return False

    def _copy_segment(self, segment: Segment) -> None:
        path = segment.metrics_path
        if path is not None:
            try:
                data = read_metrics_file(self.source, segment)
            except (Damaged, FileNotFoundError) as error:
                if not self.source.exists(segment.path):
                    raise FileNotFoundError(segment.path) from error
                self._note(segment.path, "its metrics file is damaged")
                return
            self._put(path, data)
        self._put(segment.path, self.source.read(segment.path))

    # -- experiments -------------------------------------------------------------------------

    def _copy_facts(self) -> None:
        files = list(self.source.list(EXPERIMENTS))
        for count, file in enumerate(files, start=1):
            self._step("Facts", count, len(files))
            if not file.path.endswith(".json"):
                continue
            try:
                data = self.source.read(file.path)
                writer_id = decode_fact(data).writer_id
            except (Damaged, OSError) as error:
                self._note(file.path, str(error).rstrip("."))
                continue
            if is_purged(writer_id, self.purged):
                self.done.purged += 1
            elif self._has_fact(file.path):
                self.done.present += 1
            else:
                self._put(file.path, data)

    def _has_fact(self, path: str) -> bool:
        try:
            return decode_fact(self.target.read(path)) is not None
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
        self, journals: list[tuple[JournalName, bytes]], coverage: Coverage
    ) -> None:
        for name, data in journals:
            content = read_journal(data, name)
            sealed = coverage.range_of(name)
            if any(is_purged(run_id, self.purged) for run_id in content.run_ids):
                self.done.purged += 1
            elif sealed is not None and sealed[1] >= content.last_seq:
                self.done.present += 1
            elif not self.target.exists(name.path):
                self._put(name.path, data)
            else:
                self._lengthen(name, data, content)

    def _lengthen(self, name: JournalName, data: bytes, content: JournalContent) -> None:
        """Keep the longer of two copies of one journal."""
        own = read_journal(self.target.read(name.path), name)
        facts, own_facts = (len(c.events) + len(c.points) for c in (content, own))
        if facts <= own_facts:
            self.done.present += 1
        elif self.target.is_locked(name.lock_path):
            self._note(name.path, "the target's own copy is being written")
        else:
            self._put(name.path, data)

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
            return digest_artifact(self.target, run_id, path) == recorded.digest
        except (OSError, InvalidValue):
            return False

    def _copy_artifacts(self, files: list[_File]) -> None:
        for count, file in enumerate(files, start=1):
            self._step("Artifacts", count, len(files))
            self._copy_artifact(file)

    def _copy_artifact(self, file: _File) -> None:
        place = artifact_path(file.run_id, file.path)
        try:
            if file.recorded is not None:
                digest = digest_artifact(self.source, file.run_id, file.path)
                if digest != file.recorded.digest:
                    self._note(place, "its bytes are not those that were logged")
                    return
            with self.source.open(place) as stream:
                self.target.put_chunks(place, iter(lambda: stream.read(_CHUNK_BYTES), b""))
                self.done.size_bytes += stream.tell()
        except WriteFailed:
            raise
        except (OSError, InvalidValue) as error:
            self._note(place, f"it cannot be read: {error}")
            return
        self.done.files += 1


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
