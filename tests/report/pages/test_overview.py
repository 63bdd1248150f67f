from __future__ import annotations

import time
from pathlib import Path

from report.test_assemble import report_of

import runreport
from runreport.report.pages.overview import ExperimentCard

DAY = 24 * 3600 * 1000
NOW = int(time.time() * 1000)


def run_at(days_ago: float, **metrics: float) -> str:
    """The id of a run that started so many days before `NOW`."""
    client = runreport.RunreportClient()
    run_id = client.create_run("0", start_time=NOW - int(days_ago * DAY)).info.run_id
    for key, value in metrics.items():
        client.log_metric(run_id, key, value, timestamp=NOW - int(days_ago * DAY))
    client.set_terminated(run_id, end_time=NOW - int(days_ago * DAY) + 1000)
    return run_id


def card_of(archive: Path) -> ExperimentCard:
    (card,) = report_of(archive).overview.cards
    return card


def test_the_best_run_says_by_how_much_it_is_better_than_those_before_it(archive: Path) -> None:
    for days, accuracy in ((20, 0.7), (15, 0.8), (10, 0.9), (0, 0.6)):
        run_at(days, accuracy=accuracy)
    card = card_of(archive)
    assert card.record is not None and not card.record.is_new
    assert (card.record.gain.text, card.record.gain.sense) == ("+0.1", "better")
    assert (card.runs, card.new) == (4, 1)
    assert card.trend_text == "accuracy of 4 runs, oldest first: 0.6 to 0.9"


def test_the_first_run_is_better_than_nothing_and_a_new_best_is_said_to_be_new(
    archive: Path,
) -> None:
    run_at(0, loss=0.5)
    card = card_of(archive)
    assert card.record is not None and card.record.is_new
    assert card.record.gain.text == "" and card.trend_text == ""


def test_what_nobody_knows_the_direction_of_has_no_record(archive: Path) -> None:
    run_at(0, width=1.0)
    assert card_of(archive).record is None


def test_experiments_with_the_newest_runs_come_first(archive: Path) -> None:
    for name in ("a", "b"):
        runreport.set_experiment(name)
        with runreport.start_run():
            runreport.log_metric("loss", 1.0)
    names = [card.name for card in report_of(archive).overview.cards]
    assert names == ["b", "a"]
