"""Taking in what other tools logged: once, in whatever order, and nothing twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from builders import state_of
from hypothesis import given, settings
from hypothesis import strategies as st

from runreport.archive.content import Content, Curve, Fact, in_order
from runreport.archive.directory import open_archive
from runreport.archive.intake import Intake, Taken
from runreport.archive.merging import merge_archive
from runreport.archive.reading import read_archive
from runreport.archive.storage import LocalStorage, Storage
from runreport.archive.verify import verify_archive
from runreport.events import UNDATED
from runreport.query.points import PointReader

RUN = "a" * 32
BEGUN = 1_700_000_000_000


def content(
    points: dict[str, list[tuple[int, int, float]]] | None = None,
    *facts: tuple[str, str | None, str | None],
    begun: int | None = BEGUN,
    run_id: str = RUN,
    source: str = "x",
) -> Content:
    """What a source says of a run."""
    moment = begun or 0
    data = f'{{"source":"{source}"}}' if begun is not None else f"{UNDATED}}}"
    own = [Fact("run", None, None, data, moment)]
    own += [Fact(kind, key, value, None, moment) for kind, key, value in facts]
    curves = {key: Curve.of(*zip(*rows, strict=True)) for key, rows in (points or {}).items()}
    return Content(run_id, "0", begun, in_order(own), dict(sorted(curves.items())))


def take(storage: Storage, *contents: Content) -> Intake:
    intake = Intake(storage)
    for own in contents:
        intake.take(own, Taken())
    intake.settle()
    return intake


def points_of(storage: Storage, run_id: str = RUN) -> list[tuple[str, int, int, str]]:
    rows = PointReader.of(read_archive(storage)).points_of(run_id).to_pylist()
    return sorted((r["key"], r["step"], r["time"], repr(r["value"])) for r in rows)


def test_facts_and_points_stand_as_they_were_given(storage: LocalStorage) -> None:
    rows = [(0, BEGUN, 1.0), (1, BEGUN + 1, float("nan")), (0, BEGUN, 1.0)]
    take(storage, content({"m": rows}, ("param", "lr", "0.1"), ("tag", "t", "x")))
    state = state_of(storage)
    assert [row["value"] for row in state["params"]] == ["0.1"]  # type: ignore[attr-defined]
    assert points_of(storage) == sorted(("m", s, t, repr(v)) for s, t, v in rows)
    assert verify_archive(storage).problems == ()


def test_the_later_source_says_what_a_tag_is_and_params_stand_beside_each_other(
    storage: LocalStorage,
) -> None:
    take(storage, content(None, ("tag", "t", "old"), ("param", "lr", "1")))
    take(storage, content(None, ("tag", "t", "new"), ("param", "lr", "2"), source="y"))
    state = state_of(storage)
    assert [row["value"] for row in state["tags"]] == ["new"]  # type: ignore[attr-defined]
    assert [row["rivals"] for row in state["params"]] == [2]  # type: ignore[attr-defined]


def test_a_run_without_a_date_has_none(storage: LocalStorage) -> None:
    take(storage, content({"m": [(0, 0, 1.0)]}, ("status", None, "UNKNOWN"), begun=None))
    (run,) = state_of(storage)["runs"]  # type: ignore[misc]
    assert (run["start_time"], run["end_time"], run["status"]) == (None, None, "UNKNOWN")


def test_an_unknown_run_lasted_as_long_as_it_was_heard_of(storage: LocalStorage) -> None:
    take(
        storage,
        content({"m": [(0, BEGUN + 5000, 1.0)]}, ("status", None, "UNKNOWN")),
        content(None, ("status", None, "UNKNOWN"), run_id="b" * 32),
    )
    runs = {run["run_id"]: run for run in state_of(storage)["runs"]}  # type: ignore[attr-defined]
    assert runs[RUN]["end_time"] == BEGUN + 5000
    assert runs["b" * 32]["end_time"] is None, "nothing tells when it ended"


def test_a_date_that_a_second_source_knows_is_taken(storage: LocalStorage) -> None:
    take(storage, content(None, begun=None))
    take(storage, content({"m": [(0, BEGUN, 1.0)]}))
    (run,) = state_of(storage)["runs"]  # type: ignore[misc]
    assert run["start_time"] == BEGUN


POINTS = st.lists(
    st.tuples(
        st.integers(0, 3), st.integers(BEGUN, BEGUN + 3),
        st.sampled_from([0.0, -0.0, 1.5, float("nan"), float("inf")]),
    ),
    min_size=1, max_size=6,
)  # fmt: skip
CONTENTS = st.lists(
    st.dictionaries(st.sampled_from(["a", "b"]), POINTS, min_size=1), min_size=1, max_size=4
).map(lambda found: [content(points, source=str(n)) for n, points in enumerate(found)])


@settings(max_examples=40)
@given(CONTENTS, st.randoms())
def test_whatever_the_order_a_point_counts_as_often_as_one_source_has_it(
    tmp_path_factory: object, contents: list[Content], random: object
) -> None:
    folder = Path(tmp_path_factory.mktemp("x"))  # type: ignore[attr-defined]
    wanted: dict[tuple[str, int, int, str], int] = {}
    for own in contents:
        counts: dict[tuple[str, int, int, str], int] = {}
        for key, curve in own.curves.items():
            for step, time, value in zip(*curve, strict=True):
                point = (key, step, time, repr(value))
                counts[point] = counts.get(point, 0) + 1
        for point, count in counts.items():
            wanted[point] = max(wanted.get(point, 0), count)
    expected = sorted(point for point, count in wanted.items() for _ in range(count))
    archive = open_archive(folder / "one", create=True)
    for own in contents:
        take(archive, own)
    shuffled = list(contents)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    other = open_archive(folder / "two", create=True)
    take(other, *shuffled)
    assert points_of(archive) == points_of(other) == expected
    take(archive, *shuffled)
    assert points_of(archive) == expected, "again adds nothing"
    assert verify_archive(archive).problems == ()


def test_a_later_state_of_one_place_holds(storage: LocalStorage) -> None:
    """Its points may be told with more digits, its params may have changed."""
    take(storage, content({"m": [(0, BEGUN, 0.2)]}, ("param", "best", "0.2")))
    take(storage, content({"m": [(0, BEGUN, 0.25), (1, BEGUN, 0.1)]}, ("param", "best", "0.1")))
    assert points_of(storage) == [("m", 0, BEGUN, "0.25"), ("m", 1, BEGUN, "0.1")]
    (param,) = state_of(storage)["params"]  # type: ignore[misc]
    assert (param["value"], param["rivals"]) == ("0.1", 1)


def test_a_state_with_fewer_points_loses_none(storage: LocalStorage) -> None:
    take(storage, content({"m": [(0, BEGUN, 1.0), (1, BEGUN, 2.0)]}))
    take(storage, content({"m": [(0, BEGUN, 1.0)]}, ("param", "lr", "1")))
    assert len(points_of(storage)) == 2


SHORT = content({"m": [(0, BEGUN, 1.0)]})
LONG = content({"m": [(0, BEGUN, 1.0), (1, BEGUN, 2.0)]})
ELSEWHERE = content({"n": [(0, BEGUN, 3.0)]}, source="y")
THIRD = content({"o": [(0, BEGUN, 4.0)]}, source="z")


@pytest.mark.parametrize(
    ("one", "two", "points"),
    [
        ([SHORT], [LONG], 2),
        ([SHORT, LONG], [LONG], 2),
        ([SHORT, ELSEWHERE], [SHORT, THIRD], 3),
        ([SHORT, ELSEWHERE], [ELSEWHERE, LONG], 3),
    ],
)
def test_archives_that_took_in_different_states_count_each_point_once(
    tmp_path: Path, one: list[Content], two: list[Content], points: int
) -> None:
    archives = [open_archive(tmp_path / name, create=True) for name in ("one", "two")]
    for archive, contents in zip(archives, (one, two), strict=True):
        for own in contents:
            take(archive, own)
    merge_archive(archives[1], archives[0])
    assert len(points_of(archives[0])) == points
    assert verify_archive(archives[0]).problems == ()
    merge_archive(archives[0], archives[1])
    assert points_of(archives[0]) == points_of(archives[1])


def test_folders_that_were_merged_by_hand_are_united_by_the_next_import(tmp_path: Path) -> None:
    archives = [open_archive(tmp_path / name, create=True) for name in ("one", "two")]
    take(archives[0], SHORT)
    take(archives[1], LONG)
    shutil.copytree(tmp_path / "two", tmp_path / "one", dirs_exist_ok=True)
    take(archives[0])
    assert len(points_of(archives[0])) == 2


def test_a_damaged_segment_keeps_its_own_runs_as_they_are(storage: LocalStorage) -> None:
    take(storage, SHORT)
    (metrics,) = (f.path for f in storage.list("segments") if ".metrics." in f.path)
    storage.put(metrics, storage.read(metrics)[:-1] + b"x")
    take(storage, content({"m": [(0, BEGUN, 1.0)]}, run_id="b" * 32))
    intake = take(storage, LONG, content({"m": [(1, BEGUN, 1.0)]}, run_id="b" * 32))
    assert intake.unreadable == {RUN}
    assert len(points_of(storage, "b" * 32)) == 1
