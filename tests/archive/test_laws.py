"""DESIGN section 3 as laws: merging, compacting, sealing and copying change no answer."""

from __future__ import annotations

import math
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from builders import log_run, state_of
from hypothesis import given, settings
from hypothesis import strategies as st

import runreport
from runreport.archive.clock import wall_ms
from runreport.archive.compaction import compact_archive
from runreport.archive.directory import open_archive
from runreport.archive.facts import derive_id, write_fact
from runreport.archive.merging import merge_archive
from runreport.archive.reading import read_archive
from runreport.archive.recovery import seal_dead_journals
from runreport.archive.sealing import seal_journal
from runreport.archive.storage import LocalStorage
from runreport.archive.verify import verify_archive
from runreport.archive.writer import Writer
from runreport.report.charts.curves import CurveReader

VALUES = st.floats(allow_nan=True, allow_infinity=True)
WRITINGS = st.tuples(
    st.sampled_from(["a", "b", "c"]),  # the run
    st.sampled_from(["seal", "leave", "roll over"]),
    st.lists(st.tuples(st.sampled_from(["loss", "acc"]), VALUES, st.integers(-3, 3)), max_size=5),
    st.dictionaries(st.sampled_from(["lr", "model"]), st.sampled_from(["1", "2", ""]), max_size=2),
    st.sampled_from([None, "first", "second"]),  # an experiment that is made
)
ARCHIVES = st.lists(WRITINGS, max_size=4)


@contextmanager
def folders() -> Iterator[Path]:
    place = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=place) as folder:
        yield Path(folder)


def make(folder: Path, writings: list[tuple]) -> LocalStorage:  # type: ignore[type-arg]
    storage = open_archive(folder, create=True)
    assert isinstance(storage, LocalStorage)
    for run, end, points, params, experiment in writings:
        if experiment is not None:
            write_fact(storage, derive_id(experiment), "experiment", "name", experiment)
        writer = log_run(storage, run * 32, params=params)
        for key, value, step in points:
            writer.log_metric(key, value, step, 1000)
            if end == "roll over":
                writer.roll_over()
        name = writer.finish()
        if end == "seal" and name is not None:
            seal_journal(storage, name)
    return storage


def answers_of(storage: LocalStorage) -> object:
    """All that the archive says: its state and every curve."""
    state = state_of(storage)
    reader = CurveReader.of(read_archive(storage))
    curves = {run["run_id"]: reader.read(run["run_id"]) for run in state["runs"]}  # type: ignore[attr-defined]
    return repr((state, sorted(curves.items())))


def copy(storage: LocalStorage, name: str) -> LocalStorage:
    target = Path(storage.root).parent / name
    shutil.copytree(storage.root, target)
    return LocalStorage(str(target))


def merged(name: str, *sources: LocalStorage) -> LocalStorage:
    folder = Path(sources[0].root).parent / name
    target = open_archive(folder, create=True)
    assert isinstance(target, LocalStorage)
    for source in sources:
        assert merge_archive(source, target).notices == []
    return target


@settings(max_examples=12, deadline=None)
@given(ARCHIVES, ARCHIVES, ARCHIVES)
def test_merging_is_commutative_associative_and_idempotent(
    first: list,
    second: list,
    third: list,  # type: ignore[type-arg]
) -> None:
    with folders() as folder:
        a, b, c = (make(folder / n, w) for n, w in zip("abc", (first, second, third), strict=True))
        expected = answers_of(merged("abc", a, b, c))
        assert answers_of(merged("cab", c, a, b)) == expected
        assert answers_of(merged("a(bc)", a, merged("bc", b, c))) == expected
        assert answers_of(merged("aabcb", a, a, b, c, b)) == expected
        assert answers_of(merged("a alone", a)) == answers_of(a)


@settings(max_examples=25, deadline=None)
@given(ARCHIVES, ARCHIVES)
def test_compacting_sealing_and_copying_change_no_answer(
    first: list,
    second: list,  # type: ignore[type-arg]
) -> None:
    with folders() as folder:
        storage = make(folder / "a", first)
        expected = answers_of(storage)
        assert answers_of(copy(storage, "copy")) == expected
        old = copy(storage, "old")
        seal_dead_journals(storage, now_ms=wall_ms())
        assert answers_of(storage) == expected
        compact_archive(storage)
        assert answers_of(storage) == expected
        merge_archive(old, storage)  # an old copy comes back
        assert answers_of(storage) == expected
        other = make(folder / "b", second)
        both = answers_of(merged("plain", old, other))
        compact_archive(other)
        assert answers_of(merged("compacted", storage, other)) == both
        again = merged("again", other, storage)
        compact_archive(again)
        compact_archive(again, group_facts=4)
        assert answers_of(again) == both
        assert verify_archive(again).problems == ()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 8), st.integers(0, 8), st.booleans())
def test_a_journal_copied_while_it_grew_counts_once_whatever_was_sealed_where(
    early: int, late: int, compact_first: bool
) -> None:
    with folders() as folder:
        storage = make(folder / "a", [])
        writer = Writer(storage, "0", "a" * 32)
        writer.log_event("run", None, None, {}, 1000)
        copies = []
        for step in range(9):
            writer.log_metric("loss", float(step), step, 1)
            if step in (early, late):
                copies.append(copy(storage, f"copy {step}"))
        name = writer.finish()
        assert name is not None
        expected = answers_of(storage)
        for one in copies:
            seal_journal(one, name)
            if compact_first:
                compact_archive(one)
        assert answers_of(merged("all", *copies, storage)) == expected
        assert answers_of(merged("all, the other way", storage, *copies)) == expected
        everything = merged("everything", *copies, storage)
        seal_dead_journals(everything, now_ms=wall_ms())
        compact_archive(everything)
        assert answers_of(everything) == expected


STRANGE = [math.nan, math.inf, -math.inf, -0.0, 5e-324, 1.7976931348623157e308, 2.0**53 + 2]
PLANES = (
    "".join(chr((plane << 16) + 0x1234) for plane in range(17)) + "\U0001f600 é e\u0301 \x00\t"
)


def test_strange_values_names_and_texts_come_back_as_they_were(archive: Path) -> None:
    long_name = "n" * 250
    with runreport.start_run() as run:
        for step, value in enumerate(STRANGE):
            runreport.log_metric(long_name, value, step=step)
        runreport.log_metric("count", 2**53 + 1)
        runreport.log_param("big", 2**53 + 1)
        runreport.set_tag("planes", PLANES)
        runreport.log_param(long_name, "v" * 6000)
    storage = open_archive(archive)
    assert isinstance(storage, LocalStorage)

    def check(place: LocalStorage) -> None:
        reader = CurveReader.of(read_archive(place))
        values = reader.read(run.info.run_id)[long_name].values
        assert list(map(repr, values)) == list(map(repr, STRANGE))
        runreport.set_tracking_uri(place.root)
        data = runreport.get_run(run.info.run_id).data
        assert data.params["big"] == str(2**53 + 1)
        assert data.params[long_name] == "v" * 6000
        assert data.tags["planes"] == PLANES
        assert data.metrics["count"] == float(2**53 + 1)

    check(storage)
    compact_archive(storage)
    check(storage)
    check(merged("merged", storage))


def damage_line(storage: LocalStorage, path: str, containing: bytes) -> None:
    """Flip a bit of the journal line that has some text."""
    lines = storage.read(path).splitlines(keepends=True)
    place = next(n for n, line in enumerate(lines) if containing in line)
    lines[place] = bytes([lines[place][0] ^ 1]) + lines[place][1:]
    Path(storage.locate(path)).write_bytes(b"".join(lines))


def test_a_short_copy_fills_the_gaps_that_damage_left_in_the_longer(tmp_path: Path) -> None:
    storage = make(tmp_path / "a", [])
    writer = log_run(storage, "a" * 32)
    for step in range(6):
        writer.log_values("param", {f"p{step}": str(step)})
        writer.log_metric("loss", float(step), step, 1)
    copies = [copy(storage, "first"), copy(storage, "second")]
    writer.log_metric("loss", 9.0, 9, 1)
    name = writer.finish()
    assert name is not None
    expected = answers_of(storage)
    damage_line(storage, name.path, b'"p2"')
    damage_line(storage, name.path, b'"step":4')
    damage_line(copies[0], name.path, b'"step":4')
    for one in (storage, *copies):
        seal_dead_journals(one, now_ms=wall_ms())
        one.delete(name.path)  # the damaged journal stays as a witness; here it is lost as well
    assert answers_of(storage) != expected
    for order in ((storage, *copies), (*reversed(copies), storage)):
        folder = f"merged {order[0].root[-6:]}"
        together = merged(folder, *order)
        assert answers_of(together) == expected
        compact_archive(together)
        assert answers_of(together) == expected
        for one in copies:
            merge_archive(one, together)
        assert answers_of(together) == expected
        compact_archive(together)
        assert answers_of(together) == expected


def test_points_of_one_step_keep_their_order_when_their_journals_are_sealed(
    tmp_path: Path,
) -> None:
    storage = make(
        tmp_path / "a", [("a", "leave", [("loss", 0.0, 0), ("loss", 1.0, 0)], {}, None)]
    )
    later = log_run(storage, "a" * 32)
    later.log_metric("loss", 0.0, 0, 1000)
    later.finish()
    expected = answers_of(storage)
    seal_dead_journals(storage, now_ms=wall_ms())
    compact_archive(storage)
    assert answers_of(storage) == expected
