from __future__ import annotations

from pathlib import Path

import runreport
from runreport.archive.directory import open_archive
from runreport.query.arrow import arange
from runreport.query.index import RunIndex
from runreport.query.search import load_index
from runreport.report.tables.palette import MOST_TEXTS, make_palette


def index_of(archive: Path) -> RunIndex:
    return load_index(open_archive(archive))


def log(number: int, **params: object) -> None:
    client = runreport.MlflowClient()
    run = client.create_run("0", start_time=1_000_000 + number).info.run_id
    for key, value in params.items():
        client.log_param(run, key, value)


def test_a_new_run_takes_no_place_from_a_text(archive: Path) -> None:
    log(1, optimizer="sgd")
    log(2, optimizer="adam")
    before = make_palette(index_of(archive), arange(2))
    assert before["params.optimizer"] == {"sgd": 0, "adam": 1}
    log(3, optimizer="adabelief")
    after = make_palette(index_of(archive), arange(3))
    assert after["params.optimizer"] == {"sgd": 0, "adam": 1, "adabelief": 2}


def test_params_of_many_texts_have_no_places(archive: Path) -> None:
    for number in range(MOST_TEXTS + 1):
        log(number, seed=number, kind="a")
    palette = make_palette(index_of(archive), arange(MOST_TEXTS + 1))
    assert "params.seed" not in palette and palette["params.kind"] == {"a": 0}
