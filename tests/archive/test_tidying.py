"""Many small segments become few without anybody asking, and no answer changes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import runreport
from runreport.archive import tidying
from runreport.archive.directory import open_archive
from runreport.archive.layout import SEGMENTS, parse_segment
from runreport.archive.maintenance import exclusive
from runreport.archive.storage import Storage
from runreport.archive.tidying import is_due, tidy
from runreport.archive.verify import verify_archive
from runreport.errors import InvalidValue


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive that every seal looks after, from 4 small segments on, 3 at a time."""
    monkeypatch.setattr(tidying, "SEALS", 1)
    monkeypatch.setattr(tidying, "GROUP", 3)
    monkeypatch.setenv(tidying.VARIABLE, "4")
    runreport.set_tracking_uri(str(tmp_path / "archive"))
    return tmp_path / "archive"


def log(count: int, params: int = 1) -> None:
    for number in range(count):
        with runreport.start_run(run_name=f"run-{number}"):
            runreport.log_params({f"p{n}": random.random() for n in range(params)})
            for step in range(3):
                runreport.log_metric("loss", number / (step + 1), step=step)


def names(storage: Storage) -> list[str]:
    parsed = (parse_segment(file.path) for file in storage.list(SEGMENTS))
    return [name.writer_id for name in parsed if name is not None and name.table == "events"]


def answers() -> list[object]:
    runs = runreport.search_runs(output_format="list", order_by=["start_time"])
    client = runreport.RunreportClient()
    return [(run, client.get_metric_history(run.info.run_id, "loss")) for run in runs]


def test_seals_put_small_segments_together_and_no_answer_changes(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as off:
        off.setattr(tidying, "SEALS", 2**16 + 1)
        log(6)
        before = answers()
    storage = open_archive(archive)
    assert len(names(storage)) == 6 and not any(name.startswith("c") for name in names(storage))
    log(1)
    assert len(names(storage)) == 5 and sum(name.startswith("c") for name in names(storage)) == 1
    assert answers()[:6] == before
    log(12)
    assert len(names(storage)) <= 4 + 1 + 19 // 3
    assert verify_archive(storage).problems == ()


def test_one_seal_in_many_looks_whoever_wrote() -> None:
    looked = sum(is_due(f"{number:032x}") for number in range(3200))
    assert looked == 3200 // tidying.SEALS and not is_due("c-of-somebody-else")


def test_what_is_large_or_damaged_stays_as_it_is(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "SMALL_BYTES", 40_000)
    log(3, params=6000)
    storage = open_archive(archive)
    large = set(names(storage))
    log(2)
    victim = min(archive.rglob("*.events.parquet"), key=lambda path: path.stat().st_size)
    victim.write_bytes(b"broken")
    log(4)
    left = set(names(storage))
    assert large <= left and victim.exists() and any(name.startswith("c") for name in left)


def test_nobody_waits_for_another_who_is_at_it(archive: Path) -> None:
    log(4)
    storage = open_archive(archive)
    with exclusive(storage):
        log(3)
        assert len(names(storage)) == 7
    log(1)
    assert any(name.startswith("c") for name in names(storage))


def test_few_segments_are_left_alone(archive: Path) -> None:
    log(4)
    storage = open_archive(archive)
    (month,) = (archive / SEGMENTS).iterdir()
    assert tidy(storage, month.name, 4) is None and tidy(storage, month.name, 0) is None
    assert tidy(storage, "1999-01", 1) is None and len(names(storage)) == 4


def test_a_setting_that_is_no_number_is_told_before_anything_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(tidying.VARIABLE, "often")
    with pytest.raises(InvalidValue, match=r"RUNREPORT_COMPACT_AFTER is 'often'.*0 for never"):
        runreport.set_tracking_uri(str(tmp_path / "a"))
        runreport.log_metric("loss", 1)
    assert not (tmp_path / "a").exists()
