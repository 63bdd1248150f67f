"""Laws of copies: whatever happens to copies of one archive, in whatever order, a fact that one of
them still has whole is in their union, once, before and after sealing and compaction."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from builders import log_run
from hypothesis import given, settings
from hypothesis import strategies as st

from runreport.archive.clock import wall_ms
from runreport.archive.compaction import compact_archive
from runreport.archive.directory import open_archive
from runreport.archive.merging import merge_archive
from runreport.archive.reading import read_archive
from runreport.archive.recovery import seal_dead_journals
from runreport.archive.storage import LocalStorage
from runreport.archive.verify import verify_archive
from runreport.archive.writer import Writer
from runreport.errors import Damaged
from runreport.query.search import load_index
from runreport.query.summaries import with_stats

Fact = tuple[str, int]


@contextmanager
def folders() -> Iterator[Path]:
    place = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=place) as folder:
        yield Path(folder)


def facts(storage: LocalStorage) -> set[Fact]:
    """The identities of the facts that a reader finds, none of them twice."""
    snapshot = read_archive(storage)
    found: list[Fact] = []
    points: Counter[str] = Counter()
    for segment in snapshot.segments:
        try:
            rows = snapshot.points(segment).to_pylist()
        except (Damaged, FileNotFoundError):
            continue
        found += [(row["writer_id"], row["seq"]) for row in rows]
        points.update(row["run_id"] for row in rows)
    for part in snapshot.journals:
        found += [(point.writer_id, point.seq) for point in part.content.points]
        points.update(point.run_id for point in part.content.points)
    for row in snapshot.events.to_pylist():
        if row["kind"] != "metric_summary":
            found.append((row["writer_id"], row["seq"]))
    assert len(found) == len(set(found)), "a fact was read twice"
    return set(found)


def counted(storage: LocalStorage) -> int:
    """How many points the summaries of the runs' metrics speak of."""
    index = load_index(storage)
    return sum(with_stats(index.metrics).column("count").to_pylist())


def points_of(storage: LocalStorage) -> int:
    snapshot = read_archive(storage)
    sealed = sum(snapshot.points(segment).num_rows for segment in snapshot.segments)
    return sealed + sum(len(part.content.points) for part in snapshot.journals)


class Copies:
    """Some copies of an archive in which one run is being logged."""

    def __init__(self, folder: Path, rng: random.Random, *, damages_segments: bool) -> None:
        self.folder, self.rng = folder, rng
        self.damages_segments = damages_segments
        first = open_archive(folder / "0", create=True)
        assert isinstance(first, LocalStorage)
        self.all = [first]
        self.writer: Writer = log_run(first, "a" * 32, points=[1.0])
        self.logged = 0
        self.damages = 0

    def grow(self) -> None:
        self.logged += 1
        if self.rng.random() < 0.5:
            self.writer.log_metric("loss", float(self.logged), self.logged, 1)
        else:
            self.writer.log_values("param", {f"p{self.logged}": "1", f"q{self.logged}": "2"})
        if self.rng.random() < 0.1:
            self.writer.roll_over()

    def copy(self) -> None:
        if len(self.all) < 5:
            source = self.rng.choice(self.all)
            place = self.folder / str(len(self.all))
            shutil.copytree(source.root, place)
            self.all.append(LocalStorage(str(place)))

    def damage(self) -> None:
        """Flip a bit of a journal's line or, where asked for, of a segment; not of the journal
        that is being written."""
        storage = self.rng.choice(self.all[1:] or [None])
        if storage is None:
            return
        wanted = ("live", "segments") if self.damages_segments else ("live",)
        files = [f for folder in wanted for f in storage.list(folder) if f.size_bytes]
        if files:
            file = self.rng.choice(files)
            data = bytearray(storage.read(file.path))
            data[self.rng.randrange(len(data))] ^= 1 << self.rng.randrange(8)
            self.damages += 1
            Path(storage.locate(file.path)).write_bytes(data)

    def seal(self) -> None:
        seal_dead_journals(self.rng.choice(self.all), now_ms=wall_ms())

    def compact(self) -> None:
        compact_archive(self.rng.choice(self.all))

    def merge(self) -> None:
        if len(self.all) > 1:
            source, target = self.rng.sample(self.all, 2)
            if target is not self.all[0]:  # in which a writer is at work
                both = facts(source) | facts(target)
                merge_archive(source, target)
                assert facts(target) >= both  # or more: each may have half of a damaged pair

    def step(self, name: str) -> None:
        before = [facts(storage) for storage in self.all]
        getattr(self, name)()
        logged = facts(self.all[0])  # which is never damaged
        for number, storage in enumerate(self.all):
            found = facts(storage)
            assert found <= logged
            if name != "damage" and number < len(before):
                assert found >= before[number], name


STEPS = ("grow", "grow", "copy", "damage", "seal", "compact", "merge")


def check_laws(seed: int, steps: list[str], *, damages_segments: bool) -> None:
    with folders() as folder:
        rng = random.Random(seed)
        copies = Copies(folder, rng, damages_segments=damages_segments)
        for name in steps:
            copies.step(name)
        copies.writer.finish()
        union = set().union(*map(facts, copies.all))
        for number in range(2):
            target = open_archive(folder / f"union {number}", create=True)
            assert isinstance(target, LocalStorage)
            for source in rng.sample(copies.all, len(copies.all)):
                merge_archive(source, target)
                if rng.random() < 0.3:
                    seal_dead_journals(target, now_ms=wall_ms())
                if rng.random() < 0.3:
                    compact_archive(target)
            assert facts(target) >= union
            seal_dead_journals(target, now_ms=wall_ms())
            assert facts(target) >= union
            compact_archive(target)
            assert facts(target) >= union
            assert counted(target) == points_of(target)
            # Of several damaged lines in a row nobody can tell how many facts they held.
            if len(union) == copies.writer._seq and copies.damages < 2:
                assert [str(p) for p in verify_archive(target).problems] == []


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.sampled_from(STEPS), min_size=4, max_size=25))
def test_copies_of_a_damaged_journal_are_united_fact_by_fact(seed: int, steps: list[str]) -> None:
    check_laws(seed, steps, damages_segments=False)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.sampled_from(STEPS), min_size=4, max_size=25))
def test_copies_with_damaged_segments_are_united_fact_by_fact(seed: int, steps: list[str]) -> None:
    check_laws(seed, steps, damages_segments=True)


@pytest.mark.long
@settings(max_examples=2000, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.sampled_from(STEPS), min_size=4, max_size=60))
def test_copies_are_united_fact_by_fact_in_long_histories(seed: int, steps: list[str]) -> None:
    check_laws(seed, steps, damages_segments=bool(seed % 2))
