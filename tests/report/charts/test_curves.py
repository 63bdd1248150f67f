from __future__ import annotations

import math
from pathlib import Path

from builders import RUN, log_run
from hypothesis import given
from hypothesis import strategies as st

import runreport
from runreport.archive.directory import open_archive
from runreport.archive.reading import read_archive
from runreport.archive.sealing import seal_journal
from runreport.archive.storage import LocalStorage
from runreport.report.charts.curves import MAX_POINTS, CurveReader, curve_script, downsample


@given(st.lists(st.floats(allow_nan=True), min_size=1, max_size=3000))
def test_downsampling_keeps_ends_extremes_order_and_the_limit(values: list[float]) -> None:
    kept = downsample(values, 100)
    assert len(kept) <= 100 or len(values) <= 100
    assert list(kept) == sorted(set(kept))
    assert kept[0] == 0 and kept[-1] == len(values) - 1
    finite = [value for value in values if math.isfinite(value)]
    if finite:
        assert {min(finite), max(finite)} <= {values[place] for place in kept}


def test_the_curves_of_a_run_come_from_journal_and_segments_once(storage: LocalStorage) -> None:
    writer = log_run(storage, points=[3.0, 2.0])
    name = writer.finish()
    assert name is not None
    data = storage.read(name.path)
    seal_journal(storage, name)
    storage.put(name.path, data)
    (curve,) = CurveReader(read_archive(storage)).read(RUN).values()
    assert (curve.steps, curve.values, curve.logged) == ((0, 1), (3.0, 2.0), 2)
    assert CurveReader(read_archive(storage)).read("nobody") == {}


def test_metrics_logged_in_turns_stay_apart_while_the_run_lives(storage: LocalStorage) -> None:
    writer = log_run(storage)
    for step in range(3):
        writer.log_metric("a", float(step), step, step)
        writer.log_metric("b", -float(step), step, step)
    curves = CurveReader(read_archive(storage)).read(RUN)
    assert curves["a"].values == (0.0, 1.0, 2.0) and curves["b"].values == (0.0, -1.0, -2.0)
    writer.finish()


def test_a_resumed_run_has_one_curve(archive: Path) -> None:
    with runreport.start_run() as run:
        runreport.log_metric("m", 1.0, step=1)
    with runreport.start_run(run_id=run.info.run_id):
        runreport.log_metric("m", 2.0, step=0)
        runreport.log_metric("m", 3.0, step=2)
    reader = CurveReader(read_archive(open_archive(archive)))
    assert reader.read(run.info.run_id)["m"].values == (2.0, 1.0, 3.0)


def test_a_long_curve_says_how_many_points_were_logged(storage: LocalStorage) -> None:
    writer = log_run(storage, points=[math.sin(n) for n in range(2000)])
    name = writer.finish()
    assert name is not None
    seal_journal(storage, name)
    curve = CurveReader(read_archive(storage)).read(RUN)["loss"]
    assert len(curve.values) <= MAX_POINTS and curve.logged == 2000


def test_a_damaged_metrics_file_leaves_a_notice_and_no_curve(storage: LocalStorage) -> None:
    name = log_run(storage, points=[1.0, 2.0]).finish()
    assert name is not None
    seal_journal(storage, name)
    (path,) = Path(storage.root).glob("segments/*/*.metrics.parquet")
    path.write_bytes(path.read_bytes()[:-3])
    reader = CurveReader(read_archive(storage))
    (notice,) = reader.read_all()
    assert notice.path.endswith(".metrics.parquet") and reader.read(RUN) == {}


def test_numbers_json_has_no_word_for_travel_as_text(storage: LocalStorage) -> None:
    log_run(storage, points=[math.nan, math.inf, 2.0]).finish()
    curves = CurveReader(read_archive(storage)).read(RUN)
    assert curve_script(curves)[0][1]["value"] == ["NaN", "Infinity", 2]
