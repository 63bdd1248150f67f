"""An archive from elsewhere hides and deletes nothing of ours, whatever its footers claim."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from builders import log_run
from faults import Facts, facts_of

from runreport.archive.clock import wall_ms
from runreport.archive.compaction import compact_archive
from runreport.archive.directory import open_archive
from runreport.archive.footer import PARTS, SegmentFooter
from runreport.archive.journal import JournalName, encode_line
from runreport.archive.layout import FORMAT, SegmentName
from runreport.archive.merging import merge_archive
from runreport.archive.reading import read_archive
from runreport.archive.recovery import seal_dead_journals
from runreport.archive.schema import EVENTS, METRICS
from runreport.archive.segment import Segment, read_all_points, write_tables
from runreport.archive.storage import LocalStorage
from runreport.archive.verify import verify_archive

VICTIM, OTHER = "a" * 32, "b" * 32


@pytest.fixture
def ours(storage: LocalStorage) -> LocalStorage:
    """Two sealed runs and one in its journal."""
    for run_id in (VICTIM, OTHER):
        log_run(storage, run_id, params={"lr": "1"}, points=[3.0, 2.0, 1.0]).finish()
    seal_dead_journals(storage, now_ms=wall_ms())
    log_run(storage, "c" * 32, points=[5.0]).finish()
    return storage


def segments_of(storage: LocalStorage) -> list[Segment]:
    return list(read_archive(storage).segments)


def forge(
    storage: LocalStorage, claimed: list[Segment], events: pa.Table, points: pa.Table | None
) -> SegmentName:
    """A compacted segment that claims the journals of some segments, with any rows."""
    rows = [
        (s.footer.writer_id, s.footer.number, s.footer.first_seq, s.footer.last_seq,
         s.footer.facts, "", "", s.name.digest)
        for s in claimed
    ]  # fmt: skip
    columns = zip(*rows, strict=True)
    parts = pa.table(
        [pa.array(c, f.type) for c, f in zip(columns, PARTS, strict=True)], schema=PARTS
    )
    stems = tuple(segment.name.stem for segment in claimed)
    footer = SegmentFooter(
        FORMAT, f"c{'0' * 31}", 0, 0, -1, 100, None, supersedes=stems, compacted=parts
    )
    return write_tables(storage, claimed[0].name.month, footer, events.cast(EVENTS), points)


def everything_stays(storage: LocalStorage, facts: Facts) -> None:
    """Reading, compacting, sealing and merging keep every fact."""
    assert facts_of(storage) >= facts
    for _ in range(2):
        compact_archive(storage)
        seal_dead_journals(storage, now_ms=wall_ms())
        assert facts_of(storage) >= facts
    target = open_archive(Path(storage.root).parent / "target", create=True)
    assert isinstance(target, LocalStorage)
    merge_archive(storage, target)
    assert facts_of(target) >= facts


def test_a_compacted_segment_that_holds_nothing_of_what_it_claims_hides_nothing(
    ours: LocalStorage,
) -> None:
    facts, segments = facts_of(ours), segments_of(ours)
    forge(ours, segments, EVENTS.empty_table(), None)
    everything_stays(ours, facts)


def test_one_that_holds_the_events_and_not_the_points_hides_no_point(ours: LocalStorage) -> None:
    facts, segments = facts_of(ours), segments_of(ours)
    forge(ours, segments, pa.concat_tables([s.events.cast(EVENTS) for s in segments]), None)
    everything_stays(ours, facts)


@pytest.mark.parametrize("what", ["event", "point"])
def test_one_that_tells_a_fact_differently_is_named_and_deletes_nothing(
    ours: LocalStorage, what: str
) -> None:
    facts, segments = facts_of(ours), segments_of(ours)
    events = pa.concat_tables([s.events.cast(EVENTS) for s in segments])
    points = pa.concat_tables([read_all_points(ours, s).cast(METRICS) for s in segments])
    if what == "event":
        values = [v if k != "lr" else "666" for v, k in zip(*columns(events), strict=True)]
        events = events.set_column(8, "value", pa.array(values, pa.string()))
    else:
        values = [value * 2 for value in points.column("value").to_pylist()]
        points = points.set_column(6, "value", pa.array(values))
    forged = forge(ours, segments, events, points)
    named = {p.path for p in verify_archive(ours).problems if "differently" in p.problem}
    assert named == {forged.path, *(s.path for s in segments)}
    originals = {path: ours.read(path) for path in named}
    for _ in range(2):
        compact_archive(ours)
        seal_dead_journals(ours, now_ms=wall_ms())
    assert {path: ours.read(path) for path in named} == originals
    ours.delete(forged.path)
    assert facts_of(ours) == facts


def columns(events: pa.Table) -> tuple[list[str | None], list[str | None]]:
    return events.column("value").to_pylist(), events.column("key").to_pylist()


def test_a_merge_refuses_what_contradicts_the_target(ours: LocalStorage, tmp_path: Path) -> None:
    facts, segments = facts_of(ours), segments_of(ours)
    theirs = open_archive(tmp_path / "theirs", create=True)
    assert isinstance(theirs, LocalStorage)
    events = segments[0].events.cast(EVENTS)
    values = [v if k != "lr" else "666" for v, k in zip(*columns(events), strict=True)]
    changed = events.set_column(8, "value", pa.array(values, pa.string()))
    points = read_all_points(ours, segments[0]).cast(METRICS)
    forged = forge(theirs, segments[:1], changed, points)
    shutil.copytree(Path(ours.root) / "live", tmp_path / "theirs" / "live")
    (journal,) = (f.path for f in theirs.list("live") if f.path.endswith(".jsonl"))
    text = theirs.read(journal).replace(b'"loss":5.0', b'"loss":6.0')
    lines = [encode_line(line[:-9].decode()) for line in text.splitlines()]
    more = lines[-1][:-10].replace(b'"seq":3', b'"seq":4').decode()
    Path(theirs.locate(journal)).write_bytes(b"".join([*lines, encode_line(more)]))
    done = merge_archive(theirs, ours)
    assert {forged.path, journal} <= {notice.path for notice in done.notices}
    assert facts_of(ours) == facts
    assert verify_archive(ours).problems == ()


def test_a_segment_does_not_cover_a_journal_that_it_only_claims(ours: LocalStorage) -> None:
    facts = facts_of(ours)
    (journal,) = (f.path for f in ours.list("live") if f.path.endswith(".jsonl"))
    writer_id = journal.partition("/")[2].partition("-")[0]
    footer = SegmentFooter(FORMAT, writer_id, 0, 0, 10**9, 5, None)
    write_tables(ours, "2026-11", footer, EVENTS.empty_table(), None)
    assert facts_of(ours) == facts
    seal_dead_journals(ours, now_ms=wall_ms())
    assert facts_of(ours) == facts
    compact_archive(ours)
    assert facts_of(ours) == facts


def test_rows_that_a_footer_does_not_declare_are_damage(ours: LocalStorage) -> None:
    facts, segments = facts_of(ours), segments_of(ours)
    one, other = segments
    footer = replace(one.footer, metrics=None, writer_id="f" * 32)
    name = write_tables(ours, "2026-11", footer, other.events.cast(EVENTS), None)
    (problem,) = (p for p in verify_archive(ours).problems if p.path == name.path)
    assert "does not declare" in problem.problem
    assert facts_of(ours) == facts


def test_a_footer_that_describes_another_segment_is_damage(ours: LocalStorage) -> None:
    (one, _) = segments_of(ours)
    name = write_tables(ours, "2026-11", one.footer, one.events.cast(EVENTS), None)
    moved = replace_name(name, JournalName("d" * 32, 0))
    Path(ours.locate(name.path)).rename(ours.locate(moved.path))
    (problem,) = verify_archive(ours).problems
    assert "describes another segment" in problem.problem


def replace_name(name: SegmentName, journal: JournalName) -> SegmentName:
    return name._replace(writer_id=journal.writer_id, number=journal.number)
