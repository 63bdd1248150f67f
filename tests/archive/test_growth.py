from __future__ import annotations

from pathlib import Path

from builders import log_run

from runreport.archive.growth import Growth
from runreport.archive.journal import list_journals
from runreport.archive.sealing import seal_journal
from runreport.archive.storage import LocalStorage


def test_only_points_after_the_beginning_are_told_each_once(storage: LocalStorage) -> None:
    writer = log_run(storage, points=[3.0, 2.0])
    growth = Growth(storage)
    assert growth.more() == []
    writer.log_metric("loss", 1.0, 2, 5)
    (point,) = growth.more()
    assert (point.key, point.step, point.time, point.value) == ("loss", 2, 5, 1.0)
    assert growth.more() == []
    writer.finish()


def test_half_a_line_waits_for_its_rest(storage: LocalStorage) -> None:
    writer = log_run(storage)
    growth = Growth(storage)
    ((name, _),) = list_journals(storage)
    path = Path(storage.root, name.path)
    before = path.stat().st_size
    writer.log_metric("loss", 1.0, 0, 5)
    data = path.read_bytes()
    path.write_bytes(data[: before + 20])
    assert growth.more() == []
    path.write_bytes(data)
    assert [point.value for point in growth.more()] == [1.0]
    writer.finish()


def test_a_run_that_begins_is_followed_and_one_that_was_sealed_is_not(
    storage: LocalStorage,
) -> None:
    growth = Growth(storage)
    writer = log_run(storage, points=[3.0])
    assert [point.value for point in growth.more()] == [3.0]
    writer.log_metric("loss", 2.0, 1, 5)
    name = writer.finish()
    assert name is not None
    seal_journal(storage, name)
    assert growth.more() == []
