from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from builders import RUN, log_run

import runreport
from runreport.archive.directory import open_archive
from runreport.archive.reading import read_archive
from runreport.archive.sealing import seal_journal
from runreport.archive.storage import LocalStorage
from runreport.query.points import PointReader
from runreport.report.charts.curves import (
    Curve,
    CurveReader,
    curve_json,
    curve_note,
    curve_script,
    end_of,
    fine_room,
    make_curve,
)
from runreport.report.charts.sessions import Logged
from runreport.report.charts.thinning import MAX_BUCKETS


def test_the_curves_of_a_run_come_from_journal_and_segments_once(storage: LocalStorage) -> None:
    writer = log_run(storage, points=[3.0, 2.0])
    name = writer.finish()
    assert name is not None
    data = storage.read(name.path)
    seal_journal(storage, name)
    storage.put(name.path, data)
    (curve,) = CurveReader.of(read_archive(storage)).read(RUN).values()
    assert (curve.steps, curve.values, curve.logged) == ((0, 1), (3.0, 2.0), 2)
    assert CurveReader.of(read_archive(storage)).read("nobody") == {}


def test_metrics_logged_in_turns_stay_apart_while_the_run_lives(storage: LocalStorage) -> None:
    writer = log_run(storage)
    for step in range(3):
        writer.log_metric("a", float(step), step, step)
        writer.log_metric("b", -float(step), step, step)
    curves = CurveReader.of(read_archive(storage)).read(RUN)
    assert curves["a"].values == (0.0, 1.0, 2.0) and curves["b"].values == (0.0, -1.0, -2.0)
    writer.finish()


def test_a_resumed_run_has_one_curve(archive: Path) -> None:
    with runreport.start_run() as run:
        runreport.log_metric("m", 1.0, step=1)
    with runreport.start_run(run_id=run.info.run_id):
        runreport.log_metric("m", 2.0, step=0)
        runreport.log_metric("m", 3.0, step=2)
    reader = CurveReader.of(read_archive(open_archive(archive)))
    assert reader.read(run.info.run_id)["m"].values == (2.0, 1.0, 3.0)


def test_a_long_curve_says_how_many_points_were_logged(storage: LocalStorage) -> None:
    writer = log_run(storage, points=[math.sin(n) for n in range(2000)])
    name = writer.finish()
    assert name is not None
    seal_journal(storage, name)
    curve = CurveReader.of(read_archive(storage)).read(RUN)["loss"]
    assert len(curve.values) <= MAX_BUCKETS and curve.logged == 2000
    assert curve.counts is not None and sum(curve.counts) == 2000
    assert curve_note(curve).startswith(f"2,000 points as {len(curve.values)} means")


def test_points_without_a_step_lie_in_their_order() -> None:
    curve = make_curve("m", logged([0, 0, 0], [3.0, 1.0, 2.0]))
    assert curve.steps == (0, 1, 2) and not curve.has_steps
    assert curve_note(curve) == "logged at one step: in their order"


def test_a_step_logged_again_after_a_resume_is_the_later_session() -> None:
    curve = make_curve(
        "m",
        Logged(
            [0, 1, 1, 2, 2, 3, 4],
            [10, 11, 21, 12, 22, 23, 24],
            [1.0, 1.0, 5.0, 1.0, 5.0, 5.0, 5.0],
            ["a", "a", "b", "a", "b", "b", "b"],
            [0, 1, 0, 2, 1, 2, 3],
        ),
    )
    assert (curve.steps, curve.values) == ((0, 1, 2, 3, 4), (1.0, 5.0, 5.0, 5.0, 5.0))
    assert (curve.resumed, curve.replaced, curve.logged) == ((1,), 2, 7)
    assert curve.counts is None and "2 logged again by a later session" in curve_note(curve)


def test_values_of_one_step_are_their_mean_and_range() -> None:
    curve = make_curve("m", logged([0, 0, 1, 1], [1.0, 3.0, math.nan, 2.0]))
    assert (curve.steps, curve.values) == ((0, 1), (2.0, 2.0))
    assert (curve.counts, curve.lows, curve.highs) == ((2, 1), (1.0, 2.0), (3.0, 2.0))
    assert (curve.lost, curve.replaced) == (1, 0)


@pytest.mark.parametrize(
    ("values", "end"),
    [([1.0, math.nan], 0), ([1.0, math.nan, 2.0], None), ([math.inf], None), ([1.0], None)],
)
def test_a_run_diverged_where_only_other_than_numbers_follow(
    values: list[float], end: int | None
) -> None:
    assert end_of(values) == end


def logged(steps: list[int], values: list[float]) -> Logged:
    """What one writer logged in this order."""
    count = len(steps)
    return Logged(steps, range(count), values, ["w"] * count, range(count))


def test_a_damaged_metrics_file_leaves_a_notice_and_no_curve(storage: LocalStorage) -> None:
    name = log_run(storage, points=[1.0, 2.0]).finish()
    assert name is not None
    seal_journal(storage, name)
    (path,) = Path(storage.root).glob("segments/*/*.metrics.parquet")
    path.write_bytes(path.read_bytes()[:-3])
    points = PointReader.of(read_archive(storage))
    reader = CurveReader(points)
    (notice,) = points.read_all()
    assert notice.path.endswith(".metrics.parquet") and reader.read(RUN) == {}


def test_numbers_json_has_no_word_for_travel_as_text(storage: LocalStorage) -> None:
    log_run(storage, points=[math.nan, math.inf, 2.0]).finish()
    curves = CurveReader.of(read_archive(storage)).read(RUN)
    assert curve_script(curves)[0][1]["value"] == ["NaN", "Infinity", 2]


def test_a_reader_who_zooms_finds_what_a_page_thins(storage: LocalStorage) -> None:
    writer = log_run(storage, points=[math.sin(n) for n in range(3000)])
    for n in range(9000):
        writer.log_metric("val_accuracy", n / 9000, n, n)
    writer.log_metric("short", 1.0, 0, 0)
    reader = CurveReader.of(read_archive(storage))
    curves = reader.read(RUN)
    fine = reader.read_fine(RUN, curves, 10_000)
    assert fine["loss"].values == tuple(math.sin(n) for n in range(3000))
    assert {key: len(own.values) for key, own in fine.items()} == {
        "loss": 3000,
        "val_accuracy": 4501,  # two points each, but for the ends
    }
    assert [*reader.read_fine(RUN, curves, 2000)] == ["val_accuracy"]
    assert reader.read_fine(RUN, curves, 0) == {}
    writer.finish()


def test_a_site_of_many_runs_has_less_room_for_each() -> None:
    assert [fine_room(40_000, runs) for runs in (1, 200, 400, 401, 10_000)] == [
        40_000, 40_000, 20_000, 20_000, 625,
    ]  # fmt: skip


SERIES = json.loads((Path(__file__).parent / "series_cases.json").read_text())


@pytest.mark.parametrize("case", SERIES, ids=[case["what"] for case in SERIES])
def test_series_are_written_as_the_scripts_read_them(case: dict[str, Any]) -> None:
    read = case["read"]
    told = curve_json(Curve("m", *(tuple(read[n]) for n in ("step", "time", "value")), 3))
    assert {name: own for name, own in told.items() if name != "logged"} == case["written"]
